"""Intervals for intraclass correlations of incomplete designs: a parametric bootstrap on the design as it is.

Each replicate draws normal stimulus, rater and residual effects with the fitted variances for exactly the
ratings that were given, so nobody is copied and no rater agrees with a copy of himself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from analysis.stats.arrays import FloatArray
from analysis.stats.coefficient import Table
from analysis.stats.henderson import Estimator, estimator_of
from analysis.stats.twoway import Components

WORK = 200_000_000  # simulated ratings in all; larger data get fewer replicates
FEWEST = 100
TINY = 1e-9


@dataclass(frozen=True)
class ParametricBootstrap:
    """Log signal ratios g = log(1 + k * stimulus / noise) of data and replicates, per kind of coefficient."""

    k: float
    fewest: int
    n_boot: int
    value: dict[str, float]
    observed: dict[str, float]  # g of the data by the estimator of the replicates
    errors: dict[str, FloatArray]  # replicate's g minus the g it was drawn with, shape (n_boot,)

    @classmethod
    def draw(
        cls, table: Table, fitted: Components, q: float, n_boot: int, rng: np.random.Generator
    ) -> ParametricBootstrap:
        """Simulate `n_boot` data sets, fewer where they would take too long."""
        n_boot = min(n_boot, max(FEWEST, WORK // table.n))
        estimator = estimator_of(table)
        true = np.array([[fitted.row], [fitted.column], [fitted.residual]])
        marginal = np.array([[fitted.row], [0.0], [fitted.column + fitted.residual]])
        target = {kind: log_ratio(kind, true, table.k, q)[0] for kind in "ACQ"}
        target["1"] = log_ratio("1", marginal, table.k, q)[0]
        sums = np.column_stack([estimator.sums(_simulated(table, fitted, rng)) for _ in range(n_boot)])
        replicates = _ratios(table, estimator, sums, q)
        of_data = _ratios(table, estimator, estimator.sums(table.score)[:, None], q)
        observed = {kind: float(of_data[kind][0]) for kind in target}
        value = {**{kind: float(v) for kind, v in target.items()}, "1": observed["1"]}
        errors = {kind: replicates[kind] - target[kind] for kind in target}
        return cls(table.k, min(table.n_raters, table.n_stimuli), n_boot, value, observed, errors)

    def estimate(
        self, kind: str, confidence: float, *, single: bool
    ) -> tuple[float, float | None, float | None]:
        """Value and limits of one coefficient; `kind` is 1 or k (one-way), A, C or Q.

        Where rater variance counts, quantiles are stretched by t(min(raters, stimuli) - 1) / normal: with
        few raters the fitted variance is uncertain itself (without: 86-92 % coverage at 8 raters or stimuli).
        """
        kind = "1" if kind == "k" else kind
        g = self.observed[kind]
        level = (1 + confidence) / 2
        upper, middle, lower = np.quantile(self.errors[kind], [1 - level, 0.5, level])
        if kind in "AQ":
            stretch = special.stdtrit(self.fewest - 1, level) / special.ndtri(level)
            upper, lower = middle + stretch * (upper - middle), middle + stretch * (lower - middle)
        low, high = self._back(g - lower, single=single), self._back(g - upper, single=single)
        value = self._back(self.value[kind], single=single)
        return value, min(low, value), max(high, value)

    def _back(self, g: float, *, single: bool) -> float:
        ratio = float(np.expm1(g)) / self.k
        return ratio / (1 + ratio) if single else 1 - float(np.exp(-g))


def _ratios(table: Table, estimator: Estimator, sums: FloatArray, q: float) -> dict[str, FloatArray]:
    components = estimator.components(sums)
    return {**{kind: log_ratio(kind, components, table.k, q) for kind in "ACQ"}, "1": _one_way(table, sums)}


def log_ratio(kind: str, components: FloatArray, k: float, q: float) -> FloatArray:
    """log(1 + k * stimulus / noise of one rater), shape (m,), for kind 1, A, C or Q.

    components: shape (3, m), rows stimulus, rater, residual variance, none missing; a negative stimulus
    variance stays, negative noise is taken as 0; k: raters per stimulus; q: as in ICC(Q,k). Source: Putka,
    Le, McCloy and Diaz (2008) for Q.
    """
    stimulus, rater, residual = components[0], *np.maximum(components[1:], 0.0)
    noise = {"1": residual, "A": rater + residual, "C": residual, "Q": k * q * rater + residual}[kind]
    least = TINY * (np.abs(stimulus) + rater + residual + TINY)
    return _log(1 + k * stimulus / np.maximum(noise, least))


def _log(values: FloatArray) -> FloatArray:
    found: FloatArray = np.log(np.maximum(values, TINY))
    return found


def _simulated(table: Table, fitted: Components, rng: np.random.Generator) -> FloatArray:
    stimulus = rng.standard_normal(table.n_stimuli) * np.sqrt(fitted.row)
    rater = rng.standard_normal(table.n_raters) * np.sqrt(fitted.column)
    score = rng.standard_normal(table.n)
    score *= np.sqrt(fitted.residual)
    score += stimulus[table.stimulus]
    score += rater[table.rater]
    return score


def _one_way(table: Table, sums: FloatArray) -> FloatArray:
    """log(1 + k * stimulus / noise) from one-way mean squares, which may make it negative."""
    within, total, sizes = sums[0], sums[2], table.per_stimulus
    noise = within / (table.n - table.n_stimuli)
    size = (table.n - (sizes**2).sum() / table.n) / (table.n_stimuli - 1)
    stimulus = ((total - within) / (table.n_stimuli - 1) - noise) / size
    return _log(1 + table.k * stimulus / np.maximum(noise, TINY * total / table.n))
