"""Means with two-way intervals: what they promise, and what they refuse."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.stats.arrays import Target
from analysis.stats.mos import MeanEstimate, beyond_scale, distribution, mean_estimate, stimulus_estimate


def crossed(
    rng: np.random.Generator, n_raters: int, n_items: int, share: float = 1.0
) -> tuple[np.ndarray, ...]:
    """Ratings of a crossed design with rater, item and interaction effects; a random `share` of the cells."""
    rater, item = np.divmod(np.arange(n_raters * n_items), n_items)
    kept = rng.permutation(len(rater))[: round(share * len(rater))]
    rater, item = rater[kept], item[kept]
    score = 3 + 0.5 * rng.normal(size=n_raters)[rater] + 0.4 * rng.normal(size=n_items)[item]
    return rater, item, score + rng.normal(size=len(rater))


def numbers(found: MeanEstimate) -> list[float]:
    return [
        found.mean,
        found.se,
        found.df,
        found.ci_low,
        found.ci_high,
        found.naive_ci_low,
        found.naive_ci_high,
    ]


def test_known_two_by_two() -> None:
    """Rows 1 and 3, columns 1.5 and 2.5 on average, no interaction: var = 1 + 0.25; so few make df = 1."""
    found = mean_estimate([0, 0, 1, 1], [0, 1, 0, 1], [0.5, 1.5, 2.5, 3.5])
    assert found.mean == 2
    assert found.se == pytest.approx(np.sqrt(1.25))
    assert found.df == 1
    assert found.ci_high - found.mean == pytest.approx(12.7062047 * np.sqrt(1.25))


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 2**32 - 1),
    shape=st.tuples(st.integers(2, 9), st.integers(2, 9)),
    share=st.sampled_from([1.0, 0.7]),
)
def test_order_and_labels_of_raters_and_items_do_not_matter(
    seed: int, shape: tuple[int, int], share: float
) -> None:
    rng = np.random.default_rng(seed)
    rater, item, score = crossed(rng, *shape, share)
    rows = rng.permutation(len(score))
    new_rater, new_item = rng.permutation(50), rng.permutation(50)
    one = mean_estimate(rater, item, score)
    other = mean_estimate(new_rater[rater[rows]], new_item[item[rows]], score[rows])
    assert one.procedure == other.procedure
    if one.se is not None:
        assert numbers(one) == pytest.approx(numbers(other), rel=1e-6)


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 2**32 - 1),
    shift=st.floats(-100, 100),
    scale=st.floats(0.01, 100),
    share=st.sampled_from([1.0, 0.6]),
)
def test_shift_and_scale_carry_over(seed: int, shift: float, scale: float, share: float) -> None:
    rater, item, score = crossed(np.random.default_rng(seed), 8, 7, share)
    one, other = mean_estimate(rater, item, score), mean_estimate(rater, item, shift + scale * score)
    assert other.mean == pytest.approx(shift + scale * one.mean)
    assert other.se == pytest.approx(scale * one.se, rel=1e-6)
    assert other.df == pytest.approx(one.df, rel=1e-4)
    assert (other.ci_low, other.ci_high) == pytest.approx(
        (shift + scale * one.ci_low, shift + scale * one.ci_high)
    )


def test_raters_and_items_may_change_places() -> None:
    rater, item, score = crossed(np.random.default_rng(3), 9, 12)
    one, other = mean_estimate(rater, item, score), mean_estimate(item, rater, score)
    assert (one.se, one.df) == pytest.approx((other.se, other.df))


def test_target_raters_is_the_t_interval_over_rater_means() -> None:
    rater, item, score = crossed(np.random.default_rng(4), 12, 5)
    means = np.bincount(rater, score) / 5
    found = mean_estimate(rater, item, score, target="raters")
    assert found.se == pytest.approx(means.std(ddof=1) / np.sqrt(12))
    assert (found.df, found.target) == (11, "raters")


def test_several_stimuli_of_one_item_count_once_and_are_said() -> None:
    rater, item, score = crossed(np.random.default_rng(5), 6, 6)
    twice = (np.append(rater, rater[0]), np.append(item, item[0]), np.append(score, score[0] + 2))
    found = mean_estimate(*twice)
    assert found.mean == pytest.approx((score.sum() + 1) / 36)
    assert found.rating_mean == pytest.approx((2 * score[0] + 2 + score[1:].sum()) / 37)
    assert (found.n_ratings, found.procedure) == (37, "two-way ANOVA")
    assert [note.code for note in found.notes] == ["cells_averaged"]


def test_one_item_is_refused_and_rater_interval_is_offered() -> None:
    found = mean_estimate([0, 1, 2], [0, 0, 0], [3, 4, 5])
    assert (found.mean, found.ci_low, found.se, found.procedure) == (4, None, None, "refused")
    assert found.naive_ci_low is not None
    assert found.notes[0].code == "one_item"
    assert "target 'raters'" in found.notes[0].message
    assert mean_estimate([0, 1, 2], [0, 0, 0], [3, 4, 5], target="raters").se == pytest.approx(1 / np.sqrt(3))


@pytest.mark.parametrize("target", ["raters+items", "raters"])
def test_one_rater_is_refused(target: str) -> None:
    found = mean_estimate([7, 7, 7], [0, 1, 2], [3, 4, 5], target=target)
    assert found.ci_low is None
    assert [note.code for note in found.notes] == ["one_rater"]


def test_constant_scores_have_no_interval() -> None:
    found = mean_estimate([0, 0, 1, 1], [0, 1, 0, 1], [5, 5, 5, 5])
    assert (found.mean, found.se, found.ci_low, found.naive_ci_low) == (5, 0, None, None)
    assert [note.code for note in found.notes] == ["constant_scores"]


@pytest.mark.parametrize("share", [1.0, 0.6])
@pytest.mark.parametrize("target", ["raters+items", "raters"])
def test_constant_decimals_are_constant_too(share: float, target: Target) -> None:
    """The mean of many 3.3 is not 3.3 to the last bit, and a variance of 1e-32 is none."""
    rater, item, score = crossed(np.random.default_rng(4), 7, 9, share)
    found = mean_estimate(rater, item, np.full(len(score), 3.3), target=target)
    assert (found.se, found.ci_low, found.ci_high, found.naive_ci_low) == (0, None, None, None)
    assert [note.code for note in found.notes] == ["constant_scores"]
    one = stimulus_estimate([3.3] * 3, low=1, high=5)
    assert (one.sd, one.se, distribution([3.3] * 3).sd) == (0, 0, 0)


@pytest.mark.parametrize("high", [5, 7, 9, 101])
def test_a_mean_at_mid_scale_has_a_symmetric_interval(high: int) -> None:
    middle = (1 + high) / 2
    found = stimulus_estimate([middle - 1, middle, middle, middle + 1], low=1, high=high)
    assert middle - found.ci_low == pytest.approx(found.ci_high - middle, abs=1e-12)


def test_the_pseudo_rating_stands_on_the_side_of_the_mean_without_its_rounding() -> None:
    """1.1 + 2.2 + 3.3 + 5.4 is 12 but for the last bit: the mean is mid-scale in every order."""
    scores = np.array([1.1, 2.2, 3.3, 5.4])
    found = [stimulus_estimate(np.array(order), low=1, high=5) for order in permutations(scores)]
    assert len({one.mean for one in found}) > 1
    assert [one.ci_low for one in found] == pytest.approx([found[0].ci_low] * len(found))


def test_every_rater_with_one_rating_falls_back_to_clusters() -> None:
    score = np.arange(12) % 5
    found = mean_estimate(np.arange(12), np.arange(12) % 4, score)
    assert found.procedure.startswith("two-way clustered")
    assert found.df == 3
    assert found.se > 0


@pytest.mark.parametrize(
    ("rater", "score", "words"),
    [
        ([0, 1], [1.0, np.nan], "missing"),
        ([0, 1], [1.0, np.inf], "missing"),
        ([0, -1], [1.0, 2.0], "negative"),
        ([0.5, 1.0], [1.0, 2.0], "integer"),
        ([0, 1, 2], [1.0, 2.0], "lengths"),
        ([], [], "no score"),
    ],
)
def test_bad_input_is_one_sentence(rater: list[float], score: list[float], words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        mean_estimate(rater, [0] * len(score), score)
    assert "\n" not in str(caught.value)


def test_unknown_target_and_confidence_are_refused() -> None:
    with pytest.raises(ValueError, match="target"):
        mean_estimate([0, 1], [0, 1], [1, 2], target="items")
    with pytest.raises(ValueError, match="confidence"):
        mean_estimate([0, 1], [0, 1], [1, 2], confidence=95)


def test_limits_beyond_the_scale_are_kept_and_said() -> None:
    found = mean_estimate([0, 0, 1, 1], [0, 1, 0, 1], [5, 4, 3, 5])
    assert found.ci_high > 5
    note = beyond_scale(found.ci_low, found.ci_high, low=1, high=5)
    assert note is not None
    assert note.code == "beyond_scale"
    assert beyond_scale(1.5, 4.5, low=1, high=5) is None
    assert beyond_scale(None, None, low=1, high=5) is None


def test_pseudo_vote_by_hand() -> None:
    """Votes 5, 5, 4: the interval is that of 5, 5, 4, 4, clipped at 5; mean and se are those of the votes."""
    found = stimulus_estimate([5, 5, 4], low=1, high=5)
    half = 3.182446305 * np.std([5, 5, 4, 4], ddof=1) / 2
    assert found.mean == pytest.approx(14 / 3)
    assert found.se == pytest.approx(np.std([5, 5, 4], ddof=1) / np.sqrt(3))
    assert (found.ci_low, found.ci_high, found.df) == pytest.approx((4.5 - half, 5, 3))


def test_all_votes_at_the_ceiling_still_have_an_interval() -> None:
    found = stimulus_estimate([5] * 24, low=1, high=5)
    assert (found.mean, found.sd, found.ci_high) == (5, 0, 5)
    assert 4.8 < found.ci_low < 4.95


@given(st.lists(st.integers(1, 5), min_size=2, max_size=40))
def test_stimulus_interval_is_the_same_upside_down(votes: list[int]) -> None:
    up = stimulus_estimate(votes, low=1, high=5)
    down = stimulus_estimate([6 - vote for vote in votes], low=1, high=5)
    assert 1 <= up.ci_low <= up.mean <= up.ci_high <= 5
    assert (down.ci_low, down.ci_high) == pytest.approx((6 - up.ci_high, 6 - up.ci_low))


def test_stimulus_near_the_ceiling_is_covered_where_plain_t_fails() -> None:
    rng = np.random.default_rng(11)
    votes = rng.choice([5, 4, 3, 2], p=[0.95, 0.03, 0.01, 0.01], size=(1500, 24))
    true = 5 * 0.95 + 4 * 0.03 + 3 * 0.01 + 2 * 0.01
    found = [stimulus_estimate(v, low=1, high=5) for v in votes]
    ours = np.mean([one.ci_low <= true <= one.ci_high for one in found])
    plain = np.mean([abs(one.mean - true) <= 2.0687 * one.se for one in found])
    assert ours > 0.92
    assert plain < 0.86


def test_one_rating_has_no_interval() -> None:
    found = stimulus_estimate([4], low=1, high=5)
    assert (found.mean, found.sd, found.ci_low, found.df) == (4, None, None, None)
    assert [note.code for note in found.notes] == ["one_rating"]


def test_distribution_of_grades() -> None:
    found = distribution([1, 2, 2, 5])
    assert (found.median, found.q1, found.q3) == (2, 1.75, 2.75)
    assert found.counts == {1.0: 1, 2.0: 2, 5.0: 1}
    assert found.sd == pytest.approx(np.std([1, 2, 2, 5], ddof=1))
    assert distribution([3]).sd is None


def lowest(runs: int) -> float:
    """Three binomial standard deviations below 95 %."""
    return 0.95 - 3 * np.sqrt(0.95 * 0.05 / runs)


@pytest.mark.parametrize("shape", [(30, 20), (10, 10), (24, 8), (8, 40), (100, 4)])
@pytest.mark.parametrize("share", [1.0, 0.4])
def test_two_way_intervals_cover_and_naive_ones_do_not(shape: tuple[int, int], share: float) -> None:
    rng = np.random.default_rng(2024)
    found = [mean_estimate(*crossed(rng, *shape, share)) for _ in range(400)]
    ours = np.mean([one.ci_low <= 3 <= one.ci_high for one in found])
    naive = np.mean([one.naive_ci_low <= 3 <= one.naive_ci_high for one in found])
    assert ours > lowest(400)
    assert naive < lowest(400)
