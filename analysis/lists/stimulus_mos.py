"""stimulus_mos: the mean opinion score of every clip."""

from __future__ import annotations

import pandas as pd

from analysis.lists.corrected import NOT_CORRECTED, corrected
from analysis.lists.mos import CONSTANT, differential, has_dmos, interval_of
from analysis.lists.scope import Listing, Row, Scope, placed, scores
from analysis.stats.mos import StimulusEstimate, stimulus_estimate


def stimulus_rows(scope: Scope) -> Listing:
    """One row per question, screening, measure and stimulus. Differential scores are not corrected: bias
    cancels in them.
    """
    listing = Listing()
    for question in scope.rated_questions:
        low, high = scope.data.scales[question]
        for screening in scope.screenings:
            frame = scope.scored(question, screening)
            measure = scope.rated_measure(question)
            rated = _measured(scope, question, measure, screening, frame, (low, high))
            listing.notes.extend(rated.notes)
            without_habits = corrected(frame)
            listing.rows.extend({**row, **without_habits.columns[row["stimulus"]]} for row in rated.rows)
            if screening == scope.primary:
                listing.notes.extend(placed(without_habits.notes, question))
            if has_dmos(scope, question):
                pairs = differential(scope, question, frame)
                reach = (low, 2 * high - low)  # a clip may be rated above its reference
                differences = _measured(scope, question, "DMOS", screening, pairs, reach)
                listing.rows.extend({**row, **NOT_CORRECTED} for row in differences.rows)
    return listing


def _measured(
    scope: Scope, question: str, measure: str, screening: str, frame: pd.DataFrame, scale: tuple[float, float]
) -> Listing:
    listing = Listing()
    for (method, item, stimulus), rows in _by_stimulus(scope, frame):
        estimate = stimulus_estimate(
            scores(rows), low=scale[0], high=scale[1], confidence=scope.options.confidence
        )
        home = {"question": question, "stimulus": stimulus, "method": method, "item": item}
        constant = measure == "DMOS" and method == scope.data.reference
        row = _stimulus_row(measure, screening, estimate, constant=constant)
        listing.rows.append({**home, **row})
        if screening == scope.primary:
            listing.notes.extend(placed(estimate.notes, question, stimulus))
    return listing


def _by_stimulus(scope: Scope, frame: pd.DataFrame) -> list[tuple[tuple[str, str, str], pd.DataFrame]]:
    methods, items = (
        {name: place for place, name in enumerate(names)} for names in (scope.data.methods, scope.data.items)
    )
    groups = [
        ((str(method), str(item), str(stimulus)), rows)
        for (method, item, stimulus), rows in frame.groupby(["method", "item", "stimulus"], sort=True)
    ]
    return sorted(groups, key=lambda group: (methods[group[0][0]], items[group[0][1]]))


def _stimulus_row(measure: str, screening: str, estimate: StimulusEstimate, *, constant: bool) -> Row:
    return {
        "measure": measure,
        "screening": screening,
        "mean": estimate.mean,
        **interval_of(estimate, constant=constant),
        "procedure": CONSTANT if constant else estimate.procedure,
        "n_ratings": estimate.n_ratings,
        "median": estimate.median,
        "sd": estimate.sd,
    }
