"""Landmark distances on synthetic landmarks with known answers."""

from __future__ import annotations

import numpy as np
import pytest

from mos_platform.metrics.measures.geometry.distances import (
    calibrated_lip_distance,
    eye_aspect_ratio,
    face_distance,
    keypoint_difference,
    landmark_distance,
    lip_opening,
    lip_vertex_error,
    mouth_distance,
)

DISTANCES = (
    landmark_distance,
    mouth_distance,
    face_distance,
    calibrated_lip_distance,
    lip_vertex_error,
    keypoint_difference,
)


@pytest.fixture
def points() -> np.ndarray:
    return np.random.default_rng(1).uniform(0, 256, (7, 68, 2))


@pytest.mark.parametrize("distance", DISTANCES)
def test_identical_landmarks_have_no_distance(distance, points: np.ndarray) -> None:
    assert distance(points, points) == 0


def test_a_shift_by_3_and_4_pixels(points: np.ndarray) -> None:
    moved = points + np.array((3, -4))
    assert landmark_distance(moved, points) == pytest.approx(5)
    assert mouth_distance(moved, points) == pytest.approx(5)
    assert face_distance(moved, points) == pytest.approx(5)
    assert lip_vertex_error(moved, points) == pytest.approx(5)
    assert keypoint_difference(moved, points) == pytest.approx(3.5)
    assert calibrated_lip_distance(moved, points) == pytest.approx(0, abs=1e-12)


def test_lips_that_move_alone(points: np.ndarray) -> None:
    moved = points.copy()
    moved[:, 48:] += (0, 17)
    assert mouth_distance(moved, points) == pytest.approx(17)
    assert face_distance(moved, points) == 0
    assert landmark_distance(moved, points) == pytest.approx(17 * 20 / 68)


def test_one_lip_point_in_one_picture(points: np.ndarray) -> None:
    """The lip vertex error takes the worst point of each picture, then the mean over pictures."""
    moved = points.copy()
    moved[2, 57] += (6, 8)
    moved[2, 60] += (1, 0)
    moved[2, 5] += (500, 0)
    assert lip_vertex_error(moved, points) == pytest.approx(10 / 7)
    assert mouth_distance(moved, points) == pytest.approx(11 / (7 * 20))


def test_a_mouth_opened_by_4_pixels_calibrated(points: np.ndarray) -> None:
    """Half of the points move by 4: their mean moves by 2, so that each is 2 away from its place."""
    moved = points.copy()
    moved[:, 48:58] += (0, 4)
    assert calibrated_lip_distance(moved, points) == pytest.approx(2)


def test_lmd_is_the_weighted_mean_of_mouth_and_face(points: np.ndarray) -> None:
    """As in RealTalk's table of published values: Wav2Lip on VoxCeleb1, 15.87 and 5.82 make 8.78."""
    moved = points + np.random.default_rng(2).normal(0, 3, points.shape)
    weighted = (20 * mouth_distance(moved, points) + 48 * face_distance(moved, points)) / 68
    assert landmark_distance(moved, points) == pytest.approx(weighted)
    published = (20 * 15.87 + 48 * 5.82) / 68
    assert published == pytest.approx(8.78, abs=0.005)


def eyes(height: float, width: float) -> np.ndarray:
    """One picture with both eyes of that height and width, 68 points."""
    points = np.zeros((1, 68, 2))
    for first in (36, 42):
        x, h = 100.0 * (first - 36), height / 2
        points[0, first : first + 6] = [
            (x, 0),
            (x + width / 3, -h),
            (x + 2 * width / 3, -h),
            (x + width, 0),
            (x + 2 * width / 3, h),
            (x + width / 3, h),
        ]
    return points


def test_the_eye_aspect_ratio_is_height_over_width() -> None:
    assert eye_aspect_ratio(eyes(6, 30)) == pytest.approx([0.2])
    assert eye_aspect_ratio(eyes(0, 30)) == pytest.approx([0])
    assert np.isnan(eye_aspect_ratio(eyes(6, 0))).all()


def test_one_eye_shut_halves_the_ratio() -> None:
    points = eyes(6, 30)
    points[0, 36:42] = eyes(0, 30)[0, 36:42]
    assert eye_aspect_ratio(points) == pytest.approx([0.1])


def test_lip_opening_does_not_depend_on_the_size_of_the_face() -> None:
    points = eyes(6, 30)
    interocular = 600 + 30
    points[0, 62], points[0, 66] = (50, 80), (50, 80 + 0.1 * interocular)
    assert lip_opening(points) == pytest.approx([0.1])
    assert lip_opening(points * 3) == pytest.approx([0.1])
    assert np.isnan(lip_opening(np.zeros((1, 68, 2)))).all()
