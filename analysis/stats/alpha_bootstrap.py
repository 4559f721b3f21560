"""Krippendorff's alpha of weighted ratings, and its two-way bootstrap over raters and stimuli.

A replicate gives rater r the weight w_r and stimulus u the weight v_u (how often each was drawn). Pairs of
copies of one rater are left out: with M = Σ w and P = M² - Σ w² within a stimulus, a pair (i, j) of
distinct raters weighs v M / P · w_i w_j, which is Krippendorff's 1 / (m - 1) where all weights are 1. The
ordinal metric is the interval metric on mid-ranks of the pairable values, so no table of coincidences is
needed for many values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import sparse

from analysis.stats.arrays import FloatArray, IntArray

Metric = Literal["ordinal", "interval", "nominal"]
FEW_VALUES = 32  # up to this many distinct values, replicates are computed in batches from counts
BATCH_CELLS = 4_000_000
TRIES = 20  # at most this many draws per replicate


@dataclass(frozen=True)
class Units:
    """Ratings of stimuli with two or more of them; `value` indexes the sorted distinct `values`."""

    rater: IntArray
    unit: IntArray
    value: IntArray
    values: FloatArray
    n_raters: int
    n_units: int

    @classmethod
    def of(cls, rater: IntArray, unit: IntArray, score: FloatArray) -> Units:
        values, value = np.unique(score, return_inverse=True)
        return cls(rater, unit, value.astype(np.int64), values, int(rater.max()) + 1, int(unit.max()) + 1)


def plain_alpha(units: Units, metric: Metric) -> float:
    """Alpha of the ratings as they are."""
    return alpha_one_by_one(units, (metric,), np.ones(units.n_raters), np.ones(units.n_units))[metric]


def bootstrap_alpha(
    units: Units, metrics: Sequence[Metric], n_boot: int, rng: np.random.Generator
) -> dict[Metric, FloatArray]:
    """`n_boot` values of alpha per metric (fewer where valid replicates are hard to draw)."""
    few = len(units.values) <= FEW_VALUES
    counter = Counter(units) if few else None
    size = max(1, BATCH_CELLS // (units.n_units * len(units.values))) if few else 16
    batches: list[FloatArray] = []
    kept = tried = 0
    while kept < n_boot and tried < TRIES * n_boot:
        batch = min(size, n_boot - kept)
        raters, stimuli = draw_weights(units, batch, rng)
        alphas = (
            counter.alphas(metrics, raters, stimuli) if counter else _loop(units, metrics, raters, stimuli)
        )
        valid = alphas[:, np.isfinite(alphas).all(axis=0)]
        batches.append(valid)
        kept, tried = kept + valid.shape[1], tried + batch
    found = np.concatenate(batches, axis=1) if batches else np.empty((len(metrics), 0))
    return {metric: found[i] for i, metric in enumerate(metrics)}


def draw_weights(units: Units, batch: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """How often each rater and each stimulus was drawn: shapes (n_raters, batch), (n_units, batch)."""
    raters = rng.multinomial(units.n_raters, np.full(units.n_raters, 1 / units.n_raters), size=batch)
    stimuli = rng.multinomial(units.n_units, np.full(units.n_units, 1 / units.n_units), size=batch)
    return raters.T.astype(np.float64), stimuli.T.astype(np.float64)


def _loop(units: Units, metrics: Sequence[Metric], raters: FloatArray, stimuli: FloatArray) -> FloatArray:
    found = [alpha_one_by_one(units, metrics, w, v) for w, v in zip(raters.T, stimuli.T, strict=True)]
    return np.array([[one[m] for one in found] for m in metrics])


def alpha_one_by_one(
    units: Units, metrics: Sequence[Metric], weight: FloatArray, copies: FloatArray
) -> dict[Metric, float]:
    """Alpha of one weighted data set, whatever the number of distinct values; NaN where undefined."""
    w = weight[units.rater]
    mass = sums(units.unit, w)
    share = _share(mass, sums(units.unit, w**2), copies)
    marginal = share[units.unit] * w * (mass[units.unit] - w)
    totals = sums(units.value, marginal)
    found: dict[Metric, float] = {}
    for metric in metrics:
        if metric == "nominal":
            observed = float(share @ mass**2) - _same_value(units, w, share)
            expected = float(totals.sum() ** 2 - totals @ totals)
        else:
            x = positions(metric, units.values, totals)[units.value]
            first, second = sums(units.unit, w * x), sums(units.unit, w * x**2)
            observed = 2 * float(share @ (mass * second - first**2))
            expected = 2 * float(totals.sum() * (marginal @ x**2) - (marginal @ x) ** 2)
        found[metric] = _alpha(observed, expected, float(totals.sum()))
    return found


def sums(group: IntArray, weight: FloatArray) -> FloatArray:
    """Sum of weights per group."""
    return np.bincount(group, weight).astype(np.float64, copy=False)


def _share(mass: FloatArray, squares: FloatArray, copies: FloatArray) -> FloatArray:
    """Weight of one pair of distinct raters within each stimulus; 0 where there is no such pair."""
    pairs = mass**2 - squares
    share: FloatArray = np.divide(copies * mass, pairs, out=np.zeros_like(mass), where=pairs > 0)
    return share


def _same_value(units: Units, w: FloatArray, share: FloatArray) -> float:
    key, inverse = np.unique(units.unit * len(units.values) + units.value, return_inverse=True)
    counts = sums(inverse, w)
    return float(share[key // len(units.values)] @ counts**2)


def positions(metric: Metric, values: FloatArray, totals: FloatArray) -> FloatArray:
    """Where each value lies on the metric's line, centred; `totals`: (n_values,) or (n_values, batch)."""
    if metric == "ordinal":
        ranks: FloatArray = np.cumsum(totals, axis=0) - totals / 2 - totals.sum(axis=0) / 2
        return ranks
    centred: FloatArray = values - values.mean()
    return centred if totals.ndim == 1 else np.broadcast_to(centred[:, None], totals.shape)


