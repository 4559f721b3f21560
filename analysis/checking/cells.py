"""Each table by itself: its columns, and cells that cannot be what their column says."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from analysis import csvfile
from analysis.checking.files import Bundle
from analysis.checking.problem import Problem, flagged, retold
from analysis.csvfile import DECIMAL_COMMA, FALSE, LARGEST, MISSING, TRUE
from analysis.measured import INFINITE
from analysis.stats.arrays import BoolArray
from studies.bundle import CHOICES, COMPARISONS, RATING_KINDS, TABLES, Column, Table
from studies.errors import InputError

# One of each group of columns must be there; the first of the group is told where none is.
NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "ratings": (("rater",), ("item",), ("method",), ("score",)),
    "comparisons": (("left", "winner"), ("right", "loser"), ("choice", "score", "winner")),
    "stimuli": (("stimulus",), ("method",), ("item",)),
    "raters": (("rater",),),
    "metrics": (("metric",), ("value",), ("stimulus", "method")),
}
FILLED: dict[str, tuple[str, ...]] = {
    "ratings": ("rater", "stimulus", "method", "item"),
    "comparisons": ("left", "right", "winner", "loser"),
    "stimuli": ("stimulus", "method", "item"),
    "raters": ("rater",),
    "metrics": ("metric",),
}
WORDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("ratings", "kind"): RATING_KINDS,
    ("comparisons", "kind"): RATING_KINDS,
    ("comparisons", "choice"): CHOICES,
    ("comparisons", "expected_choice"): CHOICES,
    ("metrics", "direction"): ("higher", "lower"),
}
METRIC_VALUE = "value"  # may also be infinite
SHARES = frozenset({"played_fraction"})
COUNTS = frozenset({"dropped_frames", "replays", "sittings", "position", "question_position", "fps"})
UNITS = frozenset({"ms", "s", "pixels", "device pixels"})
SOMETIMES = ("rater", "item")  # comparisons may leave these columns empty throughout


def cell_problems(bundle: Bundle) -> Iterator[Problem]:
    for table in TABLES:
        frame = bundle.frame(table)
        if frame is not None:
            yield from _columns(table, frame, bundle.label(table))
            yield from _empty(table, frame, bundle.label(table))
            yield from _values(table, frame, bundle.label(table))


def _columns(table: Table, frame: pd.DataFrame, file: str) -> Iterator[Problem]:
    absent = [group[0] for group in NEEDED[table.name] if not set(group) & set(frame.columns)]
    try:
        csvfile.require(frame, absent, file)
    except InputError as error:
        yield retold(error)


def _empty(table: Table, frame: pd.DataFrame, file: str) -> Iterator[Problem]:
    names = [name for name in FILLED[table.name] if name in frame]
    if table is COMPARISONS:
        names += [name for name in SOMETIMES if name in frame and (frame[name] != "").any()]
    for name in names:
        yield from flagged(file, frame, frame[name] == "", name, "it is empty; fill it in or remove the row")


def _values(table: Table, frame: pd.DataFrame, file: str) -> Iterator[Problem]:
    for (name, column), allowed in WORDS.items():
        if name == table.name and column in frame:
            what = f"{{value}} is not one of {', '.join(allowed)}; correct the cell"
            yield from flagged(file, frame, ~frame[column].isin([*allowed, ""]), column, what)
    for known in table.columns:
        if known.name not in frame:
            continue
        text = frame[known.name]
        if known.kind in CHECKS:
            bad, what = CHECKS[known.kind](text), f"{{value}} is not {NAMES[known.kind]}"
            comma = bad & text.str.fullmatch(DECIMAL_COMMA).to_numpy(dtype=bool)
            yield from flagged(file, frame, bad & ~comma, known.name, f"{what}; correct the cell")
            mend = "write it with a point, not a decimal comma"
            yield from flagged(file, frame, comma, known.name, f"{what}; {mend}")
        yield from _ranges(known, frame, file)


def _not_a_number(text: pd.Series) -> BoolArray:
    values = pd.to_numeric(text, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    allowed = MISSING | INFINITE if text.name == METRIC_VALUE else MISSING
    word: BoolArray = text.str.lower().isin(allowed).to_numpy(dtype=bool)
    with np.errstate(invalid="ignore"):
        number: BoolArray = np.abs(values) <= LARGEST
    return ~(number | word)


def _not_whole(text: pd.Series) -> BoolArray:
    values = pd.to_numeric(text, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    with np.errstate(invalid="ignore"):
        fraction: BoolArray = np.abs(values - np.round(values)) > 0
    return _not_a_number(text) | fraction


def _not_a_boolean(text: pd.Series) -> BoolArray:
    fine: BoolArray = text.str.lower().isin(TRUE | FALSE).to_numpy(dtype=bool)
    return ~fine


def _not_a_time(text: pd.Series) -> BoolArray:
    return times(text).isna().to_numpy(dtype=bool) & (text != "").to_numpy(dtype=bool)


def times(text: pd.Series) -> pd.Series:
    """UTC times; NaT where there is none or it cannot be read."""
    return pd.to_datetime(text.where(text != "", None), errors="coerce", utc=True, format="ISO8601")


CHECKS: dict[str, Callable[[pd.Series], BoolArray]] = {
    "number": _not_a_number,
    "integer": _not_whole,
    "boolean": _not_a_boolean,
    "time": _not_a_time,
}
NAMES = {
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "time": "a time such as 2026-01-31T12:00:00Z",
}


def _ranges(column: Column, frame: pd.DataFrame, file: str) -> Iterator[Problem]:
    """Durations, counts and shares cannot be negative, and a share not above one."""
    if column.unit not in UNITS and column.name not in SHARES | COUNTS:
        return
    values = pd.to_numeric(frame[column.name], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    with np.errstate(invalid="ignore"):
        low, high = values < 0, values > (1 if column.name in SHARES else np.inf)
    yield from flagged(file, frame, low, column.name, "{value} is negative; correct the cell")
    yield from flagged(file, frame, high, column.name, "{value} is a share above 1; correct the cell")
