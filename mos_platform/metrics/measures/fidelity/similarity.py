"""SSIM and MS-SSIM: structure of one grey picture against another's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mos_platform.metrics.measures.fidelity.compared import compared
from mos_platform.metrics.measures.implementation import FrameMeasure
from mos_platform.metrics.measures.reading.frames import Picture
from mos_platform.metrics.measures.reading.moment import Moment
from mos_platform.metrics.measures.result import NoValueError
from mos_platform.metrics.measures.smoothing import gaussian_window, smooth_inside

PEAK = 255.0
RADIUS = 5
SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
SMALLEST = 2 * RADIUS * 2 ** (len(SCALE_WEIGHTS) - 1) + 1
_C1 = (0.01 * PEAK) ** 2
_C2 = (0.03 * PEAK) ** 2
_WINDOW = gaussian_window(RADIUS, 1.5)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Similarity:
    """Means over all windows inside the picture: of the whole index, and of contrast and structure alone."""

    whole: float
    structure: float


def ssim(picture: Picture, reference: Picture) -> float:
    """Structural similarity of two grey uint8 pictures, (height, width), both sides at least 11 pixels.

    Gaussian window σ = 1.5 cut at radius 5, K1 = 0.01, K2 = 0.03, population covariance, dynamic range 255,
    no downsampling; the mean over windows that lie inside the picture. Raises NoValueError for smaller ones.
    Source: Wang, Bovik, Sheikh & Simoncelli (2004), equation 13.
    """
    return similarity(picture.astype(np.float64), reference.astype(np.float64)).whole


def ms_ssim(picture: Picture, reference: Picture) -> float:
    """Multi-scale structural similarity of two grey uint8 pictures, both sides at least 161 pixels.

    Five scales; SSIM's window at each; halved by means of 2 × 2 pixels, a first row and column being repeated
    before where a side is odd (as piq 0.8 does); negative contrast and structure count as 0. Raises
    NoValueError for smaller pictures. Source: Wang, Simoncelli & Bovik (2003), equation 7, with its weights.
    """
    x, y = picture.astype(np.float64), reference.astype(np.float64)
    _check_side(min(x.shape), SMALLEST)
    return _over_scales(similarity(x, y), x, y)


def _over_scales(first: Similarity, x: Floats, y: Floats) -> float:
    scales = [first]
    for _ in SCALE_WEIGHTS[1:]:
        x, y = _halved(x), _halved(y)
        scales.append(similarity(x, y))
    factors = np.array([*(scale.structure for scale in scales[:-1]), scales[-1].whole])
    return min(float(np.prod(np.maximum(factors, 0) ** np.array(SCALE_WEIGHTS))), 1.0)


def similarity(x: Floats, y: Floats) -> Similarity:
    """Of two grey pictures in 0–255, (height, width)."""
    _check_side(min(x.shape), 2 * RADIUS + 1)
    mean_x, mean_y = smooth_inside(x, _WINDOW), smooth_inside(y, _WINDOW)
    squares = mean_x * mean_x
    squares += mean_y * mean_y
    product = mean_x * mean_y
    energy = x * x
    energy += y * y
    variances = smooth_inside(energy, _WINDOW)
    variances -= squares
    covariance = smooth_inside(x * y, _WINDOW)
    covariance -= product
    structure = (2 * covariance + _C2) / (variances + _C2)
    luminance = (2 * product + _C1) / (squares + _C1)
    # Rounding can take identical pictures beyond 1.
    return Similarity(min(float(np.mean(luminance * structure)), 1.0), min(float(np.mean(structure)), 1.0))


def _check_side(side: int, needed: int) -> None:
    if side < needed:
        raise NoValueError(f"pictures are smaller than {needed} × {needed} pixels")


def _halved(values: Floats) -> Floats:
    if any(side % 2 for side in values.shape):
        values = np.pad(values, ((1, 0), (1, 0)), mode="edge")
    rows, columns = (side // 2 * 2 for side in values.shape)
    whole = values[:rows, :columns]
    return (whole[::2, ::2] + whole[1::2, ::2] + whole[::2, 1::2] + whole[1::2, 1::2]) / 4


def _grey(moment: Moment) -> Floats:
    return moment.luma.astype(np.float64)


def _similarity(picture: Moment, reference: Moment) -> Similarity:
    return similarity(picture.once(_grey), reference.once(_grey))


def _ssim(picture: Moment, reference: Moment | None) -> float | None:
    return None if reference is None else picture.once_beside(reference, _similarity).whole


def _ms_ssim(picture: Moment, reference: Moment | None) -> float | None:
    if reference is None:
        return None
    _check_side(min(picture.luma.shape), SMALLEST)
    first = picture.once_beside(reference, _similarity)
    return _over_scales(first, picture.once(_grey), reference.once(_grey))


SSIM = FrameMeasure(lambda _weights: _ssim, compared)
MS_SSIM = FrameMeasure(lambda _weights: _ms_ssim, compared)
