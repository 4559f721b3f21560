"""A plan keeps its promises: in simulated studies, in real ones of the same size, and beside R's figures."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.stats.arrays import Target
from analysis.stats.differences import MethodScores, difference_estimate
from analysis.stats.mos import mean_estimate
from analysis.stats.planning import (
    Designs,
    Precision,
    ScoreVariance,
    difference_precision,
    limit_of_difference,
    limit_of_mean,
    mean_precision,
    variance_factors,
)
from analysis.stats.variance import variance_components

TYPICAL = ScoreVariance(0.10, 0.03, 0.04, 0.05, 0.15, 0.34)
variances = st.floats(0.001, 2)
components = st.builds(ScoreVariance, variances, variances, variances, variances, variances, variances)


def simulated(
    rng: np.random.Generator,
    variance: ScoreVariance,
    size: tuple[int, int, int],
    *,
    fixed_items: bool = False,
) -> np.ndarray:
    """Scores of all methods around 0, shape (raters, items, methods)."""
    R, J, M = size

    def effect(part: float, *shape: int) -> np.ndarray:
        return rng.normal(0, np.sqrt(part), shape)

    of_items = effect(variance.item, 1, J, 1) + effect(variance.item_method, 1, J, M)
    if fixed_items:
        of_items = of_items - of_items.mean(axis=1, keepdims=True)
    scores = effect(variance.rater, R, 1, 1) + effect(variance.rater_method, R, 1, M) + of_items
    return scores + effect(variance.rater_item, R, J, 1) + effect(variance.residual, R, J, M)


def assigned(rng: np.random.Generator, size: tuple[int, int, int], per_rater: int) -> np.ndarray:
    """Which stimuli each rater rates: those that fewest raters had so far, random among equals."""
    R, J, M = size
    rated, used = np.zeros((R, J * M), dtype=bool), np.zeros(J * M)
    for rater in range(R):
        chosen = np.lexsort((rng.random(J * M), used))[:per_rater]
        rated[rater, chosen] = True
        used[chosen] += 1
    return rated.reshape(R, J, M)


def method_scores(scores: np.ndarray, rated: np.ndarray, method: int) -> MethodScores:
    rater, item = np.nonzero(rated[:, :, method])
    return MethodScores(rater, item, scores[rater, item, method])


SIZES = [
    pytest.param((30, 20, 2), None, "raters+items", id="30x20"),
    pytest.param((24, 8, 2), None, "raters+items", id="24x8"),
    pytest.param((20, 5, 2), None, "raters+items", id="20x5"),
    pytest.param((30, 20, 5), 40, "raters+items", id="30x20-of-5-methods-40-each"),
    pytest.param((40, 10, 4), 8, "raters+items", id="40x10-of-4-methods-8-each"),
    pytest.param((12, 15, 2), None, "raters", id="12x15-items-fixed"),
]


@pytest.mark.parametrize(("size", "per_rater", "target"), SIZES)
def test_simulated_studies_keep_what_was_planned(
    size: tuple[int, int, int], per_rater: int | None, target: Target
) -> None:
    rng = np.random.default_rng(41)
    designs = Designs.of(size[0], size[1], size[2], per_rater)
    of_mean = mean_precision(TYPICAL, designs, target)
    of_difference = difference_precision(TYPICAL, designs, target)
    true_difference = float(of_difference.detectable(0.8, 0.05))
    widths, found = [], []
    for _ in range(800):
        scores = simulated(rng, TYPICAL, size, fixed_items=target == "raters")
        scores[:, :, 0] += true_difference
        rated = np.ones(size, dtype=bool) if per_rater is None else assigned(rng, size, per_rater)
        a, b = (method_scores(scores, rated, method) for method in (0, 1))
        mos = mean_estimate(a.rater, a.item, a.score, target=target)
        widths.append((mos.ci_high - mos.ci_low) / 2)
        found.append(difference_estimate(a, b, target=target).p < 0.05)
    assert np.mean(widths) == pytest.approx(float(of_mean.half_width(0.95)), rel=0.04)
    assert np.mean(found) == pytest.approx(0.8, abs=0.04)


def complete(scores: np.ndarray) -> tuple[list[MethodScores], ScoreVariance]:
    """Each method's ratings of a complete study, and its estimated components."""
    rated = np.ones(scores.shape, dtype=bool)
    rater, item, method = (axis.ravel() for axis in np.indices(scores.shape))
    shares = variance_components(rater, item, method, scores.ravel())
    found = {
        share.component.replace(":", "_"): share.variance for share in shares if share.component != "method"
    }
    return [method_scores(scores, rated, m) for m in range(scores.shape[2])], ScoreVariance(**found)


