"""Screening rules that a study declares, and their thresholds: all are reported, the declared applied."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

ScreeningRule = Literal[
    "attention", "playback", "speed", "straightlining", "bt500", "p913_bias", "p910", "loo_correlation"
]
Share = Annotated[float, Field(ge=0, le=1)]
Correlation = Annotated[float, Field(ge=-1, le=1)]
Milliseconds = Annotated[int, Field(ge=0)]


class Thresholds(BaseModel):
    """Unknown keys are errors; objects do not change once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Attention(Thresholds):
    """Flagged: whoever missed more attention checks than allowed; gold trials count as attention checks."""

    allowed_misses: Annotated[int, Field(ge=0)] = 0
    """How many checks and gold trials, together, may be missed."""
    on_missed_check: Literal["mark", "warn", "end"] = "mark"
    """While a rater takes part. `mark`: misses are stored, nothing else; `warn`: soon after a miss the rater
    is asked once to watch and read with care, not told where; `end`: more misses than are allowed end the
    sitting with the reason and a note on how to appeal. Answers that were given stay."""


class Playback(Thresholds):
    """Flagged: whose share of trials that were not seen as meant lies above `share`.

    Such a trial played less of its clips than `played_fraction`, was hidden for more than `hidden_ms`, or
    stalled for more than `stalled_ms`.
    """

    share: Share = 0.1
    """Of a rater's trials."""
    played_fraction: Share = 0.95
    """Of a clip's duration."""
    hidden_ms: Milliseconds = 2000
    """Time for which the page was not in sight, in milliseconds."""
    stalled_ms: Milliseconds = 1000
    """Time for which the clips stood still while loading, in milliseconds."""


class Speed(Thresholds):
    """Flagged: whose share of answers that came impossibly fast lies above `share`.

    Such an answer came less than `response_ms` after the clips' end, where nobody has yet read, judged and
    moved a hand; or it was sent more than `early_ms` before they can have ended.
    """

    share: Share = 0.1
    """Of a rater's answers."""
    response_ms: Milliseconds = 300
    """After the clips' end, in milliseconds."""
    early_ms: Milliseconds = 250
    """Before the clips can have ended, in milliseconds."""


class Straightlining(Thresholds):
    """Flagged: whose commonest answer makes up at least `share` of at least `answers` answers.

    Only where the others saw differences: their mean scores of the same clips span at least `spread` grades;
    in comparisons, their own commonest answer is another, or makes up less than `share`.
    """

    share: Share = 0.95
    """Of a rater's answers to one question."""
    answers: Annotated[int, Field(ge=2)] = 10
    """From how many answers on."""
    spread: Annotated[float, Field(gt=0)] = 1.0
    """Grades between the others' lowest and highest mean score."""


class Kurtosis(Thresholds):
    """Flagged: whose votes lie far from the others' in more than `share` of cases, and on both sides.

    Both sides: `imbalance`, |P − Q| / (P + Q) for P votes above and Q below, is less. As in ITU-R BT.500.
    """

    share: Share = 0.05
    """Of a rater's votes."""
    imbalance: Share = 0.3
    """|P − Q| / (P + Q), from 0 (both sides alike) to 1."""


class Pearson(Thresholds):
    """Flagged: whose correlation with the means of stimuli and of methods lies below both. ITU-T P.910."""

    stimulus_r: Correlation = 0.75
    """With the means of stimuli."""
    method_r: Correlation = 0.8
    """With the means of methods."""


class LeaveOneOut(Thresholds):
    """Flagged: whose correlation with the mean of the others over at least `stimuli` clips lies below `r`.

    Scores in random order stay below 0.25 in 95 to 100 of 100 cases where 66 clips and more were rated;
    attentive raters of synthetic speech, on whom 3 others rated the same clip, reach 0.4 and more.
    """

    r: Correlation = 0.25
    """The lowest correlation that passes."""
    stimuli: Annotated[int, Field(ge=3)] = 10
    """How many clips are needed to judge."""


class Screening(Thresholds):
    """Pre-declared rules: only those in `apply` exclude anybody, everything else is reported."""

    apply: tuple[ScreeningRule, ...] = ()
    """The rules that exclude."""
    attention: Attention = Attention()
    playback: Playback = Playback()
    speed: Speed = Speed()
    straightlining: Straightlining = Straightlining()
    bt500: Kurtosis = Kurtosis()
    p913_bias: Kurtosis = Kurtosis()
    p910: Pearson = Pearson()
    loo_correlation: LeaveOneOut = LeaveOneOut()
