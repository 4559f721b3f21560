"""How closely each rater's scores follow those of the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.stats.arrays import BoolArray, FloatArray, IntArray
from analysis.stats.result import as_codes, as_scores, check_rows

FEWEST = 3  # pairs of values below which a correlation says nothing
CONSTANT = 1e-18  # variance relative to the squared range of all values, below which it is rounding


@dataclass(frozen=True)
class FollowsOthers:
    """Per rater code, shape (k,). correlation: Pearson's r with the mean of the other raters, NaN where
    undefined. shared: stimuli that somebody else rated, too.
    """

    correlation: FloatArray
    shared: IntArray


def leave_one_out(rater: ArrayLike, stimulus: ArrayLike, score: ArrayLike) -> FollowsOthers:
    """Each rater against the mean of all others, over the stimuli that somebody else rated.

    rater, stimulus: integer codes, shape (n,); score: shape (n,), any unit, none missing (cells without a
    rating are left out). NaN below FEWEST shared stimuli or where either side is constant.
    Raises ValueError for NaN, no score at all, negative codes and unequal lengths.
    Source: corrected item–total correlation, Nunnally (1978); as used for raters by Ribeiro et al. (2011).
    """
    raters, stimuli, y = as_codes(rater, "rater"), as_codes(stimulus, "stimulus"), as_scores(score)
    check_rows(raters, stimuli, y)
    y = y - y.mean()
    others = means_of_others(stimuli, y)
    shared = ~np.isnan(others)
    k = int(raters.max()) + 1
    found = grouped_correlation(raters[shared], y[shared], others[shared], k)
    return FollowsOthers(found, np.bincount(raters[shared], minlength=k).astype(np.int64))


def means_of_others(stimulus: ArrayLike, score: ArrayLike) -> FloatArray:
    """For each score, the mean of all other scores of its stimulus; NaN where there is none. Shape (n,).

    stimulus: integer codes, shape (n,); score: shape (n,), any unit, none missing, one per rater and
    stimulus. Raises ValueError for NaN, no score at all, negative codes and unequal lengths. Source: the
    leave-one-out mean, as in a corrected item–total correlation, Nunnally (1978).
    """
    stimuli, y = as_codes(stimulus, "stimulus"), as_scores(score)
    check_rows(stimuli, y)
    count, total = np.bincount(stimuli)[stimuli], np.bincount(stimuli, y)[stimuli]
    others = np.full(len(y), np.nan)
    np.divide(total - y, count - 1, out=others, where=count > 1)
    return others


def grouped_correlation(group: IntArray, x: FloatArray, y: FloatArray, k: int) -> FloatArray:
    """Pearson's r of x and y within each of the groups 0…k−1, shape (k,).

    group, x, y: shape (n,), finite. NaN where a group has fewer than FEWEST pairs or a constant side.
    Source: Pearson (1896), from sums of products about the means of the group.
    """
    n = np.bincount(group, minlength=k)
    size = np.maximum(n, 1)
    dx = x - (np.bincount(group, x, k) / size)[group]
    dy = y - (np.bincount(group, y, k) / size)[group]
    xx, yy = np.bincount(group, dx**2, k) / size, np.bincount(group, dy**2, k) / size
    defined = (n >= FEWEST) & _varies(xx, x) & _varies(yy, y)
    found = np.full(k, np.nan)
    np.divide(np.bincount(group, dx * dy, k) / size, np.sqrt(xx * yy), out=found, where=defined)
    limited: FloatArray = np.clip(found, -1, 1)
    return limited


def _varies(variance: FloatArray, values: FloatArray) -> BoolArray:
    found: BoolArray = variance > CONSTANT * (np.ptp(values) ** 2 if len(values) else 0)
    return found
