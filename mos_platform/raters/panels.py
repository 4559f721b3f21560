"""Panels that raters come from: what their addresses carry, how one goes back there, and frames of theirs.

Prolific appends PROLIFIC_PID, STUDY_ID and SESSION_ID and is returned to with a code in an address.
Mechanical Turk shows the study in a frame with assignmentId, hitId, workerId and turkSubmitTo, and takes a
form back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlsplit

from django.http import HttpResponse

from mos_platform.raters.models import Link, Rater
from mos_platform.security import POLICY
from studies.config import Recruitment

Outcome = Literal["completed", "screened_out", "over_quota"]

NAMES = {Link.Kind.PROLIFIC: "Prolific", Link.Kind.MTURK: "Amazon Mechanical Turk"}
PROLIFIC_QUERY = "PROLIFIC_PID={{%PROLIFIC_PID%}}&STUDY_ID={{%STUDY_ID%}}&SESSION_ID={{%SESSION_ID%}}"
PROLIFIC_RETURN = "https://app.prolific.com/submissions/complete?cc="
ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
PREVIEWED = "ASSIGNMENT_ID_NOT_AVAILABLE"
TURK_HOSTS = ("www.mturk.com", "workersandbox.mturk.com")
TURK_FRAMES = ("https://worker.mturk.com", *(f"https://{host}" for host in TURK_HOSTS))


@dataclass(frozen=True)
class PanelIds:
    """Who somebody is to the panel; see models.PanelVisit. `submit_to` is a host of Mechanical Turk."""

    person: str
    task: str = ""
    session: str = ""
    submit_to: str = ""


def is_panel(kind: str) -> bool:
    return kind in NAMES


def panel_ids(kind: str, query: Mapping[str, str]) -> PanelIds | None:
    """The ids in the address; None where they are missing, or are no ids."""
    if kind == Link.Kind.PROLIFIC:
        person, task, session = (_id(query, name) for name in ("PROLIFIC_PID", "STUDY_ID", "SESSION_ID"))
        return PanelIds(person.lower(), task, session) if person else None  # hexadecimal digits
    host = _turk_host(query.get("turkSubmitTo", ""))
    person, task, session = (_id(query, name) for name in ("workerId", "hitId", "assignmentId"))
    found = PanelIds(person, task, session, host)
    return found if found.person and found.session and host else None


def is_preview(query: Mapping[str, str]) -> bool:
    """Whether a worker only looks at the task and has not accepted it."""
    return query.get("assignmentId") == PREVIEWED


def return_url(recruitment: Recruitment, outcome: Outcome) -> str | None:
    """Where Prolific takes a rater back with the code of the outcome; None for other recruitment."""
    if recruitment.prolific is None:
        return None
    return PROLIFIC_RETURN + quote(getattr(recruitment.prolific, outcome), safe="")


def submit_url(host: str) -> str:
    return f"https://{host}/mturk/externalSubmit"


def framed(response: HttpResponse, rater: Rater) -> HttpResponse:
    """The page of a rater's sitting, in the frame of Mechanical Turk where the rater came from there."""
    return in_turk_frame(response) if rater.link.kind == Link.Kind.MTURK else response


def in_turk_frame(response: HttpResponse) -> HttpResponse:
    """Mechanical Turk may show this page in its frame and gets its form; all other pages stay closed."""
    forms = " ".join(f"https://{host}" for host in TURK_HOSTS)
    opened = POLICY.replace("form-action 'self'", f"form-action 'self' {forms}")
    opened = opened.replace("frame-ancestors 'none'", f"frame-ancestors {' '.join(TURK_FRAMES)}")
    response.headers["Content-Security-Policy"] = opened
    response.xframe_options_exempt = True
    return response


def _id(query: Mapping[str, str], name: str) -> str:
    given = query.get(name, "")
    return given if ID.fullmatch(given) else ""


def _turk_host(address: str) -> str:
    """The host to send the form to; "" for any but Mechanical Turk's own two."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    plain = parts.scheme == "https" and parts.netloc in TURK_HOSTS and parts.path in ("", "/")
    return parts.netloc if plain else ""
