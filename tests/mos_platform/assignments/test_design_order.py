"""Orders of sittings: neighbours differ, and no method follows another more often than others do."""

from __future__ import annotations

from collections import Counter
from itertools import groupby, pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mos_platform.assignments import design
from mos_platform.assignments.design.order import grouped_order, spaced_order, williams_square
from mos_platform.assignments.trials import Clip

SEEDS = st.integers(0, 2**32)
EXTRAS = design.Extras(
    traps=[{"overall": {"low": 4}}], gold=[(Clip(2000, 77, 77), {"overall": {"high": 2}})], repeats=2
)


def grid(methods: int, items: int) -> list[Clip]:
    return [Clip(m * items + i, m, i) for m in range(methods) for i in range(items)]


def counts_of(followed, methods: int) -> list[int]:
    return [followed[pair] for pair in permutations(range(methods), 2)]


@pytest.mark.parametrize("n", range(2, 13))
def test_in_a_williams_square_each_follows_each_and_stands_everywhere_equally_often(n):
    rows = williams_square(n)
    assert len(rows) == (n if n % 2 == 0 else 2 * n)
    followed = Counter(step for row in rows for step in pairwise(row))
    assert set(counts_of(followed, n)) == {len(rows) // n}
    places = Counter(place for row in rows for place in enumerate(row))
    assert set(places.values()) == {len(rows) // n}


@given(
    seed=SEEDS, size=st.sampled_from([(3, 4), (4, 8), (5, 6), (7, 3), (2, 9), (12, 4)]), n=st.integers(6, 20)
)
@settings(max_examples=20, deadline=None)
def test_neighbours_differ_whatever_came_before(seed, size, n):
    clips, rng, followed = grid(*size), np.random.default_rng(seed), Counter()
    for _ in range(3):
        order = spaced_order(clips, rng, followed)
        assert sorted(order, key=lambda clip: clip.id) == clips
        assert all(one.item != two.item and one.method != two.method for one, two in pairwise(order))
        followed.update((one.method, two.method) for one, two in pairwise(order))


@pytest.mark.parametrize(("methods", "items", "n"), [(4, 10, None), (5, 12, 30), (10, 8, 40)])
def test_over_the_study_methods_follow_each_other_equally_often(methods, items, n):
    """Within four of each other after 20 sittings; counts of random orders drift apart as their root."""
    clips, rng = grid(methods, items), np.random.default_rng(4)
    followed: Counter[tuple[int, int]] = Counter()
    used: Counter[Clip] = Counter()
    for _ in range(20):
        trials = design.rating_trials(clips, used, n=n, rng=rng, followed=followed)
        followed.update(design.followed_by(trials))
        used.update(trial.clip for trial in trials)
    counts = counts_of(followed, methods)
    assert max(counts) - min(counts) <= 4
    assert np.std(counts) < np.sqrt(np.mean(counts)) / 4


def test_what_checks_tear_apart_is_made_up_for():
    clips, rng, followed = grid(5, 8), np.random.default_rng(5), Counter()
    for _ in range(25):
        followed.update(
            design.followed_by(
                design.rating_trials(clips, {}, n=None, extras=EXTRAS, rng=rng, followed=followed)
            )
        )
    counts = counts_of(followed, 5)
    assert max(counts) - min(counts) <= 4


def test_trials_that_are_not_scored_are_followed_by_nothing():
    trials = design.rating_trials(grid(3, 4), {}, n=None, extras=EXTRAS, rng=np.random.default_rng(1))
    scored = [trial.kind == "scored" for trial in trials]
    steps = sum(one and two for one, two in pairwise(scored))
    assert sum(design.followed_by(trials).values()) == steps < len(trials) - 1


@pytest.mark.parametrize("methods", [4, 5, 10])
def test_blocks_of_methods_follow_each_other_exactly_equally_often(methods):
    rows = methods if methods % 2 == 0 else 2 * methods
    clips, rng, followed, first = grid(methods, 3), np.random.default_rng(6), Counter(), Counter()
    for _ in range(rows * 2):
        order = grouped_order(clips, "method", rng, followed)
        blocks = [method for method, _ in groupby(clip.method for clip in order)]
        followed.update(pairwise(blocks))
        first[blocks[0]] += 1
        assert all(one.item != two.item for one, two in pairwise(order) if one.method != two.method)
    assert len(set(counts_of(followed, methods))) == 1
    assert len(set(first.values())) == 1


@pytest.mark.parametrize("methods", [4, 5, 10])
def test_in_blocks_of_items_methods_follow_and_stand_evenly(methods):
    clips, rng = grid(methods, 8), np.random.default_rng(7)
    followed, places = Counter(), Counter()
    for _ in range(20):
        order = grouped_order(clips, "item", rng, followed)
        assert all(one.method != two.method for one, two in pairwise(order))
        followed.update((one.method, two.method) for one, two in pairwise(order))
        places.update((place % methods, clip.method) for place, clip in enumerate(order))
    counts = counts_of(followed, methods)
    # At random: sd = √mean, 5.7 for places of five methods.
    assert np.std(counts) < np.sqrt(np.mean(counts)) / 2
    assert np.std(list(places.values())) < np.sqrt(np.mean(list(places.values()))) * 0.75


def test_the_same_seed_and_counts_give_the_same_order():
    clips, followed = grid(5, 6), {(0, 1): 3, (2, 4): 1}
    one, two = (spaced_order(clips, np.random.default_rng(8), followed) for _ in range(2))
    assert one == two


@given(seed=SEEDS, methods=st.integers(1, 4), items=st.integers(1, 4))
@settings(max_examples=20, deadline=None)
def test_where_neighbours_must_share_something_all_clips_still_come(seed, methods, items):
    order = spaced_order(grid(methods, items), np.random.default_rng(seed))
    assert sorted(order, key=lambda clip: clip.id) == grid(methods, items)
