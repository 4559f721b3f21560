"""How often each value was given to each unit, for many bootstrap replicates at once.

A replicate draws rater r w_r times. One product of the ratings with w² + w / base yields, per unit and value,
both q = Σ w² and n = Σ w / base over the raters who gave it: base is a power of two above 2 Σ w, so rounding
q + n splits them exactly. Short of the factor 1 / base, all numbers in these products are whole and small,
hence exact in any order of addition.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from analysis.stats.arrays import FloatArray, IntArray

# Single precision halves the time; sums of so few terms lose less than one part in a million by it.
SINGLE_UNITS = 4096
DENSE_SPACE = 16  # numbers in a dense table per rating, beyond which only those that are not zero are kept
# OpenBLAS leaves smaller products to one thread; to wait for a second one takes very long on a busy machine.
ONE_THREAD = 250_000
MOST_RUNS = 8  # groups of alike units that are summed one by one
BLOCK, NARROWEST = 6_400, 64  # weights in a block of columns of such a product, and its columns at least
Space = NDArray[np.floating]


@dataclass(frozen=True)
class Units:
    """Ratings of stimuli with two or more of them; `value` indexes the sorted distinct `values`."""

    rater: IntArray
    unit: IntArray
    value: IntArray
    values: FloatArray
    n_raters: int
    n_units: int

    @classmethod
    def of(cls, rater: IntArray, unit: IntArray, score: FloatArray) -> Units:
        values = np.unique(score)
        value = np.searchsorted(values, score)
        return cls(rater, unit, value, values, int(rater.max()) + 1, int(unit.max()) + 1)


@dataclass(frozen=True)
class Packing:
    """q + n in one floating number; n, a multiple of 1 / `base`, is below a half."""

    base: int
    dtype: type[np.floating]

    @property
    def rounding(self) -> float:
        """The share of a sum that rounding may leave of nothing."""
        return 1e-6 if self.dtype is np.float32 else 1e-12

    @classmethod
    def of(cls, units: Units) -> Packing:
        base = 1 << (2 * units.n_raters).bit_length()
        exact = units.n_raters**2 * base <= 1 << 24
        return cls(base, np.float32 if exact and units.n_units <= SINGLE_UNITS else np.float64)

    def packed(self, weights: Space) -> Space:
        found: Space = weights + self.dtype(1 / self.base)
        found *= weights
        return found

    def split(self, packed: Space, squares: Space) -> None:
        """Leave n in `packed`, put q into `squares`."""
        np.rint(packed, out=squares)
        packed -= squares


@dataclass(frozen=True)
class Run:
    """The units of a part of the table, and what each of them weighs: factor · weight."""

    part: slice
    weight: Space  # (units of the part, m)
    factor: Space | float  # (m,)


@dataclass(frozen=True)
class Groups:
    """Units that the same raters rated, side by side."""

    rated: Space  # (groups, n_raters), ones and zeros
    order: IntArray  # the units, group by group
    sizes: IntArray

    @classmethod
    def of(cls, units: Units, dtype: type[np.floating]) -> Groups:
        rated = np.zeros((units.n_units, units.n_raters), dtype)
        rated.reshape(-1)[units.unit * units.n_raters + units.rater] = 1
        bits = np.packbits(rated.astype(bool), axis=1)
        rows = np.ascontiguousarray(bits).view(np.dtype((np.void, bits.shape[1]))).ravel()
        _, first, group = np.unique(rows, return_index=True, return_inverse=True)
        return cls(rated[first], np.argsort(group, kind="stable"), np.bincount(group))

    @property
    def few(self) -> bool:
        return len(self.sizes) <= MOST_RUNS

    def rows(self, units: Units) -> IntArray:
        """Where the unit of each rating stands."""
        row = np.empty(units.n_units, np.int64)
        row[self.order] = np.arange(units.n_units)
        return row[units.unit]

    def arranged(self, per_unit: Space) -> Space:
        return per_unit if len(self.sizes) == 1 else per_unit[self.order]

    def summed(self, weights: Space) -> Space:
        """Sums of the raters' weights (n_raters, m): (groups, m)."""
        found = np.empty((len(self.rated), weights.shape[1]), weights.dtype)
        multiply(self.rated, weights, found)
        return found

    def per_unit(self, of_groups: Space) -> Space:
        """What holds for groups, for their units: (n_units, m), or (1, m) where all are one group."""
        return of_groups if len(of_groups) == 1 else np.repeat(of_groups, self.sizes, axis=0)

    def runs(self, of_groups: Space, of_units: Space) -> list[Run]:
        """All units, each with the product of what holds for its group (groups, m) and it (n_units, m)."""
        if not self.few:
            return [Run(slice(None), self.per_unit(of_groups) * of_units, 1.0)]
        ends = np.cumsum(self.sizes).tolist()
        parts = [slice(start, end) for start, end in zip([0, *ends], ends, strict=False)]
        return [Run(part, of_units[part], of_groups[i]) for i, part in enumerate(parts)]


