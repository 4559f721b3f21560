"""Raters whose scores lie far from everybody else's, on both sides: the rule of ITU-R BT.500."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.stats.arrays import BoolArray, FloatArray, IntArray
from analysis.stats.result import as_codes, as_scores, check_rows

NORMAL = (2.0, 4.0)  # kurtosis between which scores count as normally distributed
NORMAL_WIDTH = 2.0  # standard deviations
OTHER_WIDTH = 20.0**0.5
FEWEST_VOTES = 5  # of n votes none lies further than √(n−1) standard deviations from their mean
ROUNDING = 1e-9


@dataclass(frozen=True)
class OutlyingVotes:
    """Counts per rater code, each of shape (k,), k the largest code + 1.

    cast: votes. above, below: those far above and far below the stimulus mean (P and Q). reachable: votes on
    stimuli with enough votes for one of them to lie that far.
    """

    cast: IntArray
    above: IntArray
    below: IntArray
    reachable: IntArray

    @property
    def share(self) -> FloatArray:
        """(P + Q) / N, N the votes cast; NaN where none could lie that far."""
        share = np.full(len(self.cast), np.nan)
        np.divide(self.above + self.below, self.cast, out=share, where=self.reachable > 0)
        return share

    @property
    def imbalance(self) -> FloatArray:
        """|P − Q| / (P + Q): 0 where equally many lie on both sides; NaN where no vote lies far off."""
        far = self.above + self.below
        imbalance = np.full(len(far), np.nan)
        np.divide(np.abs(self.above - self.below), far, out=imbalance, where=far > 0)
        return imbalance

    def rejected(self, share: float, imbalance: float) -> BoolArray:
        """Whose share lies above `share` and whose imbalance below `imbalance`; shape (k,)."""
        found: BoolArray = (self.share > share) & (self.imbalance < imbalance)
        return found


def outlying_votes(rater: ArrayLike, stimulus: ArrayLike, score: ArrayLike) -> OutlyingVotes:
    """Votes at least 2 standard deviations from the stimulus mean (√20 where kurtosis lies outside 2…4).

    rater, stimulus: integer codes, shape (n,); score: shape (n,), any unit, none missing: cells without a
    vote are left out, and N counts the votes cast, so that missing ones dilute nothing. Standard deviations
    and kurtosis have the divisor n, as in Netflix's sureal; the recommendation's own has n − 1. Where all
    votes on a stimulus are equal, none counts as outlying.
    Raises ValueError for NaN, no score at all, negative codes and unequal lengths.
    Source: ITU-R BT.500-14 (2019), Annex 1, 2.3.1, screening by the kurtosis of each presentation.
    """
    raters, stimuli, y = as_codes(rater, "rater"), as_codes(stimulus, "stimulus"), as_scores(score)
    check_rows(raters, stimuli, y)
    n = np.bincount(stimuli)
    gap = y - (np.bincount(stimuli, y) / np.maximum(n, 1))[stimuli]
    limit = _limits(stimuli, gap, n, (ROUNDING * np.ptp(y)) ** 2)[stimuli]
    far = gap**2 >= limit * (1 - ROUNDING)
    return OutlyingVotes(
        np.bincount(raters).astype(np.int64),
        _counted(raters, far & (gap > 0)),
        _counted(raters, far & (gap < 0)),
        _counted(raters, n[stimuli] >= FEWEST_VOTES),
    )


def _limits(stimuli: IntArray, gap: FloatArray, n: IntArray, nothing: float) -> FloatArray:
    """Squared distance from which a vote is outlying, per stimulus; infinite where all votes are equal."""
    variance = np.bincount(stimuli, gap**2) / np.maximum(n, 1)
    fourth = np.bincount(stimuli, gap**4) / np.maximum(n, 1)
    varies = variance > nothing
    kurtosis = np.full(len(n), np.nan)
    np.divide(fourth, variance**2, out=kurtosis, where=varies)
    normal = (kurtosis >= NORMAL[0] - ROUNDING) & (kurtosis <= NORMAL[1] + ROUNDING)
    width = np.where(normal, NORMAL_WIDTH, OTHER_WIDTH)
    return np.where(varies, width**2 * variance, np.inf)


def _counted(raters: IntArray, chosen: BoolArray) -> IntArray:
    return np.bincount(raters[chosen], minlength=int(raters.max()) + 1).astype(np.int64)
