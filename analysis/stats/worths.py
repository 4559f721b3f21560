"""Log-worths of methods from a ballot: the fit, its intervals, and why there is none where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.stats.arrays import FloatArray, IntArray
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
from analysis.stats.sandwich import Clusters, clustered_se, quantile

PROCEDURES = {
    "rater+item": "rater + item sandwich, t(min(R, I) − 1)",
    "rater": "rater sandwich, t(R − 1)",
    "one rater": "no interval, as there is one rater",
    "none": "covariance-based, comparisons taken as independent",
}
NO_MAXIMUM = "no finite maximum likelihood"


@dataclass(frozen=True)
class Worths:
    """The methods that were compared at all (codes, K) and their fit; half_width is of the interval (K,)."""

    methods: IntArray
    votes: Votes
    fit: Fit | None
    half_width: FloatArray | None
    connected: bool
    procedure: str
    notes: tuple[Note, ...]

    @property
    def se_covariance(self) -> FloatArray | None:
        return None if self.fit is None else _covariance_se(self.fit)


def estimate_worths(
    ballot: Ballot, clusters: Clusters, labels: Sequence[str], *, confidence: float
) -> Worths:
    """Fit the methods of a ballot; labels (n_methods,) name them in notes."""
    methods, votes = _compared(ballot)
    groups = _named_groups(groups_of_methods(votes), methods, labels)
    notes = _obstacles(votes, methods, labels, groups)
    fit = None if notes else fit_votes(votes)
    if fit is None and not notes:
        notes = (Note("preference_not_converged", "The preference model did not converge."),)
    return Worths(
        methods=methods,
        votes=votes,
        fit=fit,
        half_width=None if fit is None else _half_width(votes, fit, clusters, confidence),
        connected=len(groups) == 1,
        procedure=NO_MAXIMUM if fit is None else f"maximum likelihood; {PROCEDURES[clusters.kind]}",
        notes=notes,
    )


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


def _obstacles(
    votes: Votes, methods: IntArray, labels: Sequence[str], groups: list[list[str]]
) -> tuple[Note, ...]:
    if not groups:
        return (Note("no_comparisons", "There are no comparisons, so there are no strengths."),)
    if len(groups) > 1:
        listed = "; ".join(", ".join(group) for group in groups)
        message = f"Groups of methods were never compared, even indirectly ({listed}): no strengths."
        return (Note("preference_disconnected", message),)
    ladders = _named_groups(ladders_of_methods(votes), methods, labels)
    if len(ladders) > 1:
        return (Note("preference_separated", _ladder_message(votes, methods, labels)),)
    if ties_separate(votes):
        message = (
            "Ties and preferences follow one ladder without exception: strengths have no finite estimate."
        )
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
    reason = "; ".join(found) or "one set of methods was always preferred to the others"
    return f"No finite strengths: {reason}; win rates and pair tests still hold."


def _named_groups(group: IntArray, methods: IntArray, labels: Sequence[str]) -> list[list[str]]:
    names = np.array([labels[code] for code in methods], dtype=object)
    return [names[group == code].tolist() for code in np.unique(group)]
