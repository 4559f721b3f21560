"""How even designs are after so many sittings, against chance; and what it costs to plan one.

Chance: the clips or pairs that fewest sittings hold, drawn and put in order at random, sides by coin.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import combinations, pairwise, permutations
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from mos_platform.assignments import design
from mos_platform.assignments.trials import Clip, Pair, PlannedTrial

SITTINGS = 40
RATED = ((4, 10, 40), (5, 12, 30), (6, 10, 25), (10, 10, 40), (30, 4, 60))
PAIRED = ((4, 6, 10), (6, 10, 8), (10, 4, 20), (30, 3, 40))


def grid(methods: int, items: int) -> list[Clip]:
    return [Clip(m * items + i, m, i) for m in range(methods) for i in range(items)]


def spread(values: Iterable[int]) -> str:
    found = list(values)
    return f"{min(found)}–{max(found)}"


def by_chance(clips: list[Clip], used: Counter[Clip], n: int, rng: np.random.Generator) -> list[PlannedTrial]:
    return [PlannedTrial(clip=clip) for clip in design.least_used(clips, used, n, rng)]


def rated(methods: int, items: int, n: int, *, designed: bool) -> str:
    clips, rng = grid(methods, items), np.random.default_rng(1)
    used, followed = Counter[Clip](), Counter[tuple[int, int]]()
    uneven, clashes = Counter[str](), 0
    for _ in range(SITTINGS):
        if designed:
            trials = design.rating_trials(clips, used, n=n, rng=rng, followed=followed)
        else:
            trials = by_chance(clips, used, n, rng)
        shown = [trial.clip for trial in trials if trial.clip]
        used.update(shown)
        followed.update(design.followed_by(trials))
        clashes += sum(one.item == two.item or one.method == two.method for one, two in pairwise(shown))
        for what, size in (("method", methods), ("item", items)):
            counts = np.bincount([getattr(clip, what) for clip in shown], minlength=size)
            uneven[what] = max(uneven[what], int(np.ptp(counts)))
    steps = [followed[step] for step in permutations(range(methods), 2)]
    within = f"in a sitting methods differ by {uneven['method']}, items by {uneven['item']}"
    return f"{within}; carry-over {spread(steps)} (sd {np.std(steps):.2f}); {clashes} clashes"


def pairs_by_chance(
    pairs: list[Pair], used: Counter[Pair], n: int, rng: np.random.Generator
) -> list[PlannedTrial]:
    drawn = design.least_used(pairs, used, n, rng)
    turned = [(pair.two, pair.one) if rng.integers(2) else (pair.one, pair.two) for pair in drawn]
    firsts = [str(side) for side in rng.choice(["left", "right"], n)]
    return [
        PlannedTrial(left=left, right=right, first=first)
        for (left, right), first in zip(turned, firsts, strict=True)
    ]


def paired(methods: int, items: int, n: int, *, designed: bool) -> str:
    pairs, rng, linked = design.pairs_within_items(grid(methods, items)), np.random.default_rng(2), 0
    used, left, first = Counter[Pair](), Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    whole = {frozenset((pair.one, pair.two)): pair for pair in pairs}
    for _ in range(SITTINGS):
        if designed:
            trials = design.pair_trials(pairs, used, n=n, rng=rng, sides=design.Sides(left, first))
        else:
            trials = pairs_by_chance(pairs, used, n, rng)
        used.update(whole[trial.shown] for trial in trials)
        stood = design.sides_of(trials)
        left.update(stood.left)
        first.update(stood.first)
        linked += is_linked(trials, methods)
    kinds = list(combinations(range(methods), 2))
    met = Counter((pair.one.method, pair.two.method) for pair in used.elements())
    lead = [max(abs(counts[kind] - counts[kind[::-1]]) for kind in kinds) for counts in (left, first)]
    return (
        f"pairs of methods met {spread(met[kind] for kind in kinds)} times; either side within {lead[0]}, "
        f"either first within {lead[1]}; {linked} of {SITTINGS} sittings link all methods"
    )


def is_linked(trials: list[PlannedTrial], methods: int) -> bool:
    group = list(range(methods))
    for trial in trials:
        one, two = (group[clip.method] for clip in trial.shown)
        group = [one if value == two else value for value in group]
    return len(set(group)) == 1


def milliseconds(plan: Callable[[int], object]) -> float:
    """CPU time, median of nine seeds."""
    found = []
    for seed in range(9):
        start = time.process_time()
        plan(seed)
        found.append(time.process_time() - start)
    return 1e3 * float(np.median(found))


def main() -> None:
    print(f"Sittings of rated clips, {SITTINGS} of them")
    for methods, items, n in RATED:
        for name, designed in (("chance", False), ("design", True)):
            figures = rated(methods, items, n, designed=designed)
            print(f"  {methods:2} methods × {items:2} items, {n} clips, {name}: {figures}")
    print(f"Sittings of pairs, {SITTINGS} of them")
    for methods, items, n in PAIRED:
        for name, designed in (("chance", False), ("design", True)):
            figures = paired(methods, items, n, designed=designed)
            print(f"  {methods:2} methods × {items:2} items, {n} pairs, {name}: {figures}")
    print("CPU time to plan one sitting")
    for methods, items, n in ((5, 12, 60), (30, 4, 60), (5, 1000, 60)):
        clips = grid(methods, items)

        def plan(seed: int, clips: list[Clip] = clips, n: int = n) -> object:
            return design.rating_trials(clips, {}, n=n, rng=np.random.default_rng(seed))

        print(f"  {n} of {len(clips)} clips of {methods} methods: {milliseconds(plan):.1f} ms")


if __name__ == "__main__":
    main()
