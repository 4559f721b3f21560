"""Who missed attention checks, or gave them up."""

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
    """Every rater in natural order; empty where the study had no check. value: attention checks missed.

    One that was given up, its clip said not to play, counts as missed: the platform records those whose clips
    it had. Where raters.csv does not say, none was.
    """
    checks, gone = checks_of(answers.data), given_up(answers.data)
    if checks.empty and not gone:
        return []
    limit = screening.attention.allowed_misses
    seen = {str(rater): own for rater, own in checks.groupby("rater")}
    return [_finding(rater, seen.get(rater), gone.get(rater, 0), limit) for rater in answers.raters]


def given_up(data: StudyData) -> dict[str, int]:
    """Attention checks and gold trials that raters gave up; only of those who did."""
    if data.raters is None or "checks_given_up" not in data.raters:
        return {}
    counts = pd.to_numeric(data.raters["checks_given_up"]).fillna(0).astype(int)
    return {str(rater): int(n) for rater, n in zip(data.raters["rater"], counts, strict=True) if n > 0}


def _finding(rater: str, own: pd.DataFrame | None, gone: int, limit: int) -> Finding:
    if own is None and not gone:
        return Finding(rater, None, None, limit, flagged=False, reason="answered no attention check")
    count, reasons = gone, []
    if own is not None:
        missed, gold = own["missed"].to_numpy(dtype=bool), own["gold"].to_numpy(dtype=bool)
        count += int(missed.sum())
        reasons.append(f"missed {_missed(missed, gold)}")
    if gone:
        reasons.append(f"gave up {counted(gone, 'check')}")
    return Finding(rater, None, float(count), limit, count > limit, ", ".join(reasons))


def _missed(missed: BoolArray, gold: BoolArray) -> str:
    """`1 of 2 attention checks and 1 of 1 gold trial`."""
    kinds = ((~gold, "attention check"), (gold, "gold trial"))
    return " and ".join(
        f"{int(missed[kind].sum())} of {counted(int(kind.sum()), name)}" for kind, name in kinds if kind.any()
    )


def checks_of(data: StudyData) -> pd.DataFrame:
    """rater, gold, missed (bool): one row per answered attention check or gold trial."""
    return pd.concat([_rating_checks(data.ratings), _comparison_checks(data.comparisons)], ignore_index=True)


def _rating_checks(ratings: pd.DataFrame) -> pd.DataFrame:
    if not {"expected_low", "expected_high"} & set(ratings.columns):
        return pd.DataFrame({"rater": [], "gold": np.array([], bool), "missed": np.array([], bool)})
    checks = ratings[ratings["kind"].isin(["gold", "trap"])]
    score = checks["score"].to_numpy(dtype=float)
    low = _bound(checks, "expected_low")
    high = _bound(checks, "expected_high")
    known = ~(np.isnan(low) & np.isnan(high))
    checks = checks.assign(missed=(score < low) | (score > high))[known]
    # One trial is one check, however many questions stood on its screen.
    trial = [*(name for name in TRIAL if name in checks), "gold"]
    checks = checks.assign(gold=checks["kind"] == "gold")
    return checks.groupby(trial, dropna=False)["missed"].any().reset_index()[["rater", "gold", "missed"]]


def _bound(checks: pd.DataFrame, column: str) -> FloatArray:
    return checks[column].to_numpy(dtype=float) if column in checks else np.full(len(checks), np.nan)


def _comparison_checks(comparisons: pd.DataFrame) -> pd.DataFrame:
    """A graded check is missed by another grade than the one asked for, on whichever side."""
    checks = comparisons[(comparisons["expected_choice"] != "") & (comparisons["rater"] != "")]
    side = checks["choice"].to_numpy() != checks["expected_choice"].to_numpy()
    score = _bound(checks, "score")
    grade = (score < _bound(checks, "expected_low")) | (score > _bound(checks, "expected_high"))
    return pd.DataFrame({"rater": checks["rater"].to_numpy(), "gold": False, "missed": side | grade})