class Places(Protocol):
    """Units × values, and sums over them. The last axis of all arrays are the m replicates.

    One value, `common`, lies at 0 of every line, so that a dense table can leave it out.
    """

    size: int
    common: int

    def arranged(self, per_unit: Space) -> Space:
        """What holds for units (n_units, m), in the order of the table."""

    def counted(self, weights: Space, space: Space) -> Space:
        """Sums of the raters' weights (n_raters, m), put into `space` (size, m)."""

    def shaped(self, space: Space) -> Space:
        """`space` (size, m) in the shape of counts."""

    def per_group(self, weights: Space, counts: Space) -> Space:
        """Sums of the raters' weights in each group of units that the same raters rated: (groups, m)."""

    def runs(self, of_groups: Space, of_units: Space) -> list[Run]:
        """All units, each with the product of what holds for its group (groups, m) and it (n_units, m)."""

    def different(self, with_copies: FloatArray, counts: Space) -> tuple[FloatArray, Space]:
        """(a, b) such that a - Σ over units of weight · b is that of mass² - Σ over values of n².

        mass: Σ over values of n; with_copies: Σ over units of weight · mass · n, as `per_value` has it;
        a: (m,), b: (n_units, m).
        """

    def along(self, position: Space, counts: Space) -> Space:
        """Σ over values of position · n: (n_units, m); position: (n_values, m), 0 for the common value."""

    def per_value(self, runs: list[Run], counts: Space) -> FloatArray:
        """Σ over units of their weight · n: (n_values, m), useless for the common value."""


class Grid:
    """A dense table, for few values; counts: (n_values - 1, n_units, m), alike units side by side."""

    def __init__(self, units: Units, dtype: type[np.floating]) -> None:
        self.common = int(np.bincount(units.value).argmax())
        self.others = np.delete(np.arange(len(units.values)), self.common)
        self.shape = len(self.others), units.n_units
        self.size = len(self.others) * units.n_units
        self.groups = Groups.of(units, dtype)
        kept = units.value != self.common
        value = units.value[kept] - (units.value[kept] > self.common)
        row = value * units.n_units + self.groups.rows(units)[kept]
        self.table = np.zeros((self.size, units.n_raters), dtype)
        self.table.reshape(-1)[row * units.n_raters + units.rater[kept]] = 1

    def arranged(self, per_unit: Space) -> Space:
        return self.groups.arranged(per_unit)

    def counted(self, weights: Space, space: Space) -> Space:
        multiply(self.table, weights, space)
        return self.shaped(space)

    def shaped(self, space: Space) -> Space:
        return space.reshape(*self.shape, -1)

    def per_group(self, weights: Space, counts: Space) -> Space:  # noqa: ARG002
        return self.groups.summed(weights)

    def runs(self, of_groups: Space, of_units: Space) -> list[Run]:
        return self.groups.runs(of_groups, of_units)

    def different(self, with_copies: FloatArray, counts: Space) -> tuple[FloatArray, Space]:
        others: Space = counts.sum(axis=0)  # mass² - (mass - others)² = 2 mass · others - others²
        others *= others
        others += np.einsum("vub,vub->ub", counts, counts)
        return 2 * with_copies[self.others].sum(axis=0), others

    def along(self, position: Space, counts: Space) -> Space:
        found: Space = np.einsum("vb,vub->ub", position[self.others], counts)
        return found

    def per_value(self, runs: list[Run], counts: Space) -> FloatArray:
        sums = np.zeros((len(self.others) + 1, counts.shape[-1]))
        for run in runs:
            sums[self.others] += run.factor * np.einsum("ub,vub->vb", run.weight, counts[:, run.part])
        return sums


