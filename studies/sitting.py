"""How many trials one sitting of a study holds and how long it takes, whoever serves or checks it."""

from __future__ import annotations

from math import comb

from studies.config import Part, StudyConfig

SECONDS_PER_TRIAL = 2.0  # grey before and after, and finding the button
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
    return 2 if part.is_paired or part.test_method == "DCR" else 1


def answer_seconds(part: Part) -> float:
    """The time a rater needs besides the clips of one trial, in seconds."""
    return SECONDS_PER_TRIAL + sum(SECONDS_PER_QUESTION[question.type] for question in part.questions)


def sitting_seconds(config: StudyConfig, clip_seconds: float) -> float:
    """About how long the trials of one sitting take where clips last `clip_seconds` on average."""
    return sum(
        trials(config, part) * (clips_per_trial(part) * clip_seconds + answer_seconds(part))
        for part in config.parts
    )


def _methods(config: StudyConfig, part: Part) -> int:
    """The methods whose clips are judged one by one in a sitting."""
    judged = len(config.scored_methods) - (part.test_method == "DCR")
    if config.design.raters == "within":
        return judged
    return 1 + (part.test_method == "ACR-HR")


def _pairs(config: StudyConfig, part: Part) -> int:
    """The pairs of methods that meet in a sitting."""
    if isinstance(part.pairs, tuple):
        return len(part.pairs)
    n = len(config.scored_methods)
    if part.pairs == "all":
        return comb(n, 2)
    return n - 1 if config.design.raters == "within" else 1
