"""Krippendorff's alpha: against the package, replicates against a list of pairs, coverage, votes alone."""

from __future__ import annotations

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rated import rated

from analysis.stats.agreement import alpha, alpha_all, alpha_of_counts
from analysis.stats.alpha_bootstrap import Counter, alpha_one_by_one, draw_weights
from analysis.stats.alpha_counts import Cells, Grid, Groups, Packing, Units
from analysis.stats.alpha_moments import Moments

METRICS = ("ordinal", "interval", "nominal")


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("metric", METRICS)
@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 2**32 - 1))
def test_alpha_equals_the_krippendorff_package(metric: str, seed: int) -> None:
    rater, stimulus, score = rated(rng(seed), 5, 12, 0.6)
    matrix = np.full((5, 12), np.nan)
    matrix[rater, stimulus] = score
    found = alpha(rater, stimulus, score, metric=metric, n_boot=5, rng=rng())
    want = krippendorff.alpha(reliability_data=matrix, level_of_measurement=metric)
    assert found.value == pytest.approx(want, abs=1e-12)


def test_alpha_of_continuous_scores_equals_the_krippendorff_package() -> None:
    rater, stimulus, score = rated(rng(8), 6, 20, grades=False)
    matrix = np.empty((6, 20))
    matrix[rater, stimulus] = score
    for metric in METRICS:
        found = alpha(rater, stimulus, score, metric=metric, n_boot=30, rng=rng())
        want = krippendorff.alpha(reliability_data=matrix, level_of_measurement=metric)
        assert found.value == pytest.approx(want, abs=1e-12)


def brute_force(units: Units, w: np.ndarray, v: np.ndarray) -> float:
    """Interval alpha of a replicate from the list of its pairs, copies of one rater left out."""
    disagreement = total = 0.0
    marginal = np.zeros(len(units.rater))
    for u in range(units.n_units):
        rows = np.flatnonzero(units.unit == u)
        copies = [row for row in rows for _ in range(int(w[units.rater[row]]))]
        pairs = [(i, j) for i in copies for j in copies if i != j]
        for i, j in pairs:
            each = v[u] * len(copies) / len(pairs)
            disagreement += each * (units.values[units.value[i]] - units.values[units.value[j]]) ** 2
            marginal[i] += each
            total += each
    x = units.values[units.value]
    expected = (marginal[:, None] * marginal * (x[:, None] - x) ** 2).sum()
    return 1 - (total - 1) * disagreement / expected


@pytest.mark.parametrize("places", [Grid, Cells])
@pytest.mark.parametrize(("dtype", "rounding"), [(np.float64, 1e-12), (np.float32, 1e-5)])
@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 2**32 - 1), share=st.sampled_from([1.0, 0.6, 0.3]))
def test_replicates_equal_a_list_of_pairs(
    places: type[Grid | Cells], dtype: type[np.floating], rounding: float, seed: int, share: float
) -> None:
    units = Units.of(*rated(rng(seed), 5, 12, share))  # up to more groups of alike stimuli than MOST_RUNS
    raters, stimuli = draw_weights(units, 4, 3, dtype, rng(11))
    packing = Packing(Packing.of(units).base, dtype)
    batched = Counter(units, packing, places(units, dtype), METRICS).alphas(raters, stimuli)
    for b in range(4):
        drawn = raters[:, b].astype(np.float64), stimuli[:, b].astype(np.float64)
        single = alpha_one_by_one(units, METRICS, *drawn)
        assert list(single.values()) == pytest.approx(batched[:, b], abs=rounding, nan_ok=True)
        with np.errstate(invalid="ignore"):
            pairs = brute_force(units, *drawn)
        assert single["interval"] == pytest.approx(pairs, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize(("dtype", "rounding"), [(np.float64, 1e-12), (np.float32, 1e-5)])
@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 2**32 - 1), grades=st.booleans(), skipped=st.integers(0, 4))
def test_replicates_from_moments_equal_those_one_by_one(
    dtype: type[np.floating], rounding: float, seed: int, grades: bool, skipped: int
) -> None:
    rater, stimulus, score = rated(rng(seed), 5, 8, grades=grades)
    kept = (rater != 1) | (stimulus >= skipped)
    units = Units.of(rater[kept], stimulus[kept], score[kept])
    raters, stimuli = draw_weights(units, 4, 3, dtype, rng(11))
    moments = Moments(units, Groups.of(units, dtype), Packing(Packing.of(units).base, dtype))
    batched = moments.alphas(raters, stimuli)
    for b in range(4):
        drawn = raters[:, b].astype(np.float64), stimuli[:, b].astype(np.float64)
        single = alpha_one_by_one(units, ("interval",), *drawn)["interval"]
        assert single == pytest.approx(batched[0, b], abs=rounding, nan_ok=True)


def test_one_metric_alone_has_the_interval_that_it_has_among_others() -> None:
    columns = rated(rng(3), 12, 30)
    for together in alpha_all(*columns, n_boot=300, rng=rng(4)):
        alone = alpha(*columns, metric=together.coefficient[6:], n_boot=300, rng=rng(4))
        assert (alone.ci_low, alone.ci_high) == pytest.approx((together.ci_low, together.ci_high), abs=1e-6)


