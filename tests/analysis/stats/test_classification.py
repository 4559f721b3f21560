"""Metrics against pairs that raters tell apart: by hand, against scipy, and against tests of single pairs."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from analysis.stats import classification
from analysis.stats.classification import ordered_rightly, pair_areas, pair_tests, stimulus_areas
from analysis.stats.differences import MethodScores, difference_estimate


def rated(random: np.random.Generator, share: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Twelve raters, fifteen stimuli, five grades; a share of the ratings, of any number per stimulus."""
    score = np.clip(np.rint(3 + random.normal(size=15)[:, None] + random.normal(size=(15, 12))), 1, 5)
    stimulus, rater = np.nonzero(random.random(score.shape) < share)
    return rater, stimulus, score[stimulus, rater]


@pytest.mark.parametrize("share", [1.0, 0.6, 0.25])
@pytest.mark.parametrize("cells", [classification.BLOCK_CELLS, 40])
def test_pairs_are_told_apart_as_one_by_one(
    share: float, cells: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classification, "BLOCK_CELLS", cells)
    rater, stimulus, score = rated(np.random.default_rng(3), share)
    present = np.unique(stimulus)
    tests = pair_tests(rater, stimulus, score, confidence=0.9)
    parts = [
        MethodScores(rater[rows], 0 * rater[rows], score[rows])
        for rows in (stimulus == code for code in present)
    ]
    found = 0
    for a, b in combinations(range(len(present)), 2):
        alone = difference_estimate(parts[a], parts[b], target="raters")
        apart = alone.p is not None and alone.p < 0.1
        assert tests.apart[a][b - a - 1] == apart
        assert tests.mean[a] - tests.mean[b] == pytest.approx(alone.mean)
        found += apart
    assert 0 < found < 105


def test_a_stimulus_that_all_rate_alike_and_one_with_a_single_rating_differ_from_none() -> None:
    stimulus = np.array([0, 0, 0, 1, 1, 1, 2])
    tests = pair_tests(np.array([0, 1, 2, 0, 1, 2, 0]), stimulus, np.array([1, 1, 1, 5, 5, 5, 5]))
    assert [row.tolist() for row in tests.apart] == [[False, False], [False], []]


def test_areas_and_order_on_a_case_worked_by_hand() -> None:
    """Lower is better: differences −3, 2, 1 of MOS differences 1, −1, 2, told apart; 0 and 1.5 are not."""
    areas = pair_areas(np.array([3.0, 2.0, -1.0]), np.array([0.0, -1.5]))
    assert areas.different == pytest.approx(5 / 6)
    # Ordered: 3, 2, −1 against −3, −2, 1: eight of nine comparisons won, but for −1 against 1.
    assert areas.better == pytest.approx(8 / 9)


def test_areas_agree_with_the_rank_sum_statistic_of_scipy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classification, "CHUNK", 7)
    random = np.random.default_rng(0)
    apart, similar = random.integers(-4, 5, 31).astype(float), random.integers(-4, 5, 19).astype(float)
    found = pair_areas(apart.copy(), similar.copy())
    different = stats.mannwhitneyu(np.abs(apart), np.abs(similar)).statistic / (31 * 19)
    better = stats.mannwhitneyu(apart, -apart).statistic / 31**2
    assert (found.different, found.better) == pytest.approx((different, better))


@pytest.mark.parametrize("direction", ["higher", "lower"])
def test_stimuli_without_a_value_are_left_out_of_the_pairs(direction: str) -> None:
    random = np.random.default_rng(5)
    rater, stimulus, score = rated(random, 0.8)
    tests = pair_tests(rater, stimulus, score)
    metric = tests.mean + random.normal(size=15)
    metric[[2, 9]] = np.nan
    sign = 1 if direction == "higher" else -1
    apart, similar = [], []
    for a, b in combinations(np.flatnonzero(~np.isnan(metric)), 2):
        better, worse = (a, b) if tests.mean[a] >= tests.mean[b] else (b, a)
        (apart if tests.apart[a][b - a - 1] else similar).append(sign * (metric[better] - metric[worse]))
    found = stimulus_areas(tests, metric, direction=direction)
    assert found == pair_areas(np.array(apart), np.array(similar))
    opposite = stimulus_areas(tests, -metric, direction=direction)
    assert opposite.better == pytest.approx(1 - found.better)
    assert opposite.different == pytest.approx(found.different)


def test_areas_are_undefined_without_both_kinds_of_pairs() -> None:
    nothing = pair_areas(np.empty(0), np.ones(3))
    assert (nothing.different, nothing.better) == (None, None)
    assert pair_areas(np.ones(3), np.empty(0)).different is None
    with pytest.raises(ValueError, match="numbers"):
        pair_areas(np.array([np.nan]), np.ones(1))
    with pytest.raises(ValueError, match="per stimulus"):
        stimulus_areas(pair_tests([0, 1], [0, 1], [1, 2]), [1.0], direction="higher")


def test_method_pairs_need_values_and_ties_are_not_in_order() -> None:
    value = np.array([3.0, 2.0, 2.0, np.nan])
    pairs = [(0, 1), (2, 0), (1, 2), (0, 3)]
    assert ordered_rightly(pairs, value, direction="higher") == (3, 1)
    assert ordered_rightly(pairs, value, direction="lower") == (3, 1)
    assert ordered_rightly([], value, direction="lower") == (0, 0)
    with pytest.raises(ValueError, match="no place"):
        ordered_rightly([(0, 4)], value, direction="higher")
