"""stimulus_mos: the mean opinion score of every clip."""

from __future__ import annotations

import pandas as pd

from analysis.lists.mos import interval_of
from analysis.lists.scope import Listing, Row, Scope, placed, scores
from analysis.stats.mos import StimulusEstimate, stimulus_estimate


def stimulus_rows(scope: Scope) -> Listing:
    """One row per question, screening and stimulus."""
    listing = Listing()
    for question in scope.rated_questions:
        low, high = scope.data.scales[question]
        for screening in scope.screenings:
            frame = scope.scored(question, screening)
            for (method, item, stimulus), rows in _by_stimulus(scope, frame):
                estimate = stimulus_estimate(
                    scores(rows), low=low, high=high, confidence=scope.options.confidence
                )
                home = {"question": question, "stimulus": stimulus, "method": method, "item": item}
                listing.rows.append({**home, **_stimulus_row(screening, estimate)})
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


def _stimulus_row(screening: str, estimate: StimulusEstimate) -> Row:
    return {
        "measure": "MOS",
        "screening": screening,
        "mean": estimate.mean,
        **interval_of(estimate),
        "procedure": estimate.procedure,
        "n_ratings": estimate.n_ratings,
        "median": estimate.median,
        "sd": estimate.sd,
        "corrected_mos": None,
        "corrected_model": None,
    }
