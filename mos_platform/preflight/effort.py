"""Raters' time, how many raters are needed, and what they cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from statistics import fmean

from mos_platform.preflight.clips import Facts
from mos_platform.preflight.findings import Finding, counted, failed, passed, warned
from studies.config import Part, StudyConfig
from studies.sitting import scored_trials, sitting_minutes, trials

ADVISED_RATERS, ADVISED_ONLINE, ADVISED_PER_STIMULUS = 30, 35, 24
TRIAL_CLIPS, TRIAL_ANSWER_S = 4, 60  # a pair played twice, and time to think


@dataclass(frozen=True)
class Effort:
    """`ratings_per_rater` and `ratings_per_stimulus` are those of the rating parts, 0 without one."""

    minutes: float
    trials: int
    raters: int
    ratings_per_rater: int
    ratings_per_stimulus: float
    cost: float | None


def effort_of(config: StudyConfig, clip_seconds: float) -> Effort:
    """What the study asks of raters where its clips last `clip_seconds` on average."""
    rated = [part for part in config.parts if not part.is_paired]
    per_rater = min((scored_trials(config, part) for part in rated), default=0)
    stimuli = min((_stimuli(config, part) for part in rated), default=0)
    raters = _raters(config, per_rater, stimuli)
    pay = config.payment
    return Effort(
        minutes=sitting_minutes(config, clip_seconds),
        trials=sum(trials(config, part) for part in config.parts),
        raters=raters,
        ratings_per_rater=per_rater,
        ratings_per_stimulus=raters * per_rater / stimuli if stimuli else 0.0,
        cost=None if pay is None else raters * pay.amount * (1 + pay.fee),
    )


def _stimuli(config: StudyConfig, part: Part) -> int:
    """How many clips of the study a rating part judges: DCR never the reference."""
    judged = len(config.scored_methods) - (part.test_method == "DCR")
    return judged * len(config.scored_items)


def _raters(config: StudyConfig, per_rater: int, stimuli: int) -> int:
    """Enough for both targets."""
    targets = config.targets
    groups = len(config.scored_methods) if config.design.raters == "between" else 1
    wanted = targets.raters_per_method * groups
    if targets.ratings_per_stimulus is not None and per_rater:
        wanted = max(wanted, ceil(targets.ratings_per_stimulus * stimuli / per_rater))
    return wanted


def mean_seconds(config: StudyConfig, facts: Facts) -> float:
    """Mean playing time of the clips as they will be served."""
    cut = config.clips.seconds or float("inf")
    return fmean(min(clip.duration_s, cut) for clip in facts.values())


def patience_findings(config: StudyConfig, facts: Facts) -> Iterator[Finding]:
    """While a clip plays there is no sign of life: whoever watches must not be taken for gone."""
    minutes = config.design.abandoned_after_minutes
    cut = config.clips.seconds or float("inf")
    longest_s = max(min(clip.duration_s, cut) for clip in facts.values())
    needed = ceil((TRIAL_CLIPS * longest_s + TRIAL_ANSWER_S) / 60)
    if minutes is not None and minutes < needed:
        yield failed(
            "sitting",
            f"design.abandoned_after_minutes is {minutes:g}, but a trial of clips of {longest_s:.0f} s can "
            f"take longer, and its answer would come too late; write at least {needed}.",
        )


def effort_findings(config: StudyConfig, effort: Effort) -> Iterator[Finding]:
    yield _time(config, effort)
    yield _enough(config, effort)
    yield from _advice(config, effort)


def _time(config: StudyConfig, effort: Effort) -> Finding:
    limit = config.design.longest_sitting_minutes
    told = f"a sitting of {counted(effort.trials, 'trial')} takes about {max(1, round(effort.minutes))} min"
    if effort.minutes <= limit:
        return passed("sitting", f"{told}, within {limit:g}.")
    return failed(
        "sitting",
        f"{told}, above the {limit:g} of design.longest_sitting_minutes; lower trials_per_sitting of a part.",
    )


def _enough(config: StudyConfig, effort: Effort) -> Finding:
    cost = ""
    if effort.cost is not None and config.payment is not None:
        cost = f", {effort.cost:,.2f} {config.payment.currency} in all"
    told = f"{counted(effort.raters, 'rater')} are needed for the targets{cost}"
    limit = config.recruitment.limit
    if limit is not None and limit < effort.raters:
        return failed("raters", f"{told}, but recruitment.limit is {limit}; raise it, or lower the targets.")
    return passed("raters", f"{told}.")


def _advice(config: StudyConfig, effort: Effort) -> Iterator[Finding]:
    wanted = config.targets.raters_per_method
    if wanted < ADVISED_RATERS:
        yield warned(
            "targets",
            f"targets.raters_per_method is {wanted}; at least {ADVISED_RATERS} independent raters per method "
            "are the literature's recommendation.",
        )
    elif wanted < ADVISED_ONLINE:
        yield warned(
            "targets",
            f"targets.raters_per_method is {wanted}; {ADVISED_ONLINE} are usually advised where raters "
            "sit at home.",
        )
    if config.metrics and 0 < effort.ratings_per_stimulus < ADVISED_PER_STIMULUS:
        yield warned(
            "targets",
            f"each clip gets about {effort.ratings_per_stimulus:.0f} ratings; {ADVISED_PER_STIMULUS} are "
            "advised where MOS is correlated with metrics; set targets.ratings_per_stimulus.",
        )
    checks = any(part.attention_checks or part.sound_checks or part.gold for part in config.parts)
    if checks and "attention" not in config.screening.apply:
        yield warned(
            "screening",
            "attention checks are asked, but screening.apply does not name 'attention': nobody will be "
            "excluded for missing them.",
        )
