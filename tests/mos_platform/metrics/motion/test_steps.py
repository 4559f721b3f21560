"""Steps of 1/25 s and differences from step to step: known motion."""

from __future__ import annotations

import numpy as np
import pytest
from facetracks import gathered, still, track
from numpy.testing import assert_allclose, assert_array_equal

from mos_platform.metrics.measures import motion
from mos_platform.metrics.measures.implementation import Gathered, TrackMeasure
from mos_platform.metrics.measures.motion.steps import at_steps, clock, difference, mean_length, mean_square

MEASURES = {each.metric: each.measure for each in motion.IMPLEMENTATIONS}


def value(metric: str, material: Gathered) -> float | None:
    measure = MEASURES[metric]
    assert isinstance(measure, TrackMeasure)
    return measure.of(material).value


def test_a_clip_at_25_frames_per_second_keeps_its_pictures() -> None:
    times = np.arange(50) / 25
    values = np.random.default_rng(0).normal(size=(50, 3, 2))
    assert_allclose(clock(times), times)
    assert_array_equal(at_steps(times, values, clock(times)), values)


def test_linear_between_pictures_of_another_rate() -> None:
    times = np.arange(31) / 30000 * 1001 + 0.5
    steps = clock(times)
    assert_allclose(at_steps(times, 3 * times, steps), 3 * steps)
    assert len(steps) == 26


def test_nothing_is_invented() -> None:
    times = np.array([0, 0.04, 0.08, 0.4, 0.44])
    steps = np.array([-0.04, 0, 0.06, 0.2, 0.4, 0.48])
    assert_array_equal(np.isnan(at_steps(times, times, steps)), [True, False, False, True, False, True])
    broken = np.array([0, np.nan, 2, 3, 4])
    assert_array_equal(at_steps(times, broken, np.array([0, 0.02, 0.06, 0.08])), [0, np.nan, np.nan, 2])
    assert np.isnan(at_steps(times[:1], times[:1], steps)).all()


def test_known_motion() -> None:
    """Thrown: 2 px a step across, and falling with 1 px a step squared."""
    step = np.arange(20)
    points = np.stack([2.0 * step, 0.5 * step**2], axis=-1)[:, None, :]
    assert mean_length(difference(points, 2)) == pytest.approx(1)
    assert mean_length(difference(points, 3)) == pytest.approx(0, abs=1e-12)
    assert mean_length(difference(2.0 * step[:, None, None] * np.ones((1, 1, 2)), 1)) == pytest.approx(8**0.5)


def test_a_missing_picture_leaves_out_the_steps_that_touch_it() -> None:
    points = np.zeros((10, 2, 2))
    points[4] = np.nan
    assert [len(difference(points, order)) for order in (1, 2, 3)] == [7, 5, 3]


def test_mean_squares_of_velocity_and_acceleration() -> None:
    still_points = np.zeros((20, 4, 2))
    moving = still_points + 3 * np.arange(20)[:, None, None] * np.array([1, 0])
    assert mean_square(moving, still_points, 1) == pytest.approx(9 / 2)
    assert mean_square(moving, still_points, 2) == pytest.approx(0)
    assert mean_square(moving[:1], still_points[:1], 1) is None


@pytest.mark.parametrize("fps", [25, 50, 30000 / 1001])
def test_a_steady_motion_is_as_fast_at_any_rate(fps: float) -> None:
    """50 px a second are 2 px a step of 1/25 s; a steady motion has no acceleration."""
    number = int(2 * fps)
    points = still(number) + (np.arange(number) / fps * 50)[:, None, None] * np.array([1, 0, 0])
    clip = gathered(track(points, fps=fps))
    assert value("landmark_velocity", clip) == pytest.approx(2)
    assert value("landmark_acceleration", clip) == pytest.approx(0, abs=1e-9)
    assert value("landmark_jitter", clip) == pytest.approx(0, abs=1e-9)


def test_noise_is_jitter() -> None:
    """The third difference of independent noise of 1 px has a variance of 1 + 9 + 9 + 1 in each direction."""
    noise = np.random.default_rng(0).normal(0, 1, (400, 478, 3))
    jitter = value("landmark_jitter", gathered(track(still(400) + noise)))
    assert jitter == pytest.approx(np.sqrt(20 * np.pi / 2), rel=0.02)


def test_the_motion_of_another_rate_is_compared_in_time() -> None:
    def moving(fps: float, speed: float, start: float = 0.0) -> np.ndarray:
        times = start + np.arange(int(2 * fps)) / fps
        return still(len(times)) + (times * speed)[:, None, None] * np.array([1, 0, 0])

    clip = track(moving(25, 50))
    same = track(moving(50, 50), fps=50)
    slower = track(moving(30, 25), fps=30)
    assert value("velocity_mse", gathered(clip, same)) == pytest.approx(0, abs=1e-9)
    assert value("velocity_mse", gathered(clip, slower)) == pytest.approx(1 / 2)
    assert value("acceleration_mse", gathered(clip, slower)) == pytest.approx(0, abs=1e-9)
