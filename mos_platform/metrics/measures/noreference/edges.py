"""Edges as CPBD wants them: blocks that hold Canny edges, and thinned horizontal Sobel edges."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeVar

import numpy as np
import scipy
from numpy.typing import NDArray
from skimage.feature._canny_cy import _nonmaximum_suppression_bilinear

BLOCK = 64
EDGE_SHARE = 0.002
LOW, HIGH = 0.1, 0.2

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Scalar = TypeVar("Scalar", bound=np.generic)


def blocks(array: NDArray[Scalar]) -> NDArray[Scalar]:
    """The whole 64 × 64 blocks, row by row: (height, width) → (n, 64, 64)."""
    rows, columns = (side // BLOCK for side in array.shape)
    whole = array[: rows * BLOCK, : columns * BLOCK]
    return whole.reshape(rows, BLOCK, columns, BLOCK).swapaxes(1, 2).reshape(-1, BLOCK, BLOCK)


def busy_blocks(picture: Floats) -> Mask:
    """(n,): which blocks have Canny edges (σ = 1, thresholds 0.1 and 0.2) on more than 0.2 % of their area.

    The same as of `skimage.feature.canny`, but weak edges are followed only where they can decide.
    """
    needed = BLOCK * BLOCK * EDGE_SHARE
    strength = _maxima(picture)
    busy: Mask = _edges_in(strength >= HIGH) > needed
    if np.any(~busy & (_edges_in(strength > 0) > needed)):
        busy = _edges_in(_followed(strength)) > needed
    return busy


def _edges_in(edges: Mask) -> NDArray[np.intp]:
    return np.asarray(np.count_nonzero(blocks(edges), axis=(1, 2)), dtype=np.intp)


def _maxima(picture: Floats) -> Floats:
    """The gradient's magnitude where it is largest across the edge and at least `LOW`, 0 elsewhere."""
    smoothed = scipy.ndimage.gaussian_filter(picture, 1.0, mode="constant") / _weight_inside(picture.shape)
    down, right = _sobel(smoothed)
    magnitude = down * down
    magnitude += right * right
    np.sqrt(magnitude, out=magnitude)
    inside = np.zeros(picture.shape, dtype=np.uint8)
    inside[1:-1, 1:-1] = 1
    return np.asarray(_nonmaximum_suppression_bilinear(down, right, magnitude, inside, LOW))


@lru_cache(maxsize=2)
def _weight_inside(shape: tuple[int, int]) -> Floats:
    """How much of the Gaussian window lies inside the picture."""
    weight = scipy.ndimage.gaussian_filter(np.ones(shape), 1.0, mode="constant") + np.finfo(np.float64).eps
    weight.flags.writeable = False
    return np.asarray(weight)


def _sobel(picture: Floats) -> tuple[Floats, Floats]:
    """Gradients down and to the right; the border's pixels are repeated outside."""
    framed = np.pad(picture, 1, mode="edge")
    across = framed[:, 2:] - framed[:, :-2]
    along = framed[2:] - framed[:-2]
    down, right = 2 * along[:, 1:-1], 2 * across[1:-1]
    down += along[:, :-2] + along[:, 2:]
    right += across[:-2] + across[2:]
    return down, right


def _followed(strength: Floats) -> Mask:
    """Hysteresis: weak edges that touch, directly or by others, a strong one."""
    labels, count = scipy.ndimage.label(strength > 0, np.ones((3, 3), dtype=bool))
    strong = np.zeros(count + 1, dtype=np.bool_)
    strong[labels[strength >= HIGH]] = True
    return np.asarray(strong[labels])


def sobel_edges(grey: NDArray[np.uint8]) -> Mask:
    """Edge pixels: horizontal Sobel gradient above twice its root mean square, thinned to local maxima."""
    framed = np.pad(grey, 1, mode="edge").astype(np.int16)
    across = framed[:, 2:] - framed[:, :-2]
    gradient = 2 * across[1:-1]
    gradient += across[:-2] + across[2:]
    # Integers are exact; the published filter divides them by 8.
    energy = np.square(gradient.astype(np.int32))
    mean = int(np.sum(energy, dtype=np.int64)) / energy.size / 64
    energy[energy / 64 <= 2 * np.sqrt(mean)] = 0
    framed_energy = np.pad(energy, 1)
    along_row = (energy > framed_energy[1:-1, :-2]) & (energy > framed_energy[1:-1, 2:])
    along_column = (energy > framed_energy[:-2, 1:-1]) & (energy > framed_energy[2:, 1:-1])
    return np.asarray(along_row | along_column, dtype=np.bool_)
