"""Verdicts on raters. Every rule is reported for every rater; only what the study declared is applied."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.load import StudyData
from analysis.stats.arrays import BoolArray, FloatArray
from analysis.tables import natural

ALLOWED_MISSES = 0


@dataclass(frozen=True)
class Verdict:
    """One rule on one rater. `question` is None where the rule looks at all questions at once."""

    rater: str
    rule: str
    question: str | None
    value: float | None
    threshold: float
    flagged: bool
    applied: bool
    reason: str


def screen(data: StudyData) -> list[Verdict]:
    """The attention rule, for every rater in natural order; empty where the study had no check.

    value: attention checks missed; None where the rater saw none. Flagged above the threshold.
    """
    checks = _checks(data)
    if checks.empty:
        return []
    declared = data.config is not None and "attention" in data.config.screening.apply
    seen = {str(rater): missed.to_numpy(dtype=bool) for rater, missed in checks.groupby("rater")["missed"]}
    everybody = natural([*data.ratings["rater"], *(rater for rater in data.comparisons["rater"] if rater)])
    return [_attention(rater, seen, declared=declared) for rater in everybody]


def _checks(data: StudyData) -> pd.DataFrame:
    """rater, missed (bool): one row per answered attention check."""
    return pd.concat([_rating_checks(data.ratings), _comparison_checks(data.comparisons)], ignore_index=True)


def _rating_checks(ratings: pd.DataFrame) -> pd.DataFrame:
    if not {"expected_low", "expected_high"} & set(ratings.columns):
        return pd.DataFrame({"rater": [], "missed": []})
    checks = ratings[ratings["kind"].isin(["gold", "trap"])]
    score = checks["score"].to_numpy(dtype=float)
    low = _bound(checks, "expected_low")
    high = _bound(checks, "expected_high")
    known = ~(np.isnan(low) & np.isnan(high))
    checks = checks.assign(missed=(score < low) | (score > high))[known]
    # One trial is one check, however many questions stood on its screen.
    trial = [name for name in ("rater", "stimulus", "sitting", "position") if name in checks]
    return checks.groupby(trial, dropna=False)["missed"].any().reset_index()[["rater", "missed"]]


def _bound(checks: pd.DataFrame, column: str) -> FloatArray:
    return checks[column].to_numpy(dtype=float) if column in checks else np.full(len(checks), np.nan)


def _comparison_checks(comparisons: pd.DataFrame) -> pd.DataFrame:
    checks = comparisons[(comparisons["expected_choice"] != "") & (comparisons["rater"] != "")]
    missed = checks["choice"].to_numpy() != checks["expected_choice"].to_numpy()
    return pd.DataFrame({"rater": checks["rater"].to_numpy(), "missed": missed})


def _attention(rater: str, seen: dict[str, BoolArray], *, declared: bool) -> Verdict:
    if rater not in seen:
        reason = "answered no attention check"
        return Verdict(rater, "attention", None, None, ALLOWED_MISSES, False, False, reason)
    missed, count = int(seen[rater].sum()), len(seen[rater])
    flagged = missed > ALLOWED_MISSES
    reason = f"missed {missed} of {count} attention check{'s' if count != 1 else ''}"
    if flagged and not declared:
        reason += "; kept, as the study did not declare this rule"
    return Verdict(
        rater, "attention", None, float(missed), ALLOWED_MISSES, flagged, flagged and declared, reason
    )


def excluded(verdicts: list[Verdict]) -> frozenset[str]:
    """Raters whose answers do not count."""
    return frozenset(verdict.rater for verdict in verdicts if verdict.applied)
