"""One simulated rater as an HTTP client: opens the link, consents, answers every trial, gets the code."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx

CSRF_FIELD = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


# Of common devices, in CSS pixels.
SCREENS = {
    "desktop": {"screen_width": "1920", "screen_height": "1080"},
    "phone": {"screen_width": "390", "screen_height": "844"},
    "tablet": {"screen_width": "820", "screen_height": "1180"},
}


class RefusedError(Exception):
    """The platform refused a step of a simulated sitting."""


@dataclass(frozen=True)
class Cell:
    """What a clip's address stands for; the key that only the operator of a simulation has."""

    method: str
    item: str


@dataclass(frozen=True)
class Reply:
    """A rater's answers on one trial, and the seconds between the end of the clip and the last of them."""

    answers: dict[str, str]
    seconds: float


class Opinion(Protocol):
    """A rater's mind: what it says of itself, and how it answers a trial as its browser shows it."""

    expertise: str
    age_group: str
    device: str

    def reply(self, trial: Mapping[str, Any], cells: Sequence[Cell]) -> Reply:
        """`trial` as mos_platform.ratings.presentation describes it; `cells` in the order of its clips."""
        ...


@dataclass
class Sitting:
    """An entered sitting with its declared clock."""

    path: str
    now: datetime

    @property
    def token(self) -> str:
        return self.path.strip("/").split("/")[-1]


def enter(client: httpx.Client, link: str, rater: Opinion, at: datetime) -> Sitting:
    """Open the link, consent, and receive the list of trials."""
    page = client.get(link)
    csrf = CSRF_FIELD.search(page.text)
    if page.status_code != 200 or csrf is None:
        raise RefusedError(f"The link {link} answered {page.status_code} without a consent form.")
    form = {
        "csrfmiddlewaretoken": csrf[1],
        "consent": "on",
        "expertise": rater.expertise,
        "age_group": rater.age_group,
        "device": rater.device,
        **SCREENS.get(rater.device, {}),
        "clock": at.isoformat(),
    }
    answer = client.post(link, data=form)
    if answer.status_code != 302:
        raise RefusedError(f"The consent form answered {answer.status_code} at {link}.")
    sitting = Sitting(urlsplit(answer.headers["location"]).path, at)
    _json(client.get(f"/api/sittings/{sitting.token}/"))
    return sitting


def sit(
    client: httpx.Client,
    sitting: Sitting,
    rater: Opinion,
    key: Mapping[str, Cell],
    on_trial: Callable[[], None],
) -> str:
    """Answer trial after trial until the completion code comes; returns the code.

    `key` says what the addresses of the sitting's clips stand for.
    """
    state = _json(client.get(f"/api/sittings/{sitting.token}/"))
    while state["trial"] is not None:
        trial = state["trial"]
        reply = rater.reply(trial, [key[clip["url"]] for clip in trial["clips"]])
        body = _body(sitting, reply, trial)
        state = _json(client.post(f"/api/trials/{trial['token']}/answers/", json=body))
        on_trial()
    return str(state["completion_code"])


def _body(sitting: Sitting, reply: Reply, trial: dict[str, Any]) -> dict[str, Any]:
    """The answers with the declared times: the clip, the reply, and a breath before the next trial."""
    presented = sitting.now
    watched = sum(clip["duration_s"] for clip in trial["clips"])
    submitted = presented + timedelta(seconds=watched + reply.seconds)
    sitting.now = submitted + timedelta(seconds=1)
    return {
        "answers": reply.answers,
        "facts": {"response_ms": round(reply.seconds * 1000), "played_fraction": 1.0, "replays": 0},
        "clock": {"presented_at": presented.isoformat(), "submitted_at": submitted.isoformat()},
    }


def _json(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code != 200:
        raise RefusedError(f"{answer.request.url.path} answered {answer.status_code}: {answer.text[:200]}")
    body: dict[str, Any] = answer.json()
    return body
