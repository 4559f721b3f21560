"""Full-reference fidelity: PSNR and SSIM of one picture against another, and their means over a clip."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import correlate1d

from mos_platform.metrics.measures.implementation import FrameMeasure, Series, mean
from mos_platform.metrics.measures.reading.frames import Picture
from mos_platform.metrics.measures.reading.moment import Moment
from mos_platform.metrics.measures.result import Measurement, NoValueError

PEAK = 255.0
SIGMA = 1.5
RADIUS = 5
_C1 = (0.01 * PEAK) ** 2
_C2 = (0.03 * PEAK) ** 2

_NEEDED_SHARE = 0.5


def psnr(picture: Picture, reference: Picture) -> float:
    """Peak signal-to-noise ratio in dB: 10·log10(255² / MSE) over all samples of two uint8 arrays.

    Shapes must agree. Infinite where the pictures are identical. Source: ITU-T J.340 (2010).
    """
    difference = picture.astype(np.int32) - reference
    mse = float(np.mean(np.square(difference), dtype=np.float64))
    return float(10 * np.log10(PEAK**2 / mse)) if mse > 0 else float("inf")


def ssim(picture: Picture, reference: Picture) -> float:
    """Structural similarity of two grey uint8 pictures, (height, width), both sides at least 11 pixels.

    Gaussian window σ = 1.5 cut at radius 5, K1 = 0.01, K2 = 0.03, population covariance, dynamic range 255,
    no downsampling; the mean over windows that lie inside the picture.
    Source: Wang, Bovik, Sheikh & Simoncelli (2004), equation 13.
    """
    if min(picture.shape) < 2 * RADIUS + 1:
        raise NoValueError("pictures are smaller than 11 × 11 pixels")
    # Variances do not depend on the zero point; a central one keeps single precision exact enough.
    x, y = picture.astype(np.float32) - 128, reference.astype(np.float32) - 128
    mean_x, mean_y = _smooth(x), _smooth(y)
    squares = mean_x * mean_x + mean_y * mean_y
    product = mean_x * mean_y
    variances = _smooth(x * x + y * y) - squares
    covariance = _smooth(x * y) - product
    shift = 128 * (mean_x + mean_y)
    luminance = (2 * (product + shift + 128**2) + _C1) / (squares + 2 * (shift + 128**2) + _C1)
    structure = (2 * covariance + _C2) / (variances + _C2)
    return min(float(np.mean(luminance * structure, dtype=np.float64)), 1.0)


def _window() -> NDArray[np.float64]:
    offsets = np.arange(-RADIUS, RADIUS + 1)
    weights = np.exp(-(offsets**2) / (2 * SIGMA**2))
    return np.asarray(weights / weights.sum(), dtype=np.float64)


_WINDOW = _window()


def _smooth(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Gaussian average at every place whose whole window lies inside the picture."""
    rows = correlate1d(values, _WINDOW, axis=0)[RADIUS:-RADIUS]
    return np.asarray(correlate1d(rows, _WINDOW, axis=1)[:, RADIUS:-RADIUS], dtype=np.float32)


def _over(series: Series) -> Measurement:
    """The mean; where pictures equal the reference's, or too few have a counterpart, the reason."""
    total = len(series.values) + series.alone
    if len(series.values) < _NEEDED_SHARE * total:
        raise NoValueError(f"only {len(series.values)} of {total} frames have a counterpart in time")
    identical = sum(value == float("inf") for value in series.values)
    if identical:
        count = "" if identical == total else f" in {identical} of {total} frames"
        raise NoValueError(f"identical pictures{count}: PSNR is infinite")
    return mean(series)


def _psnr(picture: Moment, reference: Moment | None) -> float | None:
    return None if reference is None else psnr(picture.rgb, reference.rgb)


def _ssim(picture: Moment, reference: Moment | None) -> float | None:
    return None if reference is None else ssim(picture.luma, reference.luma)


PSNR = FrameMeasure(lambda _weights: _psnr, _over)
SSIM = FrameMeasure(lambda _weights: _ssim, _over)