def assert_means_equal(scores: np.ndarray) -> None:
    """Of complete data, the plan for the study's own size is the root mean square of its standard errors."""
    methods, variance = complete(scores)
    ses = [mean_estimate(m.rater, m.item, m.score).se for m in methods]
    planned = float(mean_precision(variance, Designs.of(*scores.shape)).se) ** 2
    assert planned == pytest.approx(np.mean(np.square(ses)), rel=1e-9)


def assert_differences_equal(scores: np.ndarray) -> None:
    methods, variance = complete(scores)
    ses = [difference_estimate(a, b).se for a, b in combinations(methods, 2)]
    planned = float(difference_precision(variance, Designs.of(*scores.shape)).se) ** 2
    assert planned == pytest.approx(np.mean(np.square(ses)), rel=1e-9)


def test_a_complete_pilot_planned_again_has_its_own_standard_errors() -> None:
    even = ScoreVariance(0.3, 0.3, 0.3, 0.3, 0.3, 0.3)
    scores = simulated(np.random.default_rng(2), even, (25, 14, 4))
    assert_means_equal(scores)
    assert_differences_equal(scores)


def test_vqeghd3_planned_again_has_its_own_standard_errors(shared: Path) -> None:
    table = pd.read_csv(shared / "ratings" / "vqeghd3" / "ratings.csv")
    wide = table.pivot_table(index="rater", columns=["item", "method"], values="score")
    scores = wide.to_numpy().reshape(24, 8, 9)
    assert_means_equal(scores)


def test_power_equals_r() -> None:
    """Manual of power.t.test: n = 20, delta = 1, sd = 1 has power 0.8689528; power 0.9 takes n = 22.02110.

    By default R leaves out the tail on the wrong side, here 2.3e-7.
    """

    def two_samples(n: float) -> Precision:
        return Precision(np.array([np.sqrt(2 / n)]), np.array([2 * n - 2]))

    assert two_samples(20).power(1, 0.05)[0] == pytest.approx(0.8689528 + 2.3e-7, abs=6e-8)
    assert two_samples(22.02110).power(1, 0.05)[0] == pytest.approx(0.9, abs=5e-7)
    assert two_samples(22.02110).detectable(0.9, 0.05)[0] == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("df", [1, 2.5, 7, 40, 3000, 1e7])
@pytest.mark.parametrize(("power", "alpha"), [(0.5, 0.05), (0.8, 0.05 / 36), (0.999, 1e-4)])
def test_the_detectable_difference_has_the_wanted_power(df: float, power: float, alpha: float) -> None:
    precision = Precision(np.array([0.2]), np.array([df]))
    assert precision.power(float(precision.detectable(power, alpha)[0]), alpha)[0] == pytest.approx(
        power, abs=1e-9
    )


def test_without_any_variance_every_difference_is_found() -> None:
    precision = mean_precision(ScoreVariance(0, 0, 0, 0, 0, 0), Designs.of(10, 10, 3))
    assert float(precision.half_width(0.95)) == 0
    assert float(precision.detectable(0.8, 0.05)) == 0
    assert float(precision.power(0.01, 0.05)) == 1


def test_complete_designs_follow_the_formulas() -> None:
    v, R, J = TYPICAL, 24, 11
    of_mean, of_difference = (
        mean_precision(v, Designs.of(R, J, 3)),
        difference_precision(v, Designs.of(R, J, 3)),
    )
    A, B = (v.rater + v.rater_method) / R, (v.item + v.item_method) / J
    C = (v.rater_item + v.residual) / (R * J)
    assert float(of_mean.se) ** 2 == pytest.approx(A + B + C)
    bottom = (A + C) ** 2 / (R - 1) + (B + C) ** 2 / (J - 1) + C**2 / ((R - 1) * (J - 1))
    assert float(of_mean.df) == pytest.approx((A + B + C) ** 2 / bottom)
    shared_cancels = 2 * (v.rater_method / R + v.item_method / J + v.residual / (R * J))
    assert float(of_difference.se) ** 2 == pytest.approx(shared_cancels)
    assert float(mean_precision(v, Designs.of(R, J, 3), "raters").se) ** 2 == pytest.approx(A + C)


