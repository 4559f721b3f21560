"""Agreement coefficients on made data: known truth, invariance, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.stats.agreement import (
    Coefficient,
    alpha,
    alpha_all,
    fleiss_kappa,
    icc_all,
    kendall_w,
    sos_a,
    variance_components,
)
from analysis.stats.alpha_bootstrap import Counter, Units, alpha_one_by_one, draw_weights

METRICS = ("ordinal", "interval", "nominal")
Rows = tuple[np.ndarray, np.ndarray, np.ndarray]


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def rated(
    random: np.random.Generator, n_raters: int, n_stimuli: int, share: float = 1.0, *, grades: bool = True
) -> Rows:
    """Variances: stimulus 0.6, rater 0.2, residual 0.4; each stimulus is scored by a share of the raters."""
    score = (
        3 + np.sqrt(0.6) * random.normal(size=(n_stimuli, 1)) + np.sqrt(0.2) * random.normal(size=n_raters)
    )
    score = score + np.sqrt(0.4) * random.normal(size=(n_stimuli, n_raters))
    if grades:
        score = np.clip(np.rint(score), 1, 5)
    order = np.argsort(random.random(score.shape), axis=1)
    stimulus, rater = np.nonzero(order < max(2, round(share * n_raters)))
    return rater, stimulus, score[stimulus, rater]


def all_coefficients(rows: Rows) -> list[Coefficient]:
    found = icc_all(*rows, n_boot=20, rng=rng()) + alpha_all(*rows, n_boot=20, rng=rng())
    return [*found, kendall_w(*rows), fleiss_kappa(*rows, n_boot=20, rng=rng()), sos_a(*rows, low=1, high=5)]


def values(found: list[Coefficient]) -> list[float | None]:
    return [one.value for one in found]


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 2**32 - 1), share=st.sampled_from([1.0, 0.5]))
def test_row_order_and_labels_do_not_matter(seed: int, share: float) -> None:
    random = rng(seed)
    rater, stimulus, score = rated(random, 6, 9, share)
    order, raters, stimuli = random.permutation(len(score)), random.permutation(30), random.permutation(30)
    moved = raters[rater[order]], stimuli[stimulus[order]], score[order]
    for one, other in zip(all_coefficients((rater, stimulus, score)), all_coefficients(moved), strict=True):
        assert other.coefficient == one.coefficient
        assert other.value == (None if one.value is None else pytest.approx(one.value, abs=1e-5))


@pytest.mark.parametrize("share", [1.0, 0.5])
def test_shift_and_scale_change_no_coefficient_but_sos(share: float) -> None:
    rater, stimulus, score = rated(rng(1), 8, 15, share)
    one, other = all_coefficients((rater, stimulus, score)), None
    other = icc_all(rater, stimulus, 7 + 20 * score, n_boot=20, rng=rng())
    other += alpha_all(rater, stimulus, 7 + 20 * score, n_boot=20, rng=rng())
    assert values(other) == pytest.approx(values(one)[: len(other)], abs=1e-5)
    for a, b in zip(other, one, strict=False):
        assert (a.ci_low, a.ci_high) == pytest.approx((b.ci_low, b.ci_high), abs=1e-4)


def test_same_seed_gives_the_same_interval_whatever_the_row_order() -> None:
    rater, stimulus, score = rated(rng(2), 8, 60, 0.6)
    order = rng(3).permutation(len(score))
    one = alpha(rater, stimulus, score, metric="ordinal", n_boot=100, rng=rng(9))
    other = alpha(rater[order], stimulus[order], score[order], metric="ordinal", n_boot=100, rng=rng(9))
    assert one == other


def test_icc_recovers_the_true_variances() -> None:
    found = {
        c.coefficient: c for c in icc_all(*rated(rng(4), 60, 400, 0.2, grades=False), n_boot=50, rng=rng())
    }
    assert found["ICC(A,1)"].value == pytest.approx(0.6 / 1.2, abs=0.05)
    assert found["ICC(C,1)"].value == pytest.approx(0.6 / 1.0, abs=0.04)
    assert found["ICC(A,1)"].density == pytest.approx(0.2)
    assert found["ICC(A,k)"].value < found["ICC(Q,k)"].value < found["ICC(C,k)"].value
    assert "REML" in found["ICC(A,1)"].procedure


def test_incomplete_icc_intervals_cover() -> None:
    random = rng(5)
    found = [icc_all(*rated(random, 20, 30, 0.5, grades=False), n_boot=200, rng=random) for _ in range(150)]
    for i, true in {1: 0.5, 2: 0.6}.items():
        assert np.mean([one[i].ci_low <= true <= one[i].ci_high for one in found]) > 0.9


def test_nearly_complete_icc_is_close_to_the_complete_one() -> None:
    rater, stimulus, score = rated(rng(6), 12, 40)
    whole = icc_all(rater, stimulus, score, rng=rng())
    holed = icc_all(rater[1:], stimulus[1:], score[1:], rng=rng())
    assert whole[0].procedure != holed[0].procedure
    for one, other in zip(whole, holed, strict=True):
        assert (other.value, other.ci_low, other.ci_high) == pytest.approx(
            (one.value, one.ci_low, one.ci_high), abs=0.04
        )


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


def test_both_ways_to_compute_replicates_equal_a_list_of_pairs() -> None:
    rows = rated(rng(10), 5, 8, 0.6)
    units = Units.of(*rows)
    raters, stimuli = draw_weights(units, 6, rng(11))
    batched = Counter(units).alphas(METRICS, raters, stimuli)
    for b in range(6):
        single = alpha_one_by_one(units, METRICS, raters[:, b], stimuli[:, b])
        assert list(single.values()) == pytest.approx(batched[:, b], abs=1e-12)
        assert single["interval"] == pytest.approx(brute_force(units, raters[:, b], stimuli[:, b]), abs=1e-12)


def test_alpha_intervals_cover_and_intervals_over_stimuli_alone_do_not() -> None:
    """Interval alpha of this population is its absolute-agreement ICC, 0.5."""
    random = rng(12)
    found = [
        alpha(*rated(random, 12, 60, grades=False), metric="interval", n_boot=100, rng=random)
        for _ in range(80)
    ]
    assert np.mean([one.ci_low <= 0.5 <= one.ci_high for one in found]) > 0.89
    assert np.mean([one.ci_high - one.ci_low for one in found]) < 0.4


def test_few_stimuli_take_fishers_z_and_are_warned_of() -> None:
    found = alpha(*rated(rng(13), 12, 8), metric="ordinal", rng=rng())
    assert "Fisher" in found.procedure
    assert "few_stimuli" in [note.code for note in found.notes]
    assert -1 < found.ci_low < found.value < found.ci_high < 1
    assert "percentiles" in alpha(*rated(rng(13), 12, 80), metric="ordinal", rng=rng()).procedure


def test_perfect_agreement_is_one_without_an_invented_interval() -> None:
    stimulus, rater = (a.ravel() for a in np.indices((10, 4)))
    score = stimulus % 5 + 1.0
    for one in (*alpha_all(rater, stimulus, score, rng=rng()), kendall_w(rater, stimulus, score)):
        assert one.value == pytest.approx(1)
        assert one.ci_low is None
    assert fleiss_kappa(rater, stimulus, score, rng=rng()).value == pytest.approx(1)
    for one in icc_all(rater, stimulus, score, rng=rng()):
        assert one.value == pytest.approx(1)


def refusing() -> list[Callable[[Rows], list[Coefficient]]]:
    return [
        lambda rows: icc_all(*rows, rng=rng()),
        lambda rows: alpha_all(*rows, rng=rng()),
        lambda rows: [kendall_w(*rows), fleiss_kappa(*rows, rng=rng())],
    ]


@pytest.mark.parametrize("compute", refusing())
@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (([0, 0, 0], [0, 1, 2], [1, 2, 3]), "one_rater"),
        (([0, 1, 2], [0, 0, 0], [1, 2, 3]), "one_stimulus"),
        (([0, 1, 0, 1], [0, 0, 1, 1], [4, 4, 4, 4]), "constant_scores"),
        (([0, 1, 2], [0, 1, 2], [1, 2, 3]), "no_overlap"),
    ],
)
def test_undefined_coefficients_are_none_with_a_reason(
    compute: Callable[[Rows], list[Coefficient]], rows: Rows, code: str
) -> None:
    for one in compute(rows):
        assert (one.value, one.ci_low, one.ci_high, one.procedure) == (None, None, None, "refused")
        assert [note.code for note in one.notes] == [code]


@pytest.mark.parametrize("compute", refusing())
def test_missing_scores_and_doubles_raise_one_sentence(compute: Callable[[Rows], list[Coefficient]]) -> None:
    with pytest.raises(ValueError, match="missing"):
        compute(([0, 1], [0, 0], [1, np.nan]))
    with pytest.raises(ValueError, match="more than once"):
        compute(([0, 0, 1], [0, 0, 0], [1, 2, 3]))


def test_raters_that_differ_only_by_level_give_numbers_or_none_but_never_nan() -> None:
    stimulus, rater = (a.ravel() for a in np.indices((6, 4)))
    for one in icc_all(rater, stimulus, rater.astype(float), rng=rng()):
        assert one.value is None or np.isfinite(one.value)
    assert kendall_w(rater, stimulus, rater.astype(float)).value is None


def test_kendall_needs_complete_ratings() -> None:
    found = kendall_w(*rated(rng(14), 6, 10, 0.5))
    assert (found.value, found.notes[0].code) == (None, "incomplete")


def test_sos_parameter_is_found_again() -> None:
    """s² = a (m - 1)(5 - m) holds for 1 + 4·Beta with a = 1 / (shape + 1)."""
    means, shape = np.linspace(0.1, 0.9, 40), 7.0
    random = rng(15)
    score = 1 + 4 * random.beta(means[:, None] * shape, (1 - means[:, None]) * shape, size=(40, 400))
    stimulus, rater = (a.ravel() for a in np.indices(score.shape))
    found = sos_a(rater, stimulus, score.ravel(), low=1, high=5)
    assert found.value == pytest.approx(1 / (shape + 1), abs=0.005)
    assert found.ci_low < 1 / (shape + 1) < found.ci_high
    with pytest.raises(ValueError, match="scale"):
        sos_a(rater, stimulus, score.ravel(), low=2, high=5)


def components(rows: tuple[np.ndarray, ...]) -> dict[str, float]:
    return {share.component: share.variance for share in variance_components(*rows)}


def effect(random: np.random.Generator, variance: float, n: int) -> np.ndarray:
    """Normal effects whose mean is 0 and whose variance is exactly the one asked for."""
    drawn = random.normal(size=n)
    return np.sqrt(variance) * (drawn - drawn.mean()) / drawn.std(ddof=1)


def designed(n: tuple[int, int, int], random: np.random.Generator) -> tuple[np.ndarray, ...]:
    rater, item, method = (a.ravel() for a in np.indices(n))
    score = (
        effect(random, 1, n[0])[rater] + effect(random, 0.49, n[1])[item] + effect(random, 1, n[2])[method]
    )
    score = score + effect(random, 0.36, n[0] * n[2])[rater * n[2] + method]
    score = score + effect(random, 0.25, n[1] * n[2])[item * n[2] + method]
    return rater, item, method, score + effect(random, 0.16, len(score))


def test_variance_components_are_found_again_complete_and_incomplete() -> None:
    true = {
        "rater": 1,
        "item": 0.49,
        "rater:item": 0,
        "rater:method": 0.36,
        "item:method": 0.25,
        "residual": 0.16,
    }
    rows = designed((60, 50, 25), rng(16))
    kept = rng(17).random(len(rows[0])) < 0.3
    for found in (components(rows), components(tuple(column[kept] for column in rows))):
        assert list(found) == ["rater", "item", "method", *list(true)[2:]]
        for name, value in true.items():
            assert found[name] == pytest.approx(value, rel=0.1, abs=0.02)


def test_variance_shares_sum_to_one_and_ignore_shift() -> None:
    rater, item, method, score = designed((8, 7, 4), rng(18))
    found = variance_components(rater, item, method, score)
    assert sum(one.share for one in found) == pytest.approx(1)
    assert all(one.variance >= 0 for one in found)
    moved = variance_components(rater, item, method, 1e4 + score)
    assert [one.variance for one in moved] == pytest.approx([one.variance for one in found], rel=1e-6)


def test_components_that_the_design_cannot_tell_apart_are_left_out() -> None:
    rater, item, method, score = designed((6, 5, 3), rng(19))
    assert list(components((rater, item, method * 0, score))) == ["rater", "item", "rater:item", "residual"]
    assert list(components((rater, item * 3 + method, method, score))) == [
        "rater",
        "item",
        "method",
        "rater:method",
        "residual",
    ]
    assert list(components((rater[:1], item[:1], method[:1], score[:1]))) == ["residual"]
    assert [one.share for one in variance_components(rater, item, method, score * 0)] == [None] * 7
