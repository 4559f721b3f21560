"""Boxes of an anchor-based face detector: from offsets to shares of the picture, and one box a face."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float64]
Singles = NDArray[np.float32]

STEPS = (4, 8, 16, 32, 64, 128)
SIZES = (16, 32, 64, 128, 256, 512)
_VARIANCES = (np.float32(0.1), np.float32(0.2))


def decoded(offsets: Singles, level: int, width: int, height: int) -> Singles:
    """(h, w, 4) offsets from a level's anchors → (h, w, 4) left, top, right, bottom, in shares of 0-1."""
    rows, columns = np.indices(offsets.shape[:2])
    step, size = STEPS[level], SIZES[level]
    extent = np.array([width, height])
    centres = ((np.stack([columns, rows], axis=-1) + 0.5) / (extent / step)).astype(np.float32)
    sides = (size / extent).astype(np.float32)
    middle = centres + offsets[..., :2] * _VARIANCES[0] * sides
    spread = sides * np.exp(offsets[..., 2:] * _VARIANCES[1])
    corner = middle - spread / 2
    return np.concatenate([corner, corner + spread], axis=-1)


def suppressed(found: NDArray[np.floating], most: float) -> NDArray[np.intp]:
    """(n, 5) boxes with scores → numbers of those kept, best first: none overlaps a better one by more."""
    left, top, right, bottom, scores = found.T
    areas = (right - left) * (bottom - top)
    order = np.argsort(scores, kind="stable")[::-1]
    kept = []
    while order.size:
        best, rest = order[0], order[1:]
        kept.append(best)
        width = np.minimum(right[best], right[rest]) - np.maximum(left[best], left[rest])
        height = np.minimum(bottom[best], bottom[rest]) - np.maximum(top[best], top[rest])
        both = np.maximum(width, 0) * np.maximum(height, 0)
        order = rest[both / (areas[best] + areas[rest] - both) <= most]
    return np.array(kept, dtype=np.intp)
