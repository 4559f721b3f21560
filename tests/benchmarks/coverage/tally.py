"""How often intervals held the truth, and how wide they were."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

Key = tuple[str, str, str]  # part of the table, design, interval


@dataclass
class Tally:
    """Sums over studies of the share of a study's intervals that held the truth, and of their widths."""

    replications: int = 0
    studies: int = 0  # those with an interval
    share: float = 0.0
    share_squared: float = 0.0
    width: float = 0.0
    defined: int = 0
    undefined: int = 0

    def add(self, other: Tally) -> None:
        self.replications += other.replications
        self.studies += other.studies
        self.share += other.share
        self.share_squared += other.share_squared
        self.width += other.width
        self.defined += other.defined
        self.undefined += other.undefined

    @property
    def coverage(self) -> float:
        return self.share / self.studies if self.studies else float("nan")

    @property
    def mean_width(self) -> float:
        return self.width / self.studies if self.studies else float("nan")

    @property
    def error(self) -> float:
        """Half-width of the 95 % interval of the coverage; a study's intervals count as one."""
        if not self.studies:
            return float("nan")
        variance = max(self.share_squared / self.studies - self.coverage**2, 0.0)
        return 1.96 * float(np.sqrt(variance / self.studies))


@dataclass
class Tallies:
    """Tallies of one chunk of work."""

    found: dict[Key, Tally] = field(default_factory=lambda: defaultdict(Tally))

    def record(
        self, key: Key, intervals: Iterable[tuple[float | None, float | None]], truths: Iterable[float]
    ) -> None:
        """One study's intervals of one kind; those that are not defined count apart."""
        tally = self.found[key]
        pairs = list(zip(intervals, truths, strict=True))
        defined = [(low, high, truth) for (low, high), truth in pairs if low is not None and high is not None]
        tally.replications += 1
        tally.defined += len(defined)
        tally.undefined += len(pairs) - len(defined)
        if not defined:
            return
        share = float(np.mean([low <= truth <= high for low, high, truth in defined]))
        tally.studies += 1
        tally.share += share
        tally.share_squared += share**2
        tally.width += float(np.mean([high - low for low, high, _ in defined]))

    def add(self, other: Tallies) -> None:
        for key, tally in other.found.items():
            self.found[key].add(tally)
