"""In which order the clips of a sitting come.

No item and no method follows itself where that can be had, and each method follows each other one equally
often over the study: first-order carry-over, counted as `Followed`. Blocks of one item, and blocks of one
method, put the methods in the order of a row of a Williams square (Williams, 1949, Aust. J. Sci. Res. A 2,
149-168), where each also stands equally often at each place; other orders are the best of a few seeded
candidates, each of which goes on with the method that has followed the one before least often.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Literal, TypeVar

import numpy as np

from mos_platform.assignments.trials import Clip, PlannedTrial

Grouping = Literal["item", "method"]
# (method, the method right after it): how often over the study.
Followed = Mapping[tuple[int, int], int]
Unit = TypeVar("Unit")

CANDIDATES = 5  # more make carry-over hardly more even
TRIES = 40  # candidates at most, while neighbours clash that need not


def followed_by(trials: Sequence[PlannedTrial]) -> Counter[tuple[int, int]]:
    """How often each method came right after each other one among the scored clips of a sitting."""
    return Counter(
        (one.clip.method, two.clip.method)
        for one, two in pairwise(trials)
        if one.clip and two.clip and one.kind == two.kind == "scored"
    )


def spaced_order(
    clips: Sequence[Clip], rng: np.random.Generator, followed: Followed | None = None
) -> list[Clip]:
    """A random order of the clips with the fewest clashing neighbours found, and even carry-over."""
    if not clips:
        return []
    fewest = _unavoidable([clip.item for clip in clips]) + _unavoidable([clip.method for clip in clips])
    draw = _Draw(clips, followed or {}, rng)
    orders: list[list[Clip]] = []
    for _ in range(TRIES):
        orders.append(draw.candidate())
        if len(orders) >= CANDIDATES and min(map(_clashes, orders)) <= fewest:
            break
    return min(orders, key=lambda order: (_clashes(order), _unevenness(order, followed or {})))


def _clashes(order: Sequence[Clip]) -> int:
    """Neighbours that share their item, and those that share their method."""
    return sum(_clash(one, two) for one, two in pairwise(order))


def _unevenness(order: Sequence[Clip], followed: Followed) -> int:
    """By how much the order raises the sum of squares of the study's counts: more where they are high."""
    here = Counter((one.method, two.method) for one, two in pairwise(order))
    return sum((followed.get(step, 0) + n) ** 2 - followed.get(step, 0) ** 2 for step, n in here.items())


def _unavoidable(keys: Sequence[int]) -> int:
    """How many neighbours are equal in any order of these."""
    return max(0, 2 * max(Counter(keys).values()) - len(keys) - 1)


class _Draw:
    """Draws candidate orders, clip by clip: first the method, then one of its clips."""

    def __init__(self, clips: Sequence[Clip], followed: Followed, rng: np.random.Generator) -> None:
        self.clips, self.rng = clips, rng
        self.methods = sorted({clip.method for clip in clips})
        counts = [Counter(clip.method for clip in clips), Counter(clip.item for clip in clips)]
        # While as many are left nothing is urgent.
        self.plenty = 2 * max(count.most_common(1)[0][1] for count in counts)
        self.followed = {
            one: {two: followed.get((one, two), 0) for two in self.methods} for one in self.methods
        }

    def candidate(self) -> list[Clip]:
        left: dict[int, list[Clip]] = {method: [] for method in self.methods}
        for i in self.rng.permutation(len(self.clips)):
            left[self.clips[i].method].append(self.clips[i])
        items = Counter(clip.item for clip in self.clips)
        followed = {one: dict(counts) for one, counts in self.followed.items()}
        order: list[Clip] = []
        ties = iter(self.rng.random(len(self.clips) * len(self.methods)).tolist())
        for remaining in range(len(self.clips), 0, -1):
            before = order[-1] if order else None
            clip = self._next(before, left, items, followed, remaining, ties)
            left[clip.method].remove(clip)
            items[clip.item] -= 1
            if before:
                followed[before.method][clip.method] += 1
            order.append(clip)
        return order

    def _next(
        self,
        before: Clip | None,
        left: Mapping[int, list[Clip]],
        items: Mapping[int, int],
        followed: Mapping[int, Mapping[int, int]],
        remaining: int,
        ties: Iterator[float],
    ) -> Clip:
        """Unlike the one before; what must come now lest it clash later; what seldom followed that one."""

        item, method = (before.item, before.method) if before else (None, None)
        row = followed[before.method] if before else dict.fromkeys(left, 0)
        plenty = remaining >= self.plenty
        fitting = [
            clips[0] if len(clips) == 1 else _fittest(clips, before, items)
            for clips in left.values()
            if clips
        ]
        keys = [
            (
                (clip.item == item) + (clip.method == method),
                plenty or max(2 * len(left[clip.method]), 2 * items[clip.item]) <= remaining,
                row[clip.method],
                tie,
            )
            for clip, tie in zip(fitting, ties, strict=False)
        ]
        return fitting[keys.index(min(keys))]


