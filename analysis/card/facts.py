"""Counts, quartiles and shares of what was recorded; None where nothing was."""

from __future__ import annotations

import pandas as pd

from analysis.card.model import Counts, Quartiles
from analysis.load import StudyData
from analysis.screening.presentation import one_per_trial

SITTING = ["rater", "sitting"]  # raters may number their sittings alike


def counts(frame: pd.DataFrame | None, column: str) -> Counts | None:
    """How often each word stands in a column."""
    if frame is None or column not in frame:
        return None
    words = frame[column][frame[column].notna()].astype(str)
    found = words[words != ""].value_counts()
    return {word: int(found[word]) for word in sorted(found.index)} or None


def numbers(frame: pd.DataFrame, column: str) -> pd.Series:
    """The numbers of a column that are there."""
    if column not in frame:
        return pd.Series(dtype=float)
    return pd.to_numeric(frame[column], errors="coerce").dropna().astype(float)


def quartiles(values: pd.Series) -> Quartiles | None:
    if values.empty:
        return None
    low, q1, median, q3, high = (float(v) for v in values.quantile([0, 0.25, 0.5, 0.75, 1]))
    return Quartiles(n=len(values), min=low, q1=q1, median=median, q3=q3, max=high)


def share(marks: pd.Series) -> float | None:
    return float(marks.mean()) if len(marks) else None


def span(frame: pd.DataFrame, column: str) -> tuple[float, float] | None:
    values = numbers(frame, column)
    return (float(values.min()), float(values.max())) if len(values) else None


def times(frame: pd.DataFrame, column: str) -> pd.Series:
    """Moments in UTC, NaT where none can be read."""
    if column not in frame:
        return pd.Series(pd.NaT, index=frame.index, dtype="datetime64[ns, UTC]")
    return pd.to_datetime(frame[column], format="ISO8601", utc=True, errors="coerce")


def presentations(data: StudyData) -> pd.DataFrame:
    """One row per trial of the main test, with what its table tells of it: practice and checks left out.

    response_ms: of the trial's last answer.
    """
    rated = one_per_trial(data.ratings[data.ratings["kind"] == "scored"])
    compared = data.comparisons[data.comparisons["expected_choice"] == ""]
    tables = [table for table in (rated, compared) if len(table)]
    return pd.concat(tables, ignore_index=True) if tables else rated


def answers(data: StudyData) -> pd.DataFrame:
    """Every answer of any kind."""
    tables = [table for table in (data.ratings, data.comparisons) if len(table)]
    return pd.concat(tables, ignore_index=True) if tables else data.ratings
