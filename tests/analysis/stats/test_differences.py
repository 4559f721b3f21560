"""Differences between methods, families of tests, and letters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.stats.differences import MethodScores, compact_letters, difference_estimate, holm
from analysis.stats.mos import mean_estimate

Design = tuple[MethodScores, MethodScores]


def simulated(rng: np.random.Generator, n_raters: int, n_items: int, design: str, gap: float = 0.0) -> Design:
    """Two methods with effects of rater, item and of both by method; the true difference is `gap`."""
    rater, item = np.divmod(np.arange(n_raters * n_items), n_items)
    shared = 0.5 * rng.normal(size=n_raters)[rater] + 0.4 * rng.normal(size=n_items)[item]
    sides = []
    for shift in (gap, 0.0):
        own = 0.3 * rng.normal(size=n_raters)[rater] + 0.3 * rng.normal(size=n_items)[item]
        score = 3 + shift + shared + own + 0.7 * rng.normal(size=len(rater))
        kept = rng.random(len(rater)) < 0.4 if design == "incomplete" else np.ones(len(rater), dtype=bool)
        if design == "between":
            kept = rater % 2 == len(sides)
        sides.append(MethodScores(rater[kept], item[kept], score[kept]))
    return sides[0], sides[1]


def test_complete_difference_is_the_mean_of_paired_differences() -> None:
    a, b = simulated(np.random.default_rng(0), 10, 8, "complete", 0.5)
    found = difference_estimate(a, b)
    paired = mean_estimate(a.rater, a.item, np.asarray(a.score) - np.asarray(b.score))
    assert (found.mean, found.se, found.df) == pytest.approx((paired.mean, paired.se, paired.df))
    assert found.procedure == "paired, two-way ANOVA"
    assert found.p == pytest.approx(2 * stats.t.sf(abs(found.mean / found.se), found.df))


@pytest.mark.parametrize("design", ["complete", "incomplete", "between"])
@pytest.mark.parametrize("target", ["raters+items", "raters"])
def test_exchanging_the_methods_changes_the_sign_only(design: str, target: str) -> None:
    a, b = simulated(np.random.default_rng(1), 12, 9, design, 0.4)
    one, other = difference_estimate(a, b, target=target), difference_estimate(b, a, target=target)
    assert other.mean == pytest.approx(-one.mean)
    assert (other.se, other.df, other.p) == pytest.approx((one.se, one.df, one.p))
    assert (other.ci_low, other.ci_high) == pytest.approx((-one.ci_high, -one.ci_low))


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), design=st.sampled_from(["complete", "incomplete", "between"]))
def test_row_order_and_labels_do_not_matter(seed: int, design: str) -> None:
    rng = np.random.default_rng(seed)
    a, b = simulated(rng, 8, 7, design)
    raters, items = rng.permutation(40), rng.permutation(40)
    moved = []
    for side in (a, b):
        rows = rng.permutation(len(side.score))
        moved.append(MethodScores(raters[side.rater[rows]], items[side.item[rows]], side.score[rows]))
    one, other = difference_estimate(a, b), difference_estimate(*moved)
    assert (other.mean, other.se, other.df) == pytest.approx((one.mean, one.se, one.df), rel=1e-6)


@pytest.mark.parametrize("design", ["complete", "incomplete", "between"])
@pytest.mark.parametrize("shape", [(30, 20), (10, 10)])
def test_two_way_intervals_cover_and_welch_does_not(shape: tuple[int, int], design: str) -> None:
    rng = np.random.default_rng(7)
    pairs = [simulated(rng, *shape, design) for _ in range(400)]
    ours = np.mean([(d := difference_estimate(a, b)).ci_low <= 0 <= d.ci_high for a, b in pairs])
    welch = np.mean([stats.ttest_ind(a.score, b.score, equal_var=False).pvalue > 0.05 for a, b in pairs])
    lowest = 0.95 - 3 * np.sqrt(0.95 * 0.05 / len(pairs))
    assert lowest < ours
    assert welch < lowest


def test_raters_who_saw_one_method_each_are_not_pretended_to_be_paired() -> None:
    a, b = simulated(np.random.default_rng(2), 20, 6, "between")
    found = difference_estimate(a, b)
    assert found.procedure.startswith("difference of means")
    assert found.df == 5


def test_different_items_are_said() -> None:
    a, b = simulated(np.random.default_rng(2), 6, 6, "complete")
    fewer = MethodScores(*(np.asarray(c)[np.asarray(b.item) < 4] for c in (b.rater, b.item, b.score)))
    found = difference_estimate(a, fewer)
    assert [note.code for note in found.notes] == ["different_items"]
    assert found.procedure.startswith("difference of means")


def test_one_item_and_constant_differences_are_refused_with_a_reason() -> None:
    one_item = MethodScores([0, 1, 2], [0, 0, 0], [1, 2, 4]), MethodScores([0, 1, 2], [0, 0, 0], [2, 2, 3])
    found = difference_estimate(*one_item)
    assert (found.mean, found.se, found.p, found.procedure) == (0, None, None, "refused")
    assert found.notes[0].code == "one_item"
    assert difference_estimate(*one_item, target="raters").se is not None
    flat = MethodScores([0, 0, 1, 1], [0, 1, 0, 1], [3, 3, 3, 3])
    assert difference_estimate(flat, flat).notes[0].code == "constant_scores"
    assert difference_estimate(flat, flat).p is None


@pytest.mark.parametrize("share", [1.0, 0.6])
def test_constant_decimals_leave_no_interval(share: float) -> None:
    rng = np.random.default_rng(3)
    rater, item = np.divmod(np.arange(60), 10)
    sides = [np.flatnonzero(rng.random(60) < share) for _ in range(2)]
    a, b = (MethodScores(rater[rows], item[rows], np.full(len(rows), 3.3)) for rows in sides)
    found = difference_estimate(a, b)
    assert (found.se, found.ci_low, found.ci_high, found.p) == (0, None, None, None)
    assert "constant_scores" in [note.code for note in found.notes]


def test_equivalence_agrees_with_the_ninety_percent_interval() -> None:
    a, b = simulated(np.random.default_rng(5), 24, 12, "complete")
    ninety = difference_estimate(a, b, confidence=0.9)
    edge = max(abs(ninety.ci_low), abs(ninety.ci_high))
    assert ninety.p_equivalence(edge) == pytest.approx(0.05)
    assert ninety.p_equivalence(edge * 1.1) < 0.05 < ninety.p_equivalence(edge * 0.9)


def test_noninferiority_is_one_sided() -> None:
    a, b = simulated(np.random.default_rng(6), 24, 12, "complete", 1.0)
    better, worse = difference_estimate(a, b), difference_estimate(b, a)
    assert better.p_noninferiority(0.2) < 0.001
    assert worse.p_noninferiority(0.2) > 0.999
    assert better.p_equivalence(0.2) > 0.05
    with pytest.raises(ValueError, match="margin"):
        better.p_noninferiority(0)


def test_holm_by_hand() -> None:
    assert holm([0.01, None, 0.04, 0.03]) == pytest.approx([0.03, None, 0.06, 0.06])
    assert holm([0.6, 0.7]) == pytest.approx([1, 1])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_keeps_the_order_and_lies_below_bonferroni(p: list[float]) -> None:
    adjusted = np.array(holm(p))
    assert (adjusted >= np.array(p)).all()
    assert (adjusted <= np.minimum(1, len(p) * np.array(p)) + 1e-15).all()
    assert (np.diff(adjusted[np.argsort(p, kind="stable")]) >= 0).all()


def test_letters_by_hand() -> None:
    """Highest and lowest differ; the middle one differs from neither."""
    significant = np.zeros((3, 3), dtype=bool)
    significant[0, 2] = significant[2, 0] = True
    assert compact_letters([1.0, 2.0, 3.0], significant) == ["b", "ab", "a"]
    assert compact_letters([1.0, 2.0], np.zeros((2, 2))) == ["a", "a"]
    assert compact_letters([], np.zeros((0, 0))) == []
    with pytest.raises(ValueError, match="symmetric"):
        compact_letters([1.0, 2.0], [[False, True], [False, False]])


@settings(deadline=None)
@given(st.integers(2, 8), st.integers(0, 2**32 - 1))
def test_letters_are_shared_exactly_where_nothing_is_significant(m: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.random((m, m)) < 0.5, 1)
    significant = upper | upper.T
    letters = [set(text) for text in compact_letters(list(rng.normal(size=m)), significant)]
    for i in range(m):
        for j in range(i):
            assert bool(letters[i] & letters[j]) != significant[i, j]
