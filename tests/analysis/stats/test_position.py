"""What the position in the sitting adds to scores: the planted drift comes back, with limits that hold."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.stats.position import PositionEffect, position_effects

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
        assert one.effect == pytest.approx(0, abs=1e-7)


def test_one_rater_has_no_limits_and_untold_positions_have_no_effect() -> None:
    alone = position_effects([0] * 4, [0, 1, 0, 1], [0, 0, 1, 1], [1.0, 2, 2, 3])
    assert [one.effect for one in alone] == pytest.approx([-0.5, 0.5])
    assert {one.ci_low for one in alone} == {None}
    fixed = position_effects([0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 0, 1], [1.0, 2, 2, 4])
    assert fixed == [PositionEffect(None, None, None, 2)] * 2


def test_a_missing_score_is_refused() -> None:
    with pytest.raises(ValueError, match="missing"):
        position_effects([0, 1], [0, 0], [0, 1], [1.0, float("nan")])
