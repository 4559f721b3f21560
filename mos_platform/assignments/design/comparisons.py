"""The trials of a part of pairs; from a declared point on, those chosen by what was answered before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mos_platform.assignments.design.active import Answers, informative_pairs
from mos_platform.assignments.design.order import Grouping
from mos_platform.assignments.design.pairs import (
    NO_SIDES,
    Sides,
    balanced_pairs,
    methods_of,
    pair_order,
    with_sides,
)
from mos_platform.assignments.design.ratings import in_rounds, unscored_first
from mos_platform.assignments.trials import Expected, Kind, Pair, PlannedTrial, spread


@dataclass(frozen=True)
class PairExtras:
    """What a part holds besides its scored pairs; `practice`: the pairs of items for training."""

    traps: Sequence[Expected] = ()
    practice: Sequence[Pair] = ()
    training: int = 0
    dummies: int = 0


ONLY_PAIRS = PairExtras()


def pair_trials(
    pairs: Sequence[Pair],
    used: Mapping[Pair, int] | NDArray[np.int64],
    *,
    n: int | None,
    rng: np.random.Generator,
    extras: PairExtras = ONLY_PAIRS,
    grouped_by: Grouping | None = None,
    sides: Sides = NO_SIDES,
) -> list[PlannedTrial]:
    """The trials of a pair part: training, dummies, then the scored pairs with checks among them.

    Which method stands left and which plays first is random, balanced.
    `used`: how many sittings of the study hold a pair, by pair or in their order; `sides`: how its methods
    stood and played before.
    """
    chosen = balanced_pairs(pairs, used, n, rng)
    body, order = _arranged(chosen, frozenset(), rng, extras.traps, grouped_by, sides)
    return [*_unscored(pairs, order, extras, rng), *body]


def adaptive_pair_trials(
    pairs: Sequence[Pair],
    used: Mapping[Pair, int],
    answers: Answers,
    *,
    start: int,
    n: int | None,
    rng: np.random.Generator,
    extras: PairExtras = ONLY_PAIRS,
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
    chosen = [*first, *learning]
    body, order = _arranged(chosen, frozenset(learning), rng, extras.traps, grouped_by, sides)
    return [*_unscored(pairs, order, extras, rng), *body]


def _arranged(
    chosen: Sequence[Pair],
    adaptive: frozenset[Pair],
    rng: np.random.Generator,
    traps: Sequence[Expected],
    grouped_by: Grouping | None,
    sides: Sides,
) -> tuple[list[PlannedTrial], list[Pair]]:
    """The scored trials with the checks among them; and the pairs in their order."""
    order = pair_order(chosen, grouped_by, rng)
    placed = with_sides(order, sides, rng)
    trials = [replace(trial, adaptive=pair in adaptive) for pair, trial in zip(order, placed, strict=True)]
    checks = [_check(trials[int(rng.integers(len(trials)))], expected) for expected in traps]
    return spread(trials, checks, rng, grouped_by), order


def _unscored(
    pairs: Sequence[Pair], order: Sequence[Pair], extras: PairExtras, rng: np.random.Generator
) -> list[PlannedTrial]:
    """What comes before the scored pairs, which stand in that `order`."""
    training = _practice(extras.practice, extras.training, "training", rng)
    pool = unscored_first(pairs, order[::-1], extras.dummies)
    return [*training, *_practice(pool, extras.dummies, "dummy", rng)]


def _practice(pairs: Sequence[Pair], n: int, kind: Kind, rng: np.random.Generator) -> list[PlannedTrial]:
    """Up to `n` of the pairs, one of each two methods before the second of any."""
    if not n or not pairs:
        return []
    shuffled = (pairs[i] for i in rng.permutation(len(pairs)))
    drawn = pair_order(in_rounds(shuffled, methods_of, n), None, rng)
    return [replace(trial, kind=kind) for trial in with_sides(drawn, NO_SIDES, rng)]


def _check(source: PlannedTrial, expected: Expected) -> PlannedTrial:
    return PlannedTrial("trap", left=source.left, right=source.right, first=source.first, expected=expected)
