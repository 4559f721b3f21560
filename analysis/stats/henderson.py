"""Variance components of raters and stimuli from sums of squares, for many data sets of one design."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from analysis.stats.arrays import FloatArray, IntArray
from analysis.stats.coefficient import Table
from analysis.stats.reml import within_limits
from analysis.stats.twoway import solve_moments, sums_of_squares

RANK = 1e-9  # relative size of an eigenvalue that counts as zero


class Estimator(Protocol):
    """Scores of a table's design to variance components."""

    def sums(self, score: FloatArray) -> FloatArray:
        """Of scores, shape (n,): squares within stimuli, within raters and in all, and what else it takes."""

    def components(self, sums: FloatArray) -> FloatArray:
        """Stimulus, rater and residual variance, shape (3, m), from `sums` of m data sets, a column each."""


def estimator_of(table: Table) -> Estimator:
    """Adjusted sums of squares; moments for data so large that they would take too long.

    Raises ValueError, from `components`, for a design that does not tell raters from stimuli.
    """
    if within_limits(table.n_stimuli, table.n_raters):
        adjusted = Adjusted(table)
        if adjusted.free > 0:
            return adjusted
    return Moments(table)


class Moments:
    """Moment equations of Gao and Owen (2017)."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def sums(self, score: FloatArray) -> FloatArray:
        return _plain_sums(self.table, score)

    def components(self, sums: FloatArray) -> FloatArray:
        table = self.table
        scaled = sums[:3] * np.array([[1.0], [1.0], [float(table.n)]])
        solved = solve_moments(table.n, table.per_stimulus, table.per_rater, scaled)
        if solved is None:
            raise ValueError("the moment equations of this design are singular")
        return solved


class Adjusted:
    """Henderson's method 3: stimuli adjusted for raters, and raters for stimuli (Searle et al. 1992, 5.5)."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.many, self.few, self.per_many = table.stimulus, table.rater, table.per_stimulus
        if table.n_raters > table.n_stimuli:
            self.many, self.few, self.per_many = table.rater, table.stimulus, table.per_rater
        values, vectors = np.linalg.eigh(_reduced(self.many, self.few, self.per_many))
        kept = values > RANK * values[-1]
        self.root = vectors[:, kept] / np.sqrt(values[kept])
        parts = len(values) - int(kept.sum())  # sets of ratings without a rater or stimulus in common
        self.df = np.array([table.n_stimuli - parts, table.n_raters - parts], dtype=np.float64)
        self.free = float(table.n - table.n_stimuli - table.n_raters + parts)

    def sums(self, score: FloatArray) -> FloatArray:
        means = np.bincount(self.many, score) / self.per_many
        left = np.bincount(self.few, score - means[self.many])
        return np.concatenate([_plain_sums(self.table, score), left])

    def components(self, sums: FloatArray) -> FloatArray:
        table, in_stimuli, in_raters = self.table, sums[0], sums[1]
        # einsum calls no threaded library, whose threads cost more than the work on a busy machine.
        few_given_many = (np.einsum("fk,fm->km", self.root, sums[3:]) ** 2).sum(axis=0)
        residual_sum = (in_raters if table.n_raters > table.n_stimuli else in_stimuli) - few_given_many
        residual = residual_sum / self.free
        stimulus = (in_raters - residual_sum - self.df[0] * residual) / (table.n - table.n_raters)
        rater = (in_stimuli - residual_sum - self.df[1] * residual) / (table.n - table.n_stimuli)
        return np.array([stimulus, rater, residual])


def _plain_sums(table: Table, score: FloatArray) -> FloatArray:
    sums = sums_of_squares(table.stimulus, table.rater, score, table.per_stimulus, table.per_rater)
    return np.array(sums)


def _reduced(many: IntArray, few: IntArray, per_many: IntArray) -> FloatArray:
    """Cross products of the shorter factor, the longer one taken out: diag(n) - N' diag(1/m) N."""
    counts = np.zeros((len(per_many), int(few.max()) + 1))
    counts[many, few] = 1
    found: FloatArray = np.diag(counts.sum(axis=0)) - counts.T @ (counts / per_many[:, None])
    return found
