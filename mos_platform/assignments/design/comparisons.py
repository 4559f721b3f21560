"""The trials of a part of pairs; from a declared point on, those chosen by what was answered before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from mos_platform.assignments.design.active import Answers, informative_pairs
from mos_platform.assignments.design.order import Grouping
from mos_platform.assignments.design.pairs import NO_SIDES, Sides, balanced_pairs, pair_order, with_sides
from mos_platform.assignments.trials import Expected, Pair, PlannedTrial, spread


def pair_trials(
    pairs: Sequence[Pair],
    used: Mapping[Pair, int],
    *,
    n: int | None,
    rng: np.random.Generator,
    traps: Sequence[Expected] = (),
    grouped_by: Grouping | None = None,
    sides: Sides = NO_SIDES,
) -> list[PlannedTrial]:
    """The trials of a pair part; which method stands left and which plays first is random, balanced.

    `used`: how many sittings of the study hold a pair; `sides`: how its methods stood and played before.
    """
    return _arranged(balanced_pairs(pairs, used, n, rng), frozenset(), rng, traps, grouped_by, sides)


def adaptive_pair_trials(
    pairs: Sequence[Pair],
    used: Mapping[Pair, int],
    answers: Answers,
    *,
    start: int,
    n: int | None,
    rng: np.random.Generator,
    traps: Sequence[Expected] = (),
    grouped_by: Grouping | None = None,
    sides: Sides = NO_SIDES,
) -> list[PlannedTrial]:
    """Like `pair_trials` until the study holds `start` trials so chosen; then the pairs that teach most.

    Those are marked `adaptive`: only the likelihood may use their answers. `used` counts the trials of the
    start round alone, `answers.shown` all of them; those left by a rater are chosen again, evenly.
    Raises ValueError where `start` pairs cannot link all methods.
    """
    methods = {clip.method for pair in pairs for clip in (pair.one, pair.two)}
    if start < len(methods) - 1:
        raise ValueError(f"a start round of {start} pairs cannot link {len(methods)} methods")
    wanted = len(pairs) if n is None else min(n, len(pairs))
    due = min(wanted, max(0, start - sum(used.values())))
    first = balanced_pairs(pairs, used, due, rng)
    others = [pair for pair in pairs if pair not in set(first)]
    learning = informative_pairs(others, answers, wanted - due, rng)
    return _arranged([*first, *learning], frozenset(learning), rng, traps, grouped_by, sides)


def _arranged(
    chosen: Sequence[Pair],
    adaptive: frozenset[Pair],
    rng: np.random.Generator,
    traps: Sequence[Expected],
    grouped_by: Grouping | None,
    sides: Sides,
) -> list[PlannedTrial]:
    order = pair_order(chosen, grouped_by, rng)
    placed = with_sides(order, sides, rng)
    trials = [replace(trial, adaptive=pair in adaptive) for pair, trial in zip(order, placed, strict=True)]
    checks = [_check(trials[int(rng.integers(len(trials)))], expected) for expected in traps]
    return spread(trials, checks, rng, grouped_by)


def _check(source: PlannedTrial, expected: Expected) -> PlannedTrial:
    return PlannedTrial("trap", left=source.left, right=source.right, first=source.first, expected=expected)
