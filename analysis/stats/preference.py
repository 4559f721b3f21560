"""Strengths of methods from A/B comparisons: Bradley–Terry or Davidson, with raters and items as random."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.stats.arrays import BoolArray, FloatArray, IntArray, Target
from analysis.stats.ballot import Ballot, make_ballot
from analysis.stats.bradley_terry import Fit, Votes, fit_votes, vote_scores
from analysis.stats.pair_structure import (
    Deviance,
    Transitivity,
    goodness_of_fit,
    kendall_u,
    transitivity,
)
from analysis.stats.pair_tests import PairResult, pair_results
from analysis.stats.result import Note
from analysis.stats.sandwich import Clusters, clustered_se, two_sided_p
from analysis.stats.triads import Triads, count_triads
from analysis.stats.worths import Scale, Worths, estimate_worths

__all__ = ["PairResult", "PreferenceFit", "PreferenceModel", "Strength", "fit_preference"]

FEW_UNITS = 6
BOTH: Target = "raters+items"
RATERS: Target = "raters"


@dataclass(frozen=True)
class Strength:
    """One method. strength: log-worth, summing to zero over methods.

    se_covariance takes comparisons as independent. win_rate: (wins + ties/2) / n, over non-adaptive
    comparisons. group: from 1, the methods that share one scale; group_strength: log-worth, summing to zero
    over the group, where not all methods share one. None where not defined.
    """

    method: int
    strength: float | None
    se_covariance: float | None
    ci_low: float | None
    ci_high: float | None
    win_rate: float | None
    group: int | None
    group_strength: float | None
    group_ci_low: float | None
    group_ci_high: float | None
    procedure: str


@dataclass(frozen=True)
class PreferenceModel:
    """The fit as a whole. tie_parameter: Davidson's ν. position_effect: log-odds that the left side gains.

    circular_triads: out of triads_judged on all three sides, within triads_within (one rater and item; one
    rater where items are not known; pooled majorities where raters are not known), non-adaptive
    comparisons only; None where none was judged. fit: None without a finite maximum. transitivity (pooled
    shares) and kendall_u: of non-adaptive comparisons.
    """

    model: str
    log_likelihood: float | None
    tie_parameter: float | None
    position_effect: float | None
    position_p: float | None
    circular_triads: int | None
    triads_judged: int
    triads_within: str
    connected: bool
    fit: Deviance | None
    transitivity: Transitivity
    kendall_u: float | None


@dataclass(frozen=True)
class PreferenceFit:
    """Everything that the comparisons of one question say. target: whom the strengths' intervals speak of, or
    None where they have none.
    """

    strengths: tuple[Strength, ...]
    pairs: tuple[PairResult, ...]
    model: PreferenceModel
    target: Target | None
    notes: tuple[Note, ...]


def fit_preference(
    rater: IntArray | None,
    item: IntArray | None,
    left: IntArray,
    right: IntArray,
    outcome: IntArray,
    *,
    n_methods: int,
    confidence: float = 0.95,
    n: FloatArray | None = None,
    adaptive: BoolArray | None = None,
    positions_known: bool = True,
    target: Target = "raters+items",
    names: Sequence[str] | None = None,
    regularised: bool = False,
) -> PreferenceFit:
    """Strengths, pair tests, position effect and circular triads of the comparisons of one question.

    Arrays (rows,) without missing values; else ValueError. left, right: method codes 0…n_methods−1;
    outcome: +1 left preferred, 0 tie, −1 right preferred; rater and item: codes, None for aggregated
    data; n counts equal ones; adaptive marks those whose pair was chosen by earlier answers: they
    enter the likelihood only. positions_known is False where left and right do not tell what was seen
    (winner/loser files). names: method names for notes.

    Strengths are log-worths that sum to zero, by maximum likelihood; intervals and the position test by
    the rater + item sandwich, t(min(R, I) − 1). Without a finite maximum (a method always or never
    preferred), or where methods were never compared even indirectly, strengths are None and a note says
    why; strengths within the groups that have a maximum stand beside. regularised asks for a penalised
    estimate there instead of None: half a win and half a loss (and half a tie) per method against one common
    opponent; it has no interval.
    Source: Bradley & Terry (1952); Davidson (1970); Davidson & Beaver (1977); Cameron, Gelbach & Miller
    (2011).
    """
    ballot = make_ballot(rater, item, left, right, outcome, n, n_methods=n_methods)
    start = ballot if adaptive is None else ballot.only(~np.asarray(adaptive, dtype=bool))
    labels = list(names) if names is not None else [str(code) for code in range(n_methods)]
    worths = estimate_worths(ballot, labels, target=target, confidence=confidence, regularised=regularised)
    clusters = worths.clusters
    position, position_notes = _position(worths, clusters) if positions_known else ((None, None), ())
    unit_notes = _unit_notes(clusters, target) if len(ballot.n) else ()
    triads = _triads(start, n_methods)
    return PreferenceFit(
        strengths=_strengths(worths, start, n_methods),
        pairs=pair_results(start, confidence=confidence, target=target),
        model=_model(worths, position, triads, start, n_methods),
        target=_target(worths),
        notes=worths.notes + _absent_note(worths, labels) + unit_notes + position_notes,
    )


def _target(worths: Worths) -> Target | None:
    """Further items only where the sandwich has them; nobody where comparisons are taken as independent."""
    scale = worths.scale or worths.within
    if scale is None or scale.half_width is None:
        return None
    within = worths.within if worths.scale is None else None
    kind = (within or worths).clusters.kind
    return {"rater+item": BOTH, "rater": RATERS}.get(kind)


def _strengths(worths: Worths, start: Ballot, n_methods: int) -> tuple[Strength, ...]:
    rank = {int(code): row for row, code in enumerate(worths.methods)}
    return tuple(_strength(code, rank.get(code), worths, start) for code in range(n_methods))


def _strength(method: int, row: int | None, worths: Worths, start: Ballot) -> Strength:
    win_rate = _win_rate(method, start)
    if row is None:
        return Strength(method, *(None,) * 4, win_rate, *(None,) * 4, "never compared")
    value, se, low, high = _placed(worths.scale, row)
    group_value, _, group_low, group_high = _placed(worths.within, row)
    group = int(worths.groups[row])
    own = (group, group_value, group_low, group_high)
    return Strength(method, value, se, low, high, win_rate, *own, worths.procedure)


def _placed(scale: Scale | None, row: int) -> tuple[float | None, float | None, float | None, float | None]:
    """Strength, its covariance-based standard error, and the ends of its interval."""
    if scale is None or np.isnan(scale.strengths[row]):
        return None, None, None, None
    value = float(scale.strengths[row])
    se = None if scale.se_covariance is None else float(scale.se_covariance[row])
    if scale.half_width is None:
        return value, se, None, None
    half = float(scale.half_width[row])
    return value, se, value - half, value + half


def _win_rate(method: int, start: Ballot) -> float | None:
    votes = start.only((start.left == method) | (start.right == method))
    if not len(votes.n):
        return None
    return float(votes.n @ (votes.sided(method) / 2 + 0.5) / votes.n.sum())


def _model(
    worths: Worths,
    position: tuple[float | None, float | None],
    triads: Triads,
    start: Ballot,
    n_methods: int,
) -> PreferenceModel:
    fit = worths.fit
    return PreferenceModel(
        model="davidson" if worths.votes.has_ties else "bradley_terry",
        log_likelihood=None if fit is None else fit.log_likelihood,
        tie_parameter=None if fit is None or fit.log_tie is None else float(np.exp(fit.log_tie)),
        position_effect=position[0],
        position_p=position[1],
        circular_triads=triads.circular if triads.judged else None,
        triads_judged=triads.judged,
        triads_within=_judge_words(start),
        connected=worths.connected and len(worths.methods) == n_methods,
        fit=None if fit is None else goodness_of_fit(worths.votes, fit),
        transitivity=transitivity(start, n_methods),
        kendall_u=kendall_u(start),
    )


def _position(
    worths: Worths, clusters: Clusters
) -> tuple[tuple[float | None, float | None], tuple[Note, ...]]:
    """The left side's advantage in log-odds and its p; None where methods and sides cannot be told apart."""
    if worths.fit is None:
        return (None, None), ()
    fit = fit_votes(worths.votes, with_position=True)
    if fit is None or fit.position is None:
        message = "The effect of the left side cannot be told from the methods': no position effect."
        return (None, None), (Note("position_not_estimable", message),)
    if clusters.kind == "one rater":
        return (fit.position, None), ()
    se = _position_se(worths.votes, fit, clusters)
    return (fit.position, two_sided_p(fit.position / se, clusters.df) if se > 0 else None), ()


