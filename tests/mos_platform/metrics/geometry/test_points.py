"""The 68 points of the mesh, and landmarks without head motion."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from mos_platform.metrics.measures.geometry.points import (
    MESH_OF_68,
    STABLE_OF_68,
    facing,
    interocular,
    points68,
)
from mos_platform.metrics.measures.reading.frames import read_frames
from mos_platform.metrics.measures.reading.landmarker import Landmarker
from mos_platform.metrics.measures.weights import Weights


def test_68_different_points_of_the_mesh() -> None:
    assert len(MESH_OF_68) == len(set(MESH_OF_68)) == 68
    mesh = np.arange(478 * 3, dtype=np.float32).reshape(1, 478, 3)
    assert_array_equal(points68(mesh)[0, 30], mesh[0, 4, :2])


def test_the_points_are_where_the_convention_has_them(shared: Path, weights: Weights) -> None:
    """Left-right order and height order on a real face."""
    pytest.importorskip("mediapipe", reason="the extra `metrics` is not installed")
    with Landmarker(weights) as landmarker:
        for frame in islice(read_frames(shared / "clips/float/id04/SadTalker.mp4"), 1):
            landmarker.see(frame)
        points = points68(landmarker.track().points)[0]
    x, y = points.T
    assert (np.diff(x[4:13]) > 0).all()
    assert (np.diff(x[17:27]) > 0).all()
    assert (np.diff(y[27:31]) > 0).all()
    assert (np.diff(x[31:36]) > 0).all()
    assert (np.diff(x[48:55]) > 0).all()
    assert (np.diff(x[54:60]) < 0).all()
    assert x[36] < x[39] < x[42] < x[45]
    assert y[8] > y[57] > y[66] >= y[62] > y[51] > y[33] > y[30]
    assert y[37] < y[41]
    assert y[44] < y[46]


def turned(points: np.ndarray, degrees: float, scale: float, shift: tuple[float, float]) -> np.ndarray:
    angle = np.radians(degrees)
    matrix = scale * np.array([(np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))])
    return points @ matrix.T + shift


def test_a_face_that_only_turns_grows_and_shifts_stands_still() -> None:
    shape = np.random.default_rng(3).uniform(50, 200, (68, 2))
    poses = [(0, 1, (0, 0)), (20, 1.3, (5, -9)), (-35, 0.6, (40, 2)), (170, 1, (0, 0))]
    still = facing(np.stack([turned(shape, *pose) for pose in poses]))
    assert_allclose(still, np.broadcast_to(still[:1], still.shape), atol=1e-12)
    assert interocular(still) == pytest.approx(np.ones(4))


def test_expression_stays_when_head_motion_is_taken_out() -> None:
    shape = np.random.default_rng(4).uniform(50, 200, (68, 2))
    raised = shape.copy()
    assert 20 not in STABLE_OF_68
    raised[20] += (0, -10)
    both = facing(np.stack([shape, turned(raised, 25, 1.5, (7, 7))]))
    moved = np.linalg.norm(both[1] - both[0], axis=-1)
    unit = np.linalg.norm(shape[36] - shape[45])
    assert moved[20] == pytest.approx(10 / unit)
    assert np.delete(moved, 20).max() == pytest.approx(0, abs=1e-12)


def test_pictures_without_a_face_stay_so() -> None:
    shape = np.random.default_rng(5).uniform(50, 200, (3, 68, 2))
    shape[1] = np.nan
    assert_array_equal(np.isnan(facing(shape)).all(axis=(1, 2)), [False, True, False])
    with pytest.raises(ValueError, match="no complete row"):
        facing(np.full((2, 68, 2), np.nan))
