"""The fixed point of P.910's alternating projection, with exact steps where the alternation crawls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import cg

from analysis.stats.arrays import FloatArray, IntArray
from analysis.stats.coefficient import Table

GUARD = 1e-8  # added to every rater's variance, so that no weight is infinite (P.910)
TOLERANCE = 1e-10  # Euclidean norm of the change in quality
ALTERNATIONS = 200
LONG_ALTERNATION = 1000  # P.910's own limit, where exact steps would cost too much memory
REFINEMENTS = 3000
ALIGNED = 0.999  # cosine from which two steps count as one direction
STEADY = 0.999  # ratio of steps from which their sum is too uncertain
MOST_PAIRS = 50_000_000  # pairs of ratings of one stimulus, over all stimuli, for exact steps


@dataclass(frozen=True)
class Effects:
    """quality: shape (n_stimuli,); bias and variance of what is left: shape (n_raters,). Units of the score,
    and their square.
    """

    quality: FloatArray
    bias: FloatArray
    variance: FloatArray
    converged: bool

    @property
    def weight(self) -> FloatArray:
        found: FloatArray = 1 / (self.variance + GUARD)
        return found


def groups_of(table: Table) -> tuple[IntArray, IntArray]:
    """Groups of raters and stimuli that no rating links: labels (n_raters,) and (n_stimuli,).

    table: sorted ratings, none missing.
    """
    size = table.n_raters + table.n_stimuli
    ones = np.ones(len(table.score))
    links = sparse.coo_array((ones, (table.rater, table.n_raters + table.stimulus)), shape=(size, size))
    label = connected_components(links, directed=False)[1].astype(np.int64)
    return label[: table.n_raters], label[table.n_raters :]


def centred_bias(bias: FloatArray, group: IntArray) -> FloatArray:
    """`bias` less its mean over the raters of the same group; shape (n_raters,), none missing."""
    found: FloatArray = bias - (np.bincount(group, bias) / np.maximum(np.bincount(group), 1))[group]
    return found


def projection(table: Table) -> Effects:
    """Quality, bias and variance that fulfil P.910's three equations together, the bias up to its level.

    table: ratings without missing ones, every rater with two or more. Exact steps are taken where the
    alternation has not settled, and where a variance near zero holds it still before its fixed point.
    Source: Li et al. (2020) and ITU-T P.910 (2023), alternating projection.
    """
    effects = _alternated(table, ALTERNATIONS)
    if effects.converged and (effects.variance >= GUARD).all():
        return effects
    if (table.per_stimulus.astype(float) ** 2).sum() > MOST_PAIRS:
        return effects if effects.converged else _alternated(table, LONG_ALTERNATION)
    return _refined(table, effects)


def residual(table: Table, quality: FloatArray, bias: FloatArray) -> FloatArray:
    """What quality and bias leave of every score; shape (n,)."""
    found: FloatArray = table.score - quality[table.stimulus] - bias[table.rater]
    return found


def _alternated(table: Table, most: int) -> Effects:
    quality = np.bincount(table.stimulus, table.score) / table.per_stimulus
    effects = _measured(table, quality, _mean_gap(table, quality))
    for _ in range(most):
        weight = effects.weight[table.rater]
        total = np.bincount(table.stimulus, weight * (table.score - effects.bias[table.rater]))
        quality = total / np.bincount(table.stimulus, weight)
        settled = bool(np.linalg.norm(quality - effects.quality) < TOLERANCE)
        effects = _measured(table, quality, _mean_gap(table, quality), converged=settled)
        if settled:
            break
    return effects


def _mean_gap(table: Table, quality: FloatArray) -> FloatArray:
    found: FloatArray = np.bincount(table.rater, table.score - quality[table.stimulus]) / table.per_rater
    return found


def _measured(table: Table, quality: FloatArray, bias: FloatArray, *, converged: bool = False) -> Effects:
    squares = np.bincount(table.rater, residual(table, quality, bias) ** 2)
    return Effects(quality, bias, squares / table.per_rater, converged)


def _refined(table: Table, effects: Effects) -> Effects:
    """Exact steps; where one repeats the last, but shorter, all that would follow are taken at once."""
    group = groups_of(table)[0]
    before = np.zeros(table.n_stimuli)
    for _ in range(REFINEMENTS):
        quality, bias = _exact_step(table, effects, group)
        settled = bool(np.linalg.norm(quality) < TOLERANCE)
        whole = 1.0 if settled else _geometric_sum(before, quality)
        moved = effects.quality + whole * quality, effects.bias + whole * bias
        effects = _measured(table, *moved, converged=settled)
        if settled:
            break
        before = quality if whole == 1 else np.zeros(table.n_stimuli)
    return effects


def _geometric_sum(before: FloatArray, step: FloatArray) -> float:
    """1 + ρ + ρ² + … where `step` is ρ times the one before, 0 < ρ < 1; 1 where it is not (Aitken)."""
    sizes = float(np.linalg.norm(before) * np.linalg.norm(step))
    if sizes == 0 or float(before @ step) < ALIGNED * sizes:
        return 1.0
    ratio = float(np.linalg.norm(step) / np.linalg.norm(before))
    return 1 / (1 - ratio) if ratio < STEADY else 1.0


def _exact_step(table: Table, effects: Effects, group: IntArray) -> tuple[FloatArray, FloatArray]:
    """Changes of quality and bias to the weighted least squares solution for the present variances.

    The normal equations of the biases are a graph Laplacian. Its diagonal is summed from the other entries:
    a rater with a weight near 1/GUARD would lose all digits in a difference.
    """
    left = residual(table, effects.quality, effects.bias)
    weight = effects.weight[table.rater]
    share = weight / np.bincount(table.stimulus, weight)[table.stimulus]
    laplacian = -_without_diagonal(_by_stimulus(table, weight).T @ _by_stimulus(table, share))
    degree = -_sums(laplacian, axis=1)
    pull = _without_diagonal(_by_stimulus(table, weight * left).T @ _by_stimulus(table, share))
    push = _sums(pull, axis=1) - _sums(pull, axis=0)
    laplacian = laplacian + sparse.diags_array(degree)
    scale = np.where(degree > 0, degree, 1)
    bias, _ = cg(laplacian, centred_bias(push, group), rtol=1e-8, M=sparse.diags_array(1 / scale))
    bias = centred_bias(bias, group)
    quality = np.bincount(table.stimulus, share * (left - bias[table.rater]))
    return np.asarray(quality, dtype=float), bias


def _by_stimulus(table: Table, value: FloatArray) -> sparse.csr_array:
    """One row per stimulus and one column per rater; ratings of a table stand in that order already."""
    ends = np.concatenate([[0], np.cumsum(table.per_stimulus)])
    return sparse.csr_array((value, table.rater, ends), shape=(table.n_stimuli, table.n_raters))


def _without_diagonal(matrix: sparse.csr_array) -> sparse.csr_array:
    matrix.setdiag(0)
    return matrix


def _sums(matrix: sparse.csr_array, *, axis: int) -> FloatArray:
    return np.asarray(matrix.sum(axis=axis), dtype=float).ravel()