@given(components, st.integers(2, 60), st.integers(2, 60), st.integers(1, 6))
@settings(max_examples=60, deadline=None)
def test_more_raters_or_items_never_make_the_error_larger(
    variance: ScoreVariance, raters: int, items: int, methods: int
) -> None:
    R, J = np.array([raters, raters + 1, raters]), np.array([items, items, items + 1])
    precisions = [mean_precision(variance, Designs.of(R, J, methods))]
    if methods > 1:
        precisions.append(difference_precision(variance, Designs.of(R, J, methods)))
    for precision in precisions:
        assert precision.se[0] > precision.se[1]
        assert precision.se[0] > precision.se[2]
        assert (precision.df >= 1).all()


@given(components, st.integers(2, 40))
@settings(max_examples=40, deadline=None)
def test_items_alone_are_the_limit_of_ever_more_raters(variance: ScoreVariance, items: int) -> None:
    many = Designs.of(10**9, items, 2)
    for precision, limit in (
        (mean_precision(variance, many), limit_of_mean(variance, items)),
        (difference_precision(variance, many), limit_of_difference(variance, items)),
    ):
        assert float(precision.half_width(0.95)) == pytest.approx(float(limit.half_width(0.95)), rel=1e-4)


@given(components, st.integers(6, 30), st.integers(6, 30), st.integers(2, 5), st.floats(0.1, 30))
@settings(max_examples=40, deadline=None)
def test_widths_scale_with_the_scale(
    variance: ScoreVariance, raters: int, items: int, methods: int, factor: float
) -> None:
    names = ("rater", "item", "rater_item", "rater_method", "item_method", "residual")
    wider = replace(variance, **{name: getattr(variance, name) * factor**2 for name in names})
    designs = Designs.of(raters, items, methods, raters % 7 + 5)
    for compute in (mean_precision, difference_precision):
        narrow, wide = compute(variance, designs), compute(wider, designs)
        assert float(wide.half_width(0.9)) == pytest.approx(
            factor * float(narrow.half_width(0.9)), nan_ok=True
        )


def test_a_method_that_one_rater_meets_has_no_interval() -> None:
    found = mean_precision(TYPICAL, Designs.of([5, 50], 10, 5, 1))
    assert np.isnan(found.half_width(0.95)).tolist() == [True, False]
    assert np.isnan(found.detectable(0.8, 0.05)).tolist() == [True, False]


def test_as_many_ratings_per_rater_as_clips_is_a_complete_design() -> None:
    whole, asked = Designs.of([12, 40], [6, 15], 4), Designs.of([12, 40], [6, 15], 4, 60)
    assert asked.per_rater.tolist() == [24, 60]
    assert asked.complete.all()
    for compute in (mean_precision, difference_precision):
        assert compute(TYPICAL, whole).se.tolist() == compute(TYPICAL, asked).se.tolist()


def test_variance_factors_equal_the_tables_of_chi_square() -> None:
    assert variance_factors(6) == pytest.approx((5 / 12.833, 5 / 0.831), rel=1e-3)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: ScoreVariance(-0.1, 0, 0, 0, 0, 1),
        lambda: ScoreVariance(0, float("nan"), 0, 0, 0, 1),
        lambda: Designs.of(1, 10, 3),
        lambda: Designs.of(10, 1, 3),
        lambda: Designs.of(10, 10, 0),
        lambda: Designs.of(10, 10, 3, 0),
        lambda: difference_precision(TYPICAL, Designs.of(10, 10, 1)),
        lambda: mean_precision(TYPICAL, Designs.of(10, 10, 3), "items"),
        lambda: mean_precision(TYPICAL, Designs.of(10, 10, 3)).half_width(95),
        lambda: mean_precision(TYPICAL, Designs.of(10, 10, 3)).detectable(0.01, 0.05),
        lambda: variance_factors(1),
    ],
)
def test_nonsense_is_refused(wrong) -> None:
    with pytest.raises(ValueError, match=r"must|needs"):
        wrong()
