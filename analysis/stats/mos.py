"""Mean opinion scores: per method with two-way intervals, per stimulus on a bounded scale; distributions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from analysis.stats.arrays import FloatArray, Target
from analysis.stats.result import Note, as_codes, as_scores, check_confidence, check_rows, finite
from analysis.stats.rounding import is_constant, settled
from analysis.stats.twoway import BASE, REFUSED, Cells, Spread, cells_of, spread_of_mean

CELLS_AVERAGED = Note(
    "cells_averaged",
    "several ratings of one rater for one item and method were averaged before the mean was taken.",
)


@dataclass(frozen=True)
class MeanEstimate:
    """Mean over rater x item cells with an interval for the target population; None where undefined."""

    mean: float
    se: float | None
    df: float | None
    ci_low: float | None
    ci_high: float | None
    target: str
    procedure: str
    rating_mean: float
    n_ratings: int
    n_raters: int
    n_items: int
    naive_ci_low: float | None
    naive_ci_high: float | None
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class StimulusEstimate:
    """Mean of one stimulus; `se` is s / sqrt(n), the interval contains one pseudo-rating."""

    mean: float
    se: float | None
    df: float | None
    ci_low: float | None
    ci_high: float | None
    procedure: str
    n_ratings: int
    median: float
    sd: float | None
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Distribution:
    """Order statistics (Hyndman and Fan 1996, type 7), sd with n - 1, and counts per score."""

    median: float
    q1: float
    q3: float
    sd: float | None
    counts: dict[float, int]


def mean_estimate(
    rater: ArrayLike,
    item: ArrayLike,
    score: ArrayLike,
    *,
    target: Target = "raters+items",
    confidence: float = 0.95,
) -> MeanEstimate:
    """Mean opinion score of one method on one question, as a mean over rater x item cells.

    rater, item: integer codes, shape (n,); score: floats in scale units, shape (n,), none missing.
    target `raters+items` treats both as samples, `raters` holds the items fixed. With fewer than two raters
    or items the two-way interval is None, with a note; so it is where scores differ by rounding alone.
    Raises ValueError for NaN, negative codes or unequal lengths. Sources: Gao and Owen (2017), U-statistics
    U_a, U_b, U_e; Cameron, Gelbach and Miller (2011), section 2.2; degrees of freedom after Satterthwaite
    (1946).
    """
    check_confidence(confidence)
    check_target(target)
    cells = cells_of(rater, item, score)
    scores = as_scores(score)
    spread = spread_of_mean(cells, target)
    mean = float(cells.score.mean())
    low, high = limits(mean, spread, confidence)
    naive_low, naive_high = naive_interval(scores, confidence)
    return MeanEstimate(
        mean=mean,
        se=None if spread is None else float(np.sqrt(spread.variance)),
        df=None if spread is None else spread.df,
        ci_low=low,
        ci_high=high,
        target=target,
        procedure=REFUSED if spread is None else spread.procedure,
        rating_mean=float(scores.mean()),
        n_ratings=len(scores),
        n_raters=cells.n_raters,
        n_items=cells.n_items,
        naive_ci_low=naive_low,
        naive_ci_high=naive_high,
        notes=_mean_notes(cells, spread, target),
    )


def differential_scores(
    rater: ArrayLike, item: ArrayLike, score: ArrayLike, is_reference: ArrayLike, *, high: float
) -> FloatArray:
    """DV = V − V_ref + `high` by the same rater on the same item, uncrushed; `high`: highest grade.

    rater, item: integer codes, shape (n,); score: shape (n,), none missing; is_reference: bool, shape (n,).
    Returns shape (n,), in scale units: NaN where the rater did not rate the item's reference, whose several
    ratings are averaged. Raises ValueError for NaN, negative codes or unequal lengths.
    Source: ITU-T P.910 (2023), ACR-HR.
    """
    reference = np.asarray(is_reference, dtype=bool)
    raters, items, scores = as_codes(rater, "rater"), as_codes(item, "item"), np.asarray(score, dtype=float)
    check_rows(raters, items, scores, reference)
    if not np.isfinite(scores).all():
        raise ValueError("score holds missing or infinite values; remove them before computing")
    cells, cell = np.unique(raters * BASE + items, return_inverse=True)
    count = np.bincount(cell[reference], minlength=len(cells))
    total = np.bincount(cell[reference], scores[reference], minlength=len(cells))
    base = np.divide(total, count, out=np.full(len(cells), np.nan), where=count > 0)
    differential: FloatArray = scores - base[cell] + high
    return differential


def check_target(target: str) -> None:
    """ValueError unless the target population is one of the two fixed words."""
    if target not in ("raters+items", "raters"):
        raise ValueError(f"target must be 'raters+items' or 'raters', not {target!r}")


def limits(mean: float, spread: Spread | None, confidence: float) -> tuple[float | None, float | None]:
    """Student's t interval around `mean`; (None, None) where there is no variance or it is zero."""
    if spread is None or spread.variance <= 0:
        return None, None
    half = float(stats.t.ppf((1 + confidence) / 2, spread.df) * np.sqrt(spread.variance))
    return mean - half, mean + half


