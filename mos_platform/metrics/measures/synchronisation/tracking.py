"""Faces followed through a shot, and the square around the lips that SyncNet was trained on.

The rules and their constants are those of the pipeline of joonson/syncnet_python (6efbb1c).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from mos_platform.metrics.measures.reading.frames import Picture

Floats = NDArray[np.float64]

SIDE = 224
SHORTEST = 100
SMALLEST = 100
_OVERLAP = 0.5
_MISSES = 25
_SMOOTHED = 13
_MARGIN = 0.4
_PADDING = 110


@dataclass(frozen=True)
class Sighting:
    """A face in the picture of that number. box: left, top, right, bottom in pixels."""

    frame: int
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class Track:
    """A face from picture `first` on. boxes: (T, 4), one for each picture, gaps bridged by straight lines."""

    first: int
    boxes: Floats

    @property
    def last(self) -> int:
        return self.first + len(self.boxes) - 1


@dataclass(frozen=True)
class Squares:
    """For each of T pictures the smoothed centre and half side of the face's box: (T,) each, in pixels."""

    x: Floats
    y: Floats
    half: Floats


def overlap(a: Sequence[float], b: Sequence[float]) -> float:
    """Intersection over union of two boxes."""
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    both = width * height
    return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both)


def tracks(shot: Sequence[Sequence[Sighting]]) -> list[Track]:
    """The faces of a shot, given what was seen in each picture: followed by overlap, over 25 misses at most.

    Kept are those seen in more than 100 pictures whose box is on average more than 100 pixels wide or high.
    """
    left = [list(seen) for seen in shot]
    found = []
    while chain := _chain(left):
        if len(chain) > SHORTEST and (track := _bridged(chain)) is not None:
            found.append(track)
    return found


def _chain(left: list[list[Sighting]]) -> list[Sighting]:
    """Take one face out of what is left."""
    chain: list[Sighting] = []
    for seen in left:
        place = 0
        # As in the reference: a face that was taken makes the loop pass over the next of the same picture.
        while place < len(seen):
            face = seen[place]
            if chain and face.frame - chain[-1].frame > _MISSES:
                break
            if not chain or overlap(face.box, chain[-1].box) > _OVERLAP:
                chain.append(seen.pop(place))
            place += 1
    return chain


def _bridged(chain: list[Sighting]) -> Track | None:
    numbers = np.array([face.frame for face in chain])
    boxes = np.array([face.box for face in chain], dtype=np.float64)
    frames = np.arange(numbers[0], numbers[-1] + 1)
    bridged = np.stack([np.interp(frames, numbers, side) for side in boxes.T], axis=1)
    mean_sides = (bridged[:, 2:] - bridged[:, :2]).mean(axis=0)
    return Track(int(numbers[0]), bridged) if mean_sides.max() > SMALLEST else None


def squares(boxes: Floats) -> Squares:
    """(T, 4) boxes → centres and half sides, each the median of 13 pictures (zeros beyond the ends)."""
    left, top, right, bottom = boxes.T
    half = np.maximum(right - left, bottom - top) / 2
    paths = ((left + right) / 2, (top + bottom) / 2, half)
    smooth = [scipy.signal.medfilt(values, _SMOOTHED) for values in paths]
    return Squares(*smooth)


def cut_out(picture: Picture, x: float, y: float, half: float) -> Picture:
    """From half a side above the centre to 1.8 below, 1.4 to the left and right; grey 110 beyond the edges.

    Not yet brought to 224 × 224. Empty where the square is.
    """
    border = int(half * (1 + 2 * _MARGIN))
    padded = np.pad(picture, ((border, border), (border, border), (0, 0)), constant_values=_PADDING)
    down, across = y + border, x + border
    rows = slice(int(down - half), int(down + half * (1 + 2 * _MARGIN)))
    columns = slice(int(across - half * (1 + _MARGIN)), int(across + half * (1 + _MARGIN)))
    return np.ascontiguousarray(padded[rows, columns])
