"""Who missed attention checks."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.load import StudyData
from analysis.screening.verdict import Finding, counted
from analysis.screening.votes import Answers
from analysis.stats.arrays import BoolArray, FloatArray
from analysis.tables import TRIAL
from studies.screening import Screening


def attention(answers: Answers, screening: Screening) -> list[Finding]:
    """Every rater in natural order; empty where the study had no check. value: attention checks missed."""
    checks = checks_of(answers.data)
    if checks.empty:
        return []
    limit = screening.attention.allowed_misses
    seen = {str(rater): missed.to_numpy(dtype=bool) for rater, missed in checks.groupby("rater")["missed"]}
    return [_finding(rater, seen.get(rater), limit) for rater in answers.raters]


def _finding(rater: str, missed: BoolArray | None, limit: int) -> Finding:
    if missed is None:
        return Finding(rater, None, None, limit, flagged=False, reason="answered no attention check")
    count = int(missed.sum())
    reason = f"missed {count} of {counted(len(missed), 'attention check')}"
    return Finding(rater, None, float(count), limit, count > limit, reason)


def checks_of(data: StudyData) -> pd.DataFrame:
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
    trial = [name for name in TRIAL if name in checks]
    return checks.groupby(trial, dropna=False)["missed"].any().reset_index()[["rater", "missed"]]


def _bound(checks: pd.DataFrame, column: str) -> FloatArray:
    return checks[column].to_numpy(dtype=float) if column in checks else np.full(len(checks), np.nan)


def _comparison_checks(comparisons: pd.DataFrame) -> pd.DataFrame:
    checks = comparisons[(comparisons["expected_choice"] != "") & (comparisons["rater"] != "")]
    missed = checks["choice"].to_numpy() != checks["expected_choice"].to_numpy()
    return pd.DataFrame({"rater": checks["rater"].to_numpy(), "missed": missed})
