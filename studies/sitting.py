"""How many trials one sitting of a study holds and how long it takes, whoever serves or checks it."""

from __future__ import annotations

from studies.config import Part, StudyConfig
from studies.config.counts import methods_judged, pairs_compared

SECONDS_PER_TRIAL = 2.0  # grey before and after, and finding the button
SECONDS_AROUND = 120.0  # consent, questionnaire, instructions, debriefing
SECONDS_PER_QUESTION = {"rating": 3.0, "choice": 5.0, "text": 25.0}


def scored_trials(config: StudyConfig, part: Part) -> int:
    """The scored trials of this part in one sitting."""
    units = units_per_rater(config, part)
    return min(part.trials_per_sitting or units, units)


def trials(config: StudyConfig, part: Part) -> int:
    """All trials of this part in one sitting, unscored ones included."""
    practice = len([item for item in config.items if item.role == "training"]) * _judged(config, part)
    checks = part.sound_checks + (part.attention_checks if part.is_paired or part.ratings else 0)
    unscored = min(part.training, practice) + min(part.dummies, units_per_rater(config, part))
    others = unscored + checks + part.repeats + part.gold
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


def units_per_rater(config: StudyConfig, part: Part) -> int:
    """The clips, or pairs, that one rater can judge."""
    return len(config.scored_items) * _judged(config, part)


def _judged(config: StudyConfig, part: Part) -> int:
    """The methods, or pairs of methods, that are judged of each item in one sitting."""
    count = pairs_compared if part.is_paired else methods_judged
    return count(part, len(config.scored_methods), config.design.raters)
