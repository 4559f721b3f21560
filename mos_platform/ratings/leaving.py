"""A rater leaves the study: what was answered and noted is deleted, for good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from mos_platform.assignments.models import Trial
from mos_platform.assignments.places import lock_sittings, return_places
from mos_platform.raters.models import Rater, Sitting
from mos_platform.raters.services import withdraw_rater
from mos_platform.setup.models import SetupCheck


@dataclass(frozen=True)
class Deleted:
    """How much was deleted of a rater."""

    ratings: int = 0
    comparisons: int = 0
    texts: int = 0
    trials: int = 0


@transaction.atomic
def withdraw(token: str) -> Deleted:
    """Delete all that the rater of this sitting answered, and what they said of themselves; once.

    Raises Sitting.DoesNotExist.
    """
    rater = Sitting.objects.select_related("rater").get(token=token).rater
    lock_sittings([rater])  # an answer on its way is stored before
    deleted = delete_answers(rater)
    rater.refresh_from_db()
    SetupCheck.objects.filter(sitting__rater=rater).delete()  # tells of the device, and of eyes and ears
    if rater.status != Rater.Status.WITHDRAWN:
        withdraw_rater(rater)
    return deleted


def delete_answers(rater: Rater) -> Deleted:
    """Delete a rater's trials with everything that hangs on them: answers, events, deliveries.

    The clips count as not handed out, so that others rate them.
    """
    return_places(rater)
    _, rows = Trial.objects.filter(sitting__rater=rater).delete()
    return _counted(rows)


def _counted(rows: Mapping[str, int]) -> Deleted:
    return Deleted(
        ratings=rows.get("ratings.Rating", 0),
        comparisons=rows.get("ratings.Comparison", 0),
        texts=rows.get("ratings.TextAnswer", 0),
        trials=rows.get("assignments.Trial", 0),
    )
