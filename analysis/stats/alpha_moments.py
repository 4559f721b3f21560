"""Interval alpha of many bootstrap replicates at once, from sums of scores instead of counts of values.

As in `alpha_bootstrap`, rater r weighs w_r and stimulus u weighs v_u; M = Σ w and P = M² - Σ w² over the
raters of u, s = v M / P, S = Σ w x. The disagreement within stimuli is Σ s (M Σ w x² - S²), a value counts
Σ s w (M - w), and all of this needs the scores x of a stimulus only in sums over raters, or over stimuli
that the same raters rated: three products of the table of scores, whatever the number of values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.stats.alpha_counts import Groups, Packing, Space, Units, is_dense, multiply
from analysis.stats.arrays import FloatArray


@dataclass(frozen=True)
class Sums:
    """Of each replicate: the pairable weight, Σ x and Σ x² over it, Σ s M w x², and Σ s S²."""

    n: FloatArray
    first: FloatArray
    second: FloatArray
    with_copies: FloatArray
    within: FloatArray


class Moments:
    """For tables of scores that are mostly filled, and whose stimuli have few different sets of raters."""

    def __init__(self, units: Units, groups: Groups, packing: Packing) -> None:
        self.groups, self.packing = groups, packing
        self.size = (len(units.values) - 1) * units.n_units
        centred = units.values - units.values[units.value].mean()
        self.scores = np.zeros((units.n_units, units.n_raters), packing.dtype)
        self.scores[groups.rows(units), units.rater] = centred[units.value]
        transposed = self.scores.T
        self.powers = np.stack([transposed, transposed**2])

    @classmethod
    def of(cls, units: Units, metrics: Sequence[str]) -> Moments | None:
        """None where counts of values have to do."""
        if tuple(metrics) != ("interval",) or not is_dense(units):
            return None
        packing = Packing.of(units)
        groups = Groups.of(units, packing.dtype)
        return cls(units, groups, packing) if groups.few else None

    def alphas(self, raters: Space, stimuli: Space) -> FloatArray:
        """Shape (1, batch); NaN where a replicate has no pair of distinct raters or one value."""
        sums = self._sums(raters, self.groups.arranged(stimuli))
        observed = 2 * (sums.with_copies - sums.within)
        expected = 2 * (sums.n * sums.second - sums.first**2)
        tiny = 8 * self.packing.rounding
        observed[observed < tiny * sums.with_copies] = 0
        alphas = np.full((1, len(sums.n)), np.nan)
        defined = expected > tiny * sums.n * sums.second
        np.divide((sums.n - 1) * observed, expected, out=alphas[0], where=defined)
        return 1 - alphas

    def _sums(self, raters: Space, drawn: Space) -> Sums:
        own = raters * raters
        mass = self.groups.summed(raters)
        pairs = mass * mass - self.groups.summed(own)
        usable = pairs > 0
        each = np.divide(mass, pairs, out=np.zeros_like(mass), where=usable)
        squared = np.empty((len(self.scores), raters.shape[1]), raters.dtype)
        multiply(self.scores, raters, squared)
        squared *= squared
        n, first, second, with_copies, within = np.zeros((5, raters.shape[1]))
        for run, whole in zip(self.groups.runs(each, drawn), mass, strict=True):
            powers = self._over_units(run.part, run.weight)
            one, two = run.factor * whole * np.einsum("krb,rb->kb", powers, raters)
            own_one, own_two = run.factor * np.einsum("krb,rb->kb", powers, own)
            n += (run.factor > 0) * whole * run.weight.sum(axis=0)
            first += one - own_one
            second += two - own_two
            with_copies += two
            within += run.factor * np.einsum("ub,ub->b", run.weight, squared[run.part])
        return Sums(n, first, second, with_copies, within)

    def _over_units(self, part: slice, weight: Space) -> Space:
        """Sums of the raters' scores, and of their squares, over the units of one run: (2, n_raters, m)."""
        _, n_raters, _ = self.powers.shape
        table = self.powers[:, :, part].reshape(2 * n_raters, -1)
        found = np.empty((2 * n_raters, weight.shape[1]), weight.dtype)
        multiply(table, weight, found)
        return found.reshape(2, n_raters, -1)
