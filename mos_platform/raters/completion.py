"""What a rater gets at the end of a sitting: a code, and the way back to the panel."""

from __future__ import annotations

from typing import TypedDict

from mos_platform.raters.models import Link, PanelVisit, Rater, Sitting
from mos_platform.raters.panels import NAMES, return_url, submit_url
from mos_platform.words import interface_language, say


class Form(TypedDict):
    """A form that the page sends to another site."""

    action: str
    fields: dict[str, str]


class Completion(TypedDict):
    """`code` is what the rater may have to type, "" where too little could be shown to earn one; `return_url`
    or `form` is the way back, `return_label` its button. Without a panel both are None."""

    code: str
    return_url: str | None
    return_label: str | None
    form: Form | None


def completion(sitting: Sitting) -> Completion | None:
    """The end of a sitting; None until its last answer is stored, and after its rater has withdrawn."""
    rater = sitting.rater
    if sitting.completed_at is None or rater.status == Rater.Status.WITHDRAWN:
        return None
    visit = PanelVisit.objects.select_related("link").filter(rater=rater).first()
    if visit is None:
        return Completion(code=sitting.completion_code, return_url=None, return_label=None, form=None)
    label = return_label(visit.link.kind, interface_language(rater.language))
    if not sitting.completion_code:
        return _unearned(visit.link, rater, label)
    if visit.link.kind == Link.Kind.MTURK:
        fields = {"assignmentId": visit.session, "completion_code": sitting.completion_code}
        form = Form(action=submit_url(visit.submit_to), fields=fields)
        return Completion(code=sitting.completion_code, return_url=None, return_label=label, form=form)
    recruitment = rater.study.parsed.recruitment
    code = recruitment.prolific.completed if recruitment.prolific else sitting.completion_code
    return Completion(
        code=code, return_url=return_url(recruitment, "completed"), return_label=label, form=None
    )


def _unearned(link: Link, rater: Rater, label: str) -> Completion:
    """Prolific takes back whoever was screened out; a task of Mechanical Turk is returned there by hand."""
    mturk = link.kind == Link.Kind.MTURK
    back = None if mturk else return_url(rater.study.parsed.recruitment, "screened_out")
    return Completion(code="", return_url=back, return_label=label if back else None, form=None)


def return_label(kind: str, interface: str) -> str:
    """Of the button that leads back to the panel."""
    key = "submit_to" if kind == Link.Kind.MTURK else "back_to"
    return say(f"recruitment.{key}", interface, {"panel": NAMES[Link.Kind(kind)]})