class Cells:
    """Only the places that occur, where there are many; counts: (places, m), sorted by unit."""

    def __init__(self, units: Units, dtype: type[np.floating]) -> None:
        key, place = np.unique(units.unit * len(units.values) + units.value, return_inverse=True)
        self.size, self.common = len(key), 0
        self.unit, self.value = np.divmod(key, len(units.values))
        self.ratings = _sparse(place, units.rater, (self.size, units.n_raters), dtype)
        self.units = _sparse(self.unit, np.arange(self.size), (units.n_units, self.size), dtype)
        self.values = _sparse(self.value, np.arange(self.size), (len(units.values), self.size), dtype)

    def arranged(self, per_unit: Space) -> Space:
        return per_unit

    def counted(self, weights: Space, space: Space) -> Space:
        space[...] = self.ratings @ weights
        return space

    def shaped(self, space: Space) -> Space:
        return space

    def per_group(self, weights: Space, counts: Space) -> Space:  # noqa: ARG002
        return self._summed(counts)

    def runs(self, of_groups: Space, of_units: Space) -> list[Run]:
        return [Run(slice(None), of_groups * of_units, 1.0)]

    def different(self, with_copies: FloatArray, counts: Space) -> tuple[FloatArray, Space]:
        return with_copies.sum(axis=0), self._summed(counts**2)

    def along(self, position: Space, counts: Space) -> Space:
        return self._summed(position[self.value] * counts)

    def per_value(self, runs: list[Run], counts: Space) -> FloatArray:
        weight = runs[0].weight
        found: FloatArray = (self.values @ (weight[self.unit] * counts)).astype(np.float64)
        return found

    def _summed(self, counts: Space) -> Space:
        """Σ over the places of each unit."""
        found: Space = self.units @ counts
        return found


def places_of(units: Units, dtype: type[np.floating]) -> Places:
    """A dense table of places where most of it is filled, else a sparse one; sums are the same."""
    return Grid(units, dtype) if is_dense(units) else Cells(units, dtype)


def is_dense(units: Units) -> bool:
    """Whether a table of raters × stimuli × values is worth its room."""
    return len(units.values) * units.n_units * units.n_raters <= DENSE_SPACE * len(units.value)


def _sparse(
    row: IntArray, column: IntArray, shape: tuple[int, int], dtype: type[np.floating]
) -> sparse.csr_array:
    return sparse.csr_array((np.ones(len(row), dtype), (row, column)), shape=shape)


def multiply(table: Space, weights: Space, out: Space) -> None:
    """table @ weights into `out`, in blocks of rows and columns that are small enough for one thread."""
    inner, width = weights.shape
    if table.size * width <= ONE_THREAD:
        np.matmul(table, weights, out=out)
        return
    columns = min(width, max(BLOCK // inner, NARROWEST))
    rows = max(1, ONE_THREAD // (inner * columns))
    whole = len(table) // rows * rows
    blocks, found = table[:whole].reshape(-1, rows, inner), out[:whole].reshape(-1, rows, width)
    for start in range(0, width, columns):
        part = slice(start, start + columns)
        np.matmul(blocks, weights[:, part], out=found[:, :, part])
        np.matmul(table[whole:], weights[:, part], out=out[whole:, part])
