"""Krippendorff's alpha of weighted ratings, and its two-way bootstrap over raters and stimuli.

A replicate gives rater r the weight w_r and stimulus u the weight v_u (how often each was drawn). Pairs of
copies of one rater are left out: with M = Σ w and P = M² - Σ w² within a stimulus, a pair (i, j) of
distinct raters weighs v M / P · w_i w_j, which is Krippendorff's 1 / (m - 1) where all weights are 1. The
ordinal metric is the interval metric on mid-ranks of the pairable values, so no table of coincidences is
needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from analysis.stats.alpha_counts import Packing, Places, Space, Units, places_of
from analysis.stats.arrays import FloatArray, IntArray

Metric = Literal["ordinal", "interval", "nominal"]
BATCH_PLACES = (
    250_000  # units × values × replicates at once: about a megabyte, which stays near the processor
)
BATCH_RATERS = 13_000  # raters × replicates at once
BATCH_SIZES = 16, 500
TRIES = 20  # at most this many draws per replicate


def plain_alpha(units: Units, metrics: Sequence[Metric]) -> dict[Metric, float]:
    """Alpha of the ratings as they are."""
    return alpha_one_by_one(units, metrics, np.ones(units.n_raters), np.ones(units.n_units))


def bootstrap_alpha(
    units: Units, metrics: Sequence[Metric], n_boot: int, rng: np.random.Generator
) -> dict[Metric, FloatArray]:
    """`n_boot` values of alpha per metric (fewer where valid replicates are hard to draw)."""
    counter = Counter.of(units)
    size = _batch_size(counter.places.size, units.n_raters, n_boot)
    batches: list[FloatArray] = []
    kept = tried = 0
    while kept < n_boot and tried < TRIES * n_boot:
        batch = min(size, n_boot - kept)
        alphas = counter.alphas(metrics, *draw_weights(units, batch, rng))
        valid = alphas[:, np.isfinite(alphas).all(axis=0)]
        batches.append(valid)
        kept, tried = kept + valid.shape[1], tried + batch
    found = np.concatenate(batches, axis=1) if batches else np.empty((len(metrics), 0))
    return {metric: found[i] for i, metric in enumerate(metrics)}


def _batch_size(n_places: int, n_raters: int, n_boot: int) -> int:
    """Replicates at once, such that all batches are of about the same size."""
    fewest, most = BATCH_SIZES
    size = min(max(min(BATCH_PLACES // n_places, BATCH_RATERS // n_raters), fewest), most)
    return -(-n_boot // -(-n_boot // size)) if n_boot else 1


def draw_weights(units: Units, batch: int, rng: np.random.Generator) -> tuple[IntArray, IntArray]:
    """How often each rater and each stimulus was drawn: shapes (n_raters, batch), (n_units, batch)."""
    return _drawn(units.n_raters, batch, rng), _drawn(units.n_units, batch, rng)


def _drawn(size: int, batch: int, rng: np.random.Generator) -> IntArray:
    """Counts of `size` draws with replacement; much faster than a multinomial draw of the counts."""
    chosen = rng.integers(0, size, size=(size, batch), dtype=np.uint16 if size < 1 << 16 else np.uint32)
    place = chosen if size * batch < 1 << 16 else chosen.astype(np.int64)
    place *= batch
    place += np.arange(batch, dtype=place.dtype)
    return np.bincount(place.ravel(), minlength=size * batch).reshape(size, batch)


@dataclass(frozen=True)
class Sums:
    """Of a batch of replicates: weight of one pair per unit, weights per value with copies and without."""

    share: Space
    with_copies: FloatArray
    totals: FloatArray

    def over_units(self, per_unit: Space) -> FloatArray:
        found: FloatArray = np.einsum("ub,ub->b", self.share, per_unit).astype(np.float64)
        return found


class Counter:
    """Alpha of many replicates at once, from counts of each value within each stimulus."""

    def __init__(self, units: Units, packing: Packing, places: Places) -> None:
        self.units, self.packing, self.places = units, packing, places
        self.space = np.empty(0, packing.dtype)

    @classmethod
    def of(cls, units: Units) -> Counter:
        packing = Packing.of(units)
        return cls(units, packing, places_of(units, packing.dtype))

    def _space(self, batch: int) -> Space:
        """Kept from batch to batch: to fetch it anew takes longer than to fill it."""
        wanted = 2 * self.places.size * batch
        if len(self.space) < wanted:
            self.space = np.empty(wanted, self.packing.dtype)
        return self.space[:wanted].reshape(2, self.places.size, batch)

    def alphas(self, metrics: Sequence[Metric], raters: IntArray, stimuli: IntArray) -> FloatArray:
        """Shape (n_metrics, batch); NaN where a replicate has no pair of distinct raters or one value."""
        places, weights = self.places, self.packing.packed(raters)
        space = self._space(raters.shape[1])
        counts, squares = places.counted(weights, space[0]), places.shaped(space[1])
        mass = places.per_group(weights, counts)
        own = np.empty_like(mass)
        self.packing.split(mass, own)
        self.packing.split(counts, squares)
        drawn = stimuli.astype(mass.dtype)
        sums = self._sums(drawn, mass, own, counts, squares)
        return np.array([self._metric(m, places.per_unit(mass), counts, sums) for m in metrics])

    def _sums(self, drawn: Space, mass: Space, own: Space, counts: Space, squares: Space) -> Sums:
        places, base = self.places, self.packing.base
        pairs = mass * mass - own / base
        usable = pairs > 0
        each = np.divide(mass, pairs, out=np.zeros_like(mass), where=usable)
        share = drawn * places.per_unit(each)
        with_copies = places.per_value(drawn * places.per_unit(each * mass), counts)
        totals = with_copies - places.per_value(share, squares) / base
        n = np.einsum("ub,ub->b", drawn, places.per_unit(mass * usable)).astype(np.float64)
        totals[places.common] = 0
        totals[places.common] = n - totals.sum(axis=0)
        totals[totals < self.packing.rounding * n] = 0
        return Sums(share, with_copies, totals)

    def _metric(self, metric: Metric, mass: Space, counts: Space, sums: Sums) -> FloatArray:
        n, values = sums.totals.sum(axis=0), self.units.values
        if metric == "nominal":
            observed = sums.over_units(self.places.different(mass, counts))
            expected, size = n**2 - (sums.totals**2).sum(axis=0), n
        else:
            lines = positions(metric, values, sums.totals)
            x = (lines - lines[self.places.common]).astype(counts.dtype)
            moment = self.places.along(x, counts)
            moment *= moment
            size = (sums.with_copies * np.square(x, dtype=np.float64)).sum(axis=0)
            observed = 2 * (size - sums.over_units(moment))
            expected = 2 * n * _spread(sums.totals, x)
        observed[observed < 8 * self.packing.rounding * size] = 0
        return _alphas(observed, expected, sums.totals)


def _spread(totals: FloatArray, x: Space) -> FloatArray:
    """Σ totals (x - mean)² per replicate."""
    n = np.maximum(totals.sum(axis=0), 1)
    centred = x - (totals * x).sum(axis=0) / n
    found: FloatArray = (totals * centred**2).sum(axis=0)
    return found


def _alphas(observed: FloatArray, expected: FloatArray, totals: FloatArray) -> FloatArray:
    defined = ((totals > 0).sum(axis=0) > 1) & (expected > 0)
    n = totals.sum(axis=0)
    alphas = np.full(len(n), np.nan)
    np.divide((n - 1) * observed, expected, out=alphas, where=defined)
    return 1 - alphas


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


def value_of_counts(counts: FloatArray, values: FloatArray, metric: Metric) -> float:
    """Alpha of votes per value, shape (n_stimuli, n_values), rows of two or more; NaN where undefined."""
    mass = counts.sum(axis=1)
    share = 1 / (mass - 1)
    totals = counts.sum(axis=0)
    if (totals > 0).sum() < 2:
        return float("nan")
    if metric == "nominal":
        observed = float(share @ (mass**2 - (counts**2).sum(axis=1)))
        expected = float(totals.sum() ** 2 - totals @ totals)
    else:
        x = positions(metric, values, totals)
        observed = 2 * float(share @ (mass * (counts @ x**2) - (counts @ x) ** 2))
        expected = 2 * float(totals.sum() * (totals @ x**2) - (totals @ x) ** 2)
    return _alpha(observed, expected, float(totals.sum()))


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
