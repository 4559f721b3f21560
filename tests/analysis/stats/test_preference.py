"""Properties of strengths, pair tests and triads that hold for any comparisons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.stats.preference import PreferenceFit, fit_preference


@dataclass(frozen=True)
class Answers:
    rater: np.ndarray
    item: np.ndarray
    left: np.ndarray
    right: np.ndarray
    outcome: np.ndarray

    def rows(self, order: np.ndarray) -> Answers:
        return Answers(*(column[order] for column in self.columns))

    @property
    def columns(self) -> tuple[np.ndarray, ...]:
        return self.rater, self.item, self.left, self.right, self.outcome

    def fit(self, n_methods: int = 4) -> PreferenceFit:
        return fit_preference(*self.columns, n_methods=n_methods)


def simulated(
    seed: int, *, n_raters: int = 20, n_items: int = 8, per_rater: int = 16, tie: float = 0.3
) -> Answers:
    """Four methods of worths −0.9 … 0.9; raters and items disagree about each method."""
    rng = np.random.default_rng(seed)
    worth = np.linspace(-0.9, 0.9, 4)
    taste, content = rng.normal(0, 0.5, (n_raters, 4)), rng.normal(0, 0.5, (n_items, 4))
    rater = np.repeat(np.arange(n_raters), per_rater)
    item = rng.integers(0, n_items, len(rater))
    left = rng.integers(0, 4, len(rater))
    right = (left + rng.integers(1, 4, len(rater))) % 4
    utility = worth + taste[rater] + content[item]
    rows = np.arange(len(rater))
    gap = utility[rows, left] - utility[rows, right] + rng.logistic(size=len(rater))
    return Answers(rater, item, left, right, np.where(np.abs(gap) < tie, 0, np.sign(gap)).astype(int))


def strengths(fit: PreferenceFit) -> np.ndarray:
    return np.array([strength.strength for strength in fit.strengths], dtype=float)


def half_widths(fit: PreferenceFit) -> np.ndarray:
    return np.array([s.ci_high - s.strength for s in fit.strengths], dtype=float)  # type: ignore[operator]


seeds = st.integers(min_value=0, max_value=10_000)


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_order_of_rows_changes_nothing(seed: int) -> None:
    answers = simulated(seed)
    shuffled = answers.rows(np.random.default_rng(seed).permutation(len(answers.left)))
    before, after = answers.fit(), shuffled.fit()
    assert strengths(after) == pytest.approx(strengths(before), abs=1e-8)
    assert half_widths(after) == pytest.approx(half_widths(before), abs=1e-8)
    assert [p.p for p in after.pairs] == pytest.approx([p.p for p in before.pairs])


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_swapping_sides_changes_only_the_position_effect(seed: int) -> None:
    answers = simulated(seed)
    swapped = Answers(answers.rater, answers.item, answers.right, answers.left, -answers.outcome)
    before, after = answers.fit(), swapped.fit()
    assert strengths(after) == pytest.approx(strengths(before), abs=1e-8)
    assert half_widths(after) == pytest.approx(half_widths(before), abs=1e-8)
    assert after.model.position_effect == pytest.approx(-before.model.position_effect, abs=1e-7)
    assert after.model.position_p == pytest.approx(before.model.position_p, abs=1e-6)
    assert after.pairs == before.pairs


@given(seeds, st.permutations(range(4)))
@settings(max_examples=20, deadline=None)
def test_relabelling_methods_moves_their_results_with_them(seed: int, new: list[int]) -> None:
    answers = simulated(seed)
    code = np.array(new)
    renamed = Answers(answers.rater, answers.item, code[answers.left], code[answers.right], answers.outcome)
    before, after = answers.fit(), renamed.fit()
    assert strengths(after)[code] == pytest.approx(strengths(before), abs=1e-8)
    assert half_widths(after)[code] == pytest.approx(half_widths(before), abs=1e-8)
    assert after.model.log_likelihood == pytest.approx(before.model.log_likelihood)
    assert after.model.circular_triads == before.model.circular_triads


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_counted_votes_equal_repeated_votes(seed: int) -> None:
    answers = simulated(seed, per_rater=8)
    n = np.random.default_rng(seed).integers(1, 4, len(answers.left))
    counted = fit_preference(*answers.columns, n_methods=4, n=n.astype(float))
    repeated = answers.rows(np.repeat(np.arange(len(n)), n)).fit()
    assert strengths(counted) == pytest.approx(strengths(repeated), abs=1e-8)
    assert half_widths(counted) == pytest.approx(half_widths(repeated), abs=1e-8)
    assert [p.ci_low for p in counted.pairs] == pytest.approx([p.ci_low for p in repeated.pairs])


def test_strengths_sum_to_zero_and_order_methods_as_simulated() -> None:
    fit = simulated(3, n_raters=60, n_items=100, per_rater=40).fit()
    assert strengths(fit).sum() == pytest.approx(0, abs=1e-12)
    assert list(np.argsort(strengths(fit))) == [0, 1, 2, 3]
    assert fit.model.model == "davidson"
    assert fit.model.connected


def test_two_methods_give_the_closed_form() -> None:
    """With two methods and no ties the worths' difference is the log-odds of winning."""
    outcome = np.array([1] * 30 + [-1] * 10)
    zeros = np.zeros(40, dtype=int)
    fit = fit_preference(None, None, zeros, zeros + 1, outcome, n_methods=2)
    assert strengths(fit) == pytest.approx([np.log(3) / 2, -np.log(3) / 2])
    assert fit.strengths[0].se_covariance == pytest.approx(np.sqrt(1 / 30 + 1 / 10) / 2)
    assert fit.strengths[0].win_rate == 0.75


