"""CPBD: how much of a picture's edge length is sharp to the eye; needs no reference.

Source: Narvekar & Karam (2011), with the edge detectors of the cpbd package 1.0.7, against which the
values are verified: Canny (σ = 1) to choose blocks, Sobel with one-pixel thinning to choose edge pixels,
widths along the row after Marziliano et al. (2002).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import correlate
from skimage import feature

from mos_platform.metrics.measures.reading.frames import Picture

BLOCK = 64
EDGE_SHARE = 0.002
BETA = 3.6
LONGEST_RUN = 100
SHARP_PERCENT = 63
LOW_CONTRAST = 50

Mask = NDArray[np.bool_]
Widths = NDArray[np.int32]


def cpbd(grey: Picture) -> float | None:
    """Share of edge pixels whose probability of visible blur is at most 63 %, in 0–1; higher is sharper.

    `grey`: uint8, (height, width); rows and columns beyond the last whole 64 × 64 block do not count.
    None where no block holds an edge to measure. Equations 4 to 6 of the source.
    """
    picture = grey.astype(np.float64)
    rows, columns = (side // BLOCK * BLOCK for side in picture.shape)
    if not rows or not columns:
        return None
    busy = (
        np.count_nonzero(_blocks(_canny_edges(picture)[:rows, :columns]), axis=(1, 2))
        > BLOCK * BLOCK * EDGE_SHARE
    )
    widths = _blocks(edge_widths(picture, sobel_edges(picture))[:rows, :columns])[busy]
    blocks = _blocks(picture[:rows, :columns])[busy]
    contrast = np.ptp(blocks, axis=(1, 2)) if len(blocks) else np.empty(0)
    just_noticeable = np.where(contrast <= LOW_CONTRAST, 5.0, 3.0)
    block = np.nonzero(widths)[0]
    visible = 1 - np.exp(-((widths[widths > 0] / just_noticeable[block]) ** BETA))
    percent = np.rint(100 * visible)
    return float(np.mean(percent <= SHARP_PERCENT)) if percent.size else None


def _canny_edges(picture: NDArray[np.float64]) -> Mask:
    canny: Callable[..., Mask] = feature.canny
    return canny(picture)


def _blocks(array: NDArray[np.generic]) -> NDArray[np.generic]:
    """(64·m, 64·n) → (m·n, 64, 64)."""
    rows, columns = (side // BLOCK for side in array.shape)
    return array.reshape(rows, BLOCK, columns, BLOCK).swapaxes(1, 2).reshape(-1, BLOCK, BLOCK)


def sobel_edges(picture: NDArray[np.float64]) -> Mask:
    """Edge pixels: horizontal Sobel gradient above twice its root mean square, thinned to local maxima."""
    kernel = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]]) / 8
    energy = np.square(correlate(picture, kernel))
    energy[energy <= 2 * np.sqrt(np.mean(energy))] = 0
    framed = np.pad(energy, 1)
    along_row = (energy > framed[1:-1, :-2]) & (energy > framed[1:-1, 2:])
    along_column = (energy > framed[:-2, 1:-1]) & (energy > framed[2:, 1:-1])
    return np.asarray(along_row | along_column, dtype=np.bool_)


def edge_widths(picture: NDArray[np.float64], edges: Mask) -> Widths:
    """Width in pixels of each edge that a row crosses at less than 22.5°, 0 elsewhere and on the border.

    An edge reaches as far to each side as the intensity keeps rising (or keeps falling) along the row.
    """
    widths = np.zeros(picture.shape, dtype=np.int32)
    if min(picture.shape) < 3:
        return widths
    row, column = (places + 1 for places in np.nonzero(edges[1:-1, 1:-1]))
    horizontal = picture[row, column + 1] - picture[row, column - 1]
    vertical = picture[row + 1, column] - picture[row - 1, column]
    octant = np.rint(np.abs(np.degrees(np.arctan2(vertical, horizontal))) / 45)
    # A gradient without horizontal part counts as rising: so do the published implementations.
    rising = (horizontal == 0) | (octant == 0)
    falling = ~rising & (octant == 4)
    steps = np.diff(picture, axis=1)
    for crossed, monotone in ((rising, steps > 0), (falling, steps < 0)):
        places = row[crossed], column[crossed]
        widths[places] = _extent(monotone, *places)
    return widths


def _extent(monotone: Mask, row: Widths, column: Widths) -> Widths:
    """Pixels to both sides of the given places over which the row's steps stay true.

    `monotone[r, c]` tells of the step from column c to c + 1.
    """
    left = _run_lengths(monotone)[row, column - 1]
    right = _run_lengths(monotone[:, ::-1])[:, ::-1][row, column + 1]
    return np.asarray(np.minimum(left, LONGEST_RUN) + np.minimum(right, LONGEST_RUN) + 2, dtype=np.int32)


def _run_lengths(steps: Mask) -> Widths:
    """For each pixel of a row, how many true steps in sequence lead to it: (rows, n − 1) → (rows, n)."""
    rows, count = steps.shape
    places = np.arange(1, count + 1, dtype=np.int32)
    last_break = np.maximum.accumulate(np.where(steps, np.int32(0), places), axis=1)
    lengths = np.zeros((rows, count + 1), dtype=np.int32)
    np.subtract(places, last_break, out=lengths[:, 1:])
    return lengths
