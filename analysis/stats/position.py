"""Whether scores drift within a sitting: what the position adds to what rater and stimulus explain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from analysis.stats.arrays import FloatArray, IntArray
from analysis.stats.result import as_codes, as_scores, check_confidence, check_rows, compact, finite
from analysis.stats.twoway import cluster_variance

PROCEDURE = "least squares with rater and stimulus effects; clustered by rater, t(R − 1)"
SWEEPS = 2000
TOLERANCE = 1e-10  # of what a sweep moves, in units of the largest column
SINGULAR = 1e-9


@dataclass(frozen=True)
class PositionEffect:
    """One bin of positions: its effect with limits, None where undefined, and how many scores it holds."""

    effect: float | None
    ci_low: float | None
    ci_high: float | None
    n: int


def position_effects(
    rater: ArrayLike, stimulus: ArrayLike, position: ArrayLike, score: ArrayLike, *, confidence: float = 0.95
) -> list[PositionEffect]:
    """How much higher than elsewhere scores lie in each bin of positions, given the rater and the stimulus.

    rater, stimulus, position: integer codes, shape (n,), bins of positions 0…B−1; score: shape (n,), in scale
    units, none missing. One per bin; effects sum to zero over the scores. Limits are Student's t after a
    variance clustered by rater, None with fewer than two raters; all is None where rater, stimulus and
    position cannot be told apart. Raises ValueError for NaN, negative codes or unequal lengths. Sources:
    Frisch and Waugh (1933); Cameron, Gelbach and Miller (2011), equation 2.3.
    """
    check_confidence(confidence)
    codes = [as_codes(rater, "rater"), as_codes(stimulus, "stimulus"), as_codes(position, "position")]
    scores = as_scores(score)
    check_rows(*codes, scores)
    (raters, n_raters), (stimuli, _), bins = compact(codes[0]), compact(codes[1]), codes[2]
    counts = np.bincount(bins)
    dummies = (bins[:, None] == np.arange(len(counts))).astype(float)
    within = _within(np.column_stack([dummies, scores]), raters, stimuli)
    design, left = within[:, :-1], within[:, -1]
    inverse = _inverse(design.T @ design, (counts > 0).sum() - 1)
    if inverse is None:
        return [PositionEffect(None, None, None, int(n)) for n in counts]
    contrast = np.eye(len(counts)) - counts / counts.sum()
    influence = design @ inverse @ contrast.T
    effects = influence.T @ left
    rest = left - design @ (inverse @ (design.T @ left))
    halves = _half_widths(raters, influence * rest[:, None], n_raters, confidence)
    return [_effect(*row) for row in zip(effects, halves, counts, strict=True)]


def _effect(effect: float, half: float, n: int) -> PositionEffect:
    if n == 0:
        return PositionEffect(None, None, None, 0)
    return PositionEffect(float(effect), finite(effect - half), finite(effect + half), int(n))


def _within(columns: FloatArray, rater: IntArray, stimulus: IntArray) -> FloatArray:
    """Columns (n, k) less what rater and stimulus explain of them: their means in turn."""
    found: FloatArray = columns - columns.mean(axis=0)
    scale = np.abs(found).max() or 1.0
    for _ in range(SWEEPS):
        moved = 0.0
        for code in (rater, stimulus):
            means = _means(found, code)
            moved = max(moved, float(np.abs(means).max()))
            found = found - means[code]
        if moved <= TOLERANCE * scale:
            break
    return found


def _means(columns: FloatArray, code: IntArray) -> FloatArray:
    sums = np.column_stack([np.bincount(code, column) for column in columns.T])
    found: FloatArray = sums / np.bincount(code)[:, None]
    return found


def _inverse(normal: FloatArray, rank: int) -> FloatArray | None:
    """Pseudo-inverse, or None where it has not the rank that tells all bins apart."""
    values, vectors = np.linalg.eigh(normal)
    kept = values > SINGULAR * max(float(np.trace(normal)), 1.0)
    if kept.sum() < max(rank, 1):
        return None
    found: FloatArray = (vectors[:, kept] / values[kept]) @ vectors[:, kept].T
    return found


def _half_widths(rater: IntArray, influence: FloatArray, n_raters: int, confidence: float) -> FloatArray:
    if n_raters < 2:
        return np.full(influence.shape[1], np.nan)
    variance = np.array([cluster_variance(rater, column, n_raters) for column in influence.T])
    half: FloatArray = stats.t.ppf((1 + confidence) / 2, n_raters - 1) * np.sqrt(variance)
    return half
