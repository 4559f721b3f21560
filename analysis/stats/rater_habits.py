"""How each rater used the scale, beside everybody else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.stats.arrays import FloatArray
from analysis.stats.result import as_codes, as_scores, check_rows

FEWEST = 3  # stimuli in common with others, below which a correlation says nothing


@dataclass(frozen=True)
class RaterHabit:
    """One rater. bias: mean of score − stimulus mean, in scale units. inconsistency: SD (n − 1) of what is
    left after the bias. loo_correlation: Pearson's r with the mean of the other raters. None where undefined.
    """

    rater: int
    n_ratings: int
    bias: float
    inconsistency: float | None
    loo_correlation: float | None


def rater_habits(rater: ArrayLike, stimulus: ArrayLike, score: ArrayLike) -> list[RaterHabit]:
    """One entry per rater code that occurs, in rising order.

    rater, stimulus: integer codes, shape (n,); score: shape (n,), none missing. Stimuli that nobody else
    rated do not enter the correlation, which is None below FEWEST stimuli or where either side is constant.
    Raises ValueError for NaN, no score at all, negative codes and unequal lengths.
    Source: bias as in ITU-T P.913 (2021); inconsistency after Li and Bampis (2017), by moments.
    """
    raters, stimuli, y = as_codes(rater, "rater"), as_codes(stimulus, "stimulus"), as_scores(score)
    check_rows(raters, stimuli, y)
    count, total = np.bincount(stimuli)[stimuli], np.bincount(stimuli, y)[stimuli]
    others = np.full(len(y), np.nan)
    np.divide(total - y, count - 1, out=others, where=count > 1)
    residual = y - total / count
    return [
        _habit(int(code), residual[rows], y[rows], others[rows])
        for code in np.unique(raters)
        for rows in [np.flatnonzero(raters == code)]
    ]


def _habit(rater: int, residual: FloatArray, score: FloatArray, others: FloatArray) -> RaterHabit:
    return RaterHabit(
        rater=rater,
        n_ratings=len(score),
        bias=float(residual.mean()),
        inconsistency=float(residual.std(ddof=1)) if len(score) > 1 else None,
        loo_correlation=_correlation(score, others),
    )


def _correlation(score: FloatArray, others: FloatArray) -> float | None:
    known = ~np.isnan(others)
    score, others = score[known], others[known]
    if len(score) < FEWEST or np.ptp(score) == 0 or np.ptp(others) == 0:
        return None
    return float(np.corrcoef(score, others)[0, 1])
