"""Whether one strength per method explains the comparisons: fit, transitivity, agreement between raters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analysis.stats.arrays import BoolArray, FloatArray, IntArray
from analysis.stats.ballot import Ballot
from analysis.stats.bradley_terry import Fit, Votes, outcome_probabilities

SLACK = 1e-12  # equal shares computed in two ways are equal


@dataclass(frozen=True)
class Deviance:
    """The likelihood-ratio statistic of the model against a free share per pair; p None without df."""

    g2: float
    df: int
    p: float | None


@dataclass(frozen=True)
class Transitivity:
    """Triads of methods, out of those that met on all three sides, that violate stochastic transitivity."""

    weak: int
    moderate: int
    strong: int
    judged: int


def goodness_of_fit(votes: Votes, fit: Fit) -> Deviance:
    """G² of a fit without position, both sides of a pair taken together; comparisons taken as independent.

    votes: rows as in `Votes`, none missing; fit: of these votes. Source: Bradley & Terry (1952); Davidson
    (1970), likelihood-ratio test against the saturated model.
    """
    a, b = np.minimum(votes.left, votes.right), np.maximum(votes.left, votes.right)
    pairs, pair = np.unique(np.column_stack([a, b]), axis=0, return_inverse=True)
    of_a = np.where(votes.left == a, votes.outcome, -votes.outcome)
    seen = np.zeros((len(pairs), 3))
    np.add.at(seen, (pair.ravel(), 1 - of_a), votes.n)
    expected = seen.sum(axis=1, keepdims=True) * outcome_probabilities(fit, pairs[:, 0], pairs[:, 1])
    filled = seen > 0
    g2 = 2 * float((seen[filled] * np.log(seen[filled] / expected[filled])).sum())
    df = len(pairs) * (2 if votes.has_ties else 1) - len(fit.parameters)
    return Deviance(g2, df, float(stats.chi2.sf(g2, df)) if df > 0 else None)


def transitivity(ballot: Ballot, n_methods: int) -> Transitivity:
    """Violations of weak, moderate and strong stochastic transitivity of the pooled shares.

    ballot: comparisons as in `Ballot`, none missing; a tie counts half for either side. Where a is preferred
    to b and b to c, each in half of the comparisons or more, the share of a over c is to reach one half
    (weak), the smaller (moderate) and the larger (strong) of the two. Source: Tversky & Russo (1969).
    """
    share = _shares(ballot, n_methods)
    found = np.zeros(4, dtype=np.int64)
    for first in range(n_methods - 2):
        second, third = (side + first + 1 for side in np.triu_indices(n_methods - first - 1, 1))
        found += _violations(share, first, second, third)
    return Transitivity(*(int(count) for count in found))


def kendall_u(ballot: Ballot) -> float | None:
    """Agreement between raters: 1 where all prefer the same method of every pair, about 0 at random.

    ballot: comparisons as in `Ballot`, none missing. Twice the share of agreeing pairs of raters, less 1,
    over all pairs of methods and items that two raters decided; ties are left out, and a rater who judged one
    several times counts with the majority. None where raters are not known or no two meet.
    Source: Kendall & Babington Smith (1940), u; for unequal numbers of raters per pair the pooled form.
    """
    decided = ballot.only(ballot.outcome != 0)
    if decided.rater is None or not len(decided.n):
        return None
    item = np.zeros(len(decided.n), dtype=np.int64) if decided.item is None else decided.item
    a, b = np.minimum(decided.left, decided.right), np.maximum(decided.left, decided.right)
    judged, cell = np.unique(np.column_stack([item, a, b, decided.rater]), axis=0, return_inverse=True)
    net = np.bincount(cell.ravel(), decided.n * np.where(decided.left == a, 1, -1) * decided.outcome)
    task = np.unique(judged[:, :3], axis=0, return_inverse=True)[1].ravel()
    for_a, for_b = np.bincount(task, net > 0), np.bincount(task, net < 0)
    agreeing, meeting = _couples(for_a) + _couples(for_b), _couples(for_a + for_b)
    return 2 * agreeing / meeting - 1 if meeting else None


def _couples(count: NDArray[Any]) -> float:
    """How many pairs of raters, over all that they were asked."""
    return float((count * (count - 1) / 2).sum())


def _shares(ballot: Ballot, n_methods: int) -> FloatArray:
    """Share of the row's method over the column's; NaN where they never met."""
    points = np.zeros((n_methods, n_methods))
    np.add.at(points, (ballot.left, ballot.right), ballot.n * (ballot.outcome + 1) / 2)
    np.add.at(points, (ballot.right, ballot.left), ballot.n * (1 - ballot.outcome) / 2)
    met = points + points.T
    return np.divide(points, met, out=np.full_like(points, np.nan), where=met > 0)


def _violations(share: FloatArray, first: int, second: IntArray, third: IntArray) -> IntArray:
    """Triads of `first` with each pair that violate each of the three, and triads that met, shape (4,)."""
    x, y, z = share[first, second], share[second, third], share[first, third]
    met = ~np.isnan(x + y + z)
    x, y, z = x[met], y[met], z[met]
    chains = (
        (x, y, z),
        (z, 1 - y, x),
        (1 - x, z, y),
        (y, 1 - z, 1 - x),
        (1 - z, x, 1 - y),
        (1 - y, 1 - x, 1 - z),
    )
    broken = [np.zeros(len(x), dtype=bool) for _ in range(3)]
    for ab, bc, ac in chains:
        holds: BoolArray = (ab >= 0.5 - SLACK) & (bc >= 0.5 - SLACK)
        bounds = (np.full(len(x), 0.5), np.minimum(ab, bc), np.maximum(ab, bc))
        broken = [
            so_far | (holds & (ac < bound - SLACK)) for so_far, bound in zip(broken, bounds, strict=True)
        ]
    return np.array([*(int(each.sum()) for each in broken), len(x)], dtype=np.int64)
