"""Which trials a sitting holds and in which order: pure and seeded, no Django.

A rating part takes the stimuli that fewest sittings hold so far (random among equals), ordered so that
neither the item nor the method of two trials in a row is the same where that can be had; or in blocks of one
item or method. A pair part does the same with pairs of methods of one item; sides and first-played sides are
balanced within a sitting. The rest of a part replaces no scored trial: training comes first, then unscored
dummies; attention checks and gold stand in its middle three fifths, repeats at least a third of the part
after the first showing where that can be had. In a part of blocks all of these stand between the blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Literal, TypeVar

import numpy as np

from mos_platform.assignments.trials import Clip, Expected, Pair, PlannedTrial, insert, spread

Unit = TypeVar("Unit", bound=Hashable)
Grouping = Literal["item", "method"]
ORDER_TRIES = 200


@dataclass(frozen=True)
class Extras:
    """What a part holds besides its scored trials; `traps` and `gold` with the answers they expect."""

    traps: Sequence[Expected] = ()
    gold: Sequence[tuple[Clip, Expected]] = ()
    practice: Sequence[Clip] = ()
    training: int = 0
    dummies: int = 0
    repeats: int = 0


NOTHING_ELSE = Extras()


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
    chosen = _in_rounds(least_used(pairs, used, None, rng), lambda pair: (pair.one.method, pair.two.method))
    return chosen if n is None else chosen[:n]


def _in_rounds(units: Sequence[Unit], kind: Callable[[Unit], Hashable]) -> list[Unit]:
    """One unit of each kind before the second of any; otherwise in the order given."""
    seen: dict[Hashable, int] = {}
    keyed = []
    for place, unit in enumerate(units):
        seen[kind(unit)] = seen.get(kind(unit), 0) + 1
        keyed.append((seen[kind(unit)], place, unit))
    return [unit for *_, unit in sorted(keyed, key=lambda entry: entry[:2])]


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


def grouped_order(clips: Sequence[Clip], by: Grouping | None, rng: np.random.Generator) -> list[Clip]:
    """Like `spaced_order`; in blocks of one item or method, which come in random order."""
    if by is None:
        return spaced_order(clips, rng)
    groups: dict[int, list[Clip]] = {}
    for clip in clips:
        groups.setdefault(clip.item if by == "item" else clip.method, []).append(clip)
    blocks = list(groups.values())
    return [clip for i in rng.permutation(len(blocks)) for clip in _block_order(blocks[i], rng)]


def _block_order(clips: Sequence[Clip], rng: np.random.Generator) -> list[Clip]:
    """All share an item or a method, so that any order is as good."""
    return [clips[i] for i in rng.permutation(len(clips))]


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
    rng: np.random.Generator,
    extras: Extras = NOTHING_ELSE,
    grouped_by: Grouping | None = None,
) -> list[PlannedTrial]:
    """The trials of a rating part: training, dummies, then the scored ones with checks, gold and repeats."""
    chosen = least_used(clips, used, n, rng)
    scored = [PlannedTrial(clip=clip) for clip in grouped_order(chosen, grouped_by, rng)]
    checks = [
        PlannedTrial(kind="trap", clip=chosen[int(rng.integers(len(chosen)))], expected=expected)
        for expected in extras.traps
    ]
    gold = [PlannedTrial(kind="gold", clip=clip, expected=expected) for clip, expected in extras.gold]
    body = spread(scored, [*gold, *checks], rng, grouped_by)
    body = with_repeats(body, extras.repeats, rng, grouped_by)
    training = _practice(extras.practice, extras.training, "training", rng)
    warm_up = _dummies(clips, chosen, body, extras.dummies, rng)
    return [*training, *warm_up, *body]


def _practice(
    clips: Sequence[Clip], n: int, kind: Literal["training", "dummy"], rng: np.random.Generator
) -> list[PlannedTrial]:
    """Up to `n` of the clips, one of each method before the second of any: the rater meets the range."""
    shuffled = [clips[i] for i in rng.permutation(len(clips))]
    drawn = _in_rounds(shuffled, lambda clip: clip.method)[:n]
    return [PlannedTrial(kind=kind, clip=clip) for clip in spaced_order(drawn, rng)]


def _dummies(
    clips: Sequence[Clip],
    chosen: Sequence[Clip],
    body: Sequence[PlannedTrial],
    n: int,
    rng: np.random.Generator,
) -> list[PlannedTrial]:
    """Clips that are not scored in this sitting come first; the others early in it come last."""
    place = {trial.clip: i for i, trial in reversed(list(enumerate(body)))}
    spare = [clip for clip in clips if clip not in set(chosen)]
    late = sorted(chosen, key=lambda clip: -place[clip])
    pool = spare if len(spare) >= n else [*spare, *late[: n - len(spare)]]
    return _practice(pool, n, "dummy", rng)


def with_repeats(
    trials: Sequence[PlannedTrial], n: int, rng: np.random.Generator, grouped_by: Grouping | None = None
) -> list[PlannedTrial]:
    """Show `n` scored clips a second time, at least a third of the part later where that can be had."""
    placed = list(trials)
    distance = -(-(len(placed) + n) // 3)
    scored = [place for place, trial in enumerate(placed) if trial.kind == "scored"]
    early = [place for place in scored if place + distance <= len(placed)]
    pool = early if len(early) >= n else scored[:n]
    for source in [placed[pool[i]] for i in rng.permutation(len(pool))[:n]]:
        least = next(place for place, trial in enumerate(placed) if trial is source) + distance
        repeat = PlannedTrial(kind="repeat", clip=source.clip)
        insert(placed, repeat, range(min(least, len(placed)), len(placed) + 1), rng, grouped_by)
    return placed


def pair_trials(
    pairs: Sequence[Pair],
    used: Mapping[Pair, int],
    *,
    n: int | None,
    rng: np.random.Generator,
    traps: Sequence[Expected] = (),
    grouped_by: Grouping | None = None,
) -> list[PlannedTrial]:
    """The trials of a pair part; which method stands left and which side plays first is random, balanced."""
    chosen = balanced_pairs(pairs, used, n, rng)
    order = _pair_order(chosen, grouped_by, rng)
    swaps, firsts = _balanced_coin(len(order), rng), _balanced_coin(len(order), rng)
    trials = [_pair_trial(pair, swap, first) for pair, swap, first in zip(order, swaps, firsts, strict=True)]
    checks = [_pair_check(trials[int(rng.integers(len(trials)))], expected) for expected in traps]
    return spread(trials, checks, rng, grouped_by)


def _pair_order(pairs: Sequence[Pair], by: Grouping | None, rng: np.random.Generator) -> list[Pair]:
    """Random; in blocks of one item, or of one pair of methods."""
    order = [pairs[i] for i in rng.permutation(len(pairs))]
    if by is None:
        return order
    groups: dict[Hashable, list[Pair]] = {}
    for pair in order:
        key = pair.one.item if by == "item" else (pair.one.method, pair.two.method)
        groups.setdefault(key, []).append(pair)
    return [pair for group in groups.values() for pair in group]


def _pair_trial(pair: Pair, swap: bool, right_first: bool) -> PlannedTrial:
    left, right = (pair.two, pair.one) if swap else (pair.one, pair.two)
    return PlannedTrial(left=left, right=right, first="right" if right_first else "left")


def _pair_check(source: PlannedTrial, expected: Expected) -> PlannedTrial:
    return PlannedTrial("trap", left=source.left, right=source.right, first=source.first, expected=expected)


def _balanced_coin(n: int, rng: np.random.Generator) -> list[bool]:
    """n booleans, half of them true (a coin decides the odd one), in random order."""
    heads = n // 2 + (int(rng.integers(2)) if n % 2 else 0)
    return [bool(value) for value in rng.permutation([True] * heads + [False] * (n - heads))]
