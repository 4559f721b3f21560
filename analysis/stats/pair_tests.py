"""How often one method was preferred to another, pair by pair, with raters and items as random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.stats.arrays import FloatArray, IntArray, Target
from analysis.stats.ballot import Ballot
from analysis.stats.differences import holm
from analysis.stats.sandwich import Clusters, choose_clusters, clustered_se, quantile, two_sided_p

PROCEDURES = {
    "rater+item": "Wilson interval at the effective number of comparisons, rater + item sandwich, "
    "t(min(R, I) − 1)",
    "rater": "Wilson interval at the effective number of comparisons, rater sandwich, t(R − 1)",
    "none": "Wilson interval, comparisons taken as independent (raters not known)",
}
NOT_RESOLVED = "not resolved: fewer than two raters or two items judged this pair"


@dataclass(frozen=True)
class PairResult:
    """One pair of methods. p_a = (wins_a + ties/2) / n; ci_low and ci_high are of p_a; p tests p_a = 1/2."""

    method_a: int
    method_b: int
    wins_a: float
    wins_b: float
    ties: float
    p_a: float
    ci_low: float | None
    ci_high: float | None
    p: float | None
    p_holm: float | None
    procedure: str


@dataclass(frozen=True)
class Share:
    """The share of comparisons for one side, with its interval and the test against one half."""

    value: float
    ci_low: float | None
    ci_high: float | None
    p: float | None
    procedure: str


def pair_results(ballot: Ballot, *, confidence: float, target: Target) -> tuple[PairResult, ...]:
    """Every pair of methods that met, a < b, with Holm's correction over all of them.

    Clusters are those of the whole ballot: a pair judged by fewer than two raters, or on fewer than two items
    where items count, has p_a alone. Source: `share_estimate`; Holm (1979).
    """
    whole = choose_clusters(ballot.rater, ballot.item, target)
    low, high = np.minimum(ballot.left, ballot.right), np.maximum(ballot.left, ballot.right)
    pairs = np.unique(np.column_stack([low, high]), axis=0)
    rows = [ballot.only((low == a) & (high == b)) for a, b in pairs]
    shares = [
        _pair_share(votes, int(a), whole, confidence) for votes, (a, _) in zip(rows, pairs, strict=True)
    ]
    corrected = holm([share.p for share in shares])
    return tuple(
        _pair_result(int(a), int(b), votes, share, p_holm)
        for (a, b), votes, share, p_holm in zip(pairs, rows, shares, corrected, strict=True)
    )


def share_estimate(vote: FloatArray, n: FloatArray, clusters: Clusters, *, confidence: float) -> Share:
    """Wilson's interval and score test of a share, at an effective number of comparisons.

    vote: 1, ½ or 0, shape (rows,), no NaN; n: how often, shape (rows,). The effective number is
    share·(1 − share)/variance with the clustered variance, and never above the number of comparisons; where
    all agree, it is taken after adding one for either side, each by a new rater on a new item.
    Source: Wilson (1927); effective numbers as in Korn & Graubard (1998).
    """
    total = float(n.sum())
    value = float(n @ vote) / total
    effective = _effective_number(vote, n, clusters)
    critical = quantile(0.5 + confidence / 2, clusters.df)
    middle = (value + critical**2 / (2 * effective)) / (1 + critical**2 / effective)
    half = np.sqrt(value * (1 - value) / effective + critical**2 / (4 * effective**2))
    half *= critical / (1 + critical**2 / effective)
    statistic = abs(value - 0.5) * 2 * np.sqrt(effective)
    return Share(
        value=value,
        ci_low=0.0 if value == 0 else float(middle - half),
        ci_high=1.0 if value == 1 else float(middle + half),
        p=two_sided_p(float(statistic), clusters.df),
        procedure=PROCEDURES[clusters.kind],
    )


def _effective_number(vote: FloatArray, n: FloatArray, clusters: Clusters) -> float:
    total = float(n.sum())
    if clusters.kind == "none":
        return total
    if np.all(vote == vote[0]):
        vote, n, clusters = _with_pseudo_votes(vote, n, clusters)
    share = float(n @ vote / n.sum())
    se = clustered_se((n * (vote - share) / n.sum())[:, None], clusters)
    if se is None or se[0] == 0:
        return total
    return min(total, share * (1 - share) / float(se[0]) ** 2)


def _with_pseudo_votes(
    vote: FloatArray, n: FloatArray, clusters: Clusters
) -> tuple[FloatArray, FloatArray, Clusters]:
    def extended(code: IntArray | None) -> IntArray | None:
        return None if code is None else np.append(code, code.max() + np.array([1, 2]))

    more = Clusters(extended(clusters.rater), extended(clusters.item), clusters.kind, clusters.df)
    return np.append(vote, [0.0, 1.0]), np.append(n, [1.0, 1.0]), more


def _pair_share(votes: Ballot, method_a: int, whole: Clusters, confidence: float) -> Share:
    vote = votes.sided(method_a) / 2 + 0.5
    target: Target = "raters" if whole.kind == "rater" else "raters+items"
    clusters = choose_clusters(votes.rater, votes.item, target)
    if clusters.kind != whole.kind or clusters.kind == "one rater":
        return Share(float(votes.n @ vote / votes.n.sum()), None, None, None, NOT_RESOLVED)
    return share_estimate(vote, votes.n, clusters, confidence=confidence)


def _pair_result(a: int, b: int, votes: Ballot, share: Share, p_holm: float | None) -> PairResult:
    wins_a, wins_b, ties = (float(votes.n[votes.sided(a) == side].sum()) for side in (1, -1, 0))
    return PairResult(
        method_a=a,
        method_b=b,
        wins_a=wins_a,
        wins_b=wins_b,
        ties=ties,
        p_a=share.value,
        ci_low=share.ci_low,
        ci_high=share.ci_high,
        p=share.p,
        p_holm=p_holm,
        procedure=share.procedure,
    )
