"""How often each value was given to each unit, for many bootstrap replicates at once.

A replicate draws rater r w_r times. One product of the ratings with w + base · w² yields, per unit and value,
both n = Σ w and q = Σ w² over the raters who gave it: base is a power of two above 2 Σ w, so n + base · q
splits exactly. All numbers in these products are whole and small, hence exact in any order of addition.
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
        values, value = np.unique(score, return_inverse=True)
        return cls(rater, unit, value.astype(np.int64), values, int(rater.max()) + 1, int(unit.max()) + 1)


@dataclass(frozen=True)
class Packing:
    """n + base · q in one floating number; `base` exceeds 2 n."""

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

    def packed(self, weights: IntArray) -> Space:
        found: Space = (weights * (weights * self.base + 1)).astype(self.dtype)
        return found

    def split(self, packed: Space, squares: Space) -> None:
        """Leave n in `packed`, put base · q into `squares`: added to a large number, the rest rounds away."""
        large = self.dtype(self.base * 2.0 ** (23 if self.dtype is np.float32 else 52))
        np.add(packed, large, out=squares)
        squares -= large
        packed -= squares


class Places(Protocol):
    """Units × values, and sums over them. The last axis of all arrays are the m replicates.

    One value, `common`, lies at 0 of every line, so that a dense table can leave it out.
    """

    size: int
    common: int

    def counted(self, weights: Space, space: Space) -> Space:
        """Sums of the raters' weights (n_raters, m), put into `space` (size, m)."""

    def shaped(self, space: Space) -> Space:
        """`space` (size, m) in the shape of counts."""

    def per_group(self, weights: Space, counts: Space) -> Space:
        """Sums of the raters' weights in each group of units that the same raters rated: (groups, m)."""

    def per_unit(self, of_groups: Space) -> Space:
        """What holds for groups, for their units: (n_units, m), or (1, m) where all are one group."""

    def different(self, mass: Space, counts: Space) -> Space:
        """mass² - Σ over values of n²: (n_units, m); mass: Σ of n, as `per_unit` has it."""

    def along(self, position: Space, counts: Space) -> Space:
        """Σ over values of position · n: (n_units, m); position: (n_values, m), 0 for the common value."""

    def per_value(self, weight: Space, counts: Space) -> FloatArray:
        """Σ over units of weight · n: (n_values, m), useless for the common value; weight: (n_units, m)."""


class Grid:
    """A dense table, for few values; counts: (n_values - 1, n_units, m)."""

    def __init__(self, units: Units, dtype: type[np.floating]) -> None:
        self.common = int(np.bincount(units.value).argmax())
        self.others = np.delete(np.arange(len(units.values)), self.common)
        self.shape = len(self.others), units.n_units
        self.size = len(self.others) * units.n_units
        row = np.searchsorted(self.others, units.value)
        kept = units.value != self.common
        self.table = np.zeros((self.size, units.n_raters), dtype)
        self.table[(row * units.n_units + units.unit)[kept], units.rater[kept]] = 1
        rated = np.zeros((units.n_units, units.n_raters), dtype)
        rated[units.unit, units.rater] = 1
        self.groups, self.group = _alike(rated)

    def counted(self, weights: Space, space: Space) -> Space:
        _multiply(self.table, weights, space)
        return self.shaped(space)

    def shaped(self, space: Space) -> Space:
        return space.reshape(*self.shape, -1)

    def per_group(self, weights: Space, counts: Space) -> Space:  # noqa: ARG002
        found = np.empty((len(self.groups), weights.shape[1]), weights.dtype)
        _multiply(self.groups, weights, found)
        return found

    def per_unit(self, of_groups: Space) -> Space:
        found: Space = of_groups if len(of_groups) == 1 else of_groups[self.group]
        return found

    def different(self, mass: Space, counts: Space) -> Space:
        others: Space = counts.sum(axis=0)
        common = mass - others
        common += mass
        others *= common
        others -= np.einsum("vub,vub->ub", counts, counts)
        return others

    def along(self, position: Space, counts: Space) -> Space:
        found: Space = np.einsum("vb,vub->ub", position[self.others], counts)
        return found

    def per_value(self, weight: Space, counts: Space) -> FloatArray:
        sums = np.zeros((len(self.others) + 1, counts.shape[-1]))
        sums[self.others] = np.einsum("ub,vub->vb", weight, counts)
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

    def counted(self, weights: Space, space: Space) -> Space:
        space[...] = self.ratings @ weights
        return space

    def shaped(self, space: Space) -> Space:
        return space

    def per_group(self, weights: Space, counts: Space) -> Space:  # noqa: ARG002
        return self._summed(counts)

    def per_unit(self, of_groups: Space) -> Space:
        return of_groups

    def different(self, mass: Space, counts: Space) -> Space:
        found: Space = mass**2 - self._summed(counts**2)
        return found

    def along(self, position: Space, counts: Space) -> Space:
        return self._summed(position[self.value] * counts)

    def per_value(self, weight: Space, counts: Space) -> FloatArray:
        found: FloatArray = (self.values @ (weight[self.unit] * counts)).astype(np.float64)
        return found

    def _summed(self, counts: Space) -> Space:
        """Σ over the places of each unit."""
        found: Space = self.units @ counts
        return found


def places_of(units: Units, dtype: type[np.floating]) -> Places:
    """A dense table of places where most of it is filled, else a sparse one; sums are the same."""
    dense = len(units.values) * units.n_units * units.n_raters <= DENSE_SPACE * len(units.value)
    return Grid(units, dtype) if dense else Cells(units, dtype)


def _sparse(
    row: IntArray, column: IntArray, shape: tuple[int, int], dtype: type[np.floating]
) -> sparse.csr_array:
    return sparse.csr_array((np.ones(len(row), dtype), (row, column)), shape=shape)


def _multiply(table: Space, weights: Space, out: Space) -> None:
    """table @ weights, in blocks of rows."""
    rows = max(1, ONE_THREAD // weights.size)
    whole = len(table) // rows * rows
    blocks = table[:whole].reshape(-1, rows, table.shape[1])
    np.matmul(blocks, weights, out=out[:whole].reshape(-1, rows, weights.shape[1]))
    np.matmul(table[whole:], weights, out=out[whole:])


def _alike(rated: Space) -> tuple[Space, IntArray]:
    """Distinct rows of a table of zeros and ones, and which of them each row is."""
    bits = np.packbits(rated.astype(bool), axis=1)
    rows = np.ascontiguousarray(bits).view(np.dtype((np.void, bits.shape[1]))).ravel()
    _, first, group = np.unique(rows, return_index=True, return_inverse=True)
    return rated[first], group.astype(np.int64)
