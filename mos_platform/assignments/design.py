"""Which trials a sitting holds and in which order: pure and seeded, no Django.

Rating parts take the stimuli that fewest sittings hold so far (random among equals), ordered so that
neither the item nor the method of two trials in a row is the same where that can be had. Pair parts do the
same with pairs of methods of one item; sides and first-played sides are balanced within a sitting.
Attention checks replace no trial: they are added in the middle three fifths of a part.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TypeVar

import numpy as np

Unit = TypeVar("Unit", bound=Hashable)
ORDER_TRIES = 200


@dataclass(frozen=True)
class Clip:
    """A stimulus as the design sees it."""

    id: int
    method: int
    item: int


@dataclass(frozen=True)
class Pair:
    """Two clips of one item, `one` and `two` in the order of their methods."""

    one: Clip
    two: Clip


@dataclass(frozen=True)
class PlannedTrial:
    """One trial: a clip, or left and right; `first` is the side that plays first; expected_* mark a trap."""

    clip: Clip | None = None
    left: Clip | None = None
    right: Clip | None = None
    first: str = ""
    expected_score: int | None = None
    expected_choice: str = ""

    @property
    def is_trap(self) -> bool:
        return self.expected_score is not None or self.expected_choice != ""


def pairs_within_items(clips: Sequence[Clip]) -> list[Pair]:
    """Every pair of methods of the same item."""
    ordered = sorted(clips, key=lambda clip: (clip.item, clip.method))
    return [Pair(one, two) for one, two in combinations(ordered, 2) if one.item == two.item]


def least_used(
    units: Sequence[Unit], used: Mapping[Unit, int], n: int | None, rng: np.random.Generator
) -> list[Unit]:
    """The `n` units (all by default) with the lowest counts; equals in random order."""
    shuffled = [units[i] for i in rng.permutation(len(units))]
    shuffled.sort(key=lambda unit: used.get(unit, 0))
    return shuffled if n is None else shuffled[:n]


def balanced_pairs(
    pairs: Sequence[Pair], used: Mapping[Pair, int], n: int | None, rng: np.random.Generator
) -> list[Pair]:
    """Like `least_used`, and spread over the pairs of methods: one round of each before the next."""
    wanted = least_used(pairs, used, None, rng)
    rounds: dict[tuple[int, int], int] = {}
    keyed = []
    for place, pair in enumerate(wanted):
        methods = (pair.one.method, pair.two.method)
        rounds[methods] = rounds.get(methods, 0) + 1
        keyed.append((rounds[methods], used.get(pair, 0), place, pair))
    keyed.sort(key=lambda entry: entry[:3])
    chosen = [pair for *_, pair in keyed]
    return chosen if n is None else chosen[:n]


def spaced_order(clips: Sequence[Clip], rng: np.random.Generator) -> list[Clip]:
    """A random order with the fewest neighbours of the same item or method that were found."""
    best, best_clashes = list(clips), len(clips) * 2 + 1
    for _ in range(ORDER_TRIES):
        order = _greedy_order(clips, rng)
        clashes = sum(_clash(one, two) for one, two in pairwise(order))
        if clashes < best_clashes:
            best, best_clashes = order, clashes
        if clashes == 0:
            break
    return best


def _clash(one: Clip, two: Clip) -> int:
    return (one.item == two.item) + (one.method == two.method)


def _greedy_order(clips: Sequence[Clip], rng: np.random.Generator) -> list[Clip]:
    """Draw at random among the clips that differ most from the last one drawn."""
    left = [clips[i] for i in rng.permutation(len(clips))]
    order: list[Clip] = []
    while left:
        place = 0 if not order else min(range(len(left)), key=lambda i: _clash(order[-1], left[i]))
        order.append(left.pop(place))
    return order


def rating_trials(
    clips: Sequence[Clip],
    used: Mapping[Clip, int],
    *,
    n: int | None,
    traps: int,
    grades: tuple[int, int],
    rng: np.random.Generator,
) -> list[PlannedTrial]:
    """The trials of a rating part; `grades` are the lowest and highest grade that a trap may ask for."""
    chosen = least_used(clips, used, n, rng)
    trials = [PlannedTrial(clip=clip) for clip in spaced_order(chosen, rng)]
    checks = [
        PlannedTrial(
            clip=chosen[int(rng.integers(len(chosen)))],
            expected_score=int(rng.integers(grades[0], grades[1] + 1)),
        )
        for _ in range(traps)
    ]
    return _spread(trials, checks, rng)


def pair_trials(
    pairs: Sequence[Pair],
    used: Mapping[Pair, int],
    *,
    n: int | None,
    traps: int,
    rng: np.random.Generator,
) -> list[PlannedTrial]:
    """The trials of a pair part; which method stands left and which side plays first is random, balanced."""
    chosen = balanced_pairs(pairs, used, n, rng)
    order = [chosen[i] for i in rng.permutation(len(chosen))]
    swaps, firsts = _balanced_coin(len(order), rng), _balanced_coin(len(order), rng)
    trials = [_pair_trial(pair, swap, first) for pair, swap, first in zip(order, swaps, firsts, strict=True)]
    checks = [
        PlannedTrial(
            left=source.left,
            right=source.right,
            first=source.first,
            expected_choice=("left", "right")[int(rng.integers(2))],
        )
        for source in (trials[int(rng.integers(len(trials)))] for _ in range(traps))
    ]
    return _spread(trials, checks, rng)


def _pair_trial(pair: Pair, swap: bool, right_first: bool) -> PlannedTrial:
    left, right = (pair.two, pair.one) if swap else (pair.one, pair.two)
    return PlannedTrial(left=left, right=right, first="right" if right_first else "left")


def _balanced_coin(n: int, rng: np.random.Generator) -> list[bool]:
    """n booleans, half of them true (a coin decides the odd one), in random order."""
    heads = n // 2 + (int(rng.integers(2)) if n % 2 else 0)
    return [bool(value) for value in rng.permutation([True] * heads + [False] * (n - heads))]


def _spread(
    trials: list[PlannedTrial], checks: list[PlannedTrial], rng: np.random.Generator
) -> list[PlannedTrial]:
    """Put the checks at random places of the middle three fifths, not beside a trial with the same clips."""
    placed = list(trials)
    for check in checks:
        low, high = len(placed) // 5, max(len(placed) * 4 // 5, 1)
        places = [int(place) + low for place in rng.permutation(max(high - low, 1))]
        free = [place for place in places if not _repeats(placed, place, check)]
        placed.insert((free or places)[0], check)
    return placed


def _repeats(placed: list[PlannedTrial], place: int, check: PlannedTrial) -> bool:
    beside = placed[max(place - 1, 0) : place + 1]
    return any(
        (trial.clip, trial.left, trial.right) == (check.clip, check.left, check.right) for trial in beside
    )
