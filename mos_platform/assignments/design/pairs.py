"""Which clips meet in a pair, on which side, and which of them plays first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from mos_platform.assignments.design.choice import even_choice
from mos_platform.assignments.design.order import Grouping
from mos_platform.assignments.trials import Clip, Pair, PlannedTrial

TRIES = 20
# (method, method): how often the first of them over the study.
Leading = Mapping[tuple[int, int], int]


@dataclass(frozen=True)
class Sides:
    """How often a method stood `left` of another over the study, and how often it played `first`."""

    left: Leading = field(default_factory=dict)
    first: Leading = field(default_factory=dict)


NO_SIDES = Sides()


def pairs_within_items(clips: Sequence[Clip]) -> list[Pair]:
    """Every pair of methods of the same item."""
    ordered = sorted(clips, key=lambda clip: (clip.item, clip.method))
    return [Pair(one, two) for one, two in combinations(ordered, 2) if one.item == two.item]


def methods_of(pair: Pair) -> tuple[int, int]:
    return pair.one.method, pair.two.method


def balanced_pairs(
    pairs: Sequence[Pair],
    used: Mapping[Pair, int] | NDArray[np.int64],
    n: int | None,
    rng: np.random.Generator,
) -> list[Pair]:
    """The `n` pairs with the lowest counts: even over pairs of methods, then items; linking all methods."""
    return even_choice(
        pairs, used, n, rng, row=methods_of, column=lambda pair: pair.one.item, ends=methods_of
    )


def sides_of(trials: Sequence[PlannedTrial]) -> Sides:
    """How often each method stood left of, and played before, each other one in the scored trials."""
    left, first = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    for trial in trials:
        if trial.kind == "scored" and trial.left and trial.right:
            ends = (trial.left.method, trial.right.method)
            left[ends] += 1
            first[ends if trial.first == "left" else ends[::-1]] += 1
    return Sides(left, first)


def with_sides(pairs: Sequence[Pair], sides: Sides, rng: np.random.Generator) -> list[PlannedTrial]:
    """Half of the pairs swapped and, of those swapped and of the others, half with either clip first.

    Which ones: those whose methods stood, or played, the other way round more often over the study.
    """
    kinds = [methods_of(pair) for pair in pairs]
    everywhere = list(range(len(pairs)))
    swapped = _turned(kinds, everywhere, sides.left, _half(len(pairs), rng), rng)
    as_is = [place for place in everywhere if place not in swapped]
    # Both halves are rounded alike: so the left side and the right one play first as often.
    up = bool(rng.integers(2))
    first = Counter(sides.first)
    second = _turned(kinds, as_is, first, _rounded(len(as_is), up), rng)
    for place in as_is:
        first[kinds[place][::-1] if place in second else kinds[place]] += 1
    second |= _turned(kinds, sorted(swapped), first, _rounded(len(swapped), up), rng)
    return [
        _pair_trial(pair, swap=place in swapped, two_first=place in second)
        for place, pair in enumerate(pairs)
    ]


def _half(n: int, rng: np.random.Generator) -> int:
    return _rounded(n, bool(rng.integers(2)))


def _rounded(n: int, up: bool) -> int:
    return (n + up) // 2


def _turned(
    kinds: Sequence[tuple[int, int]],
    places: Sequence[int],
    leading: Leading,
    n: int,
    rng: np.random.Generator,
) -> set[int]:
    """The `n` of these places to turn, so that either of each kind leads as evenly as can be."""
    shuffled = [places[i] for i in rng.permutation(len(places))]
    lead = {kind: leading.get(kind, 0) - leading.get(kind[::-1], 0) for kind in kinds}
    for place in shuffled:
        lead[kinds[place]] += 1
    turned: set[int] = set()
    for _ in range(n):
        place = max((place for place in shuffled if place not in turned), key=lambda one: lead[kinds[one]])
        lead[kinds[place]] -= 2
        turned.add(place)
    return turned


def _pair_trial(pair: Pair, *, swap: bool, two_first: bool) -> PlannedTrial:
    left, right = (pair.two, pair.one) if swap else (pair.one, pair.two)
    return PlannedTrial(left=left, right=right, first="left" if swap == two_first else "right")


def pair_order(pairs: Sequence[Pair], by: Grouping | None, rng: np.random.Generator) -> list[Pair]:
    """Random, neighbours as unlike as was found; or in blocks of one item, or of one pair of methods."""
    if by is None:
        return _spaced(pairs, rng)
    groups: dict[object, list[Pair]] = {}
    for i in rng.permutation(len(pairs)):
        groups.setdefault(pairs[i].one.item if by == "item" else methods_of(pairs[i]), []).append(pairs[i])
    return [pair for group in groups.values() for pair in _spaced(group, rng)]


def _spaced(pairs: Sequence[Pair], rng: np.random.Generator) -> list[Pair]:
    """The best of a few random walks to the pair that is least like the last one."""
    item = np.array([pair.one.item for pair in pairs])
    one, two = np.array([methods_of(pair) for pair in pairs]).reshape(-1, 2).T
    same = (item[:, None] == item) * 2 + sum(
        (mine[:, None] == other).astype(int) for mine in (one, two) for other in (one, two)
    )
    walks = [_walk(same, rng) for _ in range(TRIES)]
    best = min(walks, key=lambda walk: int(same[walk[:-1], walk[1:]].sum()))
    return [pairs[i] for i in best]


def _walk(same: np.ndarray, rng: np.random.Generator) -> list[int]:
    ties = rng.random(len(same))
    walk: list[int] = []
    cost = ties
    for _ in range(len(same)):
        walk.append(int(np.argmin(cost)))
        ties[walk[-1]] = np.inf
        cost = same[walk[-1]] + ties
    return walk
