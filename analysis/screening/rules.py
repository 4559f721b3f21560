"""All rules on all raters: what they did first, then how they agree with those who are left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from analysis.load import StudyData
from analysis.screening.agreement import bt500, loo_correlation, p910, p913_bias
from analysis.screening.attention import attention
from analysis.screening.completion import completion
from analysis.screening.presentation import playback, speed
from analysis.screening.straightlining import straightlining
from analysis.screening.verdict import Finding, Verdict, verdict
from analysis.screening.votes import Answers, Votes, votes
from studies.screening import Screening

CONDUCT: dict[str, Callable[[Answers, Screening], list[Finding]]] = {
    "completion": completion,
    "attention": attention,
    "playback": playback,
    "speed": speed,
    "straightlining": straightlining,
}


@dataclass(frozen=True)
class Agreement:
    """A rule that sets each rater against the others, and the threshold of its value."""

    find: Callable[[Votes, Screening], Iterator[Finding]]
    threshold: Callable[[Screening], float]


AGREEMENT = {
    "bt500": Agreement(bt500, lambda screening: screening.bt500.share),
    "p913_bias": Agreement(p913_bias, lambda screening: screening.p913_bias.share),
    "p910": Agreement(p910, lambda screening: screening.p910.stimulus_r),
    "loo_correlation": Agreement(loo_correlation, lambda screening: screening.loo_correlation.r),
}


def screen(data: StudyData) -> list[Verdict]:
    """Every rule whose facts are in the data, for every rater whom it concerns: all are reported.

    Applied is only what the study declared; without a study file, nothing. The rules on agreement look at the
    raters whom no applied rule of conduct has excluded. Ordered by rule, question, rater's natural order.
    """
    screening = data.config.screening if data.config else Screening()
    declared = data.config.excluding if data.config else ()
    answers = Answers(data)
    found = [
        verdict(rule, one, declared=rule in declared)
        for rule, find in CONDUCT.items()
        for one in find(answers, screening)
    ]
    gone = {one.rater: one.rule for one in reversed(found) if one.applied}
    left = {one.question: one for one in votes(data, frozenset(gone))} if gone else None
    for rule in AGREEMENT:
        for one in answers.votes:
            rest = one if left is None else left.get(one.question)
            findings = _agreement(rule, one, rest, gone, screening)
            found += [verdict(rule, finding, declared=rule in declared) for finding in findings]
    return found


def _agreement(
    rule: str, everybody: Votes, rest: Votes | None, gone: dict[str, str], screening: Screening
) -> Iterator[Finding]:
    """In the order of `everybody`; those who are gone with the rule that excluded them."""
    threshold = AGREEMENT[rule].threshold(screening)
    found = {one.rater: one for one in AGREEMENT[rule].find(rest, screening)} if rest else {}
    for rater in everybody.raters:
        if rater in gone:
            reason = f"not looked at, as {gone[rater]} has excluded this rater"
            yield Finding(rater, everybody.question, None, threshold, flagged=False, reason=reason)
        else:
            yield found[rater]
