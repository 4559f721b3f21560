"""The subject model of ITU-T P.910: every score is quality + bias of the rater + noise of the rater."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from analysis.stats.arrays import BoolArray, FloatArray, IntArray
from analysis.stats.coefficient import Table, table_of
from analysis.stats.projection import GUARD, Effects, centred_bias, groups_of, projection, residual
from analysis.stats.result import Note, check_confidence, compact, part_of

PROCEDURE = "alternating projection of P.910: means weighted by the rater's consistency, bias taken off"


@dataclass(frozen=True)
class SubjectModel:
    """Per stimulus and per rater, in the order of their codes, in units of the score; NaN where undefined.

    quality_se: SD of what is left at the stimulus / √n, as P.910 (2023) reports it; quality_se_by_rater:
    1 / √Σ inconsistency⁻², as Li et al. (2020). bias sums to zero over the raters of each connected group.
    log_likelihood and dof (free parameters) are per rating; the likelihood is None where an inconsistency is
    exactly zero, and tells nothing where one is nearly zero.
    """

    quality: FloatArray
    quality_se: FloatArray
    quality_se_by_rater: FloatArray
    bias: FloatArray
    bias_se: FloatArray
    inconsistency: FloatArray
    inconsistency_se: FloatArray
    log_likelihood: float | None
    dof: float | None
    n_ratings: int
    converged: bool
    procedure: str = PROCEDURE
    notes: tuple[Note, ...] = ()

    @property
    def aic(self) -> float | None:
        """Akaike's criterion per rating."""
        if self.log_likelihood is None or self.dof is None:
            return None
        return 2 * (self.dof - self.log_likelihood)

    @property
    def bic(self) -> float | None:
        """Schwarz's criterion per rating."""
        if self.log_likelihood is None or self.dof is None:
            return None
        return float(np.log(self.n_ratings)) * self.dof - 2 * self.log_likelihood


@dataclass(frozen=True)
class _Design:
    """All ratings, and which of them tell a rater's inconsistency."""

    table: Table
    of_rater: IntArray
    of_stimulus: IntArray
    fitted: BoolArray


def subject_model(rater: ArrayLike, stimulus: ArrayLike, score: ArrayLike) -> SubjectModel:
    """Quality, bias and inconsistency at the fixed point of P.910's alternating projection.

    rater, stimulus: integer codes, shape (n,); score: shape (n,), none missing (cells without a rating are
    left out); any unit. Results stand in rising order of the codes that occur. NaN throughout a group of
    raters and stimuli whose ratings any biases fit exactly, such as one rater; a rater with one rating has no
    inconsistency and moves no quality. With few ratings per rater an inconsistency may fall to zero, where
    the likelihood has no bound and P.910's guard of 1e-8 on variances decides: a note says so.
    Raises ValueError for NaN, no score at all, negative codes, unequal lengths and double ratings.
    Source: Li, Bampis, Krasula, Janowski, Katsavounidis (2020), A simple model for subject behavior in
    subjective experiments, alternating projection; ITU-T P.910 (2023), where P.913's procedures stand now.
    """
    design = _design(table_of(rater, stimulus, score))
    if not design.fitted.any():
        return _undefined(design)
    table, raters, stimuli = _of_fitted(design)
    effects = projection(table)
    model = _spread_out(design, _estimated(table, effects), raters, stimuli)
    return replace(model, notes=tuple(_notes(design, table, effects, model)))


