"""Variance of a mean over a crossed rater x item design, where raters and items are both samples.

Complete cells: analysis of variance. Incomplete cells: moments of Gao and Owen (2017), "Efficient moment
calculations for variance components in large unbalanced crossed random effects models", from
the U-statistics U_a, U_b, U_e.
Where those cannot be solved: two-way clustering of Cameron, Gelbach and Miller (2011), section 2.2.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from analysis.stats.arrays import FloatArray, IntArray
from analysis.stats.result import as_codes, as_scores, check_rows, compact
from analysis.stats.rounding import deviations, noise

BASE = 2**31  # item codes stay below
FEW = 5  # at or below this many raters or items, t has min(R, I) - 1 degrees of freedom
ANOVA = "two-way ANOVA"
MOMENTS = "two-way moments (Gao-Owen)"
CLUSTERED = "two-way clustered (Cameron-Gelbach-Miller)"
RATERS_ONLY = "rater-clustered, items fixed"
REFUSED = "refused"


@dataclass(frozen=True)
class Cells:
    """One score per rater x item cell, sorted by rater, then item; codes have no gaps."""

    rater: IntArray
    item: IntArray
    score: FloatArray
    key: IntArray  # original rater code * BASE + original item code
    n_raters: int
    n_items: int
    n_ratings: int

    @property
    def n(self) -> int:
        return len(self.score)

    @property
    def complete(self) -> bool:
        return self.n == self.n_raters * self.n_items

    @property
    def averaged(self) -> bool:
        return self.n < self.n_ratings


@dataclass(frozen=True)
class Spread:
    """Variance of a mean, its degrees of freedom, and the estimator in words."""

    variance: float
    df: float
    procedure: str


@dataclass(frozen=True)
class Clusters:
    """How many raters and items a clustered variance rests on."""

    n_raters: int
    n_items: int


@dataclass(frozen=True)
class Components:
    """Crossed two-way variance components; not floored at zero."""

    row: float
    column: float
    residual: float


def cells_of(rater: ArrayLike, item: ArrayLike, score: ArrayLike) -> Cells:
    """Average the ratings within each rater x item cell.

    rater, item: integer codes, shape (n,); score: shape (n,), none missing; cells without a rating are not
    there. Raises ValueError for NaN, no rating at all, negative codes and unequal lengths.
    """
    raters, items, scores = as_codes(rater, "rater"), as_codes(item, "item"), as_scores(score)
    check_rows(raters, items, scores)
    key, inverse, counts = np.unique(raters * BASE + items, return_inverse=True, return_counts=True)
    means = np.bincount(inverse, weights=scores) / counts
    rows, n_raters = compact(key // BASE)
    columns, n_items = compact(key % BASE)
    return Cells(rows, columns, means, key, n_raters, n_items, len(scores))


def spread_of_mean(cells: Cells, target: str) -> Spread | None:
    """Variance of the mean over cells (squared scale units) for the target population.

    None where it cannot be estimated: fewer than two raters, or two items for target `raters+items`. Zero
    where the scores differ by rounding alone.
    """
    spread = _estimated(cells, target)
    if spread is not None and spread.variance <= noise(cells.score) ** 2:
        return replace(spread, variance=0.0)
    return spread


def _estimated(cells: Cells, target: str) -> Spread | None:
    if target == "raters":
        return _rater_spread(cells)
    if cells.n_raters < 2 or cells.n_items < 2:
        return None
    if cells.complete:
        return _anova_spread(cells)
    return _moment_spread(cells) or _clustered_mean(cells)


def centred(cells: Cells) -> FloatArray:
    """Influence of each cell on the mean, (y - mean) / N: shape (n_cells,), in scale units."""
    influence: FloatArray = deviations(cells.score) / cells.n
    return influence


def _rater_spread(cells: Cells) -> Spread | None:
    if cells.n_raters < 2:
        return None
    variance = cluster_variance(cells.rater, centred(cells), cells.n_raters)
    return Spread(variance, cells.n_raters - 1.0, RATERS_ONLY)


def _anova_spread(cells: Cells) -> Spread:
    R, J, N = cells.n_raters, cells.n_items, cells.n
    table = cells.score.reshape(R, J)
    rows, columns = table.mean(1), table.mean(0)
    rest = table - rows[:, None] - columns + table.mean()
    a, b = float(rows.var(ddof=1)) / R, float(columns.var(ddof=1)) / J
    c = float((rest**2).sum()) / ((R - 1) * (J - 1)) / N
    variance = max(a + b - c, a, b)
    parts = ((a, R - 1.0), (b, J - 1.0), (c, (R - 1.0) * (J - 1.0)))
    return Spread(variance, _satterthwaite(variance, parts, cells), ANOVA)


def _moment_spread(cells: Cells) -> Spread | None:
    free = cells.n - cells.n_raters - cells.n_items + 1
    found = crossed_components(cells.rater, cells.item, cells.score) if free > 0 else None
    if found is None:
        return None
    per_rater, per_item = np.bincount(cells.rater), np.bincount(cells.item)
    A = max(found.row, 0.0) * float((per_rater**2).sum()) / cells.n**2
    B = max(found.column, 0.0) * float((per_item**2).sum()) / cells.n**2
    C = max(found.residual, 0.0) / cells.n
    parts = ((A, cells.n_raters - 1.0), (B, cells.n_items - 1.0), (C, float(free)))
    return Spread(A + B + C, _satterthwaite(A + B + C, parts, cells), MOMENTS)


def _clustered_mean(cells: Cells) -> Spread:
    influence = centred(cells)
    by_cell = float(influence @ influence) * cells.n / (cells.n - 1)
    clusters = Clusters(cells.n_raters, cells.n_items)
    return clustered_spread(cells.rater, cells.item, influence, by_cell, clusters)


def _satterthwaite(variance: float, parts: tuple[tuple[float, float], ...], cells: Cells) -> float:
    fewest = min(cells.n_raters, cells.n_items)
    bottom = sum(part**2 / df for part, df in parts)
    if fewest <= FEW or bottom == 0:
        return fewest - 1.0
    return float(np.clip(variance**2 / bottom, 1.0, cells.n - 1.0))


def crossed_components(row: IntArray, column: IntArray, score: FloatArray) -> Components | None:
    """Moment estimates (Gao and Owen 2017) from one score per (row, column) cell; None where singular.

    row, column: codes without gaps, score: none missing, all of shape (n,); empty cells are not there.
    """
    N, n_row, n_col = len(score), np.bincount(row), np.bincount(column)
    within_row, within_column, total = sums_of_squares(row, column, score, n_row, n_col)
    solved = solve_moments(N, n_row, n_col, np.array([within_row, within_column, N * total]))
    return None if solved is None else Components(*(float(v) for v in solved))


def sums_of_squares(
    row: IntArray, column: IntArray, score: FloatArray, n_row: IntArray, n_column: IntArray
) -> tuple[float, float, float]:
    """Sums of squares within rows, within columns, and about the grand mean.

    row, column: codes without gaps, shape (n,); score: shape (n,), none missing; n_row, n_column: scores per
    row and per column, shapes (rows,) and (columns,), none zero.
    """
    centred_score = score - score.mean()
    total = float(centred_score @ centred_score)
    row_sums, column_sums = np.bincount(row, centred_score), np.bincount(column, centred_score)
    within_row = total - float((row_sums**2 / n_row).sum())
    within_column = total - float((column_sums**2 / n_column).sum())
    return within_row, within_column, total


def solve_moments(n: int, n_row: IntArray, n_column: IntArray, statistics: FloatArray) -> FloatArray | None:
    """Solve the three moment equations of Gao and Owen (2017) for (row, column, residual).

    n: scores; n_row, n_column: scores per row and column; statistics: shape (3,) or (3, m), sums of squares
    within rows, within columns, and n times those about the mean. Same shape back; None where singular.
    """
    in_row, in_column = float(n - len(n_row)), float(n - len(n_column))
    rows, columns = float((n_row**2).sum()), float((n_column**2).sum())
    equations = np.array(
        [[0.0, in_row, in_row], [in_column, 0.0, in_column], [n**2 - rows, n**2 - columns, float(n**2 - n)]]
    )
    equations[2] /= n
    scaled = statistics.astype(np.float64)
    scaled[2] = scaled[2] / n
    if np.linalg.matrix_rank(equations) < 3:
        return None
    solution: FloatArray = np.linalg.solve(equations, scaled)
    return solution


def cluster_variance(cluster: IntArray, influence: FloatArray, n_clusters: int) -> float:
    """Sum over clusters of squared total influence, times G / (G - 1) for `n_clusters` = G ≥ 2.

    cluster: codes, influence: of each score on the estimate, both of shape (n,), none missing.
    Source: Cameron, Gelbach and Miller (2011).
    """
    totals = np.bincount(cluster, influence)
    return float(totals @ totals) * n_clusters / (n_clusters - 1)


def clustered_spread(
    rater: IntArray, item: IntArray, influence: FloatArray, by_cell: float, clusters: Clusters
) -> Spread:
    """Two-way clustered variance, never below either one-way variance; df = min(R, I) - 1.

    rater, item: codes, influence: of each score, all of shape (n,), none missing; by_cell: the variance
    clustered by rater x item cell. Source: Cameron, Gelbach and Miller (2011), section 2.2.
    """
    by_rater = cluster_variance(rater, influence, clusters.n_raters)
    by_item = cluster_variance(item, influence, clusters.n_items)
    variance = max(by_rater + by_item - by_cell, by_rater, by_item)
    return Spread(variance, min(clusters.n_raters, clusters.n_items) - 1.0, CLUSTERED)
