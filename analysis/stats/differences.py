"""Differences between methods: paired over rater x item cells, families of tests, and letters for tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from analysis.stats.arrays import Target
from analysis.stats.mos import CELLS_AVERAGED, check_target, limits, refusal_notes
from analysis.stats.result import Note, check_confidence
from analysis.stats.rounding import noise
from analysis.stats.twoway import (
    BASE,
    RATERS_ONLY,
    REFUSED,
    Cells,
    Clusters,
    Spread,
    cells_of,
    centred,
    cluster_variance,
    clustered_spread,
    spread_of_mean,
)


@dataclass(frozen=True)
class MethodScores:
    """The ratings of one method: codes and scores of shape (n,), codes shared with the other method."""

    rater: ArrayLike
    item: ArrayLike
    score: ArrayLike

    @cached_property
    def cells(self) -> Cells:
        """The rater x item cells, computed once for all the pairs that this method takes part in."""
        return cells_of(self.rater, self.item, self.score)


@dataclass(frozen=True)
class DifferenceEstimate:
    """Difference of two method means, a - b, in scale units; None where undefined."""

    mean: float
    se: float | None
    df: float | None
    ci_low: float | None
    ci_high: float | None
    p: float | None
    procedure: str
    notes: tuple[Note, ...]

    def p_equivalence(self, margin: float) -> float | None:
        """Two one-sided t tests (Schuirmann 1987): the larger p against -margin and +margin (scale units)."""
        below, above = self.p_noninferiority(margin), self._upper_tail(margin - self.mean, margin)
        return None if below is None or above is None else max(below, above)

    def p_noninferiority(self, margin: float) -> float | None:
        """One-sided p of the hypothesis that a is worse than b by `margin` (scale units, > 0) or more."""
        return self._upper_tail(self.mean + margin, margin)

    def _upper_tail(self, distance: float, margin: float) -> float | None:
        if margin <= 0:
            raise ValueError(f"margin must be positive, not {margin}")
        if self.se is None or self.df is None or self.se == 0:
            return None
        return float(stats.t.sf(distance / self.se, self.df))


def difference_estimate(
    a: MethodScores, b: MethodScores, *, target: Target = "raters+items", confidence: float = 0.95
) -> DifferenceEstimate:
    """Difference of the two methods' means, a - b, with a two-way interval and two-sided p.

    Same complete rater x item cells in both: paired differences, analysed as a mean (twoway.py). Otherwise
    the difference of the two cell means with the two-way clustered variance of the influences ±(y - mean) /
    N (Cameron, Gelbach and Miller 2011, section 2.2), G and df from the method with fewer clusters. None
    where a method has fewer than two raters (or items, for target `raters+items`), or where nothing varies,
    with a note. Raises ValueError for NaN, negative codes or unequal lengths.
    """
    check_confidence(confidence)
    check_target(target)
    first, second = a.cells, b.cells
    mean = float(first.score.mean() - second.score.mean())
    spread = _difference_spread(first, second, target)
    return estimate_of_mean(mean, spread, confidence, _difference_notes(first, second, spread, target))


def estimate_of_mean(
    mean: float, spread: Spread | None, confidence: float, notes: tuple[Note, ...]
) -> DifferenceEstimate:
    """The estimate that a mean difference, in scale units, and its variance make; None without a variance.

    `confidence` in (0, 1) and a finite mean, none missing, are the caller's to check; no errors of its own.
    Source: Student (1908).
    """
    low, high = limits(mean, spread, confidence)
    return DifferenceEstimate(
        mean=mean,
        se=None if spread is None else float(np.sqrt(spread.variance)),
        df=None if spread is None else spread.df,
        ci_low=low,
        ci_high=high,
        p=_two_sided(mean, spread),
        procedure=REFUSED if spread is None else spread.procedure,
        notes=notes,
    )


def _two_sided(mean: float, spread: Spread | None) -> float | None:
    if spread is None or spread.variance <= 0:
        return None
    return float(2 * stats.t.sf(abs(mean) / np.sqrt(spread.variance), spread.df))


def _difference_spread(a: Cells, b: Cells, target: Target) -> Spread | None:
    if a.complete and np.array_equal(a.key, b.key):
        differences = a.score - b.score
        floor = max(noise(a.score), noise(b.score))
        differences = np.where(np.abs(differences) > floor, differences, 0.0)
        paired = Cells(a.rater, a.item, differences, a.key, a.n_raters, a.n_items, a.n_ratings)
        spread = spread_of_mean(paired, target)
        return None if spread is None else Spread(spread.variance, spread.df, f"paired, {spread.procedure}")
    n_raters, n_items = min(a.n_raters, b.n_raters), min(a.n_items, b.n_items)
    if n_raters < 2 or (target != "raters" and n_items < 2):
        return None
    spread = _unpaired_spread(a, b, target, Clusters(n_raters, n_items))
    return Spread(spread.variance, spread.df, f"difference of means, {spread.procedure}")


def _unpaired_spread(a: Cells, b: Cells, target: Target, clusters: Clusters) -> Spread:
    of_a, of_b = centred(a), -centred(b)
    key, influence = np.concatenate([a.key, b.key]), np.concatenate([of_a, of_b])
    if target == "raters":
        variance = cluster_variance(key // BASE, influence, clusters.n_raters)
        return Spread(variance, clusters.n_raters - 1.0, RATERS_ONLY)
    _, in_a, in_b = np.intersect1d(a.key, b.key, assume_unique=True, return_indices=True)
    squares = float(influence @ influence + 2 * (of_a[in_a] @ of_b[in_b]))
    by_cell = squares * np.divide(len(key) - len(in_a), len(key) - len(in_a) - 1)
    return clustered_spread(key // BASE, key % BASE, influence, float(by_cell), clusters)


def _difference_notes(a: Cells, b: Cells, spread: Spread | None, target: Target) -> tuple[Note, ...]:
    notes = refusal_notes(min(a.n_raters, b.n_raters), min(a.n_items, b.n_items), spread, target)
    if a.averaged or b.averaged:
        notes.append(CELLS_AVERAGED)
    if not np.array_equal(np.unique(a.key % BASE), np.unique(b.key % BASE)):
        text = (
            "the two methods were rated on partly different items, so the difference of these items is part "
            "of the difference of the methods."
        )
        notes.append(Note("different_items", text))
    return tuple(notes)


def holm(p: Sequence[float | None]) -> list[float | None]:
    """Step-down adjusted p values of one family, length m (Holm 1979); None stays None and does not count.

    The i-th smallest of k is the largest of (k - j + 1) p_j over j ≤ i, 1 at most. p: probabilities, none
    NaN; raises nothing.
    """
    order = sorted((value, i) for i, value in enumerate(p) if value is not None)
    adjusted: list[float | None] = [None] * len(p)
    running = 0.0
    for rank, (value, i) in enumerate(order):
        running = max(running, min(1.0, value * (len(order) - rank)))
        adjusted[i] = running
    return adjusted


def compact_letters(means: Sequence[float], significant: ArrayLike) -> list[str]:
    """Compact letter display: methods sharing a letter do not differ significantly; `a` has the highest mean.

    means: length m, in scale units, none missing; significant: symmetric boolean matrix (m, m). Insert and
    absorb (Piepho 2004). Raises ValueError where the matrix does not fit the means.
    """
    matrix = np.asarray(significant, dtype=bool)
    if matrix.shape != (len(means), len(means)) or not np.array_equal(matrix, matrix.T):
        raise ValueError("significant must be a symmetric matrix with one row per mean")
    order = sorted(range(len(means)), key=lambda i: (-means[i], i))
    position = {method: place for place, method in enumerate(order)}
    groups = [frozenset(order)] if order else []
    for i, j in zip(*np.nonzero(np.triu(matrix, 1)), strict=True):
        groups = _separate(groups, int(i), int(j))
    groups.sort(key=lambda group: sorted(position[m] for m in group))
    return ["".join(_letter(g) for g, group in enumerate(groups) if m in group) for m in range(len(means))]


def _separate(groups: list[frozenset[int]], i: int, j: int) -> list[frozenset[int]]:
    split = {part for group in groups for part in _without_both(group, i, j)}
    return [group for group in split if not any(group < other for other in split)]


def _without_both(group: frozenset[int], i: int, j: int) -> list[frozenset[int]]:
    return [group - {i}, group - {j}] if {i, j} <= group else [group]


def _letter(number: int) -> str:
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    if number < len(alphabet):
        return alphabet[number]
    return f"({number + 1})"
