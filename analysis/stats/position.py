"""Whether scores drift within a sitting: what the position adds to what rater and stimulus explain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse, stats
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

from analysis.stats.arrays import FloatArray, IntArray
from analysis.stats.result import as_codes, as_scores, check_confidence, check_rows, compact, finite
from analysis.stats.rounding import deviations, noise
from analysis.stats.twoway import REFUSED, cluster_variance

ESTIMATE = "least squares with rater and stimulus effects; "
LIMITS = "clustered by rater, t(R − 1)"
FEWEST_RATERS = 3  # with two, the residuals of both mirror each other, and limits lie on the effect
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
    variance clustered by rater, None with fewer than three raters and where rater, stimulus and position
    explain the scores whole; all is None where these cannot be told apart. In simulation without a drift,
    95 % limits held in 89 % of cases with 3 raters, 91 to 92 % with 4 or 5, 94 % with 8 and 95 % with 24
    (24 stimuli). Raises ValueError for NaN, negative codes or unequal lengths. Sources:
    Frisch and Waugh (1933); Cameron, Gelbach and Miller (2011), equation 2.3.
    """
    check_confidence(confidence)
    codes = [as_codes(rater, "rater"), as_codes(stimulus, "stimulus"), as_codes(position, "position")]
    scores = as_scores(score)
    check_rows(*codes, scores)
    (raters, n_raters), (stimuli, _), bins = compact(codes[0]), compact(codes[1]), codes[2]
    counts = np.bincount(bins)
    dummies = (bins[:, None] == np.arange(len(counts))).astype(float)
    within = _within(np.column_stack([dummies, deviations(scores)]), raters, stimuli)
    floor = noise(scores)
    design, left = within[:, :-1], np.where(np.abs(within[:, -1]) > floor, within[:, -1], 0.0)
    inverse = _inverse(design.T @ design, (counts > 0).sum() - 1)
    if inverse is None:
        return [PositionEffect(None, None, None, int(n)) for n in counts]
    contrast = np.eye(len(counts)) - counts / counts.sum()
    influence = design @ inverse @ contrast.T
    effects = influence.T @ left
    rest = left - design @ (inverse @ (design.T @ left))
    rest = np.where(np.abs(rest) > floor, rest, 0.0)
    halves = _half_widths(raters, influence * rest[:, None], n_raters, confidence)
    return [_effect(*row) for row in zip(effects, halves, counts, strict=True)]


def procedure(found: PositionEffect) -> str:
    """How an effect and its limits were estimated, in words."""
    if found.effect is None:
        return REFUSED
    return ESTIMATE + (LIMITS if found.ci_low is not None else "no interval")


def _effect(effect: float, half: float, n: int) -> PositionEffect:
    if n == 0:
        return PositionEffect(None, None, None, 0)
    return PositionEffect(float(effect), finite(effect - half), finite(effect + half), int(n))


def _within(columns: FloatArray, rater: IntArray, stimulus: IntArray) -> FloatArray:
    """Columns (n, k) less what rater and stimulus explain of them: residuals of sparse least squares."""
    dummies = _told_apart(rater, stimulus)
    solve = splu(sparse.csc_array(dummies.T @ dummies)).solve
    found: FloatArray = columns - columns.mean(axis=0)
    for _ in range(2):  # the second pass takes out what rounding in the first has left
        found = found - dummies @ solve(dummies.T @ found)
    return found


def _told_apart(rater: IntArray, stimulus: IntArray) -> sparse.csr_array:
    """A column per rater and stimulus, less one stimulus of each part of the study that shares none."""
    n, n_raters, ones = len(rater), int(rater.max()) + 1, np.ones(2 * len(rater))
    size = n_raters + int(stimulus.max()) + 1
    column = np.column_stack([rater, stimulus + n_raters]).reshape(-1)
    dummies = sparse.csr_array((ones, (np.repeat(np.arange(n), 2), column)), shape=(n, size))
    _, part = connected_components(dummies.T @ dummies, directed=False)
    _, last = np.unique(part[::-1], return_index=True)
    kept = np.setdiff1d(np.arange(size), size - 1 - last)
    return sparse.csr_array(dummies.tocsc()[:, kept])


def _inverse(normal: FloatArray, rank: int) -> FloatArray | None:
    """Pseudo-inverse, or None where it has not the rank that tells all bins apart."""
    values, vectors = np.linalg.eigh(normal)
    kept = values > SINGULAR * max(float(np.trace(normal)), 1.0)
    if kept.sum() < max(rank, 1):
        return None
    found: FloatArray = (vectors[:, kept] / values[kept]) @ vectors[:, kept].T
    return found


def _half_widths(rater: IntArray, influence: FloatArray, n_raters: int, confidence: float) -> FloatArray:
    if n_raters < FEWEST_RATERS:
        return np.full(influence.shape[1], np.nan)
    variance = np.array([cluster_variance(rater, column, n_raters) for column in influence.T])
    half = stats.t.ppf((1 + confidence) / 2, n_raters - 1) * np.sqrt(variance)
    found: FloatArray = np.where(half > 0, half, np.nan)
    return found
