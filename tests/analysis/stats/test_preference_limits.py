"""What is said of methods where maximum likelihood has no strengths, and how far model and data agree."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.stats.preference import PreferenceFit, fit_preference

RNG_SEED = 4


def votes(n: int = 400, *, ties: bool = True, n_methods: int = 4) -> tuple[np.ndarray, ...]:
    """rater, item, left, right, outcome of methods of growing worth."""
    rng = np.random.default_rng(RNG_SEED)
    rater, item = rng.integers(0, 20, n), rng.integers(0, 10, n)
    left = rng.integers(0, n_methods, n)
    right = (left + rng.integers(1, n_methods, n)) % n_methods
    gap = 0.6 * (left - right) + rng.logistic(size=n)
    tied = (np.abs(gap) < 0.4) & ties
    return rater, item, left, right, np.where(tied, 0, np.sign(gap)).astype(int)


def beaten(method: int, *, ties: bool = True) -> tuple[np.ndarray, ...]:
    """The same votes, with one method preferred by everybody."""
    rater, item, left, right, outcome = votes(ties=ties)
    outcome = np.where(left == method, 1, np.where(right == method, -1, outcome))
    return rater, item, left, right, outcome


def fitted(
    columns: tuple[np.ndarray, ...], *, regularised: bool = False, n_methods: int = 4
) -> PreferenceFit:
    return fit_preference(*columns, n_methods=n_methods, regularised=regularised)


def told(fit: PreferenceFit, code: str) -> str:
    return next(note.message for note in fit.notes if note.code == code)


def strengths(fit: PreferenceFit) -> list[float | None]:
    return [s.strength for s in fit.strengths]


def test_beside_a_method_that_always_wins_the_others_keep_their_scale() -> None:
    """Their strengths are those of a study without it."""
    columns = beaten(3)
    fit = fitted(columns)
    others = (columns[2] != 3) & (columns[3] != 3)
    alone = fitted(tuple(column[others] for column in columns), n_methods=3)
    assert [s.group for s in fit.strengths] == [1, 1, 1, 2]
    assert [s.group_strength for s in fit.strengths[:3]] == pytest.approx(strengths(alone))
    assert [s.group_ci_low for s in fit.strengths[:3]] == pytest.approx([s.ci_low for s in alone.strengths])
    assert fit.strengths[3].group_strength is None
    assert strengths(fit) == [None] * 4
    assert fit.model.fit is None


def test_two_groups_each_have_a_scale_and_share_the_tie_parameter() -> None:
    columns = votes()
    inside = (columns[2] // 2) == (columns[3] // 2)
    fit = fitted(tuple(column[inside] for column in columns))
    assert [s.group for s in fit.strengths] == [1, 1, 2, 2]
    values = [s.group_strength for s in fit.strengths]
    assert values[0] + values[1] == pytest.approx(0)  # type: ignore[operator]
    assert values[3] > 0 > values[2]  # type: ignore[operator]
    assert all(s.group_ci_low < s.group_strength < s.group_ci_high for s in fit.strengths)  # type: ignore[operator]
    assert fit.model.connected is False


def test_where_strengths_share_a_scale_there_is_one_group() -> None:
    fit = fitted(votes())
    assert {(s.group, s.group_strength) for s in fit.strengths} == {(1, None)}


@pytest.mark.parametrize("ties", [True, False])
def test_regularised_strengths_are_finite_ordered_and_without_interval(ties: bool) -> None:
    fit = fitted(beaten(3, ties=ties), regularised=True)
    found = strengths(fit)
    assert found == sorted(found)  # type: ignore[type-var]
    assert sum(found) == pytest.approx(0, abs=1e-9)  # type: ignore[arg-type]
    assert {(s.ci_low, s.ci_high, s.se_covariance) for s in fit.strengths} == {(None, None, None)}
    assert all(s.procedure.startswith("regularised") for s in fit.strengths)
    assert ("half a tie" in fit.strengths[0].procedure) == ties
    assert fit.model.log_likelihood is None
    assert [note.code for note in fit.notes][-1] == "preference_regularised"


def test_regularised_strengths_are_the_maximum_of_the_votes_with_the_added_ones() -> None:
    """For two methods with n wins out of n, log-odds d solve n(1 − σ(d)) = ½(2σ(d/2) − 1): one balance."""
    n = 30
    zeros = np.zeros(n, dtype=int)
    fit = fit_preference(None, None, zeros, zeros + 1, zeros + 1, n_methods=2, regularised=True)
    gap = fit.strengths[0].strength - fit.strengths[1].strength  # type: ignore[operator]
    sigma = 1 / (1 + np.exp(-gap))
    against_opponent = 1 / (1 + np.exp(-gap / 2))
    assert n * (1 - sigma) == pytest.approx(against_opponent - 0.5, abs=1e-8)
    assert 3 < gap < 10


def test_asking_changes_nothing_where_there_is_a_maximum() -> None:
    assert fitted(votes(), regularised=True) == fitted(votes())


def test_all_ties_are_regularised_to_equal_strengths() -> None:
    rater, item, left, right, _ = votes()
    ties = np.zeros(len(left), dtype=int)
    assert strengths(fitted((rater, item, left, right, ties))) == [None] * 4
    assert strengths(fitted((rater, item, left, right, ties), regularised=True)) == pytest.approx(
        [0] * 4, abs=1e-6
    )


def test_groups_that_never_met_are_placed_by_the_added_votes_and_that_is_said() -> None:
    columns = votes()
    inside = (columns[2] // 2) == (columns[3] // 2)
    fit = fitted(tuple(column[inside] for column in columns), regularised=True)
    assert None not in strengths(fit)
    assert "comes from these votes alone" in fit.notes[-1].message


def test_a_position_effect_is_recovered_beside_ties_and_leaves_no_bias() -> None:
    rng = np.random.default_rng(1)
    n = 6000
    left = rng.integers(0, 4, n)
    right = (left + rng.integers(1, 4, n)) % 4
    worth = np.array([-0.9, -0.3, 0.3, 0.9])
    gap, nu = worth[left] - worth[right] + 0.5, np.log(0.6)
    odds = np.exp(np.stack([gap / 2, np.full(n, nu), -gap / 2]))
    draw = rng.random(n) * odds.sum(0)
    outcome = 1 - (draw[None] > np.cumsum(odds, 0)[:2]).sum(0)
    fit = fit_preference(rng.integers(0, 40, n), rng.integers(0, 20, n), left, right, outcome, n_methods=4)
    assert fit.model.position_effect == pytest.approx(0.5, abs=0.08)
    assert fit.model.position_p < 1e-6  # type: ignore[operator]
    assert strengths(fit) == pytest.approx(worth, abs=0.12)


def test_the_target_raters_leaves_the_items_out_of_the_interval() -> None:
    columns = votes()
    both = fitted(columns)
    raters = fit_preference(*columns, n_methods=4, target="raters")
    assert strengths(raters) == strengths(both)
    assert all(s.procedure.endswith("rater sandwich, t(R − 1)") for s in raters.strengths)
    assert raters.pairs != both.pairs
    assert told(raters, "preference_items_fixed").endswith("only: the target is 'raters'.")


def test_a_model_that_cannot_hold_is_seen_in_its_fit() -> None:
    """Three methods that run in a circle: one strength each cannot explain it."""
    left, right = np.array([0, 1, 2] * 40), np.array([1, 2, 0] * 40)
    outcome = np.tile([1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1], 10)
    model = fit_preference(None, None, left, right, outcome, n_methods=3).model
    assert model.fit is not None
    expected = 2 * 120 * (0.75 * np.log(1.5) + 0.25 * np.log(0.5))
    assert model.fit.g2 == pytest.approx(expected)
    assert model.fit.df == 1
    assert model.fit.p < 1e-6  # type: ignore[operator]
    assert (model.transitivity.weak, model.transitivity.judged) == (1, 1)
    assert model.kendall_u is None, "raters are not known"


def test_kendalls_u_reaches_one_and_its_lower_bound() -> None:
    zeros, rater = np.zeros(6, dtype=int), np.arange(6)
    same = fit_preference(rater, None, zeros, zeros + 1, zeros + 1, n_methods=2).model
    half = fit_preference(rater, None, zeros, zeros + 1, np.array([1, -1] * 3), n_methods=2).model
    assert same.kendall_u == 1
    assert half.kendall_u == pytest.approx(-1 / 5)


def test_whether_items_are_not_recorded_or_not_a_target_is_said() -> None:
    rater, item, *rest = votes()
    unknown = fit_preference(rater, None, *rest, n_methods=4)
    assert told(unknown, "preference_items_fixed").endswith("only: items are not recorded.")
    single = fit_preference(rater, np.zeros_like(item), *rest, n_methods=4)
    assert told(single, "preference_items_fixed").endswith("only: there is one item only.")
    assert (unknown.target, single.target, fitted(votes()).target) == ("raters", "raters", "raters+items")
    assert fit_preference(None, None, *rest, n_methods=4).target is None


def test_groups_that_are_not_named_are_counted_as_groups() -> None:
    left = np.repeat(np.arange(0, 12, 2), 4)
    outcome = np.tile([1, -1], 12)
    rater = np.tile(np.arange(4), 6)
    fit = fit_preference(rater, None, left, left + 1, outcome, n_methods=12)
    assert "(0, 1; 2, 3; 4, 5; 6, 7; and 2 more groups)" in told(fit, "preference_disconnected")