def test_two_methods_with_ties_give_the_observed_shares() -> None:
    outcome = np.array([1] * 20 + [-1] * 5 + [0] * 10)
    zeros = np.zeros(35, dtype=int)
    fit = fit_preference(None, None, zeros, zeros + 1, outcome, n_methods=2)
    worth = np.exp(strengths(fit))
    nu = fit.model.tie_parameter
    assert nu is not None
    tie = nu * np.sqrt(worth[0] * worth[1])
    total = worth.sum() + tie
    assert [worth[0] / total, worth[1] / total, tie / total] == pytest.approx([20 / 35, 5 / 35, 10 / 35])


def test_a_method_that_always_wins_has_no_strength_but_keeps_its_win_rate() -> None:
    answers = simulated(1, tie=0.0)
    best = (answers.left == 3) | (answers.right == 3)
    outcome = np.where(best, np.where(answers.left == 3, 1, -1), answers.outcome)
    fit = fit_preference(
        answers.rater,
        answers.item,
        answers.left,
        answers.right,
        outcome,
        n_methods=4,
        names=["a", "b", "c", "real"],
    )
    assert all(s.strength is None and s.ci_low is None for s in fit.strengths)
    assert fit.strengths[3].win_rate == 1.0
    assert [note.code for note in fit.notes] == ["preference_separated", "preference_within_groups"]
    assert "real was always preferred" in fit.notes[0].message
    against_real = [pair for pair in fit.pairs if pair.method_b == 3]
    for pair in against_real:
        assert (pair.p_a, pair.ci_low) == (0.0, 0.0)
        assert 0 < pair.ci_high < 0.5
        assert pair.p < 0.05


def test_votes_on_one_ladder_with_ties_on_its_rungs_have_no_strengths() -> None:
    """a > c, a = b, b = c: consistent with ever larger worths and ties, so there is no finite maximum."""
    left, right = np.array([0, 0, 1] * 5), np.array([2, 1, 2] * 5)
    fit = fit_preference(None, None, left, right, np.array([1, 0, 0] * 5), n_methods=3)
    assert [s.strength for s in fit.strengths] == [None] * 3
    assert fit.notes[0].code == "preference_separated"


def test_methods_never_compared_across_groups_are_said_to_be_so() -> None:
    left, right = np.array([0, 1, 2, 3] * 4), np.array([1, 0, 3, 2] * 4)
    outcome = np.array([1, 1, 1, 1] * 4)
    fit = fit_preference(None, None, left, right, outcome, n_methods=4, names=["a", "b", "c", "d"])
    assert not fit.model.connected
    assert [s.strength for s in fit.strengths] == [None] * 4
    assert "(a, b; c, d)" in fit.notes[0].message
    assert [s.group for s in fit.strengths] == [1, 1, 2, 2]
    assert [(pair.method_a, pair.method_b, pair.p_a) for pair in fit.pairs] == [(0, 1, 0.5), (2, 3, 0.5)]


def test_a_method_that_was_never_compared_leaves_the_others_their_strengths() -> None:
    answers = simulated(5)
    fit = answers.fit(n_methods=5)
    assert fit.strengths[4].strength is None
    assert strengths(fit)[:4] == pytest.approx(strengths(answers.fit()))
    assert not fit.model.connected
    assert "method_never_compared" in [note.code for note in fit.notes]


def test_without_raters_intervals_are_covariance_based_and_say_so() -> None:
    answers = simulated(2)
    fit = fit_preference(None, None, answers.left, answers.right, answers.outcome, n_methods=4)
    half = 1.959963984540054 * np.array([s.se_covariance for s in fit.strengths], dtype=float)
    assert half_widths(fit) == pytest.approx(half)
    assert "covariance-based" in fit.strengths[0].procedure
    assert "preference_independent_votes" in [note.code for note in fit.notes]


def test_one_item_gives_a_rater_sandwich_that_is_named() -> None:
    answers = simulated(2)
    fit = fit_preference(
        answers.rater, np.zeros_like(answers.item), answers.left, answers.right, answers.outcome, n_methods=4
    )
    assert "rater sandwich" in fit.strengths[0].procedure
    assert "preference_items_fixed" in [note.code for note in fit.notes]
    assert fit.target == "raters"


