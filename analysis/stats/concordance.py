"""Kendall's W, Fleiss' kappa and the SOS parameter."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from analysis.stats.arrays import FloatArray
from analysis.stats.coefficient import Coefficient, Table, table_of, why_undefined
from analysis.stats.result import Note, check_confidence, part_of
from analysis.stats.twoway import REFUSED

FLEISS = "Fleiss' kappa"
GENERALISED = "Fleiss' kappa, generalised to unequal numbers of raters"
MANY_CATEGORIES = 20


def kendall_w(rater: ArrayLike, stimulus: ArrayLike, score: ArrayLike) -> Coefficient:
    """Kendall's coefficient of concordance, corrected for ties (Kendall and Gibbons 1990).

    12 Σ (R - mean of R)² / (m² (n³ - n) - m Σ (t³ - t)): R the sums of mid-ranks of the n stimuli over the m
    raters, t the sizes of each rater's ties; unit-free, 0 to 1.
    rater, stimulus: integer codes, shape (n,); score: shape (n,), any unit, none missing. Defined where every
    rater scored every stimulus; None, with a note, elsewhere. No interval: W is a mean over pairs of
    raters, and a bootstrap that copies raters would have them agree with themselves. Raises ValueError for
    NaN and duplicates.
    """
    table = table_of(rater, stimulus, score)
    reason = why_undefined(table) or _not_complete(table)
    value = None if reason else concordance(table.matrix)
    if reason is None and value is None:
        reason = Note("constant_scores", "no rater tells two stimuli apart, so ranks cannot agree.")
    if reason is not None:
        return table.coefficient("kendall_w", None, (None, None), REFUSED, (reason,))
    return table.coefficient(
        "kendall_w", value, (None, None), "Kendall's W, corrected for ties, without an interval"
    )


def _not_complete(table: Table) -> Note | None:
    text = "Kendall's W needs every rater to have scored every stimulus."
    return None if table.complete else Note("incomplete", text)


def concordance(matrix: FloatArray) -> float | None:
    """Kendall's W of scores, shape (n_stimuli, n_raters); None where all are tied."""
    n, m = matrix.shape
    ranks = stats.rankdata(matrix, axis=0)
    squares = float(((ranks.sum(1) - m * (n + 1) / 2) ** 2).sum())
    ties = sum(float((np.unique(column, return_counts=True)[1] ** 3.0).sum()) - n for column in matrix.T)
    bottom = m**2 * (n**3 - n) - m * ties
    return 12 * squares / bottom if bottom > 0 else None


def fleiss_kappa(
    rater: ArrayLike,
    stimulus: ArrayLike,
    score: ArrayLike,
    *,
    confidence: float = 0.95,
    n_boot: int = 1000,
    rng: np.random.Generator,
) -> Coefficient:
    """Fleiss' kappa (Fleiss 1971); scores are unordered categories.

    rater, stimulus: integer codes, shape (n,); score: shape (n,), none missing. With unequal numbers of
    raters the stimuli's agreements are averaged without weights, and the procedure says so; stimuli with
    one rating do not count. Interval: percentiles over resampled stimuli. Raises ValueError for NaN and
    duplicates.
    """
    check_confidence(confidence)
    table = table_of(rater, stimulus, score)
    reason = why_undefined(table)
    if reason is not None:
        return table.coefficient("fleiss_kappa", None, (None, None), REFUSED, (reason,))
    values, category = np.unique(table.score, return_inverse=True)
    key = table.stimulus * len(values) + category
    counts = np.bincount(key, minlength=table.n_stimuli * len(values)).reshape(table.n_stimuli, -1)
    value, limits, procedure = kappa_of_counts(counts, confidence=confidence, n_boot=n_boot, rng=rng)
    return table.coefficient("fleiss_kappa", value, limits, procedure, _kappa_notes(counts))


def _kappa_notes(counts: ArrayLike) -> tuple[Note, ...]:
    table, notes = np.asarray(counts), []
    if single := int((table.sum(1) < 2).sum()):
        has = "has" if single == 1 else "have"
        alone = f"{part_of(single, len(table))} stimuli {has} a single rating"
        text = f"{alone}, which says nothing about agreement."
        notes.append(Note("unpairable_stimuli", text))
    if table.shape[1] > MANY_CATEGORIES:
        text = f"kappa takes {table.shape[1]} scores as unordered categories; prefer alpha_interval."
        notes.append(Note("many_categories", text))
    return tuple(notes)


