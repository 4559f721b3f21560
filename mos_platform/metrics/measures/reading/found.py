"""A face as MediaPipe's landmarker answers it, brought to the coordinates of the whole picture."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mos_platform.metrics.measures.reading.finding import Box
from mos_platform.metrics.measures.reading.frames import Picture

# The camera that MediaPipe assumes: vertical field of view, degrees.
_FIELD_OF_VIEW = 63.0


@dataclass(frozen=True)
class Found:
    """points: (P, 3) pixels of the whole picture; pose: (4, 4); blendshapes: (B,), named by `names`."""

    points: NDArray[np.float32]
    pose: NDArray[np.float32]
    blendshapes: NDArray[np.float32]
    names: tuple[str, ...]


def detected(finder: Any, rgb: Picture, place: Box) -> list[Found]:
    """The faces that MediaPipe finds in that part of the picture."""
    import mediapipe

    left, top, right, bottom = map(int, (place.left, place.top, place.right, place.bottom))
    part = np.ascontiguousarray(rgb[top:bottom, left:right])
    image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=part)
    answer = finder.detect(image)
    faces = zip(
        answer.face_landmarks,
        answer.facial_transformation_matrixes,
        answer.face_blendshapes,
        strict=False,
    )
    return [
        Found(
            _points(landmarks, place),
            whole_pose(np.asarray(matrix, dtype=np.float64), place, rgb.shape[1], rgb.shape[0]),
            np.array([shape.score for shape in shapes], dtype=np.float32),
            tuple(shape.category_name for shape in shapes),
        )
        for landmarks, matrix, shapes in faces
    ]


def _points(landmarks: Any, place: Box) -> NDArray[np.float32]:
    relative = np.array([(point.x, point.y, point.z) for point in landmarks])
    scale = (place.width, place.height, place.width)
    return (relative * scale + (place.left, place.top, 0)).astype(np.float32)


def whole_pose(pose: NDArray[np.float64], place: Box, width: int, height: int) -> NDArray[np.float32]:
    """The pose in a part of the picture as the whole picture's camera sees it.

    (4, 4), x to the right, y up, the camera looking along −z. The translation is made to project to the same
    pixel at the same size; the rotation is kept, that is, taken along the line of sight.
    """
    reach = 2 * math.tan(math.radians(_FIELD_OF_VIEW / 2))
    part, whole = place.height / reach, height / reach
    x, y, z = pose[:3, 3]
    if z >= 0:
        return pose.astype(np.float32)
    right = place.left + place.width / 2 - part * x / z - width / 2
    up = height / 2 - (place.top + place.height / 2) - part * y / z
    depth = z * whole / part
    moved = pose.copy()
    moved[:3, 3] = (-right * depth / whole, -up * depth / whole, depth)
    return moved.astype(np.float32)
