"""Pairs chosen by earlier answers: what they are expected to teach, what is marked, and that it pays."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import kendalltau, norm

from mos_platform.assignments import design
from mos_platform.assignments.design.active import PRIOR_SDS, information_gain, informative_pairs, strengths
from mos_platform.assignments.trials import Clip, Pair

SEEDS = st.integers(0, 2**32)


def pairs_of(methods: int, items: int) -> list[Pair]:
    return design.pairs_within_items(
        [Clip(m * items + i, m, i) for m in range(methods) for i in range(items)]
    )


def kind(pair: Pair) -> tuple[int, int]:
    return pair.one.method, pair.two.method


def votes(truth: np.ndarray, pairs: list[Pair], rng: np.random.Generator) -> dict[tuple[int, int], float]:
    wins: Counter[tuple[int, int]] = Counter()
    for pair in pairs:
        one, two = kind(pair)
        wins[(one, two) if rng.random() < expit(truth[one] - truth[two]) else (two, one)] += 1
    return dict(wins)


def table(wins: dict[tuple[int, int], float], methods: int) -> np.ndarray:
    found = np.zeros((methods, methods))
    for place, n in wins.items():
        found[place] = n
    return found


@pytest.mark.parametrize(("difference", "sd"), [(0.0, 0.1), (0.0, 1.0), (1.5, 0.5), (-3.0, 2.0), (4.0, 0.3)])
def test_the_gain_is_the_mutual_information_of_answer_and_difference(difference, sd):
    def entropy(p):
        return -p * np.log(p) - (1 - p) * np.log(1 - p)

    def mean(function):
        density = norm(difference, sd).pdf
        return quad(lambda x: function(expit(x)) * density(x), difference - 9 * sd, difference + 9 * sd)[0]

    expected = entropy(mean(lambda p: p)) - mean(entropy)
    found = information_gain(np.array([difference]), np.array([sd]))
    assert found[0] == pytest.approx(expected, rel=0.005)


def test_the_strengths_are_the_mode_and_the_curvature_of_the_posterior():
    rng = np.random.default_rng(1)
    wins = table(votes(rng.normal(0, 1.5, 6), pairs_of(6, 8), rng), 6)
    found = strengths(wins)

    def loss(x, sd):
        return -(wins * np.log(expit(x[:, None] - x))).sum() + (x @ x) / (2 * sd**2)

    fits = [minimize(loss, np.zeros(6), args=(sd,), tol=1e-10).x for sd in PRIOR_SDS]
    place = int(np.argmin([np.abs(fit - found.mean).max() for fit in fits]))
    assert found.mean == pytest.approx(fits[place], abs=1e-4)
    steps = np.eye(6) * 1e-3

    def bend(a, b):
        at = [loss(found.mean + s * a + t * b, PRIOR_SDS[place]) * s * t for s in (1, -1) for t in (1, -1)]
        return sum(at) / 4e-6

    hessian = np.array([[bend(a, b) for b in steps] for a in steps])
    assert np.linalg.inv(found.covariance) == pytest.approx(hessian, rel=1e-3, abs=1e-3)


def test_few_like_answers_give_finite_strengths_and_much_doubt():
    found = strengths(table({(0, 1): 30.0, (1, 2): 2.0}, 4))
    assert np.isfinite(found.mean).all()
    assert found.mean[0] > found.mean[1] > found.mean[2]
    assert found.mean[3] == pytest.approx(0, abs=1e-6)
    assert found.covariance[3, 3] > found.covariance[1, 1]


def test_doubtful_pairs_are_chosen_and_settled_ones_left():
    """Two groups far apart: who leads within each is open, that any of one beats any of the other is not."""
    truth = np.array([3.0, 2.9, 2.8, -2.8, -2.9, -3.0])
    wins = votes(truth, pairs_of(6, 20), np.random.default_rng(2))
    chosen = informative_pairs(pairs_of(6, 4), design.Answers(wins), 12, np.random.default_rng(3))
    within = sum((one < 3) == (two < 3) for one, two in map(kind, chosen))
    assert within == 12
    assert len(set(chosen)) == 12


def test_pairs_that_others_hold_unanswered_are_not_handed_out_again_at_once():
    pairs, rng = pairs_of(8, 5), np.random.default_rng(4)
    wins = votes(rng.normal(0, 1, 8), pairs, rng)
    first = Counter(map(kind, informative_pairs(pairs, design.Answers(wins), 6, np.random.default_rng(5))))
    waiting = {tuple(reversed(one)): 8 * n for one, n in first.items()}
    after = Counter(
        map(kind, informative_pairs(pairs, design.Answers(wins, waiting), 6, np.random.default_rng(5)))
    )
    assert (first & after).total() < first.total() / 2


@given(seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_items_are_explored_evenly(seed):
    pairs, rng, shown = pairs_of(6, 5), np.random.default_rng(seed), Counter()
    truth = rng.normal(0, 1, 6)
    wins: Counter[tuple[int, int]] = Counter()
    for _ in range(8):
        chosen = informative_pairs(pairs, design.Answers(wins, shown=shown), 10, rng)
        shown.update(chosen)
        wins.update(votes(truth, chosen, rng))
        items = Counter(pair.one.item for pair in chosen)
        assert max(items.values()) <= 6
    for one in combinations(range(6), 2):
        counts = [shown[pair] for pair in pairs if kind(pair) == one]
        assert max(counts) - min(counts) <= 1


@given(seed=SEEDS, start=st.integers(5, 40), n=st.integers(4, 12))
@settings(max_examples=15, deadline=None)
def test_the_start_round_is_balanced_linked_and_not_chosen(seed, start, n):
    pairs, rng, used, trials = pairs_of(6, 5), np.random.default_rng(seed), Counter(), []
    for _ in range(6):
        sitting = design.adaptive_pair_trials(pairs, used, design.Answers(), start=start, n=n, rng=rng)
        assert len({frozenset((trial.left, trial.right)) for trial in sitting}) == len(sitting) == n
        fixed = [trial for trial in sitting if not trial.adaptive]
        used.update(next(pair for pair in pairs if {pair.one, pair.two} == trial.shown) for trial in fixed)
        trials += sitting
    begun = [trial for trial in trials if not trial.adaptive]
    assert len(begun) == min(start, len(trials))
    stood = Counter(clip.method for trial in begun for clip in (trial.left, trial.right))
    assert max(stood.values()) - min(stood[method] for method in range(6)) <= 5
    if len(begun) >= 10:
        assert min(stood[method] for method in range(6)) > 0


def test_a_start_round_that_cannot_link_the_methods_is_refused():
    with pytest.raises(ValueError, match="4 pairs cannot link 6 methods"):
        design.adaptive_pair_trials(
            pairs_of(6, 2), {}, design.Answers(), start=4, n=3, rng=np.random.default_rng(0)
        )


def test_the_same_seed_and_answers_give_the_same_sitting():
    answers = design.Answers({(0, 1): 3.0, (1, 2): 0.5, (2, 1): 0.5})
    one, two = (
        design.adaptive_pair_trials(pairs_of(5, 4), {}, answers, start=4, n=12, rng=np.random.default_rng(6))
        for _ in range(2)
    )
    assert one == two
    assert sum(trial.adaptive for trial in one) == 8


def test_chosen_pairs_rank_many_methods_better_than_random_ones():
    """Kendall's tau with the truth, mean over the sittings of a study, in sixteen studies of 14 methods."""

    def tau(seed: int, *, chosen: bool) -> float:
        rng = np.random.default_rng(seed)
        truth, pairs, taus = rng.normal(0, 2, 14), pairs_of(14, 4), []
        begun = design.pair_trials(pairs, {}, n=28, rng=rng)
        drawn = [Pair(*sorted(trial.shown, key=lambda clip: clip.method)) for trial in begun]
        wins: Counter[tuple[int, int]] = Counter()
        for _ in range(9):
            wins.update(votes(truth, drawn, rng))
            taus.append(kendalltau(strengths(table(wins, 14)).mean, truth).statistic)
            if chosen:
                drawn = informative_pairs(pairs, design.Answers(wins), 20, rng)
            else:
                drawn = [pairs[i] for i in rng.permutation(len(pairs))[:20]]
        return float(np.mean(taus))

    better = [tau(seed, chosen=True) - tau(seed, chosen=False) for seed in range(16)]
    assert np.mean(better) > 2 * np.std(better, ddof=1) / np.sqrt(len(better))
