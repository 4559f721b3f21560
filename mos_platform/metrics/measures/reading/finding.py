"""Where to look for faces in a picture, and which of those found is the one that is followed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Box:
    """In pixels: left and top inclusive, right and bottom exclusive."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def area(self) -> float:
        return max(self.width, 0.0) * max(self.height, 0.0)

    def overlap(self, other: Box) -> float:
        """Intersection over union, 0 to 1."""
        shared = Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )
        common = shared.area if shared.width > 0 and shared.height > 0 else 0.0
        return common / max(self.area + other.area - common, 1e-12)


def around(points: NDArray[np.float32]) -> Box:
    """The box of landmarks (P, 2 or more)."""
    (left, top), (right, bottom) = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    return Box(float(left), float(top), float(right), float(bottom))


def chosen(faces: list[Box], before: Box | None) -> int:
    """Which face to follow: the one that overlaps most with the one before, or else the largest."""
    overlaps = [before.overlap(face) if before else 0.0 for face in faces]
    if max(overlaps) > 0:
        return int(np.argmax(overlaps))
    return int(np.argmax([face.area for face in faces]))


# The detector sees a picture as 128 × 128: a smaller part shows it nothing new.
SMALLEST = 128


def zoom(face: Box, width: int, height: int, margin: float) -> Box | None:
    """The square round a face, `margin` times its longer side, within the picture; None for a large face.

    Large is a face whose square would fill more than half of the picture's longer side.
    """
    side = max(int(margin * max(face.width, face.height)), SMALLEST)
    if 2 * side > max(width, height):
        return None
    return _square((face.left + face.right) / 2, (face.top + face.bottom) / 2, side, width, height)


def _square(x: float, y: float, side: int, width: int, height: int) -> Box:
    across, down = min(side, width), min(side, height)
    left = int(np.clip(x - across / 2, 0, width - across))
    top = int(np.clip(y - down / 2, 0, height - down))
    return Box(left, top, left + across, top + down)


def squares(width: int, height: int, side: int) -> list[Box]:
    """Squares that cover the picture, each overlapping the next by half or more."""
    return [
        Box(left, top, left + min(side, width), top + min(side, height))
        for top, left in product(_starts(height, side), _starts(width, side))
    ]


def _starts(length: int, side: int) -> list[int]:
    if length <= side:
        return [0]
    steps = int(np.ceil(2 * (length - side) / side))
    return [round(step * (length - side) / steps) for step in range(steps + 1)]
