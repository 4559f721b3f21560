"""What every statistic hands back: notes, and the checks that all inputs pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.stats.arrays import FloatArray, IntArray


@dataclass(frozen=True)
class Note:
    """A warning that belongs to one result; `code` is stable, `message` is one sentence for the reader."""

    code: str
    message: str


def whole_number(n: int) -> str:
    """A count, none missing, as sentences print it: groups of three from 10 000 on. Raises nothing."""
    return f"{n:,}".replace(",", "\u202f") if n >= 10_000 else str(n)


def part_of(n: int, all_of: int) -> str:
    """`678 of 13 580`, for sentences; none missing. Raises nothing."""
    return f"{whole_number(n)} of {whole_number(all_of)}"


def as_codes(values: ArrayLike, name: str) -> IntArray:
    """`values` as a 1-D array of non-negative integer codes; ValueError otherwise."""
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and not np.issubdtype(array.dtype, np.integer)):
        raise ValueError(f"{name} must be a one-dimensional array of integer codes")
    if array.size and array.min() < 0:
        raise ValueError(f"{name} holds a negative code; codes start at 0")
    return array.astype(np.int64)


def as_scores(values: ArrayLike) -> FloatArray:
    """`values` as a 1-D float array with at least one finite score; ValueError otherwise."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError("score must be a one-dimensional array of numbers")
    if array.size == 0:
        raise ValueError("there is no score to summarise")
    if not np.isfinite(array).all():
        raise ValueError("score holds missing or infinite values; remove them before computing")
    return array


def check_rows(*columns: NDArray[Any]) -> None:
    """ValueError unless all columns have the same number of rows."""
    if len({len(column) for column in columns}) > 1:
        raise ValueError("the columns of ratings have different lengths")


def check_confidence(confidence: float) -> None:
    """ValueError unless 0 < confidence < 1."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")


def compact(codes: IntArray) -> tuple[IntArray, int]:
    """Relabel codes to 0..k-1 without gaps, keeping their order; also returns k."""
    present = np.bincount(codes) > 0
    relabel = np.cumsum(present) - 1
    return relabel[codes].astype(np.int64), int(present.sum())


def finite(value: float) -> float | None:
    """`value` as a Python float, or None where it is not a finite number."""
    return float(value) if np.isfinite(value) else None
