"""How long rating takes, for "about 4 min left" and the welcome page; never used to judge anybody."""

from __future__ import annotations

from django.db.models import Avg, Count

from mos_platform.stimuli.models import Study
from studies.config import Part

SECONDS_PER_TRIAL = 2.0
SECONDS_PER_QUESTION = 3.0


def answer_seconds(part: Part) -> float:
    """The time a rater needs besides the clips of one trial, in seconds."""
    return SECONDS_PER_TRIAL + SECONDS_PER_QUESTION * len(part.questions)


def sitting_minutes(study: Study) -> int:
    """About how many minutes one sitting takes, at least 1."""
    facts = study.stimuli.aggregate(mean=Avg("duration_s"), n=Count("pk"))
    seconds = sum(_part_seconds(part, facts["mean"] or 0.0, facts["n"]) for part in study.parsed.parts)
    return max(1, round(seconds / 60))


def _part_seconds(part: Part, clip_seconds: float, n_clips: int) -> float:
    trials = (part.trials_per_sitting or n_clips) + part.attention_checks
    clips = 2 if part.test_method == "PC" else 1
    return trials * (clip_seconds * clips + answer_seconds(part))
