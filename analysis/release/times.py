"""Times without the time of day: the date of a sitting and the course of time within it stay."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from analysis.release.carried import TIMES, Frames
from analysis.tables import visits
from studies.errors import InputError

FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"


def without_time_of_day(frames: Frames) -> Frames:
    """Every sitting begins at midnight UTC of its date, or where the rater's sitting before it has ended.

    Answers that name no sitting form one per rater and date. Raises InputError for a cell that is no time.
    """
    cells = list(_cells(frames))
    if not cells:
        return frames
    times = _shifted(pd.concat(cells, ignore_index=True))
    shifted = dict(frames)
    for (file, column), found in times.groupby(["file", "column"]):
        written = pd.Series(found["at"].dt.strftime(FORMAT).to_numpy(), index=found["row"].to_numpy())
        frame = shifted[str(file)]
        shifted[str(file)] = frame.assign(**{str(column): written.reindex(frame.index).fillna("")})
    return shifted


def _cells(frames: Frames) -> Iterator[pd.DataFrame]:
    """file, column, row, rater, sitting and at: one row per filled cell that holds a time."""
    for file, frame in frames.items():
        for column in [str(name) for name in frame.columns if name in TIMES]:
            filled = frame[frame[column] != ""]
            if len(filled):
                yield pd.DataFrame(
                    {
                        "file": file,
                        "column": column,
                        "row": filled.index,
                        "rater": _or_blank(filled, "rater"),
                        "sitting": _or_blank(filled, "sitting"),
                        "at": _times(filled[column], file).to_numpy(),
                    }
                )


def _or_blank(frame: pd.DataFrame, column: str) -> np.ndarray:
    return frame[column].to_numpy() if column in frame else np.full(len(frame), "")


def _times(cells: pd.Series, file: str) -> pd.Series:
    times = pd.to_datetime(cells, format="ISO8601", utc=True, errors="coerce")
    bad = times.isna()
    if bad.any():
        row, value = cells.index[bad][0], cells[bad].iloc[0]
        raise InputError(
            f"{file} row {row}: column '{cells.name}' is {value!r}, which is no time, so that its time of "
            "day cannot be removed; write it like 2026-11-21T09:30:00Z, or empty the cell."
        )
    return times.dt.tz_localize(None)


def _shifted(cells: pd.DataFrame) -> pd.DataFrame:
    cells = cells.assign(sitting=visits(cells["sitting"], cells["at"]))
    key = ["rater", "sitting"]
    spans = (
        cells.groupby(key)["at"].agg(["min", "max"]).reset_index().sort_values(["rater", "min", "sitting"])
    )
    spans["start"] = list(_starts(spans))
    placed = cells[key].merge(spans, on=key, how="left")
    at = placed["start"].to_numpy() + (cells["at"].to_numpy() - placed["min"].to_numpy())
    return cells.assign(at=at)


def _starts(spans: pd.DataFrame) -> Iterator[pd.Timestamp]:
    """Where each sitting begins; those of one rater stay in order."""
    before, ended = None, pd.Timestamp.min
    for rater, first, last in zip(spans["rater"], spans["min"], spans["max"], strict=True):
        start = first.normalize() if rater != before else max(first.normalize(), ended)
        before, ended = rater, start + (last - first)
        yield start
