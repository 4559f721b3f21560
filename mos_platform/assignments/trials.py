"""Trials as the design sees them, and where the ones that are not scored are put: pure and seeded."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

import numpy as np

Kind = Literal["scored", "dummy", "training", "gold", "trap", "repeat"]
# {question: {"low": …, "high": …}} or {question: {"choice": …}}; an end that is open is absent.
Expected = Mapping[str, Mapping[str, float | str]]


@dataclass(frozen=True)
class Clip:
    """A stimulus as the design sees it."""

    id: int
    method: int
    item: int

    def __hash__(self) -> int:
        return self.id  # tells clips apart as well as all three do, in a third of the time


@dataclass(frozen=True)
class Pair:
    """Two clips of one item, `one` and `two` in the order of their methods."""

    one: Clip
    two: Clip


@dataclass(frozen=True)
class PlannedTrial:
    """One trial: a clip, or left and right with the side that plays `first`; and the answers expected.

    `adaptive`: the pair was chosen by earlier answers, so that only a likelihood may use its answer.
    """

    kind: Kind = "scored"
    clip: Clip | None = None
    left: Clip | None = None
    right: Clip | None = None
    first: str = ""
    expected: Expected = field(default_factory=dict)
    adaptive: bool = False

    @property
    def shown(self) -> frozenset[Clip]:
        return frozenset(clip for clip in (self.clip, self.left, self.right) if clip is not None)


def alike(one: PlannedTrial, two: PlannedTrial) -> int:
    """How much two trials share: nothing is 0, the same clips are worst."""
    if one.shown == two.shown:
        return 4
    methods = {clip.method for clip in one.shown} & {clip.method for clip in two.shown}
    items = {clip.item for clip in one.shown} & {clip.item for clip in two.shown}
    return bool(methods) + bool(items)


def spread(
    trials: Sequence[PlannedTrial],
    others: Iterable[PlannedTrial],
    rng: np.random.Generator,
    grouped_by: str | None = None,
) -> list[PlannedTrial]:
    """Put the others at random places of the middle three fifths, away from trials like them.

    Of few trials the middle is all but the beginning.
    """
    placed = list(trials)
    for other in others:
        insert(placed, other, _middle(len(placed)), rng, grouped_by)
    return placed


def _middle(n: int) -> range:
    """How many of n trials may stand before one that is put among them."""
    low = n // 5 if n < 2 else max(n // 5, 1)
    return range(low, -(-n * 4 // 5) + 1)


def insert(
    placed: list[PlannedTrial],
    trial: PlannedTrial,
    places: range,
    rng: np.random.Generator,
    grouped_by: str | None = None,
) -> None:
    """Insert the trial where its neighbours are least like it: random among equals, between blocks."""
    allowed = list(places)
    if grouped_by is not None:
        between = _between_blocks(placed, grouped_by)
        allowed = [place for place in allowed if place in between] or sorted(between)
    shuffled = [allowed[i] for i in rng.permutation(len(allowed))]
    placed.insert(min(shuffled, key=lambda place: _clashes(placed, place, trial)), trial)


def _clashes(placed: Sequence[PlannedTrial], place: int, trial: PlannedTrial) -> int:
    return sum(alike(beside, trial) for beside in placed[max(place - 1, 0) : place + 1])


def _between_blocks(placed: Sequence[PlannedTrial], by: str) -> set[int]:
    """Places at which no block is torn apart; the end is one, the beginning is not."""
    borders = {i for i, (one, two) in enumerate(pairwise(placed), start=1) if _tears(one, two, by)}
    return borders | {len(placed)}


def _tears(one: PlannedTrial, two: PlannedTrial, by: str) -> bool:
    return "scored" not in (one.kind, two.kind) or _block(one, by) != _block(two, by)


def _block(trial: PlannedTrial, by: str) -> Hashable:
    if trial.kind != "scored":
        return (trial.kind,)
    return frozenset(clip.item if by == "item" else clip.method for clip in trial.shown)
