"""Clustered variances of estimates that are sums of scores: by rater, by item, and by both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Target = Literal["raters+items", "raters"]


@dataclass(frozen=True)
class Clusters:
    """Which units the votes come from, and the degrees of freedom that they leave.

    `rater` and `item` are codes per row (None: not told apart); `kind` names the variance.
    """

    rater: IntArray | None
    item: IntArray | None
    kind: Literal["rater+item", "rater", "none"]
    df: int | None


def choose_clusters(rater: IntArray | None, item: IntArray | None, target: Target) -> Clusters:
    """Rater and item where both vary and the target asks for both; rater alone where only raters vary."""
    n_raters = 0 if rater is None else len(np.unique(rater))
    n_items = 0 if item is None else len(np.unique(item))
    if n_raters < 2:
        return Clusters(rater, item, "none", None)
    if n_items < 2 or target == "raters":
        return Clusters(rater, item, "rater", n_raters - 1)
    return Clusters(rater, item, "rater+item", min(n_raters, n_items) - 1)


def clustered_se(scores: FloatArray, clusters: Clusters) -> FloatArray | None:
    """Standard errors (c,) of estimates with influence values `scores` (rows, c); None without clusters.

    Two-way: rater + item − (rater × item), and never below the rater's or the item's variance alone, so
    that it cannot be negative. Each part has the factor G / (G − 1) of its number of clusters G.
    Source: Cameron, Gelbach & Miller (2011); the maximum as in MacKinnon, Nielsen & Webb (2024).
    """
    if clusters.rater is None or clusters.kind == "none":
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


def two_sided_p(statistic: float, df: int | None) -> float:
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
