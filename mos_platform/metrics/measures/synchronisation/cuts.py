"""Cuts between scenes, as PySceneDetect 0.5.1 finds them by content with its defaults."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mos_platform.metrics.measures.reading.frames import Picture

THRESHOLD = 30.0
SHORTEST = 15
_THINNED = ((3200, 12), (2100, 8), (1700, 6), (1200, 5), (900, 4), (600, 3), (400, 2))


def scenes(hsv: Iterable[Picture]) -> list[tuple[int, int]]:
    """Half-open ranges of picture numbers. hsv: (height, width, 3) as OpenCV's 8-bit HSV, already thinned.

    A cut is where the mean absolute difference to the picture before, over all three channels, is at least
    30, and 15 pictures have passed since the cut before.
    """
    cuts: list[int] = []
    before: NDArray[np.int16] | None = None
    count = 0
    for picture in hsv:
        now = picture.astype(np.int16)
        changed = before is not None and float(np.abs(now - before).mean()) >= THRESHOLD
        if changed and (not cuts or count - cuts[-1] >= SHORTEST):
            cuts.append(count)
        before, count = now, count + 1
    edges = [0, *cuts, count]
    return list(pairwise(edges))


def thinning(width: int) -> int:
    """Of a picture of that width every n-th row and column is looked at."""
    return next((step for least, step in _THINNED if width >= least), 1)
