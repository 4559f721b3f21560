"""Which units a sitting gets, of those that fewest hold: an incomplete block design, built as it goes.

A unit is a clip (row: its method, column: its item) or a pair of clips (row: its two methods, column: their
item). Counts of units over the study come first: what fewest sittings hold is dealt out first, so that
counts that were within one stay within one. Among equals the rows are taken evenly, then the columns as
evenly as the rows so taken allow (Harvey, Ladner, Lovász and Tamir, 2006, Semi-matchings for bipartite graphs
and load balancing), then those that were least often in one sitting with those chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from mos_platform.assignments.design.links import Links

Unit = TypeVar("Unit", bound=Hashable)
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Cell = tuple[int, int]


def least_used(
    units: Sequence[Unit], used: Mapping[Unit, int], n: int | None, rng: np.random.Generator
) -> list[Unit]:
    """The `n` units (all by default) with the lowest counts; equals in random order."""
    shuffled = [units[i] for i in rng.permutation(len(units))]
    shuffled.sort(key=lambda unit: used.get(unit, 0))
    return shuffled if n is None else shuffled[:n]


def even_choice(
    units: Sequence[Unit],
    used: Mapping[Unit, int] | Ints,
    n: int | None,
    rng: np.random.Generator,
    *,
    row: Callable[[Unit], Hashable],
    column: Callable[[Unit], Hashable],
    ends: Callable[[Unit], tuple[Hashable, Hashable]] | None = None,
    together: Ints | None = None,
) -> list[Unit]:
    """`n` units (all by default) in random order; no two of `units` share both row and column.

    `used`: how many sittings hold a unit, by unit or in their order. `ends`: the two methods that a unit
    compares; a sitting then links as many methods as can be. `together`: (units, units), in how many sittings
    two of them met.
    """
    if n is None or n >= len(units):
        return [units[i] for i in rng.permutation(len(units))]
    counts = np.array([used.get(unit, 0) for unit in units]) if isinstance(used, Mapping) else used
    level = np.sort(counts)[n - 1] if n else -1
    table = _Table(units, row, column)
    links = None if ends is None else Links(units, ends, table.rows, counts > 0)
    choice = _Choice(table, counts < level, counts == level, links, together, rng)
    return choice.drawn(n)


class _Table(Generic[Unit]):
    """`units` by row and column; `at` is −1 where there is none."""

    def __init__(
        self,
        units: Sequence[Unit],
        row: Callable[[Unit], Hashable],
        column: Callable[[Unit], Hashable],
    ) -> None:
        self.units = units
        self.rows, n_rows = _codes([row(unit) for unit in units])
        self.columns, n_columns = _codes([column(unit) for unit in units])
        self.at = np.full((n_rows, n_columns), -1)
        self.at[self.rows, self.columns] = np.arange(len(units))

    def grid(self, which: Bools) -> Bools:
        """(rows, columns): whether the unit there is one of `which`."""
        marked = np.zeros(self.at.shape, dtype=bool)
        marked[self.rows[which], self.columns[which]] = True
        return marked


def _codes(keys: Sequence[Hashable]) -> tuple[Ints, int]:
    numbers = np.array(keys)
    if numbers.ndim == 1 and numbers.dtype.kind == "i":
        found, inverse = np.unique(numbers, return_inverse=True)
        return inverse.astype(np.int64), len(found)
    places: dict[Hashable, int] = {}
    codes = np.array([places.setdefault(key, len(places)) for key in keys], dtype=np.int64)
    return codes, len(places)


class _Choice(Generic[Unit]):
    """One sitting while it is put together: `due` units are in it, of the `free` ones the rest is drawn.

    `later`: the units that are as seldom in the study as the free ones once this sitting has the due ones.
    """

    def __init__(
        self,
        table: _Table[Unit],
        due: Bools,
        free: Bools,
        links: Links | None,
        together: Ints | None,
        rng: np.random.Generator,
    ) -> None:
        self.table, self.links, self.together, self.rng = table, links, together, rng
        self.due, self.free = table.grid(due), table.grid(free)
        self.chosen = np.zeros_like(self.free)
        self.taken, self.loads = _sums(self.due)
        self.later_rows, self.later_columns = _sums(self.due | self.free)
        if links:
            links.begin(np.flatnonzero(self.taken).tolist())
        self.met = np.zeros(len(table.units)) if together is None else together[due].sum(axis=0, dtype=float)

    def drawn(self, n: int) -> list[Unit]:
        for _ in range(n - int(self.due.sum())):
            row = self._row()
            self._take(row, self._column(row))
        even_out(self.chosen, self.free, self.loads)
        picked = self.table.at[self.due | self.chosen]
        return [self.table.units[i] for i in self.rng.permutation(picked)]

    def _row(self) -> int:
        """Fewest in the sitting, then most left for later ones, then with a column that is seldom in it."""
        seldom = np.where(self.free, self.loads, self.table.at.size).min(axis=1)
        evenly = (-self.later_rows,) if self.links is None else self.links.keys(self.later_rows)
        tie, full = self.rng.random(len(self.taken)), ~self.free.any(axis=1)
        return int(np.lexsort((tie, seldom, *evenly, self.taken, full))[0])

    def _column(self, row: int) -> int:
        """Of the free ones in this row: fewest in the sitting, most left, seldom met by those chosen."""
        columns = np.flatnonzero(self.free[row])
        met = self.met[self.table.at[row, columns]]
        keys = (self.rng.random(len(columns)), met, -self.later_columns[columns], self.loads[columns])
        return int(columns[np.lexsort(keys)[0]])

    def _take(self, row: int, column: int) -> None:
        self.chosen[row, column], self.free[row, column] = True, False
        self.taken[row] += 1
        self.loads[column] += 1
        self.later_rows[row] -= 1
        self.later_columns[column] -= 1
        if self.together is not None:
            self.met += self.together[self.table.at[row, column]]
        if self.links:
            self.links.add(row)


def _sums(grid: Bools) -> tuple[Ints, Ints]:
    """Of rows and of columns."""
    return grid.sum(axis=1, dtype=np.int64), grid.sum(axis=0, dtype=np.int64)


def even_out(chosen: Bools, free: Bools, loads: Ints) -> None:
    """Exchange chosen for free cells of the same row, in place, until none makes the columns more even.

    chosen, free: (rows, columns), never both true; loads: (columns,), how often each stands in the sitting.
    """
    stuck: set[int] = set()
    while True:
        full = [column for column in np.flatnonzero(loads >= loads.min() + 2) if column not in stuck]
        if not full:
            return
        start = max(full, key=lambda column: int(loads[column]))
        path = _relief(chosen, free, loads, int(start))
        if path is None:
            stuck.add(int(start))
            continue
        stuck.clear()
        for (row, before), after in path:
            chosen[row, before], free[row, before] = False, True
            chosen[row, after], free[row, after] = True, False
        loads[start] -= 1
        loads[path[-1][1]] += 1


def _relief(chosen: Bools, free: Bools, loads: Ints, start: int) -> list[tuple[Cell, int]] | None:
    """A chain of exchanges ((row, column), new column) from a full column to one with two fewer, or None."""
    came: dict[int, Cell] = {}
    unseen = np.ones(len(loads), dtype=bool)
    unseen[start] = False
    rows = np.ones(len(chosen), dtype=bool)
    queue = [start]
    for column in queue:
        for row in np.flatnonzero(chosen[:, column] & rows):
            rows[row] = False
            for other in np.flatnonzero(free[row] & unseen):
                unseen[other] = False
                came[int(other)] = (int(row), column)
                if loads[other] <= loads[start] - 2:
                    return _chain(came, int(other), start)
                queue.append(int(other))
    return None


def _chain(came: Mapping[int, Cell], last: int, start: int) -> list[tuple[Cell, int]]:
    path: list[tuple[Cell, int]] = []
    while last != start:
        path.append((came[last], last))
        last = came[last][1]
    return path[::-1]