def _position_se(votes: Votes, fit: Fit, clusters: Clusters) -> float:
    column = votes.n_methods - 1
    influence = vote_scores(votes, fit) @ fit.covariance[:, [column]]
    se = clustered_se(influence, clusters)
    return float(np.sqrt(fit.covariance[column, column]) if se is None else se[0])


def _triads(start: Ballot, n_methods: int) -> Triads:
    decided = start.only(start.outcome != 0)
    winner = np.where(decided.outcome > 0, decided.left, decided.right)
    loser = np.where(decided.outcome > 0, decided.right, decided.left)
    return count_triads(_judges(decided), winner, loser, decided.n, n_methods)


def _judges(ballot: Ballot) -> IntArray:
    known = [column for column in (ballot.rater, ballot.item) if column is not None]
    if ballot.rater is None or not len(ballot.n):
        return np.zeros(len(ballot.n), dtype=np.int64)
    return np.unique(np.column_stack(known), axis=0, return_inverse=True)[1].ravel().astype(np.int64)


def _judge_words(ballot: Ballot) -> str:
    if ballot.rater is None:
        return "pooled comparisons"
    return "rater" if ballot.item is None else "rater and item"


def _absent_note(worths: Worths, labels: Sequence[str]) -> tuple[Note, ...]:
    absent = [label for code, label in enumerate(labels) if code not in set(worths.methods.tolist())]
    if not absent or not len(worths.methods):
        return ()
    return (Note("method_never_compared", f"Never compared, so without a strength: {', '.join(absent)}."),)


def _unit_notes(clusters: Clusters, target: Target) -> tuple[Note, ...]:
    if clusters.kind == "none":
        message = "Raters are not known: intervals take every comparison as independent, and are too narrow."
        return (Note("preference_independent_votes", message),)
    if clusters.kind == "one rater":
        message = "Only one rater compared: preferences have neither an interval nor a test."
        return (Note("one_rater", message),)
    if clusters.kind == "rater":
        reason = _without_items(clusters, target)
        message = f"Preference intervals hold for these items only: {reason}."
        return (Note("preference_items_fixed", message),)
    if clusters.df is not None and clusters.df < FEW_UNITS - 1:
        message = f"Fewer than {FEW_UNITS} raters or items: the preference intervals are rough."
        return (Note("preference_few_units", message),)
    return ()


def _without_items(clusters: Clusters, target: Target) -> str:
    if clusters.item is None:
        return "items are not recorded"
    return "the target is 'raters'" if target == "raters" else "there is one item only"