def _alpha(observed: float, expected: float, n: float) -> float:
    return 1 - (n - 1) * observed / expected if expected > 0 else float("nan")


class Counter:
    """Alpha of many replicates at once, from counts of each value within each stimulus."""

    def __init__(self, units: Units) -> None:
        self.units, self.n_values = units, len(units.values)
        rows = units.unit * self.n_values + units.value
        shape = (units.n_units * self.n_values, units.n_raters)
        self.incidence = sparse.csr_array((np.ones(len(rows)), (rows, units.rater)), shape=shape)

    def alphas(self, metrics: Sequence[Metric], raters: FloatArray, stimuli: FloatArray) -> FloatArray:
        """Shape (n_metrics, batch); NaN where a replicate has no pair of distinct raters or one value."""
        counts, squares = self._counted(raters), self._counted(raters**2)
        mass = counts.sum(axis=1)
        share = _share(mass, squares.sum(axis=1), stimuli)
        totals = np.einsum("ub,uvb->vb", share * mass, counts) - np.einsum("ub,uvb->vb", share, squares)
        coincidences = self._coincidences(counts, share)
        return np.array([self._metric(m, coincidences, totals) for m in metrics])

    def _counted(self, weights: FloatArray) -> FloatArray:
        counts: FloatArray = np.asarray(self.incidence @ weights)
        return counts.reshape(self.units.n_units, self.n_values, weights.shape[1])

    def _coincidences(self, counts: FloatArray, share: FloatArray) -> FloatArray:
        """Shape (batch, n_values, n_values); the diagonal, which no metric uses, still holds copies."""
        by_replicate = np.ascontiguousarray(counts.transpose(2, 0, 1))
        weighted = by_replicate * share.T[:, :, None]
        found: FloatArray = np.matmul(weighted.transpose(0, 2, 1), by_replicate)
        return found

    def _metric(self, metric: Metric, coincidences: FloatArray, totals: FloatArray) -> FloatArray:
        distance = self._distances(metric, totals)
        observed = (coincidences * distance).sum(axis=(1, 2))
        expected = np.einsum("cb,db,bcd->b", totals, totals, distance)
        n = totals.sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            alphas: FloatArray = np.where(expected > 0, 1 - (n - 1) * observed / expected, np.nan)
        return alphas

    def _distances(self, metric: Metric, totals: FloatArray) -> FloatArray:
        if metric == "nominal":
            different = 1 - np.eye(self.n_values)
            return np.broadcast_to(different, (totals.shape[1], self.n_values, self.n_values))
        x = positions(metric, self.units.values, totals).T
        squared: FloatArray = (x[:, :, None] - x[:, None, :]) ** 2
        return squared
