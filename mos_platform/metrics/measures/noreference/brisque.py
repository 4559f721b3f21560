"""BRISQUE: how far a picture's local statistics are from those of undistorted photographs.

Source: Mittal, Moorthy & Bovik (2012), with the regression, scaling, grey and resizing of the brisque
package 0.2.0, against which the values are verified.

In flat areas a pixel equals its local mean, and the sign of the rounding error that is left decides on
which side of the distribution it counts. So grey and means are summed in the package's order, to its last
bit; on a processor that rounds otherwise, pictures with flat areas may come out 0.01 higher or lower.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import scipy
import skimage
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from mos_platform.metrics.measures.noreference.statistics import (
    SIGMA,
    WINDOW,
    Moments,
    log_ratio,
    moments,
    normalised_transposed,
    shapes,
)
from mos_platform.metrics.measures.noreference.svr import Regression, read_regression
from mos_platform.metrics.measures.reading.frames import Picture
from mos_platform.metrics.measures.reading.moment import Moment
from mos_platform.metrics.measures.result import NoValueError
from mos_platform.metrics.measures.smoothing import smooth_same
from mos_platform.metrics.measures.weights import Weights

MODEL = "brisque_svm.txt"
SMALLEST = 16
RADIUS = 3
NOISE = 1e-9
MANY_FLAT = 0.1

Floats = NDArray[np.float64]

_HALVING = np.array([-0.09375, 0.59375, 0.59375, -0.09375])

# The range of each feature over the pictures that the regression was trained with: two of the picture's
# values, then four for each direction of neighbours, and the same at half the size.
_LEAST = np.array([
    *(0.336999, 0.019667),
    *(0.23, -0.125959, 0.000167, 0.000616), *(0.231, -0.125873, 0.000165, 0.0006),
    *(0.241, -0.128814, 0.000179, 0.000386), *(0.243, -0.13308, 0.000182, 0.000421),
    *(0.436998, 0.016929),
    *(0.247, -0.200231, 0.000104, 0.000834), *(0.257, -0.200017, 0.000112, 0.000876),
    *(0.257, -0.155072, 0.000112, 0.000356), *(0.258, -0.154374, 0.000117, 0.000351),
])  # fmt: skip
_MOST = np.array([
    *(9.999411, 0.807472),
    *(1.644021, 0.202917, 0.712384, 0.468672), *(1.644021, 0.169548, 0.713132, 0.467896),
    *(1.553016, 0.101368, 0.687324, 0.533087), *(1.554016, 0.101, 0.689177, 0.533133),
    *(3.639918, 0.800955),
    *(1.096995, 0.175286, 0.755547, 0.39927), *(1.095995, 0.155928, 0.751488, 0.402398),
    *(1.041992, 0.093209, 0.623516, 0.532925), *(1.042992, 0.093714, 0.621958, 0.534484),
])  # fmt: skip


def _square_window() -> Floats:
    down, right = np.indices((2 * RADIUS + 1, 2 * RADIUS + 1)) - RADIUS
    weights = 1 / (2 * np.pi * SIGMA**2) * np.exp(-(right**2 + down**2) / (2 * SIGMA**2))
    return np.asarray(weights / np.sum(weights), dtype=np.float64)


_SQUARE_WINDOW = _square_window()


def prepare(weights: Weights) -> Callable[[Moment, Moment | None], float | None]:
    """The measure of a picture, with the regression of the file `brisque_svm.txt`."""
    regression = read_regression(weights.file(MODEL), len(_LEAST))
    return lambda picture, _reference: brisque(picture.rgb, regression)


def brisque(rgb: Picture, regression: Regression) -> float | None:
    """About 0 (best) to 100 for a picture, uint8 (height, width, 3), both sides at least 16 pixels.

    None where the statistics have no such distribution (flat pictures). Raises NoValueError for smaller ones.
    """
    if min(rgb.shape[:2]) < SMALLEST:
        raise NoValueError(f"pictures are smaller than {SMALLEST} × {SMALLEST} pixels")
    grey = np.asarray(skimage.color.rgb2gray(rgb), dtype=np.float64)
    features = np.concatenate([_features(grey), _features(_halved(grey))])
    if not np.all(np.isfinite(features)):
        return None
    return regression.of(2 * (features - _LEAST) / (_MOST - _LEAST) - 1)


def _features(grey: Floats) -> Floats:
    """(18,) of a picture in 0–1."""
    normalised = normalised_transposed(grey, _local_mean(grey).T, 1 / 255, "constant")
    found = moments((values.reshape(1, -1) for values in _with_neighbours(normalised)), zero_is_right=True)
    shape = _shapes_of(found)
    spread_left, spread_right = np.sqrt(found.left[0]), np.sqrt(found.right[0])
    with np.errstate(invalid="ignore"):
        gamma_1, gamma_2, gamma_3 = (scipy.special.gamma(number / shape) for number in (1, 2, 3))
        scale = gamma_2 / np.sqrt(gamma_1 * gamma_3)
    mean = (spread_right - spread_left) * scale
    pairs = np.stack([shape, mean, found.left[0], found.right[0]], axis=1)[1:]
    own = [shape[0], (found.left[0, 0] + found.right[0, 0]) / 2]
    return np.concatenate([own, pairs.ravel()])


def _local_mean(grey: Floats) -> Floats:
    """(height, width) of a picture; in flat areas to the package's last bit."""
    mean = smooth_same(grey, WINDOW, "constant").T
    flat = np.abs(grey - mean) < NOISE
    if np.count_nonzero(flat) > MANY_FLAT * grey.size:
        return np.asarray(scipy.signal.convolve2d(grey, _SQUARE_WINDOW, mode="same"), dtype=np.float64)
    side = len(_SQUARE_WINDOW)
    surroundings = sliding_window_view(np.pad(grey, RADIUS), (side, side))[flat]
    if len(surroundings):
        column = surroundings.reshape(-1, side)
        mean[flat] = scipy.signal.convolve2d(column, _SQUARE_WINDOW, mode="valid")[::side, 0]
    return mean