def inconsistency_limits(
    inconsistency: ArrayLike, n_ratings: ArrayLike, *, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Lower and upper limits of inconsistencies that n_ratings were summed to; NaN stays NaN.

    inconsistency: shape (k,), units of the score; n_ratings: shape (k,), at least 1.
    Raises ValueError unless 0 < confidence < 1.
    Source: the χ² interval of a variance, as in Li et al. (2020), with n degrees of freedom.
    """
    check_confidence(confidence)
    value, n = np.asarray(inconsistency, dtype=float), np.asarray(n_ratings)
    tail = (1 - confidence) / 2
    low, high = (value * np.sqrt(n / stats.chi2.ppf(share, n)) for share in (1 - tail, tail))
    return np.asarray(low, dtype=float), np.asarray(high, dtype=float)


def _design(table: Table) -> _Design:
    """A group of J stimuli and I raters needs more than J + I − 1 ratings, and a rater more than one."""
    of_rater, of_stimulus = groups_of(table)
    of_rating = of_rater[table.rater]
    k = int(of_rater.max()) + 1
    members = np.bincount(of_rater, minlength=k) + np.bincount(of_stimulus, minlength=k)
    spare = np.bincount(of_rating, minlength=k) - members + 1
    several = table.per_rater > 1
    return _Design(table, of_rater, of_stimulus, several[table.rater] & (spare[of_rating] > 0))


def _of_fitted(design: _Design) -> tuple[Table, IntArray, IntArray]:
    """The fitted ratings with gapless codes, and the codes of their raters and stimuli in the whole table."""
    table, rows = design.table, design.fitted
    raters, n_raters = compact(table.rater[rows])
    stimuli, n_stimuli = compact(table.stimulus[rows])
    part = Table(raters, stimuli, table.score[rows], n_raters, n_stimuli)
    return part, np.unique(table.rater[rows]), np.unique(table.stimulus[rows])


def _estimated(table: Table, effects: Effects) -> SubjectModel:
    n_rater, n_stimulus = table.per_rater, table.per_stimulus
    left = residual(table, effects.quality, effects.bias)
    mean = np.bincount(table.stimulus, left) / n_stimulus
    variance = np.bincount(table.stimulus, (left - mean[table.stimulus]) ** 2) / n_stimulus
    inconsistency = np.sqrt(effects.variance)
    return SubjectModel(
        quality=effects.quality,
        quality_se=np.where(n_stimulus > 1, np.sqrt(variance / n_stimulus), np.nan),
        quality_se_by_rater=_se_by_rater(table, effects.variance),
        bias=effects.bias,
        bias_se=inconsistency / np.sqrt(n_rater),
        inconsistency=inconsistency,
        inconsistency_se=inconsistency / np.sqrt(2 * n_rater),
        log_likelihood=_log_likelihood(n_rater, effects.variance),
        dof=(table.n_stimuli + 2 * table.n_raters) / len(table.score),
        n_ratings=len(table.score),
        converged=effects.converged,
    )


def _se_by_rater(table: Table, variance: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore"):
        information = np.bincount(table.stimulus, (1 / variance)[table.rater])
    found: FloatArray = 1 / np.sqrt(information)
    return found


def _log_likelihood(n: IntArray, variance: FloatArray) -> float | None:
    if not (variance > 0).all():
        return None
    return float(-(n * (np.log(2 * np.pi * variance) + 1)).sum() / (2 * n.sum()))


def _spread_out(design: _Design, part: SubjectModel, raters: IntArray, stimuli: IntArray) -> SubjectModel:
    """The estimates at their places among all raters and stimuli, the bias centred in every group."""
    table = design.table
    quality, bias = _at(stimuli, part.quality, table.n_stimuli), _at(raters, part.bias, table.n_raters)
    alone = np.isnan(bias[table.rater]) & ~np.isnan(quality[table.stimulus])
    bias[table.rater[alone]] = table.score[alone] - quality[table.stimulus[alone]]
    known = ~np.isnan(bias)
    centred = np.full(table.n_raters, np.nan)
    centred[known] = centred_bias(bias[known], design.of_rater[known])
    shift = np.zeros(int(design.of_rater.max()) + 1)
    shift[design.of_rater[known]] = (bias - centred)[known]
    return replace(
        part,
        quality=quality + shift[design.of_stimulus],
        quality_se=_at(stimuli, part.quality_se, table.n_stimuli),
        quality_se_by_rater=_at(stimuli, part.quality_se_by_rater, table.n_stimuli),
        bias=centred,
        bias_se=_at(raters, part.bias_se, table.n_raters),
        inconsistency=_at(raters, part.inconsistency, table.n_raters),
        inconsistency_se=_at(raters, part.inconsistency_se, table.n_raters),
    )


def _at(places: IntArray, values: FloatArray, size: int) -> FloatArray:
    found = np.full(size, np.nan)
    found[places] = values
    return found


def _undefined(design: _Design) -> SubjectModel:
    stimuli, raters = (np.full(size, np.nan) for size in (design.table.n_stimuli, design.table.n_raters))
    return SubjectModel(
        *(stimuli, stimuli, stimuli, raters, raters, raters, raters),
        log_likelihood=None,
        dof=None,
        n_ratings=len(design.table.score),
        converged=False,
        notes=tuple(_undefined_notes(stimuli)),
    )


def _undefined_notes(quality: FloatArray) -> list[Note]:
    unknown = int(np.isnan(quality).sum())
    if not unknown:
        return []
    message = (
        f"P.910's subject model is undefined for {part_of(unknown, len(quality))} stimuli: it takes raters "
        "who share several stimuli with others."
    )
    return [Note("subject_model_undefined", message)]


def _notes(design: _Design, table: Table, effects: Effects, model: SubjectModel) -> list[Note]:
    notes = _undefined_notes(model.quality)
    groups = len(np.unique(design.of_rater))
    if groups > 1:
        message = (
            f"Raters and stimuli form {groups} groups without a rating in common, so each rater's bias is "
            "relative to the own group, and corrected MOS of different groups are not on one scale."
        )
        notes.append(Note("unconnected_raters", message))
    still = effects.variance < GUARD
    if still.all():
        message = "P.910's subject model finds no inconsistency in any rater: there is no noise to weigh."
        notes.append(Note("no_inconsistency", message))
    elif still.any():
        raters = part_of(int(still.sum()), table.n_raters)
        stimuli = part_of(_stimuli_of(table, still), table.n_stimuli)
        message = (
            f"P.910's subject model leaves {raters} raters no inconsistency at all, so they alone decide the "
            f"corrected MOS of {stimuli} stimuli; the bias-removed MOS is the safer figure here."
        )
        notes.append(Note("no_inconsistency", message))
    if not model.converged:
        message = "P.910's alternating projection did not settle; the bias-removed MOS is the safer figure."
        notes.append(Note("subject_model_unsettled", message))
    return notes


def _stimuli_of(table: Table, raters: BoolArray) -> int:
    return len(np.unique(table.stimulus[raters[table.rater]]))
