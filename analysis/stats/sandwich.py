"""Clustered variances of estimates that are sums of scores: by rater, by item, and by both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from analysis.stats.arrays import FloatArray, IntArray, Target


@dataclass(frozen=True)
class Clusters:
    """Which units the comparisons come from, and the degrees of freedom that they leave.

    `rater` and `item` are codes per row (None: not told apart); `kind` names the variance: that of one
    rater is not known, and where raters are not told apart ("none") rows count as independent.
    """

    rater: IntArray | None
    item: IntArray | None
    kind: Literal["rater+item", "rater", "one rater", "none"]
    df: int | None


def choose_clusters(rater: IntArray | None, item: IntArray | None, target: Target) -> Clusters:
    """Rater and item where both vary and the target asks for both; rater alone where only raters vary.

    rater, item: codes, shape (rows,), none missing; None where not recorded. Without raters there are no
    clusters, with a single one no variance either; df: the fewer of raters and items, less 1.
    """
    if rater is None:
        return Clusters(rater, item, "none", None)
    n_raters = len(np.unique(rater))
    n_items = 0 if item is None else len(np.unique(item))
    if n_raters < 2:
        return Clusters(rater, item, "one rater", None)
    if n_items < 2 or target == "raters":
        return Clusters(rater, item, "rater", n_raters - 1)
    return Clusters(rater, item, "rater+item", min(n_raters, n_items) - 1)


def clustered_se(scores: FloatArray, clusters: Clusters) -> FloatArray | None:
    """Standard errors (c,) of estimates with influence values `scores` (rows, c); None without clusters.

    Two-way: rater + item − (rater × item), and never below the rater's or the item's variance alone, so
    that it cannot be negative. Each part has the factor G / (G − 1) of its number of clusters G.
    Source: Cameron, Gelbach & Miller (2011); the maximum as in MacKinnon, Nielsen & Webb (2024).
    """
    if clusters.rater is None or clusters.kind in ("none", "one rater"):
        return None
    by_rater = _one_way(scores, clusters.rater)
    if clusters.item is None or clusters.kind == "rater":
        return _root(by_rater)
    by_item = _one_way(scores, clusters.item)
    both = by_rater + by_item - _one_way(scores, _crossed(clusters.rater, clusters.item))
    return _root(np.maximum(both, np.maximum(by_rater, by_item)))


def quantile(probability: float, df: int | None) -> float:
    """Of Student's t, or of the normal distribution where df is None."""
    return float(stats.norm.ppf(probability) if df is None else stats.t.ppf(probability, df))


def two_sided_p(statistic: float, df: float | None) -> float:
    """Two-sided p of a t statistic, or of a normal one where df is None."""
    tail = stats.norm.sf(abs(statistic)) if df is None else stats.t.sf(abs(statistic), df)
    return min(1.0, 2 * float(tail))


def _one_way(scores: FloatArray, cluster: IntArray) -> FloatArray:
    _, code = np.unique(cluster, return_inverse=True)
    n_clusters = int(code.max()) + 1
    sums = np.zeros((n_clusters, scores.shape[1]))
    np.add.at(sums, code, scores)
    factor = n_clusters / (n_clusters - 1) if n_clusters > 1 else 1.0
    total: FloatArray = factor * (sums**2).sum(axis=0)
    return total


def _crossed(rater: IntArray, item: IntArray) -> IntArray:
    _, rater_code = np.unique(rater, return_inverse=True)
    _, item_code = np.unique(item, return_inverse=True)
    crossed: IntArray = rater_code * (int(item_code.max()) + 1) + item_code
    return crossed


def _root(variance: FloatArray) -> FloatArray:
    root: FloatArray = np.sqrt(variance)
    return root
