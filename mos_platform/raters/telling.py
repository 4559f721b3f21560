"""What the pages before a sitting tell: the welcome page and the one for who cannot take part."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from mos_platform.raters.admission import Refusal, language_name, needs
from mos_platform.raters.bots import new_ticket
from mos_platform.raters.completion import code_told, return_label
from mos_platform.raters.doors import Entry, has_other_task, may_go_on
from mos_platform.raters.models import Link, Rater, Sitting
from mos_platform.raters.panels import NAMES, Outcome, is_panel, return_url
from mos_platform.raters.services import is_complete, is_full
from mos_platform.stimuli.duration import sitting_minutes
from mos_platform.words import interface_language, say
from studies.config import StudyConfig

FORWARD_S = 10


def welcome_page(came: Entry, study: StudyConfig, interface: str, begun: Sitting | None) -> dict[str, Any]:
    """The template's context; `study` is in the rater's language."""
    full = is_full(came.link.study, simulated=came.simulated)
    closed = not came.link.study.is_open
    complete = is_complete(came.link.study, simulated=came.simulated)
    stopped = begun is None and (full or closed or complete)
    return {
        **_about(came, study, interface),
        "ticket": new_ticket(),
        "begun": begun,
        "withdrawn": begun is not None and begun.rater.status == Rater.Status.WITHDRAWN,
        "goes_on": begun is not None and begun.rater.status == Rater.Status.ACTIVE,
        "is_open": not (full or closed or complete),
        "is_full": full and not (closed or complete),
        "is_complete": complete and not closed,
        "may_enter": not (came.barred or (begun and came.is_known)),
        "barred": came.barred and came.barred.sentence(interface),
        **_of_begun(came, begun),
        "simulated": came.simulated,
        "preview": settings.PREVIEW,
        **(_way_back(came, "over_quota", interface) if stopped else {}),
    }


def _about(came: Entry, study: StudyConfig, interface: str) -> dict[str, Any]:
    parsed = came.link.study.parsed
    paid = study.payment is not None and study.payment.amount > 0
    return {
        "study": study,
        "interface": interface,
        "languages": [(one, language_name(one)) for one in parsed.languages] if parsed.translations else [],
        "needs": needs(study.devices, interface),
        "payment": _payment(study) if paid else None,
        "minutes": {"minutes": sitting_minutes(came.link.study)},
        "come_back": _come_back(came, interface),
        "checks": bool(study.setup.checks),
        "checks_required": any(map(study.setup.is_required, study.setup.checks)),
        "misses_end": study.screening.attention.on_missed_check == "end",
        "gives_code": came.link.kind != Link.Kind.PROLIFIC,
        "names_synthetic": study.texts.consent.synthetic_media == "told",
    }


def _payment(study: StudyConfig) -> dict[str, str] | None:
    if study.payment is None:
        return None
    amount = study.payment.amount
    told = f"{amount:.0f}" if amount == int(amount) else f"{amount:.2f}"
    return {"amount": told, "currency": study.payment.currency}


def _come_back(came: Entry, interface: str) -> str:
    """How somebody finds back after the page was closed."""
    if is_panel(came.link.kind):
        return say("welcome.come_back_panel", interface, {"panel": NAMES[Link.Kind(came.link.kind)]})
    return say("welcome.come_back_anywhere" if came.invitation else "welcome.come_back", interface)


def _of_begun(came: Entry, begun: Sitting | None) -> dict[str, Any]:
    """`other_task`: the panel gave another than the one begun with. `taken`: it may be somebody else."""
    if begun is None:
        return {}
    return {
        "other_task": _is_spent(came, begun),
        "taken": not may_go_on(came, begun),
        "asks_for_key": came.link.kind == Link.Kind.MTURK and has_other_task(came, begun.rater),
    }


def _is_spent(came: Entry, begun: Sitting) -> bool:
    """Whether Mechanical Turk handed out a second task to whoever has finished the first."""
    turk = came.link.kind == Link.Kind.MTURK
    return turk and begun.completed_at is not None and has_other_task(came, begun.rater)


def refused_page(came: Entry, reason: Refusal, interface: str) -> dict[str, Any]:
    way_back = _way_back(came, reason.outcome, interface) if reason.outcome else {}
    return {"interface": interface, "reason": reason.sentence(interface), **way_back}


def turned_away_page(sitting: Sitting) -> dict[str, Any]:
    """For whom no trial was left once they had begun."""
    interface, link = interface_language(sitting.rater.language), sitting.rater.link
    way_back = _panels_way(link, "over_quota", interface) if is_panel(link.kind) else {}
    reason = Refusal("full", "over_quota").sentence(interface)
    return {"interface": interface, "reason": reason, "turned_away": True, **way_back}


def left_page(sitting: Sitting) -> dict[str, Any]:
    """What whoever has withdrawn keeps: the code of a completed sitting, and Prolific's way back with it."""
    if not sitting.completion_code:
        return {}
    link, interface = sitting.rater.link, interface_language(sitting.rater.language)
    way_back = _panels_way(link, "completed", interface) if link.kind == Link.Kind.PROLIFIC else {}
    return {"code": code_told(sitting), **way_back}


def _way_back(came: Entry, outcome: Outcome, interface: str) -> dict[str, Any]:
    """The panel's own way for those who do not take part; {} for who came by another way."""
    if came.panel is None or not is_panel(came.link.kind):
        return {}
    return _panels_way(came.link, outcome, interface)


def _panels_way(link: Link, outcome: Outcome, interface: str) -> dict[str, Any]:
    url = return_url(link.study.parsed.recruitment, outcome)
    if url is None:
        return {"return_task": True}
    panel = NAMES[Link.Kind(link.kind)]
    return {
        "return_url": url,
        "return_label": return_label(link.kind, interface),
        "forward": {"seconds": FORWARD_S, "panel": panel},
    }
