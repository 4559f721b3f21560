"""Comparisons as arrays, checked once at the door."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.stats.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class Ballot:
    """Comparisons, one row each, and the units that cast them (None where not known).

    left, right: method codes; outcome: +1 left preferred, 0 tie, −1 right preferred; n: how often (> 0).
    """

    rater: IntArray | None
    item: IntArray | None
    left: IntArray
    right: IntArray
    outcome: IntArray
    n: FloatArray

    def only(self, rows: BoolArray) -> Ballot:
        return Ballot(
            None if self.rater is None else self.rater[rows],
            None if self.item is None else self.item[rows],
            self.left[rows],
            self.right[rows],
            self.outcome[rows],
            self.n[rows],
        )

    def sided(self, method: int) -> IntArray:
        """The outcome of each row as `method` sees it; rows must all involve it."""
        return np.where(self.left == method, self.outcome, -self.outcome)


def make_ballot(
    rater: IntArray | None,
    item: IntArray | None,
    left: IntArray,
    right: IntArray,
    outcome: IntArray,
    n: FloatArray | None,
    *,
    n_methods: int,
) -> Ballot:
    """A Ballot; ValueError on unequal lengths, missing values, unknown codes or a method against itself."""
    columns = [None if column is None else _codes(column) for column in (rater, item)]
    sides = [_codes(column) for column in (left, right)]
    counts = np.ones(len(sides[0])) if n is None else np.asarray(n, dtype=float)
    choices = _whole(outcome)
    lengths = {len(column) for column in (*columns, *sides, choices, counts) if column is not None}
    if len(lengths) != 1:
        raise ValueError("rater, item, left, right, outcome and n must have the same length")
    if np.any(sides[0] == sides[1]):
        raise ValueError("a method cannot be compared with itself")
    if max(int(side.max(initial=-1)) for side in sides) >= n_methods:
        raise ValueError("method codes must be below n_methods")
    if not np.isin(choices, (-1, 0, 1)).all():
        raise ValueError("outcome must be +1 (left), 0 (tie) or -1 (right)")
    if not np.all(counts > 0):
        raise ValueError("n must be above 0 in every row")
    return Ballot(columns[0], columns[1], sides[0], sides[1], choices, counts)


def _whole(column: IntArray) -> IntArray:
    values = np.asarray(column, dtype=float)
    if not np.all(values == np.round(values)):
        raise ValueError("codes must be whole numbers without missing values")
    return values.astype(np.int64)


def _codes(column: IntArray) -> IntArray:
    codes = _whole(column)
    if codes.min(initial=0) < 0:
        raise ValueError("codes must not be negative")
    return codes
