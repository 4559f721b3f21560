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
from numpy.typing import NDArray

from analysis.stats.alpha_counts import DENSE_SPACE, Packing, Places, Run, Space, Units, places_of
from analysis.stats.alpha_moments import Moments
from analysis.stats.arrays import FloatArray, IntArray

Metric = Literal["ordinal", "interval", "nominal"]
# Replicates at once: as many as these, units × values and raters of them, allow. More need fewer calls, but
# the processor has to fetch their numbers from farther away.
BATCH_PLACES, BATCH_RATERS, MOST_AT_ONCE = 500_000, 100_000, 1000
# How many of them are drawn at once decides on what a seed gives, so these stay as they are.
DRAWN_PLACES, DRAWN_RATERS, DRAWN_AT_ONCE = 250_000, 13_000, (16, 500)
TRIES = 20  # at most this many draws per replicate


def plain_alpha(units: Units, metrics: Sequence[Metric]) -> dict[Metric, float]:
    """Alpha of the ratings as they are."""
    n_values = len(units.values)
    if units.n_units * n_values > DENSE_SPACE * len(units.value):
        return alpha_one_by_one(units, metrics, np.ones(units.n_raters), np.ones(units.n_units))
    places = np.bincount(units.unit * n_values + units.value, minlength=units.n_units * n_values)
    counts = places.reshape(-1, n_values).astype(np.float64)
    return {metric: value_of_counts(counts, units.values, metric) for metric in metrics}


def bootstrap_alpha(
    units: Units, metrics: Sequence[Metric], n_boot: int, rng: np.random.Generator
) -> dict[Metric, FloatArray]:
    """`n_boot` values of alpha per metric (fewer where valid replicates are hard to draw)."""
    source: Moments | Counter = Moments.of(units, metrics) or Counter.of(units, metrics)
    at_once, drawn = _batch_sizes(source.size, units.n_raters, n_boot)
    batches: list[FloatArray] = []
    kept = tried = 0
    while kept < n_boot and tried < TRIES * n_boot:
        batch = min(at_once, n_boot - kept)
        alphas = source.alphas(*draw_weights(units, batch, drawn, source.packing.dtype, rng))
        valid = alphas[:, np.isfinite(alphas).all(axis=0)]
        batches.append(valid)
        kept, tried = kept + valid.shape[1], tried + batch
    found = np.concatenate(batches, axis=1) if batches else np.empty((len(metrics), 0))
    return {metric: found[i] for i, metric in enumerate(metrics)}


