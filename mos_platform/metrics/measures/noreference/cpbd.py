"""CPBD: how much of a picture's edge length is sharp to the eye; needs no reference.

Source: Narvekar & Karam (2011), with the edge detectors of the cpbd package 1.0.7, against which the
values are verified: Canny (σ = 1) to choose blocks, Sobel with one-pixel thinning to choose edge pixels,
widths along the row after Marziliano et al. (2002).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mos_platform.metrics.measures.noreference.edges import BLOCK, Mask, blocks, busy_blocks, sobel_edges
from mos_platform.metrics.measures.reading.frames import Picture
from mos_platform.metrics.measures.result import NoValueError

BETA = 3.6
LONGEST_RUN = 101
SHARP_PERCENT = 63
LOW_CONTRAST = 50

Widths = NDArray[np.int32]
Places = NDArray[np.intp]


def cpbd(grey: Picture) -> float | None:
    """Share of edge pixels whose probability of visible blur is at most 63 %, in 0–1; higher is sharper.

    `grey`: uint8, (height, width); rows and columns beyond the last whole 64 × 64 block do not count.
    None where no block holds an edge to measure; raises NoValueError where the picture is smaller than a
    block. Equations 4 to 6 of the source.
    """
    if min(grey.shape) < BLOCK:
        raise NoValueError(f"pictures are smaller than {BLOCK} × {BLOCK} pixels")
    busy = busy_blocks(grey.astype(np.float64))
    widths = blocks(edge_widths(grey, sobel_edges(grey)))[busy]
    contrast = np.ptp(blocks(grey)[busy], axis=(1, 2)) if busy.any() else np.empty(0)
    just_noticeable = np.where(contrast <= LOW_CONTRAST, 5.0, 3.0)
    block = np.nonzero(widths)[0]
    visible = 1 - np.exp(-((widths[widths > 0] / just_noticeable[block]) ** BETA))
    percent = np.rint(100 * visible)
    return float(np.mean(percent <= SHARP_PERCENT)) if percent.size else None


def edge_widths(grey: Picture, edges: Mask) -> Widths:
    """Width in pixels of each edge that a row crosses at less than 22.5°, 0 elsewhere and on the border.

    An edge reaches as far to each side as the intensity keeps rising (or keeps falling) along the row.
    """
    widths = np.zeros(grey.shape, dtype=np.int32)
    if min(grey.shape) < 3:
        return widths
    picture = grey.astype(np.int16)
    row, column = (places + 1 for places in np.nonzero(edges[1:-1, 1:-1]))
    horizontal = picture[row, column + 1] - picture[row, column - 1]
    vertical = picture[row + 1, column] - picture[row - 1, column]
    octant = np.rint(np.abs(np.degrees(np.arctan2(vertical, horizontal, dtype=np.float64))) / 45)
    # A gradient without horizontal part counts as rising: so do the published implementations.
    rising = (horizontal == 0) | (octant == 0)
    falling = ~rising & (octant == 4)
    for crossed, sign in ((rising, 1), (falling, -1)):
        places = row[crossed], column[crossed]
        widths[places] = _run(picture, *places, -1, sign) + _run(picture, *places, 1, -sign)
    return widths


def _run(picture: NDArray[np.int16], row: Places, column: Places, step: int, sign: int) -> Widths:
    """How far from each place's neighbour outwards sign × intensity keeps falling, in pixels, at least 1."""
    lengths = np.ones(len(row), dtype=np.int32)
    flat = picture.ravel()
    last = picture.shape[1] - 1
    going = np.arange(len(row))
    column = column + step
    place = row * picture.shape[1] + column
    for _ in range(LONGEST_RUN - 1):
        inside = (column > 0) & (column < last)
        going, column, place = going[inside], column[inside], place[inside]
        falls = sign * (flat[place] - flat[place + step]) > 0
        going, column, place = going[falls], column[falls] + step, place[falls] + step
        if not len(going):
            break
        lengths[going] += 1
    return lengths
