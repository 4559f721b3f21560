"""Correlations of a metric with opinion: against scipy, against other software, and by their own laws."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.stats.correlation import CorrelationEstimate, correlation_set, disattenuate
from analysis.stats.weighted_correlation import weighted_kendall, weighted_pearson, weighted_spearman


def crossed(n_items: int, n_methods: int) -> tuple[np.ndarray, np.ndarray]:
    return np.repeat(np.arange(n_items), n_methods), np.tile(np.arange(n_methods), n_items)


def simulated(seed: int, n_items: int = 12, n_methods: int = 6) -> tuple[np.ndarray, ...]:
    """MOS and metric that share a part of their item, method and stimulus effects."""
    rng = np.random.default_rng(seed)
    item, method = crossed(n_items, n_methods)
    effects = [
        rng.multivariate_normal([0, 0], variance * np.array([[1, r], [r, 1]]), size=size)
        for variance, r, size in ((0.3, 0.3, n_items), (1.0, 0.9, n_methods), (0.3, 0.3, len(item)))
    ]
    mos, metric = (effects[0][item] + effects[1][method] + effects[2]).T
    return mos, metric, item, method


def estimates(
    mos: np.ndarray, metric: np.ndarray, item: np.ndarray, method: np.ndarray, n_boot: int = 200
) -> dict[tuple[str, str, str], CorrelationEstimate]:
    found = correlation_set(mos, metric, item, method, n_boot=n_boot, rng=np.random.default_rng(1))
    return {(e.level, e.coefficient, e.mapping): e for e in found}


seeds = st.integers(min_value=0, max_value=10_000)


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_weighted_coefficients_are_those_of_the_sample_written_out(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 6, 12).astype(float), rng.normal(size=12).round(1)
    weights = rng.integers(0, 4, (5, 12)).astype(float)
    for function, reference in (
        (weighted_pearson, stats.pearsonr),
        (weighted_spearman, stats.spearmanr),
        (weighted_kendall, stats.kendalltau),
    ):
        for row, value in zip(weights, function(x, y, weights), strict=True):
            written = np.repeat(np.arange(12), row.astype(int))
            if len(set(x[written])) < 2 or len(set(y[written])) < 2:
                assert np.isnan(value)
            else:
                assert value == pytest.approx(reference(x[written], y[written]).statistic, abs=1e-12)


def test_constant_values_have_no_correlation_even_with_rounding_noise() -> None:
    x = np.full(6, 0.1 + 0.2)
    y = np.arange(6.0)
    assert np.isnan(weighted_pearson(x, y, np.ones((1, 6)))).all()
    found = estimates(y, x, *crossed(2, 3))
    assert found["stimulus", "PLCC", "raw"].value is None
    assert found["within_item", "PLCC", "raw"].value is None
    assert found["stimulus", "SROCC", "raw"].notes[0].code == "correlation_undefined"
    assert found["stimulus", "SROCC", "raw"].procedure == "refused"


def test_means_that_differ_by_rounding_alone_have_no_correlation_at_any_level() -> None:
    """Means of 3.3 over 3 to 8 ratings: equal but for the last bit."""
    mos = np.array([np.mean([3.3] * n) for n in (3, 5, 6, 7, 8, 11)] * 6)
    assert len(set(mos)) > 1
    metric = np.random.default_rng(2).normal(size=36)
    for x, y in ((mos, metric), (metric, mos)):
        assert {one.value for one in estimates(x, y, *crossed(6, 6)).values()} == {None}


def test_ties_of_means_are_ties_although_they_are_summed_in_another_order() -> None:
    orders = [[1.1, 2.2, 3.3], [3.3, 2.2, 1.1], [2.2, 1.1, 3.3], [4.1, 4.2, 4.3], [4.3, 4.1, 4.2]]
    x = np.array([sum(order) / 3 for order in [*orders, [1.1, 1.2, 1.3]]])
    y = np.array([1.0, 2, 4, 3, 5, 6])
    tidy = x.round(9)
    assert len(set(x)) > len(set(tidy))
    for function, reference in ((weighted_spearman, stats.spearmanr), (weighted_kendall, stats.kendalltau)):
        assert function(x, y, np.ones((1, 6)))[0] == pytest.approx(reference(tidy, y).statistic)


def test_each_level_is_what_its_definition_says() -> None:
    mos, metric, item, method = simulated(3)
    found = estimates(mos, metric, item, method)
    assert found["stimulus", "KROCC", "raw"].value == pytest.approx(stats.kendalltau(mos, metric).statistic)
    table = pd.DataFrame({"mos": mos, "metric": metric, "item": item, "method": method})
    centred = table[["mos", "metric"]] - table.groupby("item")[["mos", "metric"]].transform("mean")
    within = found["within_item", "PLCC", "raw"]
    assert within.value == pytest.approx(stats.pearsonr(centred["mos"], centred["metric"]).statistic)
    per_item = [stats.spearmanr(part["mos"], part["metric"]).statistic for _, part in table.groupby("item")]
    assert found["within_item", "SROCC", "raw"].value == pytest.approx(np.mean(per_item))
    means = table.groupby("method")[["mos", "metric"]].mean()
    over_methods = found["method", "PLCC", "raw"]
    assert over_methods.value == pytest.approx(stats.pearsonr(means["mos"], means["metric"]).statistic)
    assert (over_methods.n, over_methods.n_items, over_methods.n_methods) == (6, 12, 6)
    assert (within.n, within.n_items, within.n_methods) == (72, 12, 6)


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_order_of_rows_changes_nothing(seed: int) -> None:
    mos, metric, item, method = simulated(seed)
    order = np.random.default_rng(seed).permutation(len(mos))
    before, after = (
        estimates(mos, metric, item, method),
        estimates(mos[order], metric[order], item[order], method[order]),
    )
    for key, estimate in before.items():
        for field in ("value", "ci_low", "ci_high", "independent_ci_low", "rmse"):
            expected = getattr(estimate, field)
            assert getattr(after[key], field) == (
                None if expected is None else pytest.approx(expected, abs=1e-9)
            )


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_a_rising_transform_leaves_ranks_and_a_falling_one_turns_the_sign(seed: int) -> None:
    mos, metric, item, method = simulated(seed)
    before, rising = estimates(mos, metric, item, method), estimates(mos, np.exp(metric), item, method)
    falling = estimates(mos, -(metric**3), item, method)
    for level in ("stimulus", "within_item"):
        for name in ("SROCC", "KROCC"):
            key = (level, name, "raw")
            assert rising[key].value == pytest.approx(before[key].value)
            assert falling[key].value == pytest.approx(-before[key].value)
            assert rising[key].ci_low == pytest.approx(before[key].ci_low)
            assert falling[key].ci_high == pytest.approx(-before[key].ci_low)


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_scale_and_origin_of_the_metric_change_nothing(seed: int) -> None:
    mos, metric, item, method = simulated(seed)
    before, after = estimates(mos, metric, item, method), estimates(mos, 1000 + 0.01 * metric, item, method)
    for key, estimate in before.items():
        assert (after[key].value is None) == (estimate.value is None)
        if estimate.value is not None:
            assert after[key].value == pytest.approx(estimate.value, abs=1e-8)


def test_the_monotone_mapping_straightens_a_curved_metric_and_keeps_its_sign() -> None:
    mos, _, item, method = simulated(5)
    metric = -np.cbrt(mos)
    found = estimates(mos, metric, item, method)
    raw, mapped = found["stimulus", "PLCC", "raw"], found["stimulus", "PLCC", "monotone"]
    assert mapped.value == pytest.approx(-1, abs=1e-3)
    assert raw.value > mapped.value
    assert mapped.rmse < 0.05
    assert (raw.rmse, raw.outlier_ratio) == (None, None)
    assert "in-sample" in mapped.procedure


def test_outliers_are_the_stimuli_outside_their_own_interval() -> None:
    mos, metric, item, method = simulated(6)
    found = correlation_set(
        mos,
        metric,
        item,
        method,
        n_boot=50,
        rng=np.random.default_rng(0),
        half_width=np.full(len(mos), np.inf),
    )
    narrow = correlation_set(
        mos, metric, item, method, n_boot=50, rng=np.random.default_rng(0), half_width=np.zeros(len(mos))
    )
    ratios = [next(e.outlier_ratio for e in es if e.mapping == "monotone") for es in (found, narrow)]
    assert ratios == [0.0, 1.0]


def test_few_methods_have_no_correlation_over_methods() -> None:
    mos, metric, item, method = simulated(7, n_methods=3)
    found = estimates(mos, metric, item, method)
    for name in ("PLCC", "SROCC", "KROCC"):
        assert found["method", name, "raw"].value is None
    assert found["within_item", "SROCC", "raw"].value is not None
    four = estimates(*simulated(7, n_methods=4))
    assert four["method", "SROCC", "raw"].value is not None
    assert four["method", "KROCC", "raw"].value is None


def test_perfect_agreement_over_methods_has_no_interval_and_says_so() -> None:
    mos, _, item, method = simulated(8)
    found = estimates(mos, mos, item, method)["method", "SROCC", "raw"]
    assert found.value == pytest.approx(1)
    assert (found.ci_low, found.ci_high) == (None, None)
    assert [note.code for note in found.notes] == ["correlation_perfect"]


def test_one_method_is_resampled_over_items_only() -> None:
    rng = np.random.default_rng(0)
    mos = rng.normal(size=30)
    found = estimates(mos, mos + rng.normal(size=30), *crossed(30, 1))["stimulus", "PLCC", "raw"]
    assert found.procedure.startswith("item bootstrap")
    assert found.independent_ci_low == pytest.approx(found.ci_low, abs=0.15)


def test_missing_values_are_refused() -> None:
    item, method = crossed(2, 3)
    with pytest.raises(ValueError, match="finite"):
        correlation_set(
            np.arange(6.0), np.array([1, 2, np.inf, 3, 4, 5]), item, method, rng=np.random.default_rng(0)
        )


def test_disattenuation_divides_by_the_ceiling_and_shows_values_above_one() -> None:
    assert disattenuate(0.6, 0.81) == pytest.approx((0.6 / 0.9, 0.9))
    assert disattenuate(0.95, 0.64) == pytest.approx((1.1875, 0.8))
    assert disattenuate(None, 0.64) == (None, pytest.approx(0.8))
    assert disattenuate(0.5, None) == (None, None)
    assert disattenuate(0.5, -0.1) == (None, None)


def test_independent_stimuli_undercover_where_the_bootstrap_holds() -> None:
    """95 % intervals of the PLCC over stimuli in 120 simulated studies, 20 items × 8 methods."""
    truth = (0.3 * 0.3 + 1.0 * 0.9 + 0.3 * 0.3) / 1.6
    bootstrap = independent = 0
    for seed in range(120):
        mos, metric, item, method = simulated(seed, n_items=20, n_methods=8)
        found = correlation_set(
            mos, metric, item, method, n_boot=300, rng=np.random.default_rng(seed), levels=("stimulus",)
        )[0]
        bootstrap += found.ci_low <= truth <= found.ci_high
        independent += found.independent_ci_low <= truth <= found.independent_ci_high
    assert bootstrap / 120 >= 0.9
    assert independent / 120 <= 0.75


def test_within_items_four_methods_do_not_find_what_is_not_there() -> None:
    """95 % intervals of rank correlations within items, 6 items × 4 methods, true value 0."""
    zero = dict.fromkeys(("PLCC", "SROCC", "KROCC"), 0)
    for seed in range(100):
        rng = np.random.default_rng(seed)
        item, method = crossed(6, 4)
        mos, metric = (rng.normal(size=4)[method] + rng.normal(0, 0.15, 24) for _ in range(2))
        for found in correlation_set(mos, metric, item, method, n_boot=200, rng=rng, levels=("within_item",)):
            assert "percentiles" not in found.procedure
            zero[found.coefficient] += found.ci_low is None or found.ci_low <= 0 <= found.ci_high
    assert min(zero.values()) >= 92, zero


def test_the_mapping_says_whether_it_rises_or_falls() -> None:
    mos, metric, item, method = simulated(5)
    for sense, word in ((1, "rising"), (-1, "falling")):
        found = estimates(mos, sense * metric, item, method)
        assert word in found["stimulus", "PLCC", "monotone"].procedure


def test_one_cause_is_one_sentence() -> None:
    notes = {note for found in estimates(*simulated(3, n_methods=4)).values() for note in found.notes}
    assert [note.message for note in notes] == [
        "4 methods are too few to judge a metric at method level, and the other intervals of "
        "correlations are rough."
    ]


def _denoise(shared: Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    folder = shared / "ratings" / "vqf_denoise"
    ratings = pd.read_csv(folder / "ratings.csv").groupby("stimulus")
    table = ratings.agg(mos=("score", "mean"), item=("item", "first"), method=("method", "first"))
    table = table.join(pd.read_csv(folder / "objective.csv").set_index("stimulus"))
    reference = json.loads((folder / "reference.json").read_text())
    return table, reference["correlations with objective metrics"]


def _codes(column: pd.Series) -> np.ndarray:
    return column.astype("category").cat.codes.to_numpy().astype(np.int64)


def _assert_golden(found: dict, level: str, golden: dict[str, Any]) -> None:
    for name, value, interval in (
        ("PLCC", "plcc", "plcc_ci_fisher"),
        ("SROCC", "srocc", "srocc_ci_bonett_wright"),
        ("KROCC", "krocc_tau_b", "krocc_ci_fieller"),
    ):
        estimate = found[level, name, "raw"]
        assert estimate.value == pytest.approx(golden[value], abs=1e-9)
        independent = [estimate.independent_ci_low, estimate.independent_ci_high]
        assert independent == pytest.approx(golden[interval], abs=1e-9)


@pytest.mark.parametrize("metric", ["VMAF", "VMAF_NEG", "SSIM", "PSNR"])
def test_denoising_study_agrees_with_the_reference(shared: Path, metric: str) -> None:
    table, golden = _denoise(shared)
    found = estimates(
        table["mos"].to_numpy(), table[metric].to_numpy(), _codes(table["item"]), _codes(table["method"])
    )
    _assert_golden(found, "stimulus", golden[metric])


def test_disattenuated_vmaf_agrees_with_the_reference(shared: Path) -> None:
    _, golden = _denoise(shared)
    corrected, _ = disattenuate(golden["VMAF"]["plcc"], golden["reliability_Ck_Ak"][0])
    assert corrected == pytest.approx(golden["VMAF_plcc_disattenuated(MOS reliability C,k)"], abs=1e-9)


def test_polqa_study_agrees_with_the_reference_over_stimuli_and_over_methods(shared: Path) -> None:
    folder = shared / "ratings" / "qulab_mos"
    golden = json.loads((folder / "reference.json").read_text())["correlations with objective metrics"]
    ratings = pd.read_csv(folder / "ratings.csv").groupby(["item", "method"], as_index=False)
    table = ratings.agg(mos=("score", "mean"), polqa=("polqa", "first"))
    found = estimates(
        table["mos"].to_numpy(),
        table["polqa"].to_numpy(),
        _codes(table["item"]),
        _codes(table["method"]),
        2000,
    )
    _assert_golden(found, "stimulus", golden)
    _assert_golden(found, "method", golden["condition_level"])
    bootstrap = found["stimulus", "PLCC", "raw"]
    assert bootstrap.ci_low == pytest.approx(golden["plcc_twoway_boot"][0], abs=0.03)
    assert bootstrap.ci_high == pytest.approx(golden["plcc_twoway_boot"][1], abs=0.03)
