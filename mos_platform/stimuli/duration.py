"""How long rating takes, for the welcome page; never used to judge anybody."""

from __future__ import annotations

from django.db.models import Avg

from mos_platform.stimuli.models import Study
from studies.sitting import sitting_minutes as minutes_of


def sitting_minutes(study: Study) -> int:
    """About how many minutes one sitting takes, at least 1."""
    clip_seconds = study.stimuli.aggregate(mean=Avg("duration_s"))["mean"] or 0.0
    return max(1, round(minutes_of(study.parsed, clip_seconds)))
