"""What a rater gets at the end of a sitting: a code, and the way back to the panel."""

from __future__ import annotations

from typing import TypedDict

from mos_platform.raters.models import Link, PanelVisit, Rater, Sitting
from mos_platform.raters.panels import NAMES, Outcome, return_url, submit_url
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
        return _unearned(visit.link, sitting, label)
    if visit.link.kind == Link.Kind.MTURK:
        fields = {"assignmentId": visit.session, "completion_code": sitting.completion_code}
        form = Form(action=submit_url(visit.submit_to), fields=fields)
        return Completion(code=sitting.completion_code, return_url=None, return_label=label, form=form)
    back = return_url(rater.study.parsed.recruitment, "completed")
    return Completion(code=code_told(sitting), return_url=back, return_label=label, form=None)


def code_told(sitting: Sitting) -> str:
    """Prolific's own code stands for every sitting's at the end of a study there."""
    prolific = sitting.rater.study.parsed.recruitment.prolific
    by_prolific = sitting.rater.link.kind == Link.Kind.PROLIFIC
    return prolific.completed if prolific and by_prolific else sitting.completion_code


def was_turned_away(sitting: Sitting) -> bool:
    """Whether no trial was left for this rater, so that they could do nothing."""
    return sitting.over_quota and not sitting.completion_code


def _unearned(link: Link, sitting: Sitting, label: str) -> Completion:
    """Prolific takes back who earned no code; a task of Mechanical Turk is returned there by hand."""
    mturk = link.kind == Link.Kind.MTURK
    outcome: Outcome = "over_quota" if was_turned_away(sitting) else "screened_out"
    back = None if mturk else return_url(sitting.rater.study.parsed.recruitment, outcome)
    return Completion(code="", return_url=back, return_label=label if back else None, form=None)


def return_label(kind: str, interface: str) -> str:
    """Of the button that leads back to the panel."""
    key = "submit_to" if kind == Link.Kind.MTURK else "back_to"
    return say(f"recruitment.{key}", interface, {"panel": NAMES[Link.Kind(kind)]})