def test_weights_are_those_of_draws_with_replacement() -> None:
    units = Units.of(*rated(rng(1), 6, 300))
    raters, stimuli = draw_weights(units, 4000, 500, np.float64, rng(2))
    assert (raters.sum(axis=0) == 6).all()
    assert (stimuli.sum(axis=0) == 300).all()
    assert raters.mean(axis=1) == pytest.approx(np.ones(6), abs=0.06)
    assert raters.var(axis=1) == pytest.approx(np.full(6, 5 / 6), abs=0.1)


def test_counts_split_exactly_however_many_raters_there_are() -> None:
    for n_raters in (2, 127, 181, 182, 5000):
        units = Units(*3 * [np.zeros(1, dtype=np.int64)], np.zeros(1), n_raters, 1)
        packing = Packing.of(units)
        for weights in (np.eye(1, n_raters)[0] * n_raters, np.ones(n_raters)):
            packed = packing.packed(weights.astype(packing.dtype)).sum(keepdims=True)
            squares = np.empty_like(packed)
            packing.split(packed, squares)
            assert (packed[0] * packing.base, squares[0]) == (weights.sum(), (weights**2).sum())
        assert packing.dtype == (np.float32 if n_raters <= 181 else np.float64)


def test_alpha_intervals_cover_and_intervals_over_stimuli_alone_do_not() -> None:
    """Interval alpha of this population is its absolute-agreement ICC, 0.5."""
    random = rng(12)
    found = [
        alpha(*rated(random, 12, 60, grades=False), metric="interval", n_boot=100, rng=random)
        for _ in range(80)
    ]
    assert np.mean([one.ci_low <= 0.5 <= one.ci_high for one in found]) > 0.89
    assert np.mean([one.ci_high - one.ci_low for one in found]) < 0.4


def test_alpha_intervals_cover_with_few_stimuli() -> None:
    """Percentiles of the same replicates cover 80 % here; 92.5 % less three binomial sd are asked for."""
    random, studies = rng(20), 200
    found = [
        alpha(*rated(random, 24, 8, grades=False), metric="interval", n_boot=200, rng=random)
        for _ in range(studies)
    ]
    asked = 0.925 - 3 * np.sqrt(0.925 * 0.075 / studies)
    assert np.mean([one.ci_low <= 0.5 <= one.ci_high for one in found]) > asked


def test_alpha_of_too_few_stimuli_carries_a_warning() -> None:
    found = alpha(*rated(rng(13), 12, 5), metric="ordinal", rng=rng())
    assert "few_stimuli" in [note.code for note in found.notes]
    assert -1 < found.ci_low < found.value < found.ci_high < 1
    assert not alpha(*rated(rng(13), 12, 9), metric="ordinal", rng=rng()).notes


@pytest.mark.parametrize("metric", METRICS)
@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 2**32 - 1))
def test_alpha_of_votes_is_that_of_the_ratings_they_count(metric: str, seed: int) -> None:
    rater, stimulus, score = rated(rng(seed), 6, 12, 0.5)
    counts = np.zeros((12, 5), dtype=int)
    np.add.at(counts, (stimulus, score.astype(int) - 1), 1)
    found = alpha_of_counts(counts, metric=metric)
    assert found == pytest.approx(
        alpha(rater, stimulus, score, metric=metric, n_boot=0, rng=rng()).value, abs=1e-12
    )
    assert found == pytest.approx(
        krippendorff.alpha(value_counts=counts, value_domain=range(5), level_of_measurement=metric), abs=1e-12
    )


def test_values_of_votes_matter_to_the_interval_metric_only() -> None:
    counts, values = rng(2).integers(0, 4, size=(9, 3)), [1, 2, 10]
    want = krippendorff.alpha(value_counts=counts, value_domain=values, level_of_measurement="interval")
    assert alpha_of_counts(counts, metric="interval", values=values) == pytest.approx(want, abs=1e-12)
    for metric in ("ordinal", "nominal"):
        assert alpha_of_counts(counts, metric=metric, values=values) == alpha_of_counts(counts, metric=metric)


@pytest.mark.parametrize("metric", METRICS)
def test_alpha_of_votes_is_undefined_without_pairs_or_differences(metric: str) -> None:
    assert alpha_of_counts([[1, 0], [0, 1]], metric=metric) is None
    assert alpha_of_counts([[3, 0], [2, 0]], metric=metric) is None
    assert alpha_of_counts([[3, 0], [2, 0], [0, 1]], metric=metric) is None


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ([[1, -1]], "whole numbers"),
        ([[0.5, 1]], "whole numbers"),
        ([1, 2], "table"),
        ([[np.nan, 2]], "whole"),
    ],
)
def test_tables_that_hold_no_votes_are_refused(counts: list[object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        alpha_of_counts(counts, metric="nominal")


def test_values_must_fit_the_votes() -> None:
    for values in ([1, 2, 3], [2, 1], [1, np.nan]):
        with pytest.raises(ValueError, match="values"):
            alpha_of_counts([[1, 2], [2, 0]], metric="interval", values=values)
    with pytest.raises(ValueError, match="metric must be"):
        alpha_of_counts([[1, 2]], metric="ratio")
