"""Which methods the pairs of a sitting link, directly or through others, while it is put together."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Unit = TypeVar("Unit", bound=Hashable)
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
# A pair of methods that links may overtake one of which one more unit is left, not two.
WORTH_OF_LINK = 1.5


class Links:
    """Rows are pairs of methods. `ends`: (rows, 2), the codes of their methods."""

    def __init__(
        self,
        units: Sequence[Unit],
        ends: Callable[[Unit], tuple[Hashable, Hashable]],
        rows: Ints,
        seen: Bools,
    ) -> None:
        """`rows`: (units,), the row of each; `seen`: (units,), whether a sitting of the study holds it."""
        codes: dict[Hashable, int] = {}
        self.ends = np.zeros((int(rows.max()) + 1, 2), dtype=np.int64)
        for unit, row in zip(units, rows, strict=True):
            self.ends[row] = [codes.setdefault(end, len(codes)) for end in ends(unit)]
        self.study = np.arange(len(codes))
        self.sitting = np.arange(len(codes))
        self.degree = np.zeros(len(codes), dtype=np.int64)
        for row in np.unique(rows[seen]):
            _join(self.study, *self.ends[row])

    def begin(self, rows: Iterable[int]) -> None:
        """These pairs of methods are in the sitting already."""
        for row in rows:
            self.add(row)

    def add(self, row: int) -> None:
        for groups in (self.study, self.sitting):
            _join(groups, *self.ends[row])
        self.degree[self.ends[row]] += 1

    def keys(self, left: Ints) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Sort keys, the last first: pairs of methods with most left, those that link sooner; seldom methods.

        left: (rows,), how many units of each are left for later sittings.
        """
        one, other = self.ends.T
        links = (self.study[one] != self.study[other]) | (self.sitting[one] != self.sitting[other])
        degree = self.degree[self.ends]
        return degree.sum(axis=1) + degree.max(axis=1) / 1000, -left - WORTH_OF_LINK * links


def _join(groups: Ints, one: int, other: int) -> None:
    groups[groups == groups[other]] = groups[one]