def _batch_sizes(n_places: int, n_raters: int, n_boot: int) -> tuple[int, int]:
    """Replicates at once, and how many of them are drawn at once; all draws are of about the same size."""
    fewest, most = DRAWN_AT_ONCE
    drawn = max(min(DRAWN_PLACES // n_places, DRAWN_RATERS // n_raters, most), fewest)
    drawn = _evenly(n_boot, drawn)
    at_once = max(min(BATCH_PLACES // n_places, BATCH_RATERS // n_raters, MOST_AT_ONCE), drawn)
    return -(-_evenly(n_boot, at_once) // drawn) * drawn, drawn


def _evenly(n_boot: int, most: int) -> int:
    """The size of batches of at most `most` that are all about as large."""
    return -(-n_boot // -(-n_boot // most)) if n_boot else 1


def draw_weights(
    units: Units, batch: int, drawn: int, dtype: type[np.floating], rng: np.random.Generator
) -> tuple[Space, Space]:
    """How often each rater and each stimulus was drawn: (n_raters, batch), (n_units, batch).

    `drawn` replicates are drawn at once, their raters before their stimuli.
    """
    chosen = [np.empty((n, batch), _smallest(n)) for n in (units.n_raters, units.n_units)]
    for start in range(0, batch, drawn):
        for places in chosen:
            part = places[:, start : start + drawn]
            part[...] = rng.integers(0, len(part), size=part.shape, dtype=places.dtype.type)
    raters, stimuli = (_times(places, dtype) for places in chosen)
    return raters, stimuli


def _smallest(size: int) -> type[np.unsignedinteger]:
    return np.uint16 if size < 1 << 16 else np.uint32


def _times(chosen: NDArray[np.unsignedinteger], dtype: type[np.floating]) -> Space:
    """How often each of n numbers is in each column (n, batch); much faster than multinomial draws."""
    counts = np.zeros(chosen.shape, dtype)
    place = np.multiply(chosen, chosen.shape[1], dtype=np.int64)
    place += np.arange(chosen.shape[1])
    np.add.at(counts.reshape(-1), place.reshape(-1), dtype(1))
    return counts


@dataclass(frozen=True)
class Sums:
    """Of a batch of replicates: weight of one pair per unit, weights per value with copies and without, n.

    All of them, as the counts, are those of raters who weigh `one` each.
    """

    share: list[Run]
    with_copies: FloatArray
    totals: FloatArray
    n: FloatArray
    one: float

    def over_units(self, per_unit: Space) -> FloatArray:
        return _over_units(self.share, per_unit)


class Counter:
    """Alpha of many replicates at once, from counts of each value within each stimulus."""

    def __init__(self, units: Units, packing: Packing, places: Places, metrics: Sequence[Metric]) -> None:
        self.units, self.packing, self.places, self.metrics = units, packing, places, metrics
        self.space = np.empty(0, packing.dtype)

    @classmethod
    def of(cls, units: Units, metrics: Sequence[Metric]) -> Counter:
        packing = Packing.of(units)
        return cls(units, packing, places_of(units, packing.dtype), metrics)

    @property
    def size(self) -> int:
        """Numbers that each replicate takes."""
        return self.places.size

    def _space(self, batch: int) -> Space:
        """Kept from batch to batch: to fetch it anew takes longer than to fill it."""
        wanted = 2 * self.places.size * batch
        if len(self.space) < wanted:
            self.space = np.empty(wanted, self.packing.dtype)
        return self.space[:wanted].reshape(2, self.places.size, batch)

    def alphas(self, raters: Space, stimuli: Space) -> FloatArray:
        """Shape (n_metrics, batch); NaN where a replicate has no pair of distinct raters or one value."""
        places, weights = self.places, self.packing.packed(raters)
        space = self._space(raters.shape[1])
        counts, squares = places.counted(weights, space[0]), places.shaped(space[1])
        mass = places.per_group(weights, counts)
        own = np.empty_like(mass)
        self.packing.split(mass, own)
        self.packing.split(counts, squares)
        sums = self._sums(places.arranged(stimuli), mass, own, counts, squares)
        return np.array([self._metric(m, counts, sums) for m in self.metrics])

    def _sums(self, drawn: Space, mass: Space, own: Space, counts: Space, squares: Space) -> Sums:
        places, one = self.places, 1 / self.packing.base
        pairs = mass * mass - own * one**2
        usable = pairs > 0
        each = np.divide(mass, pairs, out=np.zeros_like(mass), where=usable)
        share = places.runs(each, drawn)
        with_copies = places.per_value(places.runs(each * mass, drawn), counts)
        totals = with_copies - places.per_value(share, squares) * one**2
        n = sum((r.factor * r.weight.sum(axis=0) for r in places.runs(mass * usable, drawn)), np.zeros(1))
        totals[places.common] = 0
        totals[places.common] = n - totals.sum(axis=0)
        totals[totals < self.packing.rounding * n] = 0
        return Sums(share, with_copies, totals, n, one)

    def _metric(self, metric: Metric, counts: Space, sums: Sums) -> FloatArray:
        if metric == "nominal":
            whole, alike = self.places.different(sums.with_copies, counts)
            observed = whole - sums.over_units(alike)
            expected, size = sums.n**2 - _along(sums.totals, sums.totals), sums.n
        else:
            lines = self._lines(metric, sums.totals)
            moment = self.places.along(lines.astype(counts.dtype), counts)
            moment *= moment
            size = _along(sums.with_copies, lines * lines)
            observed = 2 * (size - sums.over_units(moment))
            expected = 2 * _spread(sums, lines)
        observed[observed < 8 * self.packing.rounding * size] = 0
        return _alphas(observed, expected, sums)

    def _lines(self, metric: Metric, totals: FloatArray) -> FloatArray:
        """Where each value lies (n_values, batch), the common one at 0."""
        common = self.places.common
        if metric == "interval":
            values: FloatArray = self.units.values - self.units.values[common]
            return np.broadcast_to(values[:, None], totals.shape)
        ranks: FloatArray = np.cumsum(totals, axis=0)
        ranks -= totals / 2
        ranks -= ranks[common].copy()
        return ranks


def _over_units(runs: list[Run], per_unit: Space) -> FloatArray:
    """Σ over units of their weight · what holds for them, (n_units, m): (m,)."""
    found = np.zeros(per_unit.shape[1])
    for run in runs:
        found += run.factor * np.einsum("ub,ub->b", run.weight, per_unit[run.part])
    return found


def _along(totals: FloatArray, position: FloatArray) -> FloatArray:
    found: FloatArray = np.einsum("vb,vb->b", totals, position)
    return found


def _spread(sums: Sums, position: FloatArray) -> FloatArray:
    """n Σ totals (position - mean)² per replicate; position: 0 at the common value."""
    first = sums.totals * position
    found: FloatArray = sums.n * _along(first, position) - first.sum(axis=0) ** 2
    return found


def _alphas(observed: FloatArray, expected: FloatArray, sums: Sums) -> FloatArray:
    defined = ((sums.totals > 0).sum(axis=0) > 1) & (expected > 0)
    alphas = np.full(len(sums.n), np.nan)
    np.divide((sums.n - sums.one) * observed, expected, out=alphas, where=defined)
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
            observed = dot(share, mass**2) - _same_value(units, w, share)
            expected = float(totals.sum() ** 2) - dot(totals, totals)
        else:
            x = positions(metric, units.values, totals)[units.value]
            first, second = sums(units.unit, w * x), sums(units.unit, w * x**2)
            observed = 2 * dot(share, mass * second - first**2)
            expected = 2 * (float(totals.sum()) * dot(marginal, x**2) - dot(marginal, x) ** 2)
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
        observed = dot(share, mass**2 - np.einsum("uv,uv->u", counts, counts))
        expected = float(totals.sum() ** 2) - dot(totals, totals)
    else:
        x = positions(metric, values, totals)
        first, second = np.einsum("uv,v->u", counts, x), np.einsum("uv,v->u", counts, x**2)
        observed = 2 * dot(share, mass * second - first**2)
        expected = 2 * (float(totals.sum()) * dot(totals, x**2) - dot(totals, x) ** 2)
    return _alpha(observed, expected, float(totals.sum()))


def dot(one: FloatArray, other: FloatArray) -> float:
    """Σ one · other, without BLAS, whose threads wait for each other on a busy machine for far longer."""
    return float(np.einsum("i,i->", one, other))


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
    return dot(share[key // len(units.values)], counts**2)


def positions(metric: Metric, values: FloatArray, totals: FloatArray) -> FloatArray:
    """Where each value lies on the metric's line, centred: (n_values,), as `totals`."""
    if metric == "ordinal":
        ranks: FloatArray = np.cumsum(totals) - totals / 2 - totals.sum() / 2
        return ranks
    centred: FloatArray = values - values.mean()
    return centred


def _alpha(observed: float, expected: float, n: float) -> float:
    return 1 - (n - 1) * observed / expected if expected > 0 else float("nan")
