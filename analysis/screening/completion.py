"""Who left before the end of their sitting."""

from __future__ import annotations

from analysis.screening.verdict import Finding
from analysis.screening.votes import Answers
from studies.screening import Screening

LEFT = "active"  # in raters.csv: neither finished, nor ended by a check, nor withdrawn


def completion(answers: Answers, _screening: Screening) -> list[Finding]:
    """Every rater whose end is recorded, in natural order. value: 1 for a sitting that was not finished."""
    raters = answers.data.raters
    if raters is None or "status" not in raters:
        return []
    status = {str(rater): str(state) for rater, state in zip(raters["rater"], raters["status"], strict=True)}
    return [_finding(rater, status[rater]) for rater in answers.raters if status.get(rater)]


def _finding(rater: str, status: str) -> Finding:
    left = status == LEFT
    reason = "did not finish the sitting" if left else "came to the end of the sitting"
    return Finding(rater, None, float(left), 0.0, flagged=left, reason=reason)
