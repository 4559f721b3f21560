"""Intervals for intraclass correlations of incomplete designs: a parametric bootstrap on the design as it is.

Each replicate draws normal stimulus, rater and residual effects with the fitted variances for exactly the
ratings that were given, so nobody is copied and no rater agrees with a copy of himself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.stats.arrays import FloatArray
from analysis.stats.coefficient import Table
from analysis.stats.twoway import Components, solve_moments, sums_of_squares

WORK = 100_000_000  # simulated ratings in all; larger data get fewer replicates
FEWEST = 100
TINY = 1e-9


@dataclass(frozen=True)
class ParametricBootstrap:
    """Log signal ratios g = log(1 + k * stimulus / noise) of data and replicates, per kind of coefficient."""

    k: float
    n_boot: int
    observed: dict[str, float]
    errors: dict[str, FloatArray]  # replicate's g minus the g it was drawn with, shape (n_boot,)

    @classmethod
    def draw(
        cls, table: Table, fitted: Components, q: float, n_boot: int, rng: np.random.Generator
    ) -> ParametricBootstrap:
        """Simulate `n_boot` data sets, fewer where they would take too long."""
        n_boot = min(n_boot, max(FEWEST, WORK // table.n))
        statistics = np.column_stack([_simulated(table, fitted, rng) for _ in range(n_boot)])
        sample = _components(table, statistics)
        true = np.array([[fitted.row], [fitted.column], [fitted.residual]])
        crossed = {kind: log_ratio(kind, true, table.k, q)[0] for kind in "ACQ"}
        marginal = np.array([[fitted.row], [0.0], [fitted.column + fitted.residual]])
        target = {**crossed, "1": log_ratio("1", marginal, table.k, q)[0]}
        replicates = {kind: log_ratio(kind, sample, table.k, q) for kind in "ACQ"}
        replicates["1"] = _one_way(table, statistics)
        observed = {**crossed, "1": _one_way(table, _statistics(table, table.score))[0]}
        errors = {kind: replicates[kind] - target[kind] for kind in target}
        return cls(table.k, n_boot, {kind: float(v) for kind, v in observed.items()}, errors)

    def estimate(
        self, kind: str, confidence: float, *, single: bool
    ) -> tuple[float, float | None, float | None]:
        """Value and limits of one coefficient; `kind` is 1 or k (one-way), A, C or Q."""
        kind = "1" if kind == "k" else kind
        g = self.observed[kind]
        upper, lower = np.quantile(self.errors[kind], [(1 - confidence) / 2, (1 + confidence) / 2])
        low, high = self._back(g - lower, single=single), self._back(g - upper, single=single)
        value = self._back(g, single=single)
        return value, min(low, value), max(high, value)

    def _back(self, g: float, *, single: bool) -> float:
        ratio = float(np.expm1(g)) / self.k
        return ratio / (1 + ratio) if single else 1 - float(np.exp(-g))


def log_ratio(kind: str, components: FloatArray, k: float, q: float) -> FloatArray:
    """log(1 + k * stimulus / noise of one rater), shape (m,), for kind 1, A, C or Q.

    components: shape (3, m), rows stimulus, rater, residual variance, none missing, negative ones taken as 0;
    k: raters per stimulus; q: as in ICC(Q,k). Source: Putka, Le, McCloy and Diaz (2008) for Q.
    """
    stimulus, rater, residual = np.maximum(components, 0.0)
    noise = {"1": residual, "A": rater + residual, "C": residual, "Q": k * q * rater + residual}[kind]
    ratio: FloatArray = np.log1p(
        k * stimulus / np.maximum(noise, TINY * (stimulus + rater + residual + TINY))
    )
    return ratio


def _simulated(table: Table, fitted: Components, rng: np.random.Generator) -> FloatArray:
    stimulus = rng.standard_normal(table.n_stimuli) * np.sqrt(fitted.row)
    rater = rng.standard_normal(table.n_raters) * np.sqrt(fitted.column)
    residual = rng.standard_normal(table.n) * np.sqrt(fitted.residual)
    return _statistics(table, stimulus[table.stimulus] + rater[table.rater] + residual)[:, 0]


def _statistics(table: Table, score: FloatArray) -> FloatArray:
    """Sums of squares within stimuli, within raters and in all; shape (3, 1)."""
    sums = sums_of_squares(table.stimulus, table.rater, score, table.per_stimulus, table.per_rater)
    return np.array(sums)[:, None]


def _components(table: Table, statistics: FloatArray) -> FloatArray:
    scaled = statistics * np.array([[1.0], [1.0], [float(table.n)]])
    solved = solve_moments(table.n, table.per_stimulus, table.per_rater, scaled)
    if solved is None:
        raise ValueError("the moment equations of this design are singular")
    return solved


def _one_way(table: Table, statistics: FloatArray) -> FloatArray:
    """log(1 + k * stimulus / noise) from one-way mean squares, which may make it negative."""
    within, total, sizes = statistics[0], statistics[2], table.per_stimulus
    noise = within / (table.n - table.n_stimuli)
    size = (table.n - (sizes**2).sum() / table.n) / (table.n_stimuli - 1)
    stimulus = ((total - within) / (table.n_stimuli - 1) - noise) / size
    ratio = table.k * stimulus / np.maximum(noise, TINY * total / table.n)
    log: FloatArray = np.log(np.maximum(1 + ratio, TINY))
    return log