def naive_interval(score: FloatArray, confidence: float) -> tuple[float | None, float | None]:
    """Student's t interval that takes all ratings as independent, as published tables mostly do.

    score: shape (n,), none missing. (None, None) for fewer than two ratings or where all are equal.
    """
    if len(score) < 2 or is_constant(score):
        return None, None
    half = float(stats.t.ppf((1 + confidence) / 2, len(score) - 1) * score.std(ddof=1) / np.sqrt(len(score)))
    mean = float(score.mean())
    return mean - half, mean + half


def _mean_notes(cells: Cells, spread: Spread | None, target: str) -> tuple[Note, ...]:
    notes = []
    if cells.averaged:
        notes.append(CELLS_AVERAGED)
    notes += refusal_notes(cells.n_raters, cells.n_items, spread, target)
    return tuple(notes)


def refusal_notes(n_raters: int, n_items: int, spread: Spread | None, target: str) -> list[Note]:
    """Why there is no interval: too few raters, too few items, or no variation at all."""
    if spread is not None:
        text = "the scores do not vary, so no interval can be estimated from them."
        return [Note("constant_scores", text)] if spread.variance <= 0 else []
    if n_raters < 2:
        return [Note("one_rater", "no interval can be given, as there is one rater only.")]
    text = (
        "no interval can be given, as there is one item only; target 'raters' gives one for just this item."
    )
    return [Note("one_item", text)] if target != "raters" and n_items < 2 else []


def beyond_scale(ci_low: float | None, ci_high: float | None, *, low: float, high: float) -> Note | None:
    """A note where an interval reaches beyond the scale from `low` to `high`; its limits are kept."""
    below, above = ci_low is not None and ci_low < low, ci_high is not None and ci_high > high
    if not (below or above):
        return None
    return Note(
        "beyond_scale", f"the interval reaches beyond the scale ({low:g} to {high:g}); limits are kept."
    )


def stimulus_estimate(
    score: ArrayLike, *, low: float, high: float, confidence: float = 0.95, step: float = 1.0
) -> StimulusEstimate:
    """Mean opinion score of one stimulus, with an interval that holds near the ends of the scale.

    score: shape (n,), in scale units, none missing; `low`, `high`: ends of the scale; `step`: one grade. The
    interval is Student's t (1908) after one pseudo-rating one grade from the rounded mean towards mid-scale
    (half a rating on each side where the mean is mid-scale), clipped to the scale, after the idea of Agresti
    and Coull (1998). The mean stays the plain mean. With one rating the interval is None. Raises ValueError
    for NaN or none.
    """
    check_confidence(confidence)
    scores = as_scores(score)
    n, mean = len(scores), float(scores.mean())
    sd = _sd(scores)
    ci_low, ci_high = _pseudo_vote_limits(scores, low, high, step, confidence) if n > 1 else (None, None)
    single = (Note("one_rating", "a stimulus with a single rating has no interval."),)
    return StimulusEstimate(
        mean=mean,
        se=None if sd is None else sd / float(np.sqrt(n)),
        df=float(n) if n > 1 else None,
        ci_low=ci_low,
        ci_high=ci_high,
        procedure="t with one pseudo-rating" if n > 1 else REFUSED,
        n_ratings=n,
        median=float(np.median(scores)),
        sd=sd,
        notes=() if n > 1 else single,
    )


def _pseudo_vote_limits(
    scores: FloatArray, low: float, high: float, step: float, confidence: float
) -> tuple[float, float]:
    mean, n = float(scores.mean()), len(scores)
    # A mean of 3.5 in decimals may come out as 3.4999…, on the other side of a grade's edge.
    votes, weights = _pseudo_votes(float(settled(np.array(mean), max(abs(low), abs(high)))), low, high, step)
    centre = (n * mean + float(weights @ votes)) / (n + 1)
    squares = float(((scores - centre) ** 2).sum() + weights @ (votes - centre) ** 2)
    half = float(stats.t.ppf((1 + confidence) / 2, n) * np.sqrt(squares / n / (n + 1)))
    return min(max(centre - half, low), mean), max(min(centre + half, high), mean)


def _pseudo_votes(mean: float, low: float, high: float, step: float) -> tuple[FloatArray, FloatArray]:
    middle = (low + high) / 2
    rounded = middle + np.sign(mean - middle) * step * np.floor(abs(mean - middle) / step + 0.5)
    if (high - low) / step % 2 == 1:  # mid-scale lies between two grades
        rounded = low + step * np.floor((mean - low) / step + 0.5)
    if mean == middle:
        return np.clip([rounded - step, rounded + step], low, high), np.array([0.5, 0.5])
    return np.clip([rounded - np.sign(mean - middle) * step], low, high), np.array([1.0])


def _sd(scores: FloatArray) -> float | None:
    if len(scores) < 2:
        return None
    return 0.0 if is_constant(scores) else finite(float(scores.std(ddof=1)))


def distribution(score: ArrayLike) -> Distribution:
    """Median, quartiles, sd and counts of ratings, shape (n,), in scale units, none missing.

    Raises ValueError for NaN or none. Source of the quartiles: Hyndman and Fan (1996), type 7.
    """
    scores = as_scores(score)
    q1, median, q3 = (float(q) for q in np.quantile(scores, [0.25, 0.5, 0.75]))
    values, counts = np.unique(scores, return_counts=True)
    of_values = {float(v): int(c) for v, c in zip(values, counts, strict=True)}
    return Distribution(median, q1, q3, _sd(scores), of_values)
