"""The tally of one part as arrays: what hand-outs choose by, and what moves with the places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mos_platform.assignments import design
from mos_platform.assignments.models import Tally, Trial
from mos_platform.assignments.quota import capacities, times_met
from mos_platform.assignments.stock import Stock, Units, key_of
from mos_platform.assignments.trials import Pair, PlannedTrial
from studies.config import Part

Ints = NDArray[np.int64]
Table = NDArray[np.float64]
WINS = {"left": (1.0, 0.0), "right": (0.0, 1.0), "tie": (0.5, 0.5)}


@dataclass(eq=False)
class Counts:
    """One part's counts, as models.Tally describes them; empty tables where a part has no use for them."""

    taken: Ints
    start: Ints
    left: Ints
    first: Ints
    followed: Ints
    wins: Table

    @classmethod
    def none(cls, stock: Stock, part: Part) -> Counts:
        n, methods = len(stock.units[part.id].units), len(stock.methods)
        paired = methods if part.is_paired else 0
        rated = 0 if part.is_paired else methods
        chosen = part.choice == "active"
        return cls(
            taken=np.zeros(n, dtype=np.int64),
            start=np.zeros(n if chosen else 0, dtype=np.int64),
            left=np.zeros((paired, paired), dtype=np.int64),
            first=np.zeros((paired, paired), dtype=np.int64),
            followed=np.zeros((rated, rated), dtype=np.int64),
            wins=np.zeros((methods, methods)) if chosen else np.zeros((0, 0)),
        )

    @classmethod
    def read(cls, tally: Tally, stock: Stock, part: Part) -> Counts:
        found = cls.none(stock, part)
        for field in fields(cls):
            kept = getattr(tally, field.name)
            if kept:
                setattr(found, field.name, np.array(kept, dtype=getattr(found, field.name).dtype))
        return found

    def same_as(self, other: Counts) -> bool:
        return all(np.array_equal(getattr(self, one.name), getattr(other, one.name)) for one in fields(self))

    def write(self, tally: Tally) -> None:
        """Into the row; saving it is the caller's."""
        for field in fields(self):
            setattr(tally, field.name, getattr(self, field.name).tolist())


@dataclass(frozen=True)
class Held:
    """What a trial that holds a place takes: a clip, or a pair with its sides; `choice` once answered."""

    key: tuple[int, ...]
    left: int | None = None
    first: str = ""
    adaptive: bool = False
    choice: str = ""


def held_by(trial: Trial, choice: str = "") -> Held:
    key = key_of(trial.stimulus_id, trial.left_id, trial.right_id)
    return Held(key, trial.left_id, trial.first, trial.adaptive, choice)


class PartCounts:
    """Counts of one part with what they are of; `quota`, and `capacity` with further rounds, are by unit."""

    def __init__(self, stock: Stock, part: Part, counts: Counts, rounds: int = 0) -> None:
        self.stock, self.part, self.counts = stock, part, counts
        self.of: Units = stock.units[part.id]
        self.quota = capacities(stock, part)
        self.times_met = times_met(stock, part)
        self.rounds = rounds

    def move(self, trials: Iterable[Held], step: int) -> None:
        """Take (1) or give back (−1) the places of these trials."""
        for held in trials:
            place = self.of.place[held.key]
            self.counts.taken[place] += step
            if len(self.counts.start) and not held.adaptive:
                self.counts.start[place] += step
            if held.left is not None:
                self._move_sides(place, held, step)

    def _move_sides(self, place: int, held: Held, step: int) -> None:
        left, right = self._sides(place, held)
        first, second = (left, right) if held.first == "left" else (right, left)
        self.counts.left[left, right] += step
        self.counts.first[first, second] += step
        if held.choice:
            self._count_wins(left, right, held.choice, step)

    def count_answer(self, held: Held) -> None:
        """A pair was answered whose trial holds a place."""
        self._count_wins(*self._sides(self.of.place[held.key], held), held.choice, 1)

    def _sides(self, place: int, held: Held) -> tuple[int, int]:
        """The codes of the methods on the left and on the right."""
        pair, (one, two) = self.of.units[place], self.of.methods[place].tolist()
        return (two, one) if isinstance(pair, Pair) and pair.one.id != held.left else (one, two)

    def _count_wins(self, left: int, right: int, choice: str, step: int) -> None:
        if self.learns:
            on_left, on_right = WINS[choice]
            self.counts.wins[left, right] += step * on_left
            self.counts.wins[right, left] += step * on_right

    def follow(self, planned: Sequence[PlannedTrial]) -> None:
        """Count which method came right after which in what is handed out."""
        if not len(self.counts.followed):
            return
        code = self._codes()
        for (one, two), times in design.followed_by(planned).items():
            self.counts.followed[code[one], code[two]] += times

    def _codes(self) -> Mapping[int, int]:
        return {method: place for place, method in enumerate(self.stock.methods.values())}

    @property
    def capacity(self) -> Ints:
        capacity: Ints = self.quota + self.rounds * self.times_met
        return capacity

    @property
    def left(self) -> Ints:
        """(units,): places that are left of each; none of those that were taken back beyond a quota."""
        left: Ints = np.maximum(self.capacity - self.counts.taken, 0)
        return left

    @property
    def learns(self) -> bool:
        """Whether pairs are chosen by what was answered."""
        return len(self.counts.wins) > 0

    def places_left(self, method: int | None = None) -> int:
        """Of all units; of those that show one method."""
        return int(self.left[self._showing(method)].sum())

    def held_of(self, method: int) -> int:
        return int(self.counts.taken[self._showing(method)].sum())

    def _showing(self, method: int | None) -> NDArray[np.bool_]:
        if method is None:
            return np.ones(len(self.of.units), dtype=bool)
        showing: NDArray[np.bool_] = (self.of.methods == self._codes()[method]).any(axis=1)
        return showing

    @property
    def used(self) -> Ints:
        """(units,): how often each is taken; of one that all raters meet, its share of that."""
        used: Ints = self.counts.taken // self.times_met
        return used

    def by_methods(self, table: Ints | Table) -> dict[tuple[int, int], Any]:
        """A table of counts by the ids of the two methods; zeros are left out."""
        ids = list(self.stock.methods.values())
        found = np.nonzero(table)
        rows, columns = (codes.tolist() for codes in found)
        return {(ids[i], ids[j]): n for i, j, n in zip(rows, columns, table[found].tolist(), strict=True)}

    def answers(self) -> design.Answers:
        """For parts of chosen pairs: what was said, what waits for an answer, and what was shown."""
        wins, ids = self.counts.wins, list(self.stock.methods.values())
        shown = np.zeros_like(wins)
        np.add.at(shown, tuple(self.of.methods.T), self.counts.taken)
        waiting = shown + shown.T - wins - wins.T
        pairs = {(ids[i], ids[j]): round(waiting[i, j]) for i, j in np.argwhere(np.triu(waiting) > 0)}
        taken = zip(self.of.units, self.counts.taken.tolist(), strict=True)
        used = {unit: n for unit, n in taken if isinstance(unit, Pair)}
        return design.Answers(self.by_methods(wins), pairs, used)
