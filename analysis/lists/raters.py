"""raters: how each rater used the scale, beside everybody else."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.lists.scope import Listing, Row, Scope
from analysis.tables import natural

FEWEST = 3  # stimuli in common with others, below which a correlation says nothing


def rater_rows(scope: Scope) -> Listing:
    """One row per question and rater, excluded raters too.

    bias: mean of score − stimulus mean. inconsistency: SD of what is left after the bias. loo_correlation:
    Pearson's r with the mean of the other raters, over stimuli that others rated. repeat_mae: mean absolute
    difference of hidden second showings from the first. None where not defined.
    """
    listing = Listing()
    for question in scope.rated_questions:
        frame = _residuals(scope.scored(question, "none"))
        repeats = repeat_pairs(scope, question)
        error = (repeats["second"] - repeats["first"]).abs().groupby(repeats["rater"]).mean()
        groups = {str(rater): rows for rater, rows in frame.groupby("rater")}
        for rater in natural(groups):
            listing.rows.append(_row(question, rater, groups[rater], error))
    return listing


def _residuals(frame: pd.DataFrame) -> pd.DataFrame:
    """score, residual from the stimulus mean, and the mean of the other raters (NaN where there is none)."""
    by_stimulus = frame.groupby("stimulus")["score"]
    count, total = by_stimulus.transform("size"), by_stimulus.transform("sum")
    others = np.where(count > 1, (total - frame["score"]) / np.maximum(count - 1, 1), np.nan)
    return frame.assign(residual=frame["score"] - total / count, others=others)


def _row(question: str, rater: str, frame: pd.DataFrame, error: pd.Series) -> Row:
    residual = frame["residual"].to_numpy(dtype=float)
    return {
        "question": question,
        "rater": rater,
        "n_ratings": len(frame),
        "bias": float(residual.mean()),
        "inconsistency": float(residual.std(ddof=1)) if len(frame) > 1 else None,
        "loo_correlation": _correlation(frame),
        "repeat_mae": float(error[rater]) if rater in error.index else None,
    }


def _correlation(frame: pd.DataFrame) -> float | None:
    score, others = frame["score"].to_numpy(dtype=float), frame["others"].to_numpy(dtype=float)
    known = ~np.isnan(others)
    score, others = score[known], others[known]
    if len(score) < FEWEST or np.ptp(score) == 0 or np.ptp(others) == 0:
        return None
    return float(np.corrcoef(score, others)[0, 1])


def repeat_pairs(scope: Scope, question: str) -> pd.DataFrame:
    """rater, stimulus, first, second: scored ratings that the rater gave a second time, unknowingly."""
    ratings = scope.data.ratings
    asked = ratings[(ratings["question"] == question).to_numpy(dtype=bool)]
    key = ["rater", "stimulus"]
    again = asked[asked["kind"] == "repeat"].groupby(key, as_index=False)["score"].mean()
    first = asked[asked["kind"] == "scored"][[*key, "score"]]
    pairs = first.merge(again, on=key, suffixes=("_first", "_second"))
    return pairs.rename(columns={"score_first": "first", "score_second": "second"})
