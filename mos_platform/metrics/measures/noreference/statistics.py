"""Natural scene statistics: what BRISQUE and NIQE share.

Both divide a picture by its local contrast and fit asymmetric generalised Gaussians to the result and to
products of neighbours. They differ in colour, borders, blocks and resizing, so they share no intermediate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
import scipy
from numpy.typing import NDArray

from mos_platform.metrics.measures.smoothing import Outside, gaussian_window, smooth_same

Floats = NDArray[np.float64]

SIGMA = 7 / 6
WINDOW = gaussian_window(3, SIGMA)


def normalised_transposed(picture: Floats, mean: Floats, constant: float, outside: Outside) -> Floats:
    """(picture − local mean) / (local deviation + constant), transposed: (height, width) → (width, height).

    `mean`: transposed. Equation 1 of Mittal, Moorthy & Bovik (2012).
    """
    deviation = smooth_same(picture * picture, WINDOW, outside)
    deviation -= mean * mean
    np.sqrt(np.abs(deviation, out=deviation), out=deviation)
    deviation += constant
    return np.divide(picture.T - mean, deviation, out=deviation)


@dataclass(frozen=True)
class Moments:
    """Of n samples each, (n,): mean square of the values below zero and of the others, and what tells shape.

    `ratio`: (mean |x|)² / mean x², carried over to a symmetric distribution: equations 9 to 11 of Lasmar,
    Stitou & Berthoumieu (2009). NaN where a side has no value, or all are zero.
    """

    left: Floats
    right: Floats
    ratio: Floats


def moments(samples: Iterable[Floats], zero_is_right: bool) -> Moments:
    """Of arrays (n, size). Zeros count to the right side, or to none."""
    return _joined([_moments(values, zero_is_right) for values in samples])


def _moments(values: Floats, zero_is_right: bool) -> Moments:
    size = values.shape[1]
    below = np.minimum(values, 0)
    left_energy = np.einsum("ij,ij->i", below, below)
    energy = np.einsum("ij,ij->i", values, values)
    absolute = (values.sum(axis=1) - 2 * below.sum(axis=1)) / size
    lefts = np.count_nonzero(values < 0, axis=1)
    rights = size - lefts if zero_is_right else np.count_nonzero(values > 0, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        left, right = left_energy / lefts, (energy - left_energy) / rights
        skew = np.sqrt(left) / np.sqrt(right)
        ratio = absolute**2 / (energy / size) * (skew**3 + 1) * (skew + 1) / (skew**2 + 1) ** 2
    return Moments(left, right, ratio)


def _joined(parts: list[Moments]) -> Moments:
    """(n, number of arrays)."""
    left, right, ratio = (
        np.stack([getattr(part, name) for part in parts], axis=1) for name in ("left", "right", "ratio")
    )
    return Moments(left, right, ratio)


def log_ratio(shape: Floats) -> Floats:
    """ln of Γ(2/α)² / (Γ(1/α) Γ(3/α)), the ratio of a generalised Gaussian of shape α; rises with α."""
    inverse = 1 / shape
    ln_1, ln_2, ln_3 = (scipy.special.gammaln(number * inverse) for number in (1, 2, 3))
    return np.asarray(2 * ln_2 - ln_1 - ln_3)


@cache
def shapes() -> tuple[Floats, Floats]:
    """Shapes 0.2 to 10 in steps of 0.001 as the published programs have them, and their ratios."""
    grid = np.arange(0.2, 10.001, 0.001)
    ratios = np.exp(log_ratio(grid))
    grid.flags.writeable = ratios.flags.writeable = False
    return grid, ratios
