"""Landmarks drawn on a picture, for people to look at."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mos_platform.metrics.measures.reading.frames import Picture

SMALLEST = 2
SIZES_ACROSS = 400  # of a dot, so that it is seen where a large picture is shown small
MESH_COLOUR = (60, 220, 90)
MARKED_COLOUR = (235, 40, 40)


def with_landmarks(rgb: Picture, points: NDArray[np.floating[Any]], marked: NDArray[np.int64]) -> Picture:
    """A copy of the picture with a dot for each landmark (P, 2 or more, pixels), larger for those `marked`.

    Dots grow with face and picture; those that are NaN or beyond the picture's edge are left out.
    """
    drawn = rgb.copy()
    there = points[~np.isnan(points).any(axis=1), :2]
    face = float(np.ptp(there, axis=0).max()) / 250 if len(there) else 0
    size = max(SMALLEST, round(face), round(max(rgb.shape) / SIZES_ACROSS))
    _dots(drawn, points, size, MESH_COLOUR)
    _dots(drawn, points[marked], 2 * size, MARKED_COLOUR)
    return drawn


def _dots(rgb: Picture, points: NDArray[np.floating[Any]], size: int, colour: tuple[int, int, int]) -> None:
    for x, y in points[~np.isnan(points).any(axis=1), :2]:
        left, top = int(x) - size // 2, int(y) - size // 2
        rgb[max(top, 0) : max(top + size, 0), max(left, 0) : max(left + size, 0)] = colour