def test_a_pair_judged_on_one_item_only_is_not_resolved() -> None:
    answers = simulated(4)
    pair = (np.minimum(answers.left, answers.right) == 0) & (np.maximum(answers.left, answers.right) == 1)
    item = np.where(pair, 0, answers.item)
    fit = fit_preference(answers.rater, item, answers.left, answers.right, answers.outcome, n_methods=4)
    first = fit.pairs[0]
    assert (first.ci_low, first.ci_high, first.p, first.p_holm) == (None, None, None, None)
    assert first.procedure.startswith("not resolved")
    assert all(pair.p is not None for pair in fit.pairs[1:])


def test_adaptive_votes_enter_the_likelihood_only() -> None:
    answers = simulated(6)
    adaptive = answers.rater >= 10
    fit = fit_preference(*answers.columns, n_methods=4, adaptive=adaptive)
    start = answers.rows(~adaptive).fit()
    assert strengths(fit) == pytest.approx(strengths(answers.fit()))
    assert fit.pairs == start.pairs
    assert [s.win_rate for s in fit.strengths] == [s.win_rate for s in start.strengths]
    assert fit.model.circular_triads == start.model.circular_triads


def test_a_preference_for_the_left_is_found_and_does_not_move_the_balanced_strengths() -> None:
    rng = np.random.default_rng(0)
    answers = simulated(7, n_raters=60, per_rater=30)
    leaning = rng.random(len(answers.left)) < 0.25
    outcome = np.where(leaning, 1, answers.outcome)
    fit = fit_preference(answers.rater, answers.item, answers.left, answers.right, outcome, n_methods=4)
    assert fit.model.position_effect is not None
    assert fit.model.position_p is not None
    assert fit.model.position_effect > 0.3
    assert fit.model.position_p < 0.01


def test_sides_that_cannot_be_told_from_methods_give_no_position_effect() -> None:
    """Winner/loser files put the winner first; even if called known, the effect must not be invented."""
    answers = simulated(8, tie=0.0)
    winner = np.where(answers.outcome > 0, answers.left, answers.right)
    loser = np.where(answers.outcome > 0, answers.right, answers.left)
    ones = np.ones(len(winner), dtype=int)
    fit = fit_preference(answers.rater, answers.item, winner, loser, ones, n_methods=4)
    assert (fit.model.position_effect, fit.model.position_p) == (None, None)
    assert "position_not_estimable" in [note.code for note in fit.notes]


def test_circular_triads_are_counted_within_a_rater_and_item() -> None:
    """Rater 0 goes round in a circle on item 0; pooled over items nobody does."""
    left, right = np.array([0, 1, 2, 0, 1, 0]), np.array([1, 2, 0, 1, 2, 2])
    outcome = np.ones(6, dtype=int)
    item = np.array([0, 0, 0, 1, 1, 1])
    fit = fit_preference(np.zeros(6, dtype=int), item, left, right, outcome, n_methods=3)
    assert (fit.model.circular_triads, fit.model.triads_judged) == (1, 2)


def test_nothing_judged_in_full_gives_no_count_of_triads() -> None:
    fit = fit_preference(
        np.array([0, 1]), np.array([0, 0]), np.array([0, 1]), np.array([1, 2]), [1, 1], n_methods=3
    )
    assert (fit.model.circular_triads, fit.model.triads_judged) == (None, 0)


def test_no_comparisons_give_an_empty_result_and_a_note() -> None:
    none = np.zeros(0, dtype=int)
    fit = fit_preference(none, none, none, none, none, n_methods=2)
    assert fit.pairs == ()
    assert [note.code for note in fit.notes] == ["no_comparisons"]


@pytest.mark.parametrize(
    ("left", "right", "outcome", "n", "reason"),
    [
        ([0, 1], [1, 1], [1, 1], None, "itself"),
        ([0, 5], [1, 1], [1, 1], None, "below n_methods"),
        ([0, 1], [1, 0], [1, 2], None, "outcome"),
        ([0, 1], [1, 0], [1, np.nan], None, "missing"),
        ([0, 1], [1, 0], [1], None, "same length"),
        ([0, 1], [1, 0], [1, 1], [1, 0], "above 0"),
    ],
)
def test_bad_arrays_are_refused(left, right, outcome, n, reason) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=reason):
        fit_preference(None, None, left, right, outcome, n_methods=2, n=n)


def test_clustered_intervals_hold_where_covariance_based_ones_do_not() -> None:
    """Raters and items differ in taste: 95 % intervals of strengths in 100 simulated studies."""
    crowd = simulated(0, n_raters=2500, n_items=2500, per_rater=40)
    truth = strengths(fit_preference(None, None, *crowd.columns[2:], n_methods=4))
    clustered = covariance = 0
    for seed in range(100):
        fit = simulated(1000 + seed, n_raters=24, n_items=10, per_rater=24).fit()
        low = np.array([s.ci_low for s in fit.strengths], dtype=float)
        high = np.array([s.ci_high for s in fit.strengths], dtype=float)
        half = 1.96 * np.array([s.se_covariance for s in fit.strengths], dtype=float)
        clustered += int(np.sum((low <= truth) & (truth <= high)))
        covariance += int(np.sum(np.abs(strengths(fit) - truth) <= half))
    assert clustered / 400 >= 0.92
    assert covariance / 400 <= 0.85
