"""How long rating takes, for "about 4 min left" and the welcome page; never used to judge anybody."""

from __future__ import annotations

from django.db.models import Avg

from mos_platform.stimuli.models import Study
from studies.config import Part

SECONDS_PER_TRIAL = 2.0
SECONDS_PER_QUESTION = 3.0


def answer_seconds(part: Part) -> float:
    """The time a rater needs besides the clips of one trial, in seconds."""
    return SECONDS_PER_TRIAL + SECONDS_PER_QUESTION * len(part.questions)


def sitting_minutes(study: Study) -> int:
    """About how many minutes one sitting takes, at least 1."""
    config = study.parsed
    clip_seconds = study.stimuli.aggregate(mean=Avg("duration_s"))["mean"] or 0.0
    seconds = sum(
        part.n_trials(len(config.methods), len(config.items)) * _trial_seconds(part, clip_seconds)
        for part in config.parts
    )
    return max(1, round(seconds / 60))


def _trial_seconds(part: Part, clip_seconds: float) -> float:
    clips = 2 if part.test_method == "PC" else 1
    return clip_seconds * clips + answer_seconds(part)
