"""Breaks in a sitting: when one is due, and that the rater came back from it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from mos_platform.raters.models import Sitting
from mos_platform.ratings.refusals import check_open
from studies.config import StudyConfig

LONG_GAP = timedelta(minutes=5)  # between two trials: whoever was away that long has rested
WORTH_A_BREAK_S = 60  # of work that is left


def break_due(study: StudyConfig, sitting: Sitting, seconds_left: float) -> bool:
    """Whether the study wants a break before the next trial, by the server's clock.

    Never for simulated raters, whose clock is their own, and never just before the end.
    """
    after = study.design.break_after_minutes
    if after is None or seconds_left < WORTH_A_BREAK_S or sitting.rater.simulated:
        return False
    now = timezone.now()
    return now - at_work_since(_openings(sitting), now) >= timedelta(minutes=after)


def rest(token: str) -> Sitting:
    """Record that the rater is back. Raises Sitting.DoesNotExist or RefusedError."""
    sitting = Sitting.objects.select_related("rater__study").get(token=token)
    check_open(sitting)
    sitting.rested_at = timezone.now()
    sitting.save(update_fields=["rested_at"])
    return sitting


def at_work_since(openings: Iterable[datetime], now: datetime) -> datetime:
    """The first of `openings`, the latest first, before which there was no gap up to `now`."""
    since = now
    for opened in openings:
        if since - opened >= LONG_GAP:
            break
        since = opened
    return since


def _openings(sitting: Sitting) -> Iterable[datetime]:
    """When the trials since the last break were opened, the latest first."""
    opened = sitting.trials.filter(opened_at__isnull=False)
    if sitting.rested_at is not None:
        opened = opened.filter(opened_at__gt=sitting.rested_at)
    times = opened.order_by("-opened_at").values_list("opened_at", flat=True)
    return [time for time in times if time is not None]
