"""Every rater's bias by moments, and stimulus means of scores without it (ITU-T P.913)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.stats.arrays import FloatArray, IntArray
from analysis.stats.coefficient import Table, table_of

PROCEDURE = "mean of scores less the rater's mean distance from stimulus means (P.913)"


@dataclass(frozen=True)
class BiasRemoval:
    """quality and its standard error per stimulus, bias per rater, in the order of their codes and in units
    of the score; NaN where undefined. log_likelihood and dof (free parameters) are per rating, normal
    scores with a spread per stimulus assumed; None where a spread is zero or unknown.
    """

    quality: FloatArray
    quality_se: FloatArray
    bias: FloatArray
    log_likelihood: float | None
    dof: float
    n_ratings: int
    procedure: str = PROCEDURE

    @property
    def aic(self) -> float | None:
        """Akaike's criterion per rating."""
        return None if self.log_likelihood is None else 2 * (self.dof - self.log_likelihood)

    @property
    def bic(self) -> float | None:
        """Schwarz's criterion per rating."""
        if self.log_likelihood is None:
            return None
        return float(np.log(self.n_ratings)) * self.dof - 2 * self.log_likelihood


def rater_bias(rater: ArrayLike, stimulus: ArrayLike, score: ArrayLike) -> FloatArray:
    """Mean of score − stimulus mean per rater, in units of the score; one per rater code that occurs, rising.

    rater, stimulus: integer codes, shape (n,); score: shape (n,), none missing (cells without a rating are
    left out). NaN for a rater who shares no stimulus with anybody. Not centred: on incomplete data the
    biases need not sum to zero.
    Raises ValueError for NaN, no score at all, negative codes, unequal lengths and double ratings.
    Source: ITU-T P.913 (2021), clause 12.4; in ITU-T P.910 since 2023.
    """
    return _bias(table_of(rater, stimulus, score))


def bias_removal(rater: ArrayLike, stimulus: ArrayLike, score: ArrayLike) -> BiasRemoval:
    """Stimulus means of scores less `rater_bias`, with standard errors SD (n − 1) / √n.

    rater, stimulus: integer codes, shape (n,); score: shape (n,), any unit, none missing. Results stand in
    rising order of the codes that occur. NaN for stimuli of a rater who shares none; the error is NaN for
    one rating. Raises ValueError for NaN, no score at all, negative codes, unequal lengths and double
    ratings. Source: ITU-T P.913 (2021), clause 12.4; in ITU-T P.910 since 2023.
    """
    table = table_of(rater, stimulus, score)
    bias = _bias(table)
    corrected = table.score - bias[table.rater]
    n = table.per_stimulus
    quality = np.bincount(table.stimulus, corrected) / n
    left = corrected - quality[table.stimulus]
    squares = np.asarray(np.bincount(table.stimulus, left**2), dtype=float)
    variance = np.full(len(n), np.nan)
    np.divide(squares, n - 1, out=variance, where=n > 1)
    return BiasRemoval(
        quality=quality,
        quality_se=np.sqrt(variance / n),
        bias=bias,
        log_likelihood=_log_likelihood(n, squares, variance),
        dof=(2 * table.n_stimuli + table.n_raters) / len(table.score),
        n_ratings=len(table.score),
    )


def _bias(table: Table) -> FloatArray:
    n = table.per_stimulus
    gap = table.score - (np.bincount(table.stimulus, table.score) / n)[table.stimulus]
    found: FloatArray = np.bincount(table.rater, gap) / table.per_rater
    meets_others = np.bincount(table.rater, n[table.stimulus] > 1) > 0
    return np.where(meets_others, found, np.nan)


def _log_likelihood(n: IntArray, squares: FloatArray, variance: FloatArray) -> float | None:
    if not (variance > 0).all():
        return None
    total = n * np.log(2 * np.pi * variance) + squares / variance
    return float(-total.sum() / (2 * n.sum()))
