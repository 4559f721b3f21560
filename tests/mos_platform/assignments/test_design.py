"""Properties of the sitting plan, whatever the study's size and the seed."""

from __future__ import annotations

from collections import Counter
from itertools import groupby, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mos_platform.assignments import design
from mos_platform.assignments.trials import Clip, PlannedTrial

TRAP = {"overall": {"low": 4, "high": 4}}
GOLD = {"overall": {"high": 2}}
SIDE = {"better": {"choice": "left"}}


def grid(methods: int, items: int) -> list[Clip]:
    return [Clip(m * items + i, m, i) for m in range(methods) for i in range(items)]


def scored(trials: list[PlannedTrial]) -> list[PlannedTrial]:
    return [trial for trial in trials if trial.kind == "scored"]


SIZES = st.tuples(st.integers(2, 6), st.integers(2, 6))
SEEDS = st.integers(0, 2**32)


@given(size=SIZES, seed=SEEDS, traps=st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_a_rating_part_shows_every_clip_once_and_its_checks_away_from_the_ends(size, seed, traps):
    clips = grid(*size)
    extras = design.Extras(traps=[TRAP] * traps)
    trials = design.rating_trials(clips, {}, n=None, extras=extras, rng=np.random.default_rng(seed))
    assert sorted((trial.clip for trial in scored(trials)), key=lambda clip: clip.id) == clips
    checks = [place for place, trial in enumerate(trials) if trial.kind == "trap"]
    assert [trials[place].expected for place in checks] == [TRAP] * traps
    if len(clips) >= 5:
        assert all(0 < place < len(trials) - 1 for place in checks)


@given(
    size=SIZES,
    seed=SEEDS,
    training=st.integers(0, 7),
    dummies=st.integers(0, 4),
    repeats=st.integers(0, 4),
    gold=st.integers(0, 3),
    traps=st.integers(0, 2),
)
@settings(max_examples=80, deadline=None)
def test_a_part_begins_with_practice_and_repeats_come_late(
    size, seed, training, dummies, repeats, gold, traps
):
    clips, practice = grid(*size), [Clip(1000 + m, m, 99) for m in range(size[0])]
    extras = design.Extras(
        traps=[TRAP] * traps,
        gold=[(Clip(2000, 77, 0), GOLD)] * gold,
        practice=practice,
        training=training,
        dummies=dummies,
        repeats=repeats,
    )
    trials = design.rating_trials(clips, {}, n=None, extras=extras, rng=np.random.default_rng(seed))
    kinds = [trial.kind for trial in trials]
    shown = min(training, len(practice))
    assert kinds[: shown + dummies] == ["training"] * shown + ["dummy"] * dummies
    assert Counter(kinds[shown + dummies :]) == Counter(
        scored=len(clips), repeat=repeats, gold=gold, trap=traps
    )
    assert {trial.clip.item for trial in trials if trial.kind == "training"} <= {99}
    assert all(trial.expected == GOLD for trial in trials if trial.kind == "gold")
    body = trials[shown + dummies :]
    first = {trial.clip: place for place, trial in enumerate(body) if trial.kind == "scored"}
    again = [(place, trial.clip) for place, trial in enumerate(body) if trial.kind == "repeat"]
    assert len({clip for _, clip in again}) == repeats
    distances = [place - first[clip] for place, clip in again]
    assert all(distance > 0 for distance in distances)
    if len(clips) >= 12:
        assert all(distance >= len(body) / 3 for distance in distances)
    ends = [place for place, kind in enumerate(kinds) if kind in ("gold", "trap")]
    if len(clips) >= 5:
        assert all(shown + dummies < place < len(trials) - 1 for place in ends)


@given(seed=SEEDS, training=st.integers(1, 6))
@settings(max_examples=30, deadline=None)
def test_training_meets_every_method_before_one_comes_again(seed, training):
    practice = [Clip(m * 2 + i, m, i) for m in range(3) for i in range(2)]
    extras = design.Extras(practice=practice, training=training)
    trials = design.rating_trials(grid(3, 4), {}, n=None, extras=extras, rng=np.random.default_rng(seed))
    methods = Counter(trial.clip.method for trial in trials if trial.kind == "training")
    assert sum(methods.values()) == training
    assert max(methods.values()) - min(methods.get(m, 0) for m in range(3)) <= 1


@given(seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_dummies_spoil_no_clip_that_is_scored_where_others_are_left(seed):
    extras = design.Extras(dummies=3)
    trials = design.rating_trials(grid(4, 4), {}, n=10, extras=extras, rng=np.random.default_rng(seed))
    assert [trial.kind for trial in trials[:4]] == ["dummy"] * 3 + ["scored"]
    assert not {trial.clip for trial in trials[:3]} & {trial.clip for trial in trials[3:]}


@given(seed=SEEDS, by=st.sampled_from(["item", "method"]), size=SIZES, repeats=st.integers(0, 2))
@settings(max_examples=40, deadline=None)
def test_blocks_stay_whole(seed, by, size, repeats):
    extras = design.Extras(traps=[TRAP], gold=[(Clip(2000, 77, 77), GOLD)], repeats=repeats)
    trials = design.rating_trials(
        grid(*size), {}, n=None, extras=extras, grouped_by=by, rng=np.random.default_rng(seed)
    )
    runs = [
        block
        for block, _ in groupby(
            getattr(trial.clip, by) if trial.kind == "scored" else None for trial in trials
        )
    ]
    blocks = [block for block in runs if block is not None]
    assert sorted(blocks) == list(range(size[1] if by == "item" else size[0]))
    pairs = design.pair_trials(
        design.pairs_within_items(grid(*size)),
        {},
        n=None,
        extras=design.PairExtras([SIDE]),
        grouped_by="item",
        rng=np.random.default_rng(seed),
    )
    items = [item for item, _ in groupby(trial.left.item for trial in scored(pairs))]
    assert len(items) == size[1]


@given(seed=SEEDS, size=st.sampled_from([(3, 4), (5, 6), (4, 3), (6, 6)]))
@settings(max_examples=40, deadline=None)
def test_neighbours_differ_in_item_and_method(seed, size):
    order = design.spaced_order(grid(*size), np.random.default_rng(seed))
    assert all(one.item != two.item and one.method != two.method for one, two in pairwise(order))


@given(seed=SEEDS, n=st.integers(1, 36), traps=st.integers(0, 2))
@settings(max_examples=40, deadline=None)
def test_pairs_are_of_one_item_and_sides_are_balanced(seed, n, traps):
    pairs = design.pairs_within_items(grid(4, 6))
    extras = design.PairExtras([SIDE] * traps)
    trials = design.pair_trials(pairs, {}, n=n, extras=extras, rng=np.random.default_rng(seed))
    compared = scored(trials)
    assert len(compared) == n
    assert len(trials) == n + traps
    assert len({frozenset((trial.left, trial.right)) for trial in compared}) == n
    for trial in trials:
        assert trial.left.item == trial.right.item
        assert trial.left.method != trial.right.method
    swapped = sum(trial.left.method > trial.right.method for trial in compared)
    right_first = sum(trial.first == "right" for trial in compared)
    assert abs(2 * swapped - n) <= 1
    assert abs(2 * right_first - n) <= 1
    counts = Counter(frozenset((trial.left.method, trial.right.method)) for trial in compared)
    assert max(counts.values()) - min(counts.values() if len(counts) == 6 else [0]) <= 1


def test_the_stimuli_that_fewest_sittings_hold_come_first():
    clips = grid(3, 4)
    used: Counter[Clip] = Counter()
    rng = np.random.default_rng(1)
    for _ in range(30):
        trials = design.rating_trials(clips, used, n=5, rng=rng)
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
    extras = design.Extras(traps=[TRAP], practice=grid(2, 2), training=2, dummies=2, repeats=2)
    one, two = (
        design.rating_trials(grid(3, 4), {}, n=None, extras=extras, rng=np.random.default_rng(3))
        for _ in range(2)
    )
    assert one == two


@pytest.mark.parametrize("traps", [1, 2])
def test_a_check_on_a_pair_shows_clips_of_one_item_and_keeps_its_answer(traps):
    pairs = design.pairs_within_items(grid(2, 5))
    extras = design.PairExtras([SIDE] * traps)
    trials = design.pair_trials(pairs, {}, n=None, extras=extras, rng=np.random.default_rng(0))
    checks = [trial for trial in trials if trial.kind == "trap"]
    assert [trial.expected for trial in checks] == [SIDE] * traps
    assert all(trial.left.item == trial.right.item for trial in checks)
