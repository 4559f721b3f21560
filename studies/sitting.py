"""How many trials one sitting of a study holds and how long it takes, whoever serves or checks it."""

from __future__ import annotations

from studies.config import Part, StudyConfig
from studies.config.counts import methods_judged, pairs_compared

SECONDS_PER_TRIAL = 2.0  # grey before and after, and finding the button
SECONDS_AROUND = 120.0  # consent, questionnaire, instructions, debriefing
SECONDS_PER_QUESTION = {"rating": 3.0, "choice": 5.0, "text": 25.0}


def scored_trials(config: StudyConfig, part: Part) -> int:
    """The scored trials of this part in one sitting."""
    units = len(config.scored_items) * (_pairs(config, part) if part.is_paired else _methods(config, part))
    return min(part.trials_per_sitting or units, units)


def trials(config: StudyConfig, part: Part) -> int:
    """All trials of this part in one sitting, unscored ones included."""
    practice = len([item for item in config.items if item.role == "training"]) * _methods(config, part)
    checks = part.attention_checks if part.is_paired or part.ratings else 0
    others = checks + min(part.training, practice) + part.dummies + part.repeats + part.gold
    return scored_trials(config, part) + others


def clips_per_trial(part: Part) -> int:
    """How many clips play in a trial, one after the other."""
    in_turn = part.test_method in ("DCR", "CCR", "PC") and part.plays == "in_turn"
    return 2 if in_turn else 1


def answer_seconds(part: Part) -> float:
    """The time a rater needs besides the clips of one trial, in seconds."""
    return SECONDS_PER_TRIAL + sum(SECONDS_PER_QUESTION[question.type] for question in part.questions)


def sitting_minutes(config: StudyConfig, clip_seconds: float) -> float:
    """About how long one sitting takes from the first page to the last."""
    return (sitting_seconds(config, clip_seconds) + SECONDS_AROUND) / 60


def sitting_seconds(config: StudyConfig, clip_seconds: float) -> float:
    """About how long the trials of one sitting take where clips last `clip_seconds` on average."""
    return sum(
        trials(config, part) * (clips_per_trial(part) * clip_seconds + answer_seconds(part))
        for part in config.parts
    )


def _methods(config: StudyConfig, part: Part) -> int:
    return methods_judged(part, len(config.scored_methods), config.design.raters)


def _pairs(config: StudyConfig, part: Part) -> int:
    return pairs_compared(part, len(config.scored_methods), config.design.raters)