def kappa_of_counts(
    counts: ArrayLike, *, confidence: float = 0.95, n_boot: int = 1000, rng: np.random.Generator
) -> tuple[float | None, tuple[float | None, float | None], str]:
    """Fleiss' kappa, its limits and procedure from ratings per category, shape (n_stimuli, n_categories).

    Stimuli with fewer than two ratings do not count; (None, (None, None), refused) where none is left or only
    one category was used. Raises ValueError where counts are no table. Source: Fleiss (1971).
    """
    table = np.asarray(counts, dtype=np.float64)
    table = table[table.sum(1) > 1]
    procedure = FLEISS if len({*table.sum(1)}) == 1 else GENERALISED
    if len(table) == 0 or (table.sum(0) > 0).sum() < 2:
        return None, (None, None), REFUSED
    sizes = table.sum(1)
    agreement = (table**2 - table).sum(1) / (sizes * (sizes - 1))
    n = len(table)
    weights = rng.multinomial(n, np.full(n, 1 / n), size=n_boot).astype(np.float64)
    sample = _kappa(weights, agreement, table)
    sample = sample[np.isfinite(sample)]
    value = float(_kappa(np.ones((1, n)), agreement, table)[0])
    if len(sample) < 2 or np.ptp(sample) == 0:
        return value, (None, None), procedure
    low, high = np.quantile(sample, [(1 - confidence) / 2, (1 + confidence) / 2])
    return value, (float(low), float(high)), f"{procedure}, bootstrap over stimuli"


def _kappa(weights: FloatArray, agreement: FloatArray, counts: FloatArray) -> FloatArray:
    """Kappa of weighted stimuli; weights: shape (m, n_stimuli); NaN where one category holds all ratings."""
    observed = weights @ agreement / weights.sum(1)
    shares = weights @ counts
    chance = ((shares / shares.sum(1, keepdims=True)) ** 2).sum(1)
    kappa: FloatArray = np.full(len(weights), np.nan)
    np.divide(observed - chance, 1 - chance, out=kappa, where=chance < 1)
    return kappa


def sos_a(
    rater: ArrayLike,
    stimulus: ArrayLike,
    score: ArrayLike,
    *,
    low: float,
    high: float,
    confidence: float = 0.95,
) -> Coefficient:
    """The parameter a of the SOS hypothesis, s² = a (m - low)(high - m) (Hoßfeld, Schatz and Egger 2011).

    rater, stimulus: integer codes, shape (n,); score: shape (n,), on the scale from `low` to `high`, none
    missing. Least squares over stimuli with two or more ratings, s² with n - 1; t interval with White's
    (1980) variance, which takes stimuli as independent. None, with a note, where no such stimulus lies
    inside the scale. Raises ValueError for NaN, duplicates and scores beyond the scale.
    """
    check_confidence(confidence)
    table = table_of(rater, stimulus, score)
    if table.score.min() < low or table.score.max() > high:
        raise ValueError(f"scores lie beyond the scale from {low:g} to {high:g}")
    spread, room = _spread_and_room(table, low, high)
    squares = float(room @ room)
    if squares == 0:
        note = Note(
            "no_spread", "SOS a is not defined: no stimulus has two ratings and a mean inside the scale."
        )
        return table.coefficient("sos_a", None, (None, None), REFUSED, (note,))
    value = float(room @ spread) / squares
    limits = _white_limits(value, spread, room, confidence)
    return table.coefficient("sos_a", value, limits, "least squares, stimuli taken as independent")


def _white_limits(
    value: float, spread: FloatArray, room: FloatArray, confidence: float
) -> tuple[float | None, float | None]:
    if len(room) < 2:
        return None, None
    residual = room * (spread - value * room)
    se = float(np.sqrt(residual @ residual)) / float(room @ room)
    half = float(stats.t.ppf((1 + confidence) / 2, len(room) - 1)) * se
    return value - half, value + half


def _spread_and_room(table: Table, low: float, high: float) -> tuple[FloatArray, FloatArray]:
    sizes = table.per_stimulus
    means = np.bincount(table.stimulus, table.score) / sizes
    squares = np.bincount(table.stimulus, (table.score - means[table.stimulus]) ** 2)
    several = sizes > 1
    room = (means[several] - low) * (high - means[several])
    return squares[several] / (sizes[several] - 1), room