def _fittest(clips: Sequence[Clip], before: Clip | None, items: Mapping[int, int]) -> Clip:
    """Of the clips of one method: of another item than the one before, of which most are left."""
    return max(clips, key=lambda clip: (before is None or clip.item != before.item, items[clip.item]))


def _clash(one: Clip, two: Clip) -> int:
    return (one.item == two.item) + (one.method == two.method)


def grouped_order(
    clips: Sequence[Clip], by: Grouping | None, rng: np.random.Generator, followed: Followed | None = None
) -> list[Clip]:
    """Like `spaced_order`; in blocks of one item or method."""
    if by is None:
        return spaced_order(clips, rng, followed)
    blocks = _method_blocks if by == "method" else _item_blocks
    return blocks(clips, rng, followed or {})


def _method_blocks(clips: Sequence[Clip], rng: np.random.Generator, followed: Followed) -> list[Clip]:
    """Blocks in the order of a Williams row; within one at random, no item next to itself across a border."""
    blocks = _blocks(clips, "method")
    order: list[Clip] = []
    for method in williams_row(sorted(blocks), followed, rng):
        block = _shuffled(blocks[method], rng)
        if order and len(block) > 1 and block[0].item == order[-1].item:
            block.append(block.pop(0))
        order += block
    return order


def _item_blocks(clips: Sequence[Clip], rng: np.random.Generator, followed: Followed) -> list[Clip]:
    """Blocks in random order; in each the methods in the order of a Williams row."""
    counts, order, stood = Counter(followed), list[Clip](), Counter[tuple[int, int]]()
    for block in _shuffled(list(_blocks(clips, "item").values()), rng):
        clip_of = {clip.method: clip for clip in block}
        row = williams_row(sorted(clip_of), counts, rng, order[-1].method if order else None, stood)
        counts.update(pairwise([*(clip.method for clip in order[-1:]), *row]))
        stood.update(enumerate(row))
        order += [clip_of[method] for method in row]
    return order


def _blocks(clips: Sequence[Clip], by: Grouping) -> dict[int, list[Clip]]:
    groups: dict[int, list[Clip]] = {}
    for clip in clips:
        groups.setdefault(clip.item if by == "item" else clip.method, []).append(clip)
    return groups


def _shuffled(units: Sequence[Unit], rng: np.random.Generator) -> list[Unit]:
    return [units[i] for i in rng.permutation(len(units))]


def williams_row(
    methods: Sequence[int],
    followed: Followed,
    rng: np.random.Generator,
    before: int | None = None,
    stood: Mapping[tuple[int, int], int] = MappingProxyType({}),
) -> tuple[int, ...]:
    """The row of the methods' Williams square that keeps carry-over and places most even; equals at random.

    `before`: the method that comes right before the row; it does not begin it where that can be had.
    `stood`: how often (place in its block, method) came in this sitting.
    """
    rows = [tuple(methods[i] for i in row) for row in williams_square(len(methods))]

    def key(row: tuple[int, ...]) -> tuple[bool, int]:
        steps = sum(followed.get(step, 0) for step in pairwise(row if before is None else (before, *row)))
        return row[0] == before, steps + sum(stood.get(place, 0) for place in enumerate(row))

    return min(_shuffled(rows, rng), key=key)


def williams_square(n: int) -> list[list[int]]:
    """Rows (n, or 2n where n is odd) in which each of n follows each other one equally often."""
    zigzag = [(step + 1) // 2 if step % 2 else -(step // 2) for step in range(n)]
    rows = [[(value + shift) % n for value in zigzag] for shift in range(n)]
    return rows if n % 2 == 0 or n == 1 else rows + [row[::-1] for row in rows]
