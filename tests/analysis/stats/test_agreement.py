"""Agreement coefficients on made data: known truth, invariance, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rated import Rows, rated

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
from analysis.stats.coefficient import table_of
from analysis.stats.henderson import Adjusted, estimator_of


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


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


def test_incomplete_icc_intervals_cover_where_stimuli_hardly_differ() -> None:
    """The fitted stimulus variance is often 0 here; an interval that takes it for known covers 70 %."""
    random, studies = rng(21), 200
    stimulus, rater = np.nonzero(np.ones((10, 10)))
    hits = np.zeros(2)
    for _ in range(studies):
        score = np.sqrt(0.2) * random.normal(size=10)[stimulus] + np.sqrt(0.1) * random.normal(size=10)[rater]
        score = score + np.sqrt(0.7) * random.normal(size=100)
        kept = np.argsort(np.argsort(random.random((10, 10)), axis=1), axis=1).ravel() < 5
        found = icc_all(rater[kept], stimulus[kept], score[kept], n_boot=200, rng=random)
        hits += [
            one.ci_low <= true <= one.ci_high for one, true in zip(found[1:3], (0.2, 2 / 9), strict=True)
        ]
    assert (hits / studies > 0.95 - 3 * np.sqrt(0.95 * 0.05 / studies)).all()


def test_components_of_a_complete_design_are_those_of_the_analysis_of_variance() -> None:
    rater, stimulus, score = rated(rng(22), 7, 12)
    table = table_of(rater, stimulus, score)
    anova = {one.component: one.variance for one in variance_components(rater, stimulus, rater * 0, score)}
    adjusted = estimator_of(table)
    assert isinstance(adjusted, Adjusted)
    found = adjusted.components(adjusted.sums(table.score)[:, None])[:, 0]
    assert found == pytest.approx([anova["item"], anova["rater"], anova["residual"]], rel=1e-9)


@settings(deadline=None, max_examples=10)
@given(seed=st.integers(0, 2**32 - 1))
def test_components_of_incomplete_designs_find_no_residual_where_there_is_none(seed: int) -> None:
    """Rater and stimulus effects alone, without residuals, leave none."""
    rater, stimulus, _ = rated(rng(seed), 9, 14, 0.4)
    score = rng(seed).normal(size=9)[rater] + rng(seed + 1).normal(size=14)[stimulus]
    table = table_of(rater, stimulus, score)
    adjusted = estimator_of(table)
    found = adjusted.components(adjusted.sums(table.score)[:, None])[:, 0]
    assert found[2] == pytest.approx(0, abs=1e-9)
    assert found[:2].min() > 0


def test_nearly_complete_icc_is_close_to_the_complete_one() -> None:
    rater, stimulus, score = rated(rng(6), 12, 40)
    whole = icc_all(rater, stimulus, score, rng=rng())
    holed = icc_all(rater[1:], stimulus[1:], score[1:], rng=rng())
    assert whole[0].procedure != holed[0].procedure
    for one, other in zip(whole, holed, strict=True):
        assert (other.value, other.ci_low, other.ci_high) == pytest.approx(
            (one.value, one.ci_low, one.ci_high), abs=0.04
        )


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
