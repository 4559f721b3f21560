"""Which clips a sitting gets: even over the study and within each sitting, whatever the size and the seed."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from mos_platform.assignments.design.choice import even_choice
from mos_platform.assignments.trials import Clip

SIZES = st.tuples(st.integers(2, 7), st.integers(2, 7))
SEEDS = st.integers(0, 2**32)


def grid(methods: int, items: int) -> list[Clip]:
    return [Clip(m * items + i, m, i) for m in range(methods) for i in range(items)]


def choose(clips, used, n, rng, together=None):
    return even_choice(
        clips, used, n, rng, row=lambda clip: clip.method, column=lambda clip: clip.item, together=together
    )


def spread(counts) -> int:
    return int(max(counts) - min(counts))


def per(clips, chosen, key: str) -> list[int]:
    """How often each method, or item, of the study stands among the chosen clips."""
    counts = Counter(getattr(clip, key) for clip in chosen)
    return [counts[value] for value in {getattr(clip, key) for clip in clips}]


@given(size=SIZES, seed=SEEDS, share=st.floats(0.05, 0.95))
@settings(max_examples=30, deadline=None)
def test_sitting_after_sitting_clips_methods_and_items_stay_even(size, seed, share):
    clips, rng, used = grid(*size), np.random.default_rng(seed), Counter()
    n = max(1, round(share * len(clips)))
    for _ in range(12):
        chosen = choose(clips, used, n, rng)
        assert len(set(chosen)) == n
        used.update(chosen)
        assert spread([used[clip] for clip in clips]) <= 1
        assert spread(per(clips, chosen, "method")) <= 1
        assert spread(per(clips, used.elements(), "method")) <= 1


@given(size=SIZES, seed=SEEDS, lengths=st.lists(st.integers(1, 20), min_size=3, max_size=12))
@settings(max_examples=30, deadline=None)
def test_sittings_of_any_length_never_take_what_others_lack(size, seed, lengths):
    """Sittings of different lengths, some given up half-way: the least held clips always go first."""
    clips, rng, used = grid(*size), np.random.default_rng(seed), Counter()
    for length in lengths:
        n = min(length, len(clips))
        chosen = choose(clips, used, n, rng)
        left_out = [used[clip] for clip in clips if clip not in set(chosen)]
        assert max(used[clip] for clip in chosen) <= min(left_out, default=10**6)
        used.update(chosen)
        used.subtract(chosen[: int(rng.integers(len(chosen)))])


def most_even_items(clips, used, n, rows) -> int:
    """The least possible sum of squares of the items' counts, with so many clips of each method.

    By assignment: the k-th clip of an item costs 2k − 1, so that the costs of its seats sum to k².
    """
    counts = sorted(used[clip] for clip in clips)
    level = counts[n - 1]
    due = [clip for clip in clips if used[clip] < level]
    free = [clip for clip in clips if used[clip] == level]
    loads = Counter(clip.item for clip in due)
    wanted = [method for method, k in rows.items() for _ in range(k - sum(c.method == method for c in due))]
    items = sorted({clip.item for clip in clips})
    cells = {(clip.method, clip.item) for clip in free}
    methods = sorted(rows)
    # A seat is one more clip of an item; a cell is used once, hence one copy of each wish per cell.
    seats = [(item, k) for item in items for k in range(loads[item], loads[item] + len(methods))]
    best = _flow(wanted, seats, cells)
    return best + sum(load**2 for load in loads.values())


def _flow(wanted, seats, cells) -> int:
    """Nodes: one per free cell. Each takes a seat of its item, or stays out, on the account of its method."""
    cells = sorted(cells)
    methods = sorted({method for method, _ in cells})
    out = {m: sum(c[0] == m for c in cells) - wanted.count(m) for m in methods}
    dummies = [m for m in methods for _ in range(out[m])]
    cost = np.full((len(cells), len(seats) + len(dummies)), 10**6)
    for i, (method, item) in enumerate(cells):
        for j, (other, k) in enumerate(seats):
            if other == item:
                cost[i, j] = 2 * k + 1
        for j, other in enumerate(dummies, start=len(seats)):
            if other == method:
                cost[i, j] = 0
    rows, columns = linear_sum_assignment(cost)
    return int(cost[rows, columns].sum())


@given(size=SIZES, seed=SEEDS, sittings=st.integers(0, 5), share=st.floats(0.1, 0.9))
@settings(max_examples=30, deadline=None)
def test_items_are_as_even_as_the_methods_of_the_sitting_allow(size, seed, sittings, share):
    clips, rng = grid(*size), np.random.default_rng(seed)
    used: Counter[Clip] = Counter()
    for _ in range(sittings):
        used.update([clips[i] for i in rng.permutation(len(clips))[: rng.integers(1, len(clips))]])
    n = max(1, round(share * len(clips)))
    chosen = choose(clips, used, n, rng)
    found = sum(k**2 for k in Counter(clip.item for clip in chosen).values())
    assert found == most_even_items(clips, used, n, Counter(clip.method for clip in chosen))


@pytest.mark.parametrize(("methods", "items", "n"), [(5, 12, 20), (7, 7, 10), (6, 10, 25)])
def test_items_stay_within_one_in_sittings_of_ordinary_studies(methods, items, n):
    clips, rng, used = grid(methods, items), np.random.default_rng(2), Counter()
    for _ in range(40):
        chosen = choose(clips, used, n, rng)
        used.update(chosen)
        assert spread(per(clips, chosen, "item")) <= 1


@pytest.mark.parametrize(("methods", "items", "n"), [(5, 12, 20), (7, 7, 10)])
def test_clips_meet_each_other_more_evenly_where_meetings_are_counted(methods, items, n):
    def uneven(*, counted: bool) -> float:
        clips, rng, used = grid(methods, items), np.random.default_rng(3), Counter()
        together = np.zeros((len(clips), len(clips)), dtype=np.int64)
        for _ in range(60):
            chosen = choose(clips, used, n, rng, together if counted else None)
            used.update(chosen)
            ids = [clip.id for clip in chosen]
            together[np.ix_(ids, ids)] += 1
        return float(together[np.triu_indices(len(clips), 1)].std())

    assert uneven(counted=True) < 0.9 * uneven(counted=False)


@given(seed=SEEDS, missing=st.integers(1, 8))
@settings(max_examples=30, deadline=None)
def test_a_study_with_gaps_is_dealt_out_as_evenly(seed, missing):
    rng = np.random.default_rng(seed)
    clips = [grid(4, 6)[i] for i in sorted(rng.permutation(24)[missing:])]
    used: Counter[Clip] = Counter()
    for _ in range(10):
        used.update(choose(clips, used, 7, rng))
        assert spread([used[clip] for clip in clips]) <= 1


@given(seed=SEEDS, size=SIZES)
@settings(max_examples=20, deadline=None)
def test_the_seed_decides(seed, size):
    clips, used = grid(*size), {Clip(0, 0, 0): 1}
    one, two = (choose(clips, used, len(clips) // 2, np.random.default_rng(seed)) for _ in range(2))
    assert one == two


def test_different_seeds_give_different_sittings():
    clips = grid(5, 6)
    assert len({frozenset(choose(clips, {}, 10, np.random.default_rng(seed))) for seed in range(20)}) == 20
