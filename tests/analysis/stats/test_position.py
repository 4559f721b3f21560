"""What the position in the sitting adds to scores: the planted drift comes back, with limits that hold."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.stats.position import PositionEffect, position_effects, procedure

RATERS, STIMULI, TRIALS, BINS = 20, 60, 30, 5


def sittings(rng: np.random.Generator, drift: float, spread: float = 0.3) -> tuple[np.ndarray, ...]:
    """Every rater sees half of the stimuli in a random order, and drifts a little differently."""
    rater = np.repeat(np.arange(RATERS), TRIALS)
    stimulus = np.concatenate([rng.permutation(STIMULI)[:TRIALS] for _ in range(RATERS)])
    place = np.tile(np.arange(TRIALS), RATERS)
    slope = drift + rng.normal(0, spread, RATERS)[rater]
    quality, bias = rng.normal(0, 0.8, STIMULI), rng.normal(0, 0.4, RATERS)
    noise = rng.normal(0, 0.6, len(rater))
    score = 3 + bias[rater] + quality[stimulus] + slope * (place / TRIALS - 0.5) + noise
    return rater, stimulus, place * BINS // TRIALS, score


def planted(drift: float) -> np.ndarray:
    """Means of the drift in each bin, less their mean."""
    means = (drift * (np.arange(TRIALS) / TRIALS - 0.5)).reshape(BINS, -1).mean(axis=1)
    return means - means.mean()


def test_equals_least_squares_with_a_column_per_rater_stimulus_and_bin() -> None:
    rater, stimulus, place, score = sittings(np.random.default_rng(2), 0.5)
    columns = [code[:, None] == np.arange(code.max() + 1) for code in (rater, stimulus, place)]
    solution = np.linalg.lstsq(np.hstack(columns).astype(float), score, rcond=None)[0][-BINS:]
    want = solution - np.bincount(place) @ solution / len(place)
    found = [one.effect for one in position_effects(rater, stimulus, place, score)]
    assert found == pytest.approx(want, abs=1e-8)


def test_a_long_chain_of_raters_is_solved_as_well() -> None:
    """Each rater shares two stimuli with the next, so that what links the ends goes through all of them."""
    rng = np.random.default_rng(12)
    rater, step = np.divmod(np.arange(600), 3)
    place = rng.permuted(step.reshape(200, 3), axis=1).ravel()
    stimulus, score = rater + step, rng.normal(3, 1, 600) + 0.02 * rater
    columns = [code[:, None] == np.arange(code.max() + 1) for code in (rater, stimulus, place)]
    solution = np.linalg.lstsq(np.hstack(columns).astype(float), score, rcond=None)[0][-3:]
    found = [one.effect for one in position_effects(rater, stimulus, place, score)]
    assert found == pytest.approx(solution - np.bincount(place) @ solution / 600, abs=1e-9)


def test_parts_of_a_study_that_share_no_stimulus_are_solved_together() -> None:
    rater, stimulus, place, score = sittings(np.random.default_rng(3), 0.5)
    apart = stimulus + STIMULI * (rater % 2)
    columns = [code[:, None] == np.arange(code.max() + 1) for code in (rater, apart, place)]
    solution = np.linalg.lstsq(np.hstack(columns).astype(float), score, rcond=None)[0][-BINS:]
    found = [one.effect for one in position_effects(rater, apart, place, score)]
    assert found == pytest.approx(solution - np.bincount(place) @ solution / len(place), abs=1e-9)


def test_a_planted_drift_is_found_and_its_limits_hold() -> None:
    rng, want = np.random.default_rng(7), planted(0.5)
    draws = [position_effects(*sittings(rng, 0.5)) for _ in range(150)]
    effects = np.array([[one.effect for one in draw] for draw in draws])
    assert effects.mean(axis=0) == pytest.approx(want, abs=0.02)
    held = [[one.ci_low <= w <= one.ci_high for one, w in zip(draw, want, strict=True)] for draw in draws]
    assert 0.89 <= np.mean(held) <= 0.985


def test_biases_and_qualities_make_no_drift() -> None:
    """Scores that rater and stimulus explain whole leave nothing to the position."""
    rater, stimulus, place, _ = sittings(np.random.default_rng(4), 0.0)
    score = 0.3 * rater + 0.1 * stimulus
    for one in position_effects(rater, stimulus, place, score):
        assert one.effect == pytest.approx(0, abs=1e-12)
        assert (one.ci_low, one.ci_high) == (None, None)


@pytest.mark.parametrize("grade", [3.0, 3.3])
def test_constant_scores_have_no_limits(grade: float) -> None:
    rater, stimulus, place, score = sittings(np.random.default_rng(4), 0.0)
    for one in position_effects(rater, stimulus, place, np.full(len(score), grade)):
        assert (one.effect, one.ci_low, one.ci_high) == (0, None, None)
        assert procedure(one) == "least squares with rater and stimulus effects; no interval"


def test_limits_need_three_raters() -> None:
    rater, *rest = sittings(np.random.default_rng(6), 0.5)
    for raters in (2, 3):
        kept = rater < raters
        found = position_effects(rater[kept], *(column[kept] for column in rest))
        assert all((one.ci_low is None) == (raters == 2) for one in found)
        assert all(one.ci_low < one.effect < one.ci_high for one in found if one.ci_low is not None)


def test_one_rater_has_no_limits_and_untold_positions_have_no_effect() -> None:
    alone = position_effects([0] * 4, [0, 1, 0, 1], [0, 0, 1, 1], [1.0, 2, 2, 3])
    assert [one.effect for one in alone] == pytest.approx([-0.5, 0.5])
    assert {one.ci_low for one in alone} == {None}
    fixed = position_effects([0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 0, 1], [1.0, 2, 2, 4])
    assert fixed == [PositionEffect(None, None, None, 2)] * 2
    assert procedure(fixed[0]) == "refused"


def test_a_missing_score_is_refused() -> None:
    with pytest.raises(ValueError, match="missing"):
        position_effects([0, 1], [0, 0], [0, 1], [1.0, float("nan")])
