"""Graded comparisons (CCR): mean scores of a pair in one direction, and what the order of showing adds."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from analysis.stats.arrays import FloatArray, IntArray, Target
from analysis.stats.differences import DifferenceEstimate, estimate_of_mean
from analysis.stats.mos import check_target, refusal_notes
from analysis.stats.result import Note, as_codes, as_scores, check_confidence, check_rows
from analysis.stats.sandwich import choose_clusters, clustered_se, two_sided_p
from analysis.stats.twoway import Cells, Spread, cells_of, spread_of_mean


@dataclass(frozen=True)
class OrderEffect:
    """Mean score of the second relative to the first, in grades, with its two-sided p; None where unknown.

    balance: mean over pairs, weighted by answers, of how one-sided the order was: 0 both ways alike, 1 always
    the same method first.
    """

    value: float | None
    p: float | None
    balance: float


def reversed_scores(score: ArrayLike, is_first: ArrayLike) -> FloatArray:
    """Scores of one side relative to the other, whichever came first.

    score: second relative to first, shape (n,), in grades, none missing; is_first: bool, shape (n,), whether
    that side came first. Returns shape (n,). Raises ValueError for NaN or unequal lengths.
    Source: ITU-T P.800 (1996), Annex E: scores are reversed to one direction before averaging.
    """
    scores, first = as_scores(score), np.asarray(is_first, dtype=bool)
    check_rows(scores, first)
    return np.where(first, -scores, scores) + 0.0  # no negative zero


def comparison_difference(
    rater: ArrayLike,
    item: ArrayLike,
    score: ArrayLike,
    *,
    target: Target = "raters+items",
    confidence: float = 0.95,
) -> DifferenceEstimate:
    """Mean score of one pair of methods, with a two-way interval and the two-sided p of no difference.

    rater, item: integer codes, shape (n,); score: in grades, one direction (`reversed_scores`), shape (n,),
    none missing. The mean is over rater × item cells; both orders of one rater and item are averaged within.
    None where a mean has no interval (fewer than two raters, or items for target `raters+items`; nothing
    varies), with a note. Raises ValueError for NaN, negative codes or unequal lengths.
    Source: ITU-T P.800 (1996), Annex E; interval as `mean_estimate` (Gao & Owen 2017).
    """
    check_confidence(confidence)
    check_target(target)
    cells = cells_of(rater, item, score)
    spread = spread_of_mean(cells, target)
    mean = float(cells.score.mean())
    if spread is not None:
        spread = replace(spread, procedure=f"comparison scores in one direction, {spread.procedure}")
    return estimate_of_mean(mean, spread, confidence, _notes(cells, spread, target))


def order_effect(
    rater: ArrayLike,
    item: ArrayLike,
    pair: ArrayLike,
    is_first: ArrayLike,
    score: ArrayLike,
    *,
    target: Target = "raters+items",
) -> OrderEffect:
    """What being second adds to a score, the pairs' own differences held fixed.

    rater, item, pair: integer codes, shape (n,); is_first: bool, shape (n,), whether the pair's one chosen
    method came first; score: second relative to first, in grades, shape (n,), none missing. Least squares of
    the score on a constant and each pair's difference; p by the rater + item sandwich, t(min(R, I) − 1). None
    where every pair came in one order only. Raises ValueError for NaN, negative codes or unequal lengths.
    Source: Scheffé (1952), order effects in paired comparisons; Cameron, Gelbach & Miller (2011).
    """
    check_target(target)
    scores, pairs = as_scores(score), as_codes(pair, "pair")
    raters, items = as_codes(rater, "rater"), as_codes(item, "item")
    check_rows(scores, pairs, raters, items, np.asarray(is_first))
    sign = np.where(np.asarray(is_first, dtype=bool), -1.0, 1.0)
    lean = _per_pair(pairs, sign)
    free = 1 - sign * lean  # the constant, with the pairs' differences taken out
    balance = float(np.abs(lean).mean())
    if free.sum() < 1e-9:
        return OrderEffect(None, None, balance)
    value = float(free @ scores / free.sum())
    rest = scores - value
    influence = free * (rest - sign * _per_pair(pairs, sign * rest)) / free.sum()
    clusters = choose_clusters(raters, items, target)
    found = clustered_se(influence[:, None], clusters)
    se = 0.0 if found is None else float(found[0])
    return OrderEffect(value, two_sided_p(value / se, clusters.df) if se > 0 else None, balance)


def _per_pair(pair: IntArray, values: FloatArray) -> FloatArray:
    """Each row's mean over its pair."""
    return np.asarray((np.bincount(pair, values) / np.maximum(np.bincount(pair), 1))[pair], dtype=float)


def _notes(cells: Cells, spread: Spread | None, target: Target) -> tuple[Note, ...]:
    notes = refusal_notes(cells.n_raters, cells.n_items, spread, target)
    if cells.averaged:
        text = "several scores of one rater for one item and pair were averaged beforehand."
        notes.append(Note("cells_averaged", text))
    return tuple(notes)
