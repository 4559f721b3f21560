"""What a rule finds about a rater, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.stats.result import whole_number


@dataclass(frozen=True)
class Finding:
    """One rule on one rater. `question` is None where the rule looks at all questions at once.

    value: None where the rule's facts are missing; the reason says so.
    """

    rater: str
    question: str | None
    value: float | None
    threshold: float
    flagged: bool
    reason: str


@dataclass(frozen=True)
class Verdict:
    """A finding under the name of its rule. `applied`: the rater's answers do not count."""

    rater: str
    rule: str
    question: str | None
    value: float | None
    threshold: float
    flagged: bool
    applied: bool
    reason: str


def verdict(rule: str, found: Finding, *, declared: bool) -> Verdict:
    kept = found.flagged and not declared
    return Verdict(
        rater=found.rater,
        rule=rule,
        question=found.question,
        value=found.value,
        threshold=found.threshold,
        flagged=found.flagged,
        applied=found.flagged and declared,
        reason=found.reason + ("; kept, as the study did not declare this rule" if kept else ""),
    )


def excluded(verdicts: list[Verdict]) -> frozenset[str]:
    """Raters whose answers do not count."""
    return frozenset(verdict.rater for verdict in verdicts if verdict.applied)


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 rater`, `2 raters`."""
    return f"{whole_number(number)} {noun if number == 1 else plural or noun + 's'}"
