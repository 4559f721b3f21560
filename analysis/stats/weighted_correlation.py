"""Pearson, Spearman and Kendall correlations of many weighted copies of one sample at once.

A bootstrap replicate is the sample with whole-number weights: how often each row was drawn. Every function
takes `weights` (replicates, n) and returns (replicates,), NaN where a replicate has no spread; a row of ones
gives the plain coefficient. Values that differ by less than 1e-12 of the largest are equal.
"""

from __future__ import annotations

import numpy as np

from analysis.stats.arrays import FloatArray, IntArray
from analysis.stats.rounding import NOISE, settled

COLUMNS_AT_ONCE = 512


def weighted_pearson(x: FloatArray, y: FloatArray, weights: FloatArray) -> FloatArray:
    """Pearson's r; x and y are (n,) or (replicates, n), none missing; NaN where a replicate has no spread."""
    dx, dy = _centred(x, weights), _centred(y, weights)
    return ratio(
        (weights * dx * dy).sum(axis=1), (weights * dx**2).sum(axis=1), (weights * dy**2).sum(axis=1)
    )


def weighted_spearman(x: FloatArray, y: FloatArray, weights: FloatArray) -> FloatArray:
    """Spearman's rho (Spearman 1904): Pearson's r of the mid-ranks that each replicate gives its rows.

    x, y: shape (n,), none missing; weights: shape (replicates, n). Returns (replicates,), NaN without spread.
    """
    return weighted_pearson(weighted_ranks(x, weights), weighted_ranks(y, weights), weights)


def weighted_ranks(x: FloatArray, weights: FloatArray) -> FloatArray:
    """Mid-ranks less ½ (replicates, n) of x (n,) within each replicate; copies of a row are ties."""
    totals, group = _group_totals(x, weights)
    middle: FloatArray = np.cumsum(totals, axis=1) - totals / 2
    return middle[:, group]


def weighted_kendall(x: FloatArray, y: FloatArray, weights: FloatArray) -> FloatArray:
    """Kendall's tau-b (Kendall 1945); copies of a row are ties in both.

    x, y: shape (n,), none missing; weights: shape (replicates, n). Returns (replicates,), NaN without spread.
    """
    x, y, concordant = settled(x), settled(y), np.zeros(len(weights))
    for start in range(0, len(x), COLUMNS_AT_ONCE):
        block = slice(start, start + COLUMNS_AT_ONCE)
        signs = np.sign(x[:, None] - x[None, block]) * np.sign(y[:, None] - y[None, block])
        concordant += ((weights @ signs) * weights[:, block]).sum(axis=1)
    return ratio(concordant, _untied(x, weights), _untied(y, weights))


def ratio(cross: FloatArray, square_x: FloatArray, square_y: FloatArray) -> FloatArray:
    """cross / √(square_x · square_y), NaN where either square is zero, within ±1."""
    product = square_x * square_y
    defined = (square_x > 0) & (square_y > 0)
    value = np.full(cross.shape, np.nan)
    value[defined] = cross[defined] / np.sqrt(product[defined])
    clipped: FloatArray = np.clip(value, -1.0, 1.0)
    return clipped


def _centred(x: FloatArray, weights: FloatArray) -> FloatArray:
    """Deviations from each replicate's mean (replicates, n); rounding noise of a constant is set to zero."""
    shifted = x - x.mean(axis=-1, keepdims=True)
    total = weights.sum(axis=1)
    mean = (weights * shifted).sum(axis=1) / np.where(total > 0, total, 1.0)
    deviation = shifted - mean[:, None]
    noise = NOISE * np.abs(x).max(axis=-1, initial=0.0)
    centred: FloatArray = np.where(np.abs(deviation) > np.reshape(noise, (-1, 1)), deviation, 0.0)
    return centred


def _group_totals(x: FloatArray, weights: FloatArray) -> tuple[FloatArray, IntArray]:
    """The weight of each distinct value in rising order (replicates, values), and each row's value (n,)."""
    x = settled(x)
    order = np.argsort(x, kind="stable")
    _, first = np.unique(x[order], return_index=True)
    group = np.searchsorted(x[order][first], x)
    return np.add.reduceat(weights[:, order], first, axis=1), group.astype(np.int64)


def _untied(x: FloatArray, weights: FloatArray) -> FloatArray:
    """Twice the number of pairs of copies that x tells apart."""
    totals, _ = _group_totals(x, weights)
    pairs: FloatArray = weights.sum(axis=1) ** 2 - (totals**2).sum(axis=1)
    return pairs
