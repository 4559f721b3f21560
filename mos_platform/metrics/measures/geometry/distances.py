"""Distances of landmarks from those of a reference: pure functions on (T, P, 2), both in one unit, no NaN."""

from __future__ import annotations

import numpy as np

from mos_platform.metrics.measures.geometry.points import (
    FACE_OF_68,
    LEFT_EYE_OF_68,
    MOUTH_OF_68,
    RIGHT_EYE_OF_68,
    Floats,
    interocular,
)


def landmark_distance(clip: Floats, reference: Floats) -> float:
    """Mean Euclidean distance over points and pictures."""
    return float(np.linalg.norm(clip - reference, axis=-1).mean())


def mouth_distance(clip: Floats, reference: Floats) -> float:
    """`landmark_distance` of the 20 mouth points of 68."""
    return landmark_distance(clip[:, MOUTH_OF_68], reference[:, MOUTH_OF_68])


def face_distance(clip: Floats, reference: Floats) -> float:
    """`landmark_distance` of the 48 points of 68 that are not the mouth's."""
    return landmark_distance(clip[:, FACE_OF_68], reference[:, FACE_OF_68])


def calibrated_lip_distance(clip: Floats, reference: Floats) -> float:
    """`mouth_distance` after the centres of the mouth points are brought together in each picture."""
    own, other = clip[:, MOUTH_OF_68], reference[:, MOUTH_OF_68]
    return landmark_distance(own - own.mean(axis=1, keepdims=True), other - other.mean(axis=1, keepdims=True))


def lip_vertex_error(clip: Floats, reference: Floats) -> float:
    """Per picture the largest distance of a mouth point, then the mean over pictures."""
    differences = clip[:, MOUTH_OF_68] - reference[:, MOUTH_OF_68]
    return float(np.linalg.norm(differences, axis=-1).max(axis=1).mean())


def keypoint_difference(clip: Floats, reference: Floats) -> float:
    """Mean absolute difference of coordinates, x and y each on its own."""
    return float(np.abs(clip - reference).mean())


def eye_aspect_ratio(points: Floats) -> Floats:
    """(T, 68, 2) → (T,): (|p2 − p6| + |p3 − p5|) / (2 |p1 − p4|), the mean of both eyes.

    NaN where an eye has no width, or the points are NaN.
    """
    return np.asarray((_eye(points[:, LEFT_EYE_OF_68]) + _eye(points[:, RIGHT_EYE_OF_68])) / 2)


def _eye(points: Floats) -> Floats:
    def apart(one: int, other: int) -> Floats:
        return np.asarray(np.linalg.norm(points[:, one] - points[:, other], axis=-1))

    width = 2 * apart(0, 3)
    height = apart(1, 5) + apart(2, 4)
    return _ratio(height, width)


def lip_opening(points: Floats) -> Floats:
    """(T, 68, 2) → (T,): distance of the inner lips' middles (points 62 and 66) in inter-ocular distances.

    NaN where the eyes coincide, or the points are NaN.
    """
    opening = np.asarray(np.linalg.norm(points[:, 62] - points[:, 66], axis=-1))
    return _ratio(opening, interocular(points))


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.asarray(np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0))
