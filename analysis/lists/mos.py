"""mos: mean opinion scores per method, with their intervals and distributions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.compared import CCR
from analysis.lists.graded import CMOS, graded, graded_questions, over_reference, people_unknown
from analysis.lists.scope import Listing, Placed, Row, Scope, codes, placed, scores
from analysis.stats.mos import (
    MeanEstimate,
    StimulusEstimate,
    beyond_scale,
    differential_scores,
    distribution,
    mean_estimate,
)
from analysis.stats.result import Note, part_of

WEAK_REFERENCE = 4.0  # a hidden reference that is rated lower makes DMOS hard to read (ITU-T P.910)
CONSTANT = "constant by definition"


@dataclass(frozen=True)
class Group:
    """The ratings that one row is about, and the row's first columns."""

    question: str
    method: str
    measure: str
    screening: str
    frame: pd.DataFrame


def mos_rows(scope: Scope) -> Listing:
    """One row per question, measure, screening and method."""
    listing = Listing()
    rated, compared = set(scope.rated_questions), set(graded_questions(scope))
    for question in scope.data.questions:
        for screening in scope.screenings:
            if question in rated:
                listing.add(_rated(scope, question, screening))
            if question in compared and scope.data.reference:
                pairs = over_reference(scope, graded(scope, question, screening))
                listing.add(_measured(scope, question, CMOS, screening, pairs))
    return listing


def _rated(scope: Scope, question: str, screening: str) -> Listing:
    frame = scope.scored(question, screening)
    listing = _measured(scope, question, scope.rated_measure(question), screening, frame)
    if has_dmos(scope, question):
        pairs = differential(scope, question, frame)
        listing.add(_measured(scope, question, "DMOS", screening, pairs))
        if screening == scope.primary:
            listing.notes.extend(_dmos_notes(scope, question, frame, len(pairs)))
    return listing


def has_dmos(scope: Scope, question: str) -> bool:
    return question in scope.data.hidden_reference_questions and scope.data.reference is not None


def differential(scope: Scope, question: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Differential scores; ratings whose rater did not rate the item's reference are left out."""
    of_reference = (frame["method"] == scope.data.reference).to_numpy(dtype=bool)
    value = differential_scores(
        codes(frame["rater"]),
        codes(frame["item"]),
        scores(frame),
        of_reference,
        high=scope.data.scales[question][1],
    )
    return frame.assign(score=value)[~np.isnan(value)]


def _dmos_notes(scope: Scope, question: str, frame: pd.DataFrame, used: int) -> list[Placed]:
    notes = []
    reference = frame["score"][frame["method"] == scope.data.reference]
    if len(reference) and reference.mean() < WEAK_REFERENCE:
        message = (
            f"The hidden reference has a MOS of {reference.mean():.2f}, below {WEAK_REFERENCE:g}; "
            "DMOS is hard to read where the reference itself is not good."
        )
        notes.append(Note("weak_reference", message))
    if used < len(frame):
        message = (
            f"{part_of(len(frame) - used, len(frame))} ratings do not enter DMOS, as the rater did not rate "
            "the reference of the item."
        )
        notes.append(Note("dmos_incomplete", message))
    return placed(notes, question)


def _measured(scope: Scope, question: str, measure: str, screening: str, frame: pd.DataFrame) -> Listing:
    listing = Listing()
    rows_of = {str(method): rows for method, rows in frame.groupby("method")}
    for method in scope.methods_in(rows_of):
        group = Group(question, method, measure, screening, rows_of[method])
        constant = measure == "DMOS" and method == scope.data.reference
        estimate = estimate_of(scope, group.frame)
        listing.rows.append(_mos_row(group, estimate, constant=constant))
        if screening == scope.primary and not constant:
            notes = people_unknown(group.frame) or estimate.notes
            listing.notes.extend(placed([*notes, *_beyond(scope, group, estimate)], question, method))
    return listing


def estimate_of(scope: Scope, frame: pd.DataFrame) -> MeanEstimate:
    return mean_estimate(
        codes(frame["rater"]),
        codes(frame["item"]),
        scores(frame),
        target=scope.options.target,
        confidence=scope.options.confidence,
    )


def _beyond(scope: Scope, group: Group, estimate: MeanEstimate) -> list[Note]:
    if group.measure == "DMOS":
        return []
    graded_scale = (float(CCR.low), float(CCR.high))
    low, high = graded_scale if group.measure == CMOS else scope.data.scales[group.question]
    note = beyond_scale(estimate.ci_low, estimate.ci_high, low=low, high=high)
    return [note] if note else []


def _mos_row(group: Group, estimate: MeanEstimate, *, constant: bool) -> Row:
    spread = distribution(scores(group.frame))
    return {
        "question": group.question,
        "method": group.method,
        "measure": group.measure,
        "screening": group.screening,
        "mean": estimate.mean,
        **interval_of(estimate, constant=constant),
        "target": estimate.target,
        "procedure": CONSTANT if constant else estimate.procedure,
        "rating_mean": estimate.rating_mean,
        "n_ratings": estimate.n_ratings,
        "n_raters": _counted(group.frame["rater"], estimate.n_raters),
        "n_items": _counted(group.frame["item"], estimate.n_items),
        "naive_ci_low": None if constant else estimate.naive_ci_low,
        "naive_ci_high": None if constant else estimate.naive_ci_high,
        "median": spread.median,
        "q1": spread.q1,
        "q3": spread.q3,
        "sd": spread.sd,
        "counts": {grade(value): count for value, count in spread.counts.items()},
    }


def _counted(units: pd.Series, count: int) -> int | None:
    """None where comparisons do not say by whom, or on what."""
    return None if (units == "").all() else count


def interval_of(estimate: MeanEstimate | StimulusEstimate, *, constant: bool = False) -> Row:
    names = ("se", "df", "ci_low", "ci_high")
    return {name: None if constant else getattr(estimate, name) for name in names}


def grade(value: float) -> str:
    """A score as the key of a JSON object: 4, 3.5."""
    return str(int(value)) if value == int(value) else repr(value)
