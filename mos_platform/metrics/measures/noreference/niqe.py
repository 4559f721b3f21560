"""NIQE: how far the statistics of a picture's blocks are from those of undistorted photographs.

Source: Mittal, Soundararajan & Bovik (2013) and its published program: blocks of 96 × 96 pixels, all of
them, two scales, the model of pristine pictures of the file `niqe_pris_params.npz`.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy
from numpy.typing import NDArray

from mos_platform.metrics.measures.noreference.statistics import (
    WINDOW,
    moments,
    normalised_transposed,
    shapes,
)
from mos_platform.metrics.measures.reading.frames import Picture
from mos_platform.metrics.measures.reading.moment import Moment
from mos_platform.metrics.measures.result import NoValueError
from mos_platform.metrics.measures.smoothing import smooth_same
from mos_platform.metrics.measures.weights import Weights

MODEL = "niqe_pris_params.npz"
BLOCK = 96
NOISE = 1e-9

Floats = NDArray[np.float64]

# BT.601's weights of red, green and blue in thousandths of 219/255: whole numbers round alike everywhere.
_LUMA = np.array([65481.0, 128553.0, 24966.0])
_UNIT = 255_000
# Cubic convolution (a = −0.5) at distances of 1.75, 1.25, 0.75 and 0.25, half of it: MATLAB's imresize.
_HALVING = np.array([-0.01171875, -0.03515625, 0.11328125, 0.43359375])
# Neighbours whose products count, as steps down and to the right.
_STEPS = ((0, 1), (1, 0), (1, 1), (1, -1))


@dataclass(frozen=True)
class Pristine:
    """Features of blocks of undistorted photographs: mean (36,) and covariance (36, 36)."""

    mean: Floats
    covariance: Floats


def prepare(weights: Weights) -> Callable[[Moment, Moment | None], float | None]:
    """The measure of a picture, with the model of the file `niqe_pris_params.npz`."""
    pristine = read_pristine(weights.file(MODEL))
    return lambda picture, _reference: niqe(picture.rgb, pristine)


def read_pristine(path: Path) -> Pristine:
    """Raises NoValueError where the file is another one."""
    try:
        with np.load(path, allow_pickle=False) as file:
            mean = np.asarray(file["mu_pris_param"], dtype=np.float64).ravel()
            covariance = np.asarray(file["cov_pris_param"], dtype=np.float64).reshape(len(mean), len(mean))
    except (ValueError, KeyError, OSError, zipfile.BadZipFile):
        raise NoValueError(f"weights damaged ({path.name} holds no model of pristine pictures)") from None
    return Pristine(mean, covariance)


def niqe(rgb: Picture, pristine: Pristine) -> float | None:
    """0 (as undistorted photographs) upwards for a picture, uint8 (height, width, 3); lower is better.

    At least two whole blocks of 96 × 96 pixels; what lies beyond the last one does not count. None where
    fewer than two blocks have statistics (flat pictures). Raises NoValueError for smaller pictures.
    """
    down, across = (side // BLOCK for side in rgb.shape[:2])
    if down * across < 2:
        raise NoValueError(f"pictures are smaller than two blocks of {BLOCK} × {BLOCK} pixels")
    luma = 16 + np.floor((rgb[: down * BLOCK, : across * BLOCK] @ _LUMA + _UNIT / 2) / _UNIT)
    features = np.concatenate([_features(luma, BLOCK), _features(_halved(luma), BLOCK // 2)], axis=1)
    whole = features[~np.isnan(features).any(axis=1)]
    if len(whole) < 2:
        return None
    apart = pristine.mean - np.nanmean(features, axis=0)
    spread = (pristine.covariance + np.cov(whole, rowvar=False)) / 2
    return float(np.sqrt(apart @ np.linalg.pinv(spread) @ apart))


def _features(luma: Floats, side: int) -> Floats:
    """(blocks, 18) of a picture in 0–255 that consists of whole blocks."""
    samples = _with_neighbours(_blocks(_normalised(luma), side))
    found = moments(samples, zero_is_right=False)
    shape = _nearest_shape(found.ratio)
    scale = np.sqrt(scipy.special.gamma(1 / shape) / scipy.special.gamma(3 / shape))
    left, right = np.sqrt(found.left) * scale, np.sqrt(found.right) * scale
    mean = (right - left) * scipy.special.gamma(2 / shape) / scipy.special.gamma(1 / shape)
    pairs = np.stack([shape, mean, left, right], axis=2)[:, 1:]
    own = np.stack([shape[:, 0], (left[:, 0] + right[:, 0]) / 2], axis=1)
    return np.concatenate([own, pairs.reshape(len(own), -1)], axis=1)


def _normalised(luma: Floats) -> Floats:
    """Transposed. Flat areas are 0: the rounding noise in its place would count to one of the sides."""
    mean = smooth_same(luma, WINDOW, "edge")
    normalised = normalised_transposed(luma, mean, 1.0, "edge")
    normalised[np.abs(normalised) < NOISE] = 0
    return normalised


def _blocks(transposed: Floats, side: int) -> Floats:
    """(width, height) → (blocks, side, side), each block transposed."""
    across, down = (length // side for length in transposed.shape)
    return transposed.reshape(across, side, down, side).swapaxes(1, 2).reshape(-1, side, side)


def _with_neighbours(blocks: Floats) -> Iterator[Floats]:
    """(blocks, side²): the values, and products with neighbours; a block's far edges touch its near ones."""
    count = len(blocks)
    yield blocks.reshape(count, -1)
    for down, right in _STEPS:
        yield (blocks * np.roll(blocks, (right, down), axis=(1, 2))).reshape(count, -1)


def _nearest_shape(ratio: Floats) -> Floats:
    """The shape of the table whose ratio is nearest; of no ratio (NaN) the first, as the program has it."""
    grid, ratios = shapes()
    after = np.searchsorted(ratios, ratio).clip(1, len(grid) - 1)
    nearest = np.where(ratio - ratios[after - 1] <= ratios[after] - ratio, after - 1, after)
    return np.asarray(grid[np.where(np.isnan(ratio), 0, nearest)])


def _halved(luma: Floats) -> Floats:
    """Half the size by bicubic interpolation widened against aliasing, mirrored at the edges."""
    return _halved_rows(_halved_rows(luma).T).T


def _halved_rows(values: Floats) -> Floats:
    framed = np.pad(values, ((3, 3), (0, 0)), mode="symmetric")
    count = len(values) // 2
    ends = [framed[k : k + 2 * count : 2] + framed[7 - k : 7 - k + 2 * count : 2] for k in range(4)]
    return np.asarray(sum(weight * pair for weight, pair in zip(_HALVING, ends, strict=True)))
