"""Log-worths of methods from a ballot: the fit, its intervals, and why there is none where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.stats.arrays import FloatArray, IntArray, Target
from analysis.stats.ballot import Ballot
from analysis.stats.bradley_terry import (
    Fit,
    Votes,
    fit_votes,
    groups_of_methods,
    ladders_of_methods,
    ties_separate,
    vote_scores,
)
from analysis.stats.result import Note
from analysis.stats.sandwich import Clusters, choose_clusters, clustered_se, quantile

PROCEDURES = {
    "rater+item": "rater + item sandwich, t(min(R, I) − 1)",
    "rater": "rater sandwich, t(R − 1)",
    "one rater": "no interval, as there is one rater",
    "none": "covariance-based, comparisons taken as independent",
}
NO_MAXIMUM = "no estimate: the likelihood has no finite maximum"
WITHIN_GROUPS = "maximum likelihood within each group, as there is none over all methods"
REGULARISED = "regularised, no interval: half a win{ties} and half a loss per method against one opponent"
PSEUDO_VOTE = 0.5
MOST_NAMED = 4


@dataclass(frozen=True)
class Scale:
    """Log-worths on one scale, or on one per group: shape (K,) each; NaN for a method alone in its group.

    half_width is of the interval, None without one; se_covariance takes comparisons as independent.
    """

    strengths: FloatArray
    se_covariance: FloatArray | None
    half_width: FloatArray | None


@dataclass(frozen=True)
class Within(Scale):
    """Strengths on one scale per group, and the units that their intervals rest on."""

    clusters: Clusters


@dataclass(frozen=True)
class Worths:
    """The methods that were compared at all (codes, K) and their fit.

    scale: strengths of all methods together; fit is None where that is not maximum likelihood. groups (K,):
    from 1, methods that can be told apart by finite strengths; within: strengths in each group, None where
    all methods share one scale.
    """

    methods: IntArray
    votes: Votes
    clusters: Clusters
    fit: Fit | None
    scale: Scale | None
    groups: IntArray
    within: Within | None
    connected: bool
    procedure: str
    notes: tuple[Note, ...]


def estimate_worths(
    ballot: Ballot, labels: Sequence[str], *, target: Target, confidence: float, regularised: bool
) -> Worths:
    """Fit the methods of a ballot, which holds no missing values; labels (n_methods,) name them in notes.

    Without a finite maximum there are strengths within the groups that have one, and `regularised` strengths
    of all methods if asked for. Source: Bradley & Terry (1952); Davidson (1970); Ford (1957) for the groups.
    """
    methods, votes = _compared(ballot)
    clusters = choose_clusters(ballot.rater, ballot.item, target)
    groups = _named_groups(groups_of_methods(votes), methods, labels)
    notes = _obstacles(votes, methods, labels, groups)
    fit = None if notes else fit_votes(votes)
    if fit is None and not notes:
        notes = (Note("preference_not_converged", "The preference model did not converge."),)
    ladders = _numbered(ladders_of_methods(votes))
    found = Worths(
        methods=methods,
        votes=votes,
        clusters=clusters,
        fit=fit,
        scale=None if fit is None else _scale(votes, fit, clusters, confidence),
        groups=ladders,
        within=None if fit is not None else _within(ballot, votes, ladders, target, confidence),
        connected=len(groups) == 1,
        procedure=NO_MAXIMUM if fit is None else f"maximum likelihood; {PROCEDURES[clusters.kind]}",
        notes=notes,
    )
    found = _with_groups(found)
    return _with_regularised(found) if regularised and fit is None and len(methods) else found


def _scale(votes: Votes, fit: Fit, clusters: Clusters, confidence: float) -> Scale:
    return Scale(fit.strengths, _covariance_se(fit), _half_width(votes, fit, clusters, confidence))


def _within(
    ballot: Ballot, votes: Votes, groups: IntArray, target: Target, confidence: float
) -> Within | None:
    """Strengths from the comparisons inside groups, which have a finite maximum there; one tie parameter."""
    rows = groups[votes.left] == groups[votes.right]
    inner = Votes(
        votes.left[rows], votes.right[rows], votes.outcome[rows], votes.n[rows], votes.n_methods, groups
    )
    if not rows.any() or ties_separate(inner):
        return None
    fit = fit_votes(inner)
    if fit is None:
        return None
    kept = ballot.only(rows)
    wide = target if _several_items(kept.item, groups[inner.left]) else "raters"
    clusters = choose_clusters(kept.rater, kept.item, wide)
    scale = _scale(inner, fit, clusters, confidence)
    alone = np.bincount(groups)[groups] == 1
    return Within(np.where(alone, np.nan, scale.strengths), scale.se_covariance, scale.half_width, clusters)


def _several_items(item: IntArray | None, group: IntArray) -> bool:
    """Whether every group was judged on two items or more; else items cannot be a sample."""
    if item is None:
        return False
    cells = np.unique(np.column_stack([group, item]), axis=0)
    return bool((np.bincount(cells[:, 0])[np.unique(group)] > 1).all())


def _with_groups(found: Worths) -> Worths:
    if found.within is None:
        return found
    kind = found.within.clusters.kind
    message = "Strengths are given within groups of methods only; they do not compare across groups"
    message += ", and their intervals hold for these items only." if kind == "rater" else "."
    procedure = f"{WITHIN_GROUPS}; {PROCEDURES[kind]}"
    notes = (*found.notes, Note("preference_within_groups", message))
    return replace(found, procedure=procedure, notes=notes)


def _with_regularised(found: Worths) -> Worths:
    """Strengths after adding weak votes, so that a finite maximum exists whatever the comparisons say."""
    votes, size = found.votes, found.votes.n_methods
    outcomes = [1, -1, 0] if votes.has_ties else [1, -1]
    added = len(outcomes) * size
    more = Votes(
        np.append(votes.left, np.tile(np.arange(size), len(outcomes))),
        np.append(votes.right, np.full(added, size)),
        np.append(votes.outcome, np.repeat(outcomes, size)),
        np.append(votes.n, np.full(added, PSEUDO_VOTE)),
        size + 1,
    )
    fit = fit_votes(more)
    if fit is None:
        return found
    strengths = fit.strengths[:size] - fit.strengths[:size].mean()
    message = "Strengths are regularised, as asked for: added votes pull them together; no intervals."
    if not found.connected:
        message += " How groups that were never compared stand to each other comes from these votes alone."
    return replace(
        found,
        scale=Scale(strengths, None, None),
        procedure=REGULARISED.format(ties=", half a tie" if votes.has_ties else ""),
        notes=(*found.notes, Note("preference_regularised", message)),
    )


def _numbered(groups: IntArray) -> IntArray:
    """Groups numbered from 1 in the order of their first methods."""
    first = {int(group): None for group in groups}
    rank = {group: number for number, group in enumerate(first, start=1)}
    return np.array([rank[int(group)] for group in groups], dtype=np.int64)


def _compared(ballot: Ballot) -> tuple[IntArray, Votes]:
    methods, codes = np.unique(np.concatenate([ballot.left, ballot.right]), return_inverse=True)
    left, right = np.split(codes, 2)
    return methods, Votes(left, right, ballot.outcome, ballot.n, len(methods))


def _half_width(votes: Votes, fit: Fit, clusters: Clusters, confidence: float) -> FloatArray | None:
    if clusters.kind == "one rater":
        return None
    influence = vote_scores(votes, fit) @ fit.covariance @ fit.to_strengths.T
    se = clustered_se(influence, clusters)
    half_width: FloatArray = quantile(0.5 + confidence / 2, clusters.df) * (
        _covariance_se(fit) if se is None else se
    )
    return half_width


def _covariance_se(fit: Fit) -> FloatArray:
    lift = fit.to_strengths
    root: FloatArray = np.sqrt(np.einsum("kp,pq,kq->k", lift, fit.covariance, lift))
    return root


def _some(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _more_groups(n: int) -> str:
    if n < 1:
        return ""
    return "; and 1 more group" if n == 1 else f"; and {n} more groups"


def _obstacles(
    votes: Votes, methods: IntArray, labels: Sequence[str], groups: list[list[str]]
) -> tuple[Note, ...]:
    if not groups:
        return (Note("no_comparisons", "There are no comparisons, so there are no strengths."),)
    if len(groups) > 1:
        listed = "; ".join(_some(group) for group in groups[:MOST_NAMED])
        listed += _more_groups(len(groups) - MOST_NAMED)
        message = f"Groups of methods were never compared, even indirectly ({listed}): no common strengths."
        return (Note("preference_disconnected", message),)
    ladders = _named_groups(ladders_of_methods(votes), methods, labels)
    if len(ladders) > 1:
        return (Note("preference_separated", _ladder_message(votes, methods, labels)),)
    if ties_separate(votes):
        message = (
            "Preferences and ties follow one order of the methods without exception: strengths have no "
            "finite estimate; win rates and pair tests still hold."
        )
        if not votes.has_wins:
            message = "Every comparison is a tie: strengths have no finite estimate; win rates still hold."
        return (Note("preference_separated", message),)
    return ()


def _ladder_message(votes: Votes, methods: IntArray, labels: Sequence[str]) -> str:
    ahead = np.where(votes.outcome >= 0, votes.left, votes.right)
    behind = np.where(votes.outcome >= 0, votes.right, votes.left)
    tied = votes.outcome == 0
    never_ahead = set(range(len(methods))) - set(ahead.tolist()) - set(behind[tied].tolist())
    never_behind = set(range(len(methods))) - set(behind.tolist()) - set(ahead[tied].tolist())
    found = [f"{labels[methods[code]]} was never preferred" for code in sorted(never_ahead)]
    found += [f"{labels[methods[code]]} was always preferred" for code in sorted(never_behind)]
    more = [f"and {len(found) - MOST_NAMED} more"] if len(found) > MOST_NAMED else []
    reason = (
        "; ".join([*found[:MOST_NAMED], *more]) or "one set of methods was always preferred to the others"
    )
    return f"No finite strengths: {reason}; win rates and pair tests still hold."


def _named_groups(group: IntArray, methods: IntArray, labels: Sequence[str]) -> list[list[str]]:
    names = np.array([labels[code] for code in methods], dtype=object)
    return [names[group == code].tolist() for code in np.unique(group)]
