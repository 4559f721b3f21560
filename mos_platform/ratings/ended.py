"""The page of a sitting that a declared check has ended: the reason, how to appeal, and the way back."""

from __future__ import annotations

from typing import Any

from mos_platform.raters.completion import completion
from mos_platform.raters.models import Link, Sitting
from mos_platform.raters.panels import NAMES
from mos_platform.raters.services import study_for
from mos_platform.words import interface_language

FORWARD_S = 60  # there is a reason to read


def ended_words(sitting: Sitting) -> dict[str, Any]:
    """The template's context; `reference` is how the bundle names the rater."""
    rater = sitting.rater
    study = study_for(rater)
    return {
        "study": study,
        "sitting": sitting,
        "interface": interface_language(study.language),
        "contact": study.texts.contact and {"contact": study.texts.contact},
        "reference": rater.public_id,
        **_way_back(sitting),
    }


def _way_back(sitting: Sitting) -> dict[str, Any]:
    """To the panel, as one who was screened out; {} for who came by another way."""
    kind = sitting.rater.link.kind
    if kind == Link.Kind.MTURK:
        return {"return_task": True}
    back = completion(sitting)
    if back is None or back["return_url"] is None:
        return {}
    return {
        "return_url": back["return_url"],
        "return_label": back["return_label"],
        "forward": {"seconds": FORWARD_S, "panel": NAMES[Link.Kind(kind)]},
    }
