"""Expression and the upper face: known differences."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from facetracks import gathered, still, track

from mos_platform.metrics.measures import motion
from mos_platform.metrics.measures.geometry.points import MESH_OF_68
from mos_platform.metrics.measures.implementation import TrackMeasure
from mos_platform.metrics.measures.motion.expression import dynamics_deviation, upper_dynamics

MEASURES = {each.metric: each.measure for each in motion.IMPLEMENTATIONS}


def shape(number: int) -> np.ndarray:
    return np.tile(np.random.default_rng(0).uniform(50, 200, (68, 2)), (number, 1, 1))


def raised(number: int, by: float) -> np.ndarray:
    """Brows that jump up by so many inter-ocular distances in every fourth picture."""
    points = shape(number)
    unit = np.linalg.norm(points[0, 36] - points[0, 45])
    points[::4, 17:27, 1] -= by * unit
    return points


def test_a_still_upper_face_has_no_dynamics() -> None:
    assert upper_dynamics(shape(8)) == pytest.approx(0, abs=1e-12)


def test_brows_that_move_by_a_known_length() -> None:
    """Away from the mean place by 3/4 and 1/4 of the length: a standard deviation of √3/8 of it."""
    assert upper_dynamics(raised(8, 0.4)) == pytest.approx(0.4 * np.sqrt(3) / 8 * 10 / 22)
    assert dynamics_deviation(raised(8, 0.4), shape(8)) == dynamics_deviation(shape(8), raised(8, 0.4))
    assert dynamics_deviation(raised(8, 0.4), raised(8, 0.1)) == pytest.approx(0.3 * np.sqrt(3) / 8 * 10 / 22)


def test_lips_and_head_motion_do_not_count() -> None:
    points = raised(8, 0.2)
    talking = points.copy()
    talking[::2, 48:] += 30
    angles = np.radians(np.linspace(-10, 10, 8))
    turn = np.exp(1j * angles)[:, None] * (talking[..., 0] + 1j * talking[..., 1])
    turned = np.stack([turn.real, turn.imag], axis=-1)
    assert upper_dynamics(turned) == pytest.approx(upper_dynamics(points))


def test_the_measure_takes_the_mesh_of_a_track() -> None:
    moved = still(8)
    moved[::4, MESH_OF_68[17:27], 1] -= 12
    measure = MEASURES["fdd_2d"]
    assert isinstance(measure, TrackMeasure)
    assert measure.of(gathered(track(moved), track(still(8)))).value > 0.01


def test_the_distance_of_blendshapes() -> None:
    reference = track(still(4))
    clip = replace(reference, blendshapes=reference.blendshapes + np.tile([0.1, 0], 26))
    measure = MEASURES["aed_blendshapes"]
    assert isinstance(measure, TrackMeasure)
    assert measure.of(gathered(clip, reference)).value == pytest.approx(0.05)
