"""Celery's part: what raters left behind goes to others also while nobody comes, so that doors open again."""

from __future__ import annotations

from mos_platform.assignments.places import return_abandoned
from mos_platform.celery import app
from mos_platform.raters.models import Sitting
from mos_platform.stimuli.models import Study


def sweep_now() -> None:
    awaited = Sitting.objects.filter(seen_at__isnull=False, completed_at=None)
    studies = set(awaited.values_list("rater__study", flat=True))
    for study in Study.objects.filter(pk__in=studies):
        return_abandoned(study)


sweep = app.task(name="assignments.sweep")(sweep_now)
