"""What is rounding noise of means: differences below 1e-12 of the largest value count as none."""

from __future__ import annotations

import math

import numpy as np

from analysis.stats.arrays import FloatArray

NOISE = 1e-12
DIGITS = 12
MOST_DECIMALS = 300  # beyond which a power of ten is no number


def noise(values: FloatArray) -> float:
    """The difference up to which `values` (any shape, none missing) are equal, in their units; no errors."""
    return NOISE * float(np.abs(values).max(initial=0.0))


def settled(values: FloatArray, size: float | None = None) -> FloatArray:
    """`values` rounded to 12 digits of the largest of them, or of `size`, so that ties are ties.

    Same shape and units back, none missing. Means of the same decimals in another order differ in the last
    bit, which ranks would take for a difference. Raises nothing.
    """
    largest = float(np.abs(values).max(initial=0.0)) if size is None else abs(size)
    if largest == 0:
        return np.zeros_like(values)
    decimals = min(DIGITS - math.ceil(math.log10(largest)), MOST_DECIMALS)
    found: FloatArray = np.round(values, decimals)
    return found


def deviations(values: FloatArray) -> FloatArray:
    """`values` (n,), none missing, less their mean; zero where only rounding is left. Raises nothing."""
    found = values - values.mean()
    kept: FloatArray = np.where(np.abs(found) > noise(values), found, 0.0)
    return kept


def is_constant(values: FloatArray) -> bool:
    """Whether `values` (n,) differ by no more than rounding; none missing. ValueError for none at all."""
    return float(np.ptp(values)) <= noise(values)
