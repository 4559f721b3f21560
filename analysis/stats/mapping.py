"""The monotone third-order mapping of a metric onto the rating scale."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from analysis.stats.arrays import FloatArray
from analysis.stats.rounding import deviations, is_constant, noise

PARAMETERS = 4
TURNING_POINTS = np.linspace(-1.0, 1.0, 201)


@dataclass(frozen=True)
class Mapped:
    """Fitted ratings (n,), their sense (+1 rising, −1 falling with the metric) and their error.

    rmse: √(Σ error² / (n − 4)), in grades; outlier_ratio: share of stimuli whose error exceeds the half
    width of their MOS interval, None where no half widths are known.
    """

    fitted: FloatArray
    sense: int
    rmse: float
    outlier_ratio: float | None


def map_monotone(metric: FloatArray, mos: FloatArray, half_width: FloatArray | None = None) -> Mapped:
    """Least-squares cubic that rises (or falls, after the sign of Pearson's r) over the metric's whole range.

    Arrays (n,), n > 4, without missing values, the metric not constant. The slope of such a cubic is a
    sum, with weights ≥ 0, of 1 − x² and of squares (x − t)² on the range scaled to [−1, 1], so that
    non-negative least squares finds it; t runs over a grid of 201 points.
    Source: ITU-T P.1401 (2020), 7.3.2 (mapping), 7.5.1 (rmse, d = 4), 7.5.2.2 (outlier ratio).
    """
    if len(metric) <= PARAMETERS:
        raise ValueError("a third-order mapping needs more than four stimuli")
    sense = _sense(metric, mos)
    fitted = _fitted(sense * metric, mos, sense * metric)
    error = np.where(np.abs(mos - fitted) > noise(mos), mos - fitted, 0.0)
    outliers = None if half_width is None else float(np.mean(np.abs(error) > half_width))
    return Mapped(fitted, sense, math.sqrt(float(error @ error) / (len(mos) - PARAMETERS)), outliers)


def mapping_curve(metric: FloatArray, mos: FloatArray, points: int = 41) -> tuple[FloatArray, FloatArray]:
    """The curve of `map_monotone` at evenly spaced metric values, and its ratings in grades; both (points,).

    metric, mos: (n,), n > 4, none missing. Raises ValueError for fewer stimuli or a metric that is
    constant but for rounding.
    Source: ITU-T P.1401 (2020), 7.3.2.
    """
    if len(metric) <= PARAMETERS:
        raise ValueError("a third-order mapping needs more than four stimuli")
    sense = _sense(metric, mos)
    at = np.linspace(metric.min(), metric.max(), points)
    return at, _fitted(sense * metric, mos, sense * at)


def _sense(metric: FloatArray, mos: FloatArray) -> int:
    return 1 if float(deviations(metric) @ deviations(mos)) >= 0 else -1


def _fitted(metric: FloatArray, mos: FloatArray, at: FloatArray) -> FloatArray:
    """Values at `at` of the rising cubic that is fitted to (metric, mos)."""
    basis = _rising_cubics(_scaled(metric, metric))
    middle = basis.mean(axis=0)
    basis -= middle
    scale = np.linalg.norm(basis, axis=0)
    weights, _ = nnls(basis / scale, deviations(mos))
    found: FloatArray = mos.mean() + ((_rising_cubics(_scaled(at, metric)) - middle) / scale) @ weights
    return found


def _scaled(values: FloatArray, metric: FloatArray) -> FloatArray:
    """`values` on the scale on which the metric's range is [−1, 1]."""
    low, high = metric.min(), metric.max()
    if is_constant(metric):
        raise ValueError("the metric does not vary")
    scaled: FloatArray = 2 * (values - low) / (high - low) - 1
    return scaled


def _rising_cubics(x: FloatArray) -> FloatArray:
    """Integrals of (x − t)² for each t, and of 1 − x²: columns (n, 202)."""
    squares = (x[:, None] - TURNING_POINTS) ** 3 / 3
    return np.column_stack([squares, x - x**3 / 3])
