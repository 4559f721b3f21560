"""Properties of the sitting plan, whatever the study's size and the seed."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mos_platform.assignments import design


def grid(methods: int, items: int) -> list[design.Clip]:
    return [design.Clip(m * items + i, m, i) for m in range(methods) for i in range(items)]


SIZES = st.tuples(st.integers(2, 6), st.integers(2, 6))
SEEDS = st.integers(0, 2**32)


@given(size=SIZES, seed=SEEDS, traps=st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_a_rating_part_shows_every_clip_once_and_its_checks_away_from_the_ends(size, seed, traps):
    clips = grid(*size)
    trials = design.rating_trials(
        clips, {}, n=None, traps=traps, grades=(1, 5), rng=np.random.default_rng(seed)
    )
    scored = [trial.clip for trial in trials if not trial.is_trap]
    assert sorted(scored, key=lambda clip: clip.id) == clips
    checks = [place for place, trial in enumerate(trials) if trial.is_trap]
    assert len(checks) == traps
    assert all(1 <= trials[place].expected_score <= 5 for place in checks)
    if len(clips) >= 5:
        assert all(0 < place < len(trials) - 1 for place in checks)


@given(seed=SEEDS, size=st.sampled_from([(3, 4), (5, 6), (4, 3), (6, 6)]))
@settings(max_examples=40, deadline=None)
def test_neighbours_differ_in_item_and_method(seed, size):
    order = design.spaced_order(grid(*size), np.random.default_rng(seed))
    assert all(one.item != two.item and one.method != two.method for one, two in pairwise(order))


@given(seed=SEEDS, n=st.integers(1, 36), traps=st.integers(0, 2))
@settings(max_examples=40, deadline=None)
def test_pairs_are_of_one_item_and_sides_are_balanced(seed, n, traps):
    pairs = design.pairs_within_items(grid(4, 6))
    trials = design.pair_trials(pairs, {}, n=n, traps=traps, rng=np.random.default_rng(seed))
    scored = [trial for trial in trials if not trial.is_trap]
    assert len(scored) == n
    assert len(trials) == n + traps
    assert len({frozenset((trial.left, trial.right)) for trial in scored}) == n
    for trial in trials:
        assert trial.left.item == trial.right.item
        assert trial.left.method != trial.right.method
    swapped = sum(trial.left.method > trial.right.method for trial in scored)
    right_first = sum(trial.first == "right" for trial in scored)
    assert abs(2 * swapped - n) <= 1
    assert abs(2 * right_first - n) <= 1
    counts = Counter(frozenset((trial.left.method, trial.right.method)) for trial in scored)
    assert max(counts.values()) - min(counts.values() if len(counts) == 6 else [0]) <= 1


def test_the_stimuli_that_fewest_sittings_hold_come_first():
    clips = grid(3, 4)
    used: Counter[design.Clip] = Counter()
    rng = np.random.default_rng(1)
    for _ in range(30):
        trials = design.rating_trials(clips, used, n=5, traps=0, grades=(1, 5), rng=rng)
        used.update(trial.clip for trial in trials)
        assert max(used.values()) - min(used.get(clip, 0) for clip in clips) <= 1


def test_every_clip_comes_equally_early():
    """Mean position over many sittings: no method is always judged first, fresh, or last, tired."""
    clips, rng, n = grid(5, 6), np.random.default_rng(5), 400
    positions = np.zeros((5, n))
    for sitting in range(n):
        for place, clip in enumerate(design.spaced_order(clips, rng)):
            positions[clip.method, sitting] += place / 6
    standard_error = positions.std(axis=1).max() / np.sqrt(n)
    assert np.abs(positions.mean(axis=1) - 14.5).max() < 4 * standard_error


def test_the_same_seed_gives_the_same_sitting():
    one, two = (
        design.rating_trials(grid(3, 4), {}, n=None, traps=1, grades=(1, 5), rng=np.random.default_rng(3))
        for _ in range(2)
    )
    assert one == two


@pytest.mark.parametrize("traps", [1, 2])
def test_a_check_on_a_pair_asks_for_a_side(traps):
    pairs = design.pairs_within_items(grid(2, 5))
    trials = design.pair_trials(pairs, {}, n=None, traps=traps, rng=np.random.default_rng(0))
    assert [trial.expected_choice in ("left", "right") for trial in trials if trial.is_trap] == [True] * traps
