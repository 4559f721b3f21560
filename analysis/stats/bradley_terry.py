"""Maximum likelihood for paired comparisons: Bradley–Terry, and Davidson's model where ties occur."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import helmert
from scipy.sparse import csr_array
from scipy.sparse.csgraph import NegativeCycleError, bellman_ford, connected_components

from analysis.stats.arrays import FloatArray, IntArray

MAX_STEPS = 100
TOLERANCE = 1e-10
LARGEST_LOG_ODDS = 30.0


@dataclass(frozen=True)
class Votes:
    """Comparisons, one row each: method codes shown left and right, outcome +1, 0, −1, and how often (n).

    groups (K,): codes of methods whose strengths sum to zero together; all in one where None.
    """

    left: IntArray
    right: IntArray
    outcome: IntArray
    n: FloatArray
    n_methods: int
    groups: IntArray | None = None

    @property
    def has_wins(self) -> bool:
        return bool(np.any(self.outcome != 0))

    @property
    def has_ties(self) -> bool:
        return bool(np.any(self.outcome == 0))


@dataclass(frozen=True)
class Fit:
    """A converged fit.

    `parameters` (P,): sum-to-zero contrasts (K less the groups), then position (if fitted), then log ν (if
    ties). `strengths` (K,) are log-worths that sum to zero within each group; `covariance` (P, P) is the
    inverse information; `to_strengths` (K, P) maps parameters to strengths.
    """

    parameters: FloatArray
    strengths: FloatArray
    log_tie: float | None
    position: float | None
    log_likelihood: float
    covariance: FloatArray
    to_strengths: FloatArray


def fit_votes(votes: Votes, *, with_position: bool = False) -> Fit | None:
    """Newton's method on the concave log-likelihood; None where it has no finite maximum.

    votes: comparisons of methods that are connected and not separated (`groups_of_methods`,
    `ladders_of_methods`, `ties_separate`), none missing. with_position adds one effect of the left side.
    Utilities are d/2 (left), −d/2 (right) and log ν (tie), where d is the difference of log-worths plus
    the position effect; without ties this is Bradley–Terry. Source: Bradley & Terry (1952); Davidson
    (1970); the position effect as in Davidson & Beaver (1977).
    """
    table = _tabulate(votes)
    design = design_matrix(table, with_position=with_position)
    solution = _newton(design, table)
    if solution is None:
        return None
    parameters, information, log_likelihood = solution
    contrasts = _contrasts(votes)
    size = contrasts.shape[1]
    to_strengths = np.zeros((votes.n_methods, len(parameters)))
    to_strengths[:, :size] = contrasts
    return Fit(
        parameters=parameters,
        strengths=to_strengths @ parameters,
        log_tie=float(parameters[-1]) if votes.has_ties else None,
        position=float(parameters[size]) if with_position else None,
        log_likelihood=log_likelihood,
        covariance=np.asarray(np.linalg.inv(information), dtype=np.float64),
        to_strengths=to_strengths,
    )


def vote_scores(votes: Votes, fit: Fit) -> FloatArray:
    """The gradient of each row's log-likelihood (rows, P), weighted by n."""
    design = design_matrix(votes, with_position=fit.position is not None)
    slopes, tie_slopes = _slopes(design, votes, fit.parameters)
    scores = slopes[:, None] * design
    if votes.has_ties:
        scores = np.column_stack([scores, tie_slopes])
    weighted: FloatArray = scores * votes.n[:, None]
    return weighted


def design_matrix(votes: Votes, *, with_position: bool) -> FloatArray:
    """Derivatives of each row's log-odds, shape (rows, K less the groups), one more with the position effect.

    Columns: the difference of the sum-to-zero contrasts of left and right, then 1 for the position. votes:
    rows as in `Votes`, none missing.
    """
    contrasts = _contrasts(votes)
    design: FloatArray = contrasts[votes.left] - contrasts[votes.right]
    if with_position:
        design = np.column_stack([design, np.ones(len(design))])
    return design


def outcome_probabilities(fit: Fit, left: IntArray, right: IntArray) -> FloatArray:
    """Probabilities of left, tie and right under a fit, shape (rows, 3); without ties the middle one is 0.

    left, right: method codes, shape (rows,), none missing; a position effect is left out.
    Source: Bradley & Terry (1952); Davidson (1970).
    """
    ahead, behind, tied = _probabilities(fit.strengths[left] - fit.strengths[right], fit.log_tie)
    return np.column_stack([ahead, tied, behind])


def groups_of_methods(votes: Votes) -> IntArray:
    """The group of each method (K,): methods of two groups were never compared, even indirectly."""
    graph = csr_array((votes.n, (votes.left, votes.right)), shape=(votes.n_methods, votes.n_methods))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def ladders_of_methods(votes: Votes) -> IntArray:
    """Strongly connected groups (K,) of "was preferred to or tied with"; more than one: no finite maximum.

    Source: Ford (1957); Davidson (1970).
    """
    winner, loser, _ = _edges(votes)
    ones = np.ones(len(winner))
    graph = csr_array((ones, (winner, loser)), shape=(votes.n_methods, votes.n_methods))
    return connected_components(graph, directed=True, connection="strong")[1].astype(np.int64)


