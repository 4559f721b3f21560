"""Which clips meet in pairs, and where they stand: even over the study, linked within each sitting."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mos_platform.assignments import design
from mos_platform.assignments.trials import Clip, Pair, PlannedTrial

SEEDS = st.integers(0, 2**32)
MANY = [(4, 6, 10), (6, 5, 15), (6, 10, 8), (10, 4, 20), (12, 3, 14)]


def grid(methods: int, items: int) -> list[Clip]:
    return [Clip(m * items + i, m, i) for m in range(methods) for i in range(items)]


def pair_of(trial: PlannedTrial) -> Pair:
    return Pair(*sorted((trial.left, trial.right), key=lambda clip: clip.method))


def kinds_of(trials) -> Counter[tuple[int, int]]:
    return Counter((pair.one.method, pair.two.method) for pair in map(pair_of, trials))


def spread(values) -> int:
    return max(values) - min(values)


def groups(trials, methods: int) -> int:
    """How many groups of methods are not linked with each other by the pairs of a sitting."""
    group = list(range(methods))
    for trial in trials:
        one, two = group[trial.left.method], group[trial.right.method]
        group = [one if value == two else value for value in group]
    return len(set(group))


class Run:
    """A study so far: sittings handed out one after the other, the counts of each told to the next."""

    def __init__(self, methods: int, items: int, seed: int) -> None:
        self.pairs = design.pairs_within_items(grid(methods, items))
        self.rng = np.random.default_rng(seed)
        self.used: Counter[Pair] = Counter()
        self.left: Counter[tuple[int, int]] = Counter()
        self.first: Counter[tuple[int, int]] = Counter()

    def sitting(self, n: int | None, **keys) -> list[PlannedTrial]:
        sides = design.Sides(self.left, self.first)
        trials = design.pair_trials(self.pairs, self.used, n=n, rng=self.rng, sides=sides, **keys)
        self.used.update(map(pair_of, trials))
        stood = design.sides_of(trials)
        self.left.update(stood.left)
        self.first.update(stood.first)
        return trials


@given(size=st.sampled_from(MANY), seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_pairs_methods_and_items_are_even_and_all_methods_linked(size, seed):
    methods, items, n = size
    run, uneven = Run(methods, items, seed), []
    for _ in range(10):
        trials = run.sitting(n)
        assert groups(trials, methods) == 1
        assert spread([run.used[pair] for pair in run.pairs]) <= 1
        kinds = kinds_of(trials)
        assert spread([kinds[kind] for kind in combinations(range(methods), 2)]) <= 1
        stood = Counter(clip.method for trial in trials for clip in (trial.left, trial.right))
        uneven.append(spread([stood[method] for method in range(methods)]))
        shown = Counter(trial.left.item for trial in trials)
        assert spread([shown[item] for item in range(items)]) <= 3
    # A sitting that ends a round gets what others left.
    assert np.median(uneven) <= 2
    assert max(uneven) <= 8


@given(size=st.sampled_from(MANY), seed=SEEDS)
@settings(max_examples=15, deadline=None)
def test_over_the_study_either_of_two_methods_stands_left_and_plays_first_as_often(size, seed):
    methods, items, n = size
    run = Run(methods, items, seed)
    for _ in range(12):
        trials = run.sitting(n)
        assert abs(2 * sum(trial.left.method > trial.right.method for trial in trials) - n) <= 1
        assert abs(2 * sum(trial.first == "right" for trial in trials) - n) <= 1
    for counts in (run.left, run.first):
        assert (
            max(abs(counts[one, two] - counts[two, one]) for one, two in combinations(range(methods), 2)) <= 4
        )


def test_two_methods_alone_stand_and_play_evenly_in_every_way():
    """Left and first are crossed: a rater who prefers what plays first shows it on neither side."""
    run, ways = Run(2, 8, 1), Counter()
    for _ in range(20):
        ways.update((trial.left.method, trial.first) for trial in run.sitting(None))
    assert set(ways.values()) == {40}


@given(seed=SEEDS, links=st.sampled_from([4, 5, 6]))
@settings(max_examples=20, deadline=None)
def test_sittings_too_short_to_link_all_methods_link_them_in_the_study(seed, links):
    run, shown = Run(8, 3, seed), []
    for _ in range(4):
        trials = run.sitting(links)
        assert groups(trials, 8) <= 8 - links + 1
        shown += trials
    assert groups(shown, 8) == 1


@given(seed=SEEDS, size=st.sampled_from([(6, 5, 15), (10, 4, 20), (8, 3, 12)]))
@settings(max_examples=20, deadline=None)
def test_neighbouring_pairs_of_many_methods_share_neither_item_nor_method(seed, size):
    trials = Run(*size[:2], seed).sitting(size[2])
    shared = [
        (one.left.item == two.left.item) + len({clip.method for clip in one.shown & two.shown})
        for one, two in pairwise(trials)
    ]
    methods = [
        {one.left.method, one.right.method} & {two.left.method, two.right.method}
        for one, two in pairwise(trials)
    ]
    assert sum(shared) == 0
    assert sum(map(bool, methods)) <= 1


@given(seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_the_seed_decides(seed):
    assert Run(5, 4, seed).sitting(8) == Run(5, 4, seed).sitting(8)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_very_short_sittings_are_even_too(n):
    run = Run(3, 2, 5)
    for _ in range(12):
        assert len(run.sitting(n)) == n
        assert spread([run.used[pair] for pair in run.pairs]) <= 1