def _with_neighbours(values: Floats) -> Iterator[Floats]:
    """The values, and products with the neighbour to the right, below, and on both diagonals.

    Of a transposed picture, so that rows are columns.
    """
    yield values
    yield values[:-1] * values[1:]
    yield values[:, :-1] * values[:, 1:]
    yield values[:-1, :-1] * values[1:, 1:]
    yield values[:-1, 1:] * values[1:, :-1]


def _shapes_of(found: Moments) -> Floats:
    """(k,) shapes whose ratio is the one found, by Newton's method from the nearest of a table."""
    ratio = found.ratio[0]
    grid, ratios = shapes()
    shape = np.interp(ratio, ratios, grid, left=np.nan, right=np.nan)
    with np.errstate(invalid="ignore"):
        for _ in range(4):
            psi_1, psi_2, psi_3 = (scipy.special.psi(number / shape) for number in (1, 2, 3))
            slope = (psi_1 + 3 * psi_3 - 4 * psi_2) / shape**2
            shape = shape - (log_ratio(shape) - np.log(ratio)) / slope
    return np.asarray(shape)


def _halved(grey: Floats) -> Floats:
    """Half the size by bicubic interpolation (a = −0.75) without widening, edges repeated, as OpenCV does.

    A side of 2n + 1 pixels becomes the even one of n and n + 1: OpenCV rounds halves to even.
    """
    return _halved_rows(_halved_rows(grey.T).T)


def _halved_rows(values: Floats) -> Floats:
    count = round(len(values) / 2)
    framed = np.pad(values, ((1, 3), (0, 0)), mode="edge")
    return np.asarray(sum(weight * framed[k : k + 2 * count : 2] for k, weight in enumerate(_HALVING)))