def ties_separate(votes: Votes) -> bool:
    """Whether ties leave no finite maximum: all comparisons follow one ladder of methods.

    This is so where heights exist with every winner at least one step above its loser and every tied
    pair within one step: where the difference constraints have no negative cycle. False without ties.
    votes: rows as in `Votes`, none missing. Source: Davidson (1970); Bellman (1958) for the constraints.
    """
    if not votes.has_ties:
        return False
    winner, loser, step = _edges(votes)
    size = votes.n_methods
    lengths = np.full((size, size), np.inf)
    np.minimum.at(lengths, (winner, loser), step)
    start, end = np.nonzero(np.isfinite(lengths))
    graph = csr_array((lengths[start, end], (start, end)), shape=(size, size))
    try:
        bellman_ford(graph, directed=True)
    except NegativeCycleError:
        return False
    return True


def _edges(votes: Votes) -> tuple[IntArray, IntArray, FloatArray]:
    """Winner → loser with length −1; a tie goes both ways with length +1."""
    decided, tied = votes.outcome != 0, votes.outcome == 0
    ahead = np.where(votes.outcome > 0, votes.left, votes.right)
    behind = np.where(votes.outcome > 0, votes.right, votes.left)
    winner = np.concatenate([ahead[decided], votes.left[tied], votes.right[tied]])
    loser = np.concatenate([behind[decided], votes.right[tied], votes.left[tied]])
    step = np.concatenate([np.full(decided.sum(), -1.0), np.full(2 * tied.sum(), 1.0)])
    return winner, loser, step


def _tabulate(votes: Votes) -> Votes:
    """The same comparisons, one row per (left, right, outcome)."""
    keys = np.column_stack([votes.left, votes.right, votes.outcome])
    unique, inverse = np.unique(keys, axis=0, return_inverse=True)
    n = np.bincount(inverse.ravel(), weights=votes.n).astype(np.float64)
    return replace(votes, left=unique[:, 0], right=unique[:, 1], outcome=unique[:, 2], n=n)


def _contrasts(votes: Votes) -> FloatArray:
    """Orthonormal columns that each sum to zero within one group, shape (K, K less the groups)."""
    groups = np.zeros(votes.n_methods, dtype=np.int64) if votes.groups is None else votes.groups
    blocks = []
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        block = np.zeros((votes.n_methods, len(members) - 1))
        block[members] = helmert(len(members)).T
        blocks.append(block)
    return np.hstack(blocks)


def _probabilities(
    difference: FloatArray, log_tie: float | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    tie = np.full_like(difference, -np.inf if log_tie is None else log_tie)
    utilities = np.stack([difference / 2, -difference / 2, tie])
    odds = np.exp(utilities - utilities.max(axis=0))
    left, right, tied = odds / odds.sum(axis=0)
    return left, right, tied


def _at(
    design: FloatArray, votes: Votes, parameters: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    width = design.shape[1]
    return _probabilities(design @ parameters[:width], float(parameters[-1]) if votes.has_ties else None)


def _slopes(design: FloatArray, votes: Votes, parameters: FloatArray) -> tuple[FloatArray, FloatArray]:
    left, right, tied = _at(design, votes, parameters)
    return (votes.outcome - (left - right)) / 2, (votes.outcome == 0) - tied


def _log_likelihood(design: FloatArray, votes: Votes, parameters: FloatArray) -> float:
    left, right, tied = _at(design, votes, parameters)
    chosen = np.select([votes.outcome > 0, votes.outcome < 0], [left, right], tied)
    with np.errstate(divide="ignore"):
        return float(votes.n @ np.log(chosen))


def _gradient(design: FloatArray, votes: Votes, parameters: FloatArray) -> FloatArray:
    slopes, tie_slopes = _slopes(design, votes, parameters)
    gradient = design.T @ (votes.n * slopes)
    return np.append(gradient, votes.n @ tie_slopes) if votes.has_ties else gradient


def _information(design: FloatArray, votes: Votes, parameters: FloatArray) -> FloatArray:
    left, right, tied = _at(design, votes, parameters)
    spread = (left + right - (left - right) ** 2) / 4
    block: FloatArray = design.T @ (design * (votes.n * spread)[:, None])
    if not votes.has_ties:
        return block
    cross = design.T @ (votes.n * -(left - right) * tied / 2)
    corner = votes.n @ (tied * (1 - tied))
    return np.block([[block, cross[:, None]], [cross[None, :], np.array([[corner]])]])


def _newton(design: FloatArray, votes: Votes) -> tuple[FloatArray, FloatArray, float] | None:
    parameters = np.zeros(design.shape[1] + votes.has_ties)
    value = _log_likelihood(design, votes, parameters)
    for _ in range(MAX_STEPS):
        information = _information(design, votes, parameters)
        if np.linalg.cond(information) > 1e12:
            return None
        gradient = _gradient(design, votes, parameters)
        step = np.asarray(np.linalg.solve(information, gradient), dtype=np.float64)
        if gradient @ step < TOLERANCE**2 * votes.n.sum():
            return parameters, information, value
        parameters, value = _line_search(design, votes, parameters, step, value)
        if np.abs(parameters).max() > LARGEST_LOG_ODDS:
            return None
    return None


def _line_search(
    design: FloatArray, votes: Votes, parameters: FloatArray, step: FloatArray, value: float
) -> tuple[FloatArray, float]:
    """The whole Newton step, halved until the likelihood does not fall (rounding allowed for)."""
    slack = 1e-12 * abs(value)
    for halving in range(30):
        candidate = parameters + step / 2**halving
        reached = _log_likelihood(design, votes, candidate)
        if reached >= value - slack:
            return candidate, reached
    return parameters, value
