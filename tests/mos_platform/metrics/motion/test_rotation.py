"""Head pose: known rotations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from mos_platform.metrics.measures.motion.rotation import euler, pose_distance, pose_rmse, spread, turned


def matrix(pitch: float, yaw: float, roll: float, scale: float = 1.0) -> np.ndarray:
    x, y, z = np.radians((pitch, yaw, roll))
    about_x = np.array([(1, 0, 0), (0, np.cos(x), -np.sin(x)), (0, np.sin(x), np.cos(x))])
    about_y = np.array([(np.cos(y), 0, np.sin(y)), (0, 1, 0), (-np.sin(y), 0, np.cos(y))])
    about_z = np.array([(np.cos(z), -np.sin(z), 0), (np.sin(z), np.cos(z), 0), (0, 0, 1)])
    pose = np.eye(4)
    pose[:3, :3] = scale * about_z @ about_y @ about_x
    return pose


angle = st.floats(-179, 179)


@given(pitch=angle, yaw=st.floats(-89, 89), roll=angle, scale=st.floats(0.1, 10))
def test_angles_come_back(pitch: float, yaw: float, roll: float, scale: float) -> None:
    assert_allclose(euler(matrix(pitch, yaw, roll, scale)[None])[0], (pitch, yaw, roll), atol=1e-6)


@pytest.mark.parametrize(
    ("pose", "way"),
    [(matrix(20, 0, 0), (0, -1)), (matrix(0, 20, 0), (1, 0))],
    ids=["pitch turns the face down", "yaw turns it to the picture's right"],
)
def test_the_way_the_face_looks(pose: np.ndarray, way: tuple[int, int]) -> None:
    """The nose points along +z, towards the viewer; x is to the right and y up."""
    nose = pose[:3, :3] @ (0, 0, 1)
    assert nose[:2] == pytest.approx(np.sin(np.radians(20)) * np.array(way))


def test_roll_tilts_the_head_to_the_left() -> None:
    crown = matrix(0, 0, 20)[:3, :3] @ (0, 1, 0)
    assert crown[0] < 0


def test_a_constant_difference() -> None:
    reference = np.random.default_rng(0).uniform(-30, 30, (9, 3))
    clip = reference + np.array((3, -4, 0))
    assert pose_rmse(clip, reference) == pytest.approx(np.sqrt(25 / 3))
    assert pose_distance(clip, reference) == pytest.approx(np.radians(7 / 3))
    assert pose_rmse(clip, clip) == pose_distance(clip, clip) == 0


def test_the_shorter_way_round() -> None:
    assert turned(np.array([[179.0, 0, -179]]), np.array([[-179.0, 0, 179]])) == pytest.approx(
        np.array([[-2, 0, 2]])
    )


def test_the_spread_of_a_nodding_head() -> None:
    nodding = np.zeros((100, 3))
    nodding[:, 0] = 6 * np.sin(np.arange(100) * 2 * np.pi / 50)
    assert spread(nodding) == pytest.approx(6 / np.sqrt(2) / 3)
    assert spread(np.full((5, 3), 12.0)) == 0
    across = np.column_stack([np.tile([179.0, -179.0], 5), np.zeros((10, 2))])
    assert spread(across) == pytest.approx(1 / 3)
