"""raters: how each rater used the scale, beside everybody else."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.lists.scope import Listing, Row, Scope, codes, codes_of, placed, scores
from analysis.stats.bias_removal import rater_bias
from analysis.stats.rater_correlation import leave_one_out
from analysis.stats.result import Note, finite
from analysis.stats.subject_model import inconsistency_limits, subject_model
from analysis.tables import natural

CLIP = ["rater", "stimulus"]


def rater_rows(scope: Scope) -> Listing:
    """One row per question and rater, excluded raters too.

    bias and inconsistency: of P.910's subject model; where that is undefined, P.913's bias alone.
    repeat_mae: mean absolute difference of hidden second showings from the first, None where there is none.
    """
    listing = Listing()
    for question in scope.rated_questions:
        frame = scope.scored(question, "none")
        repeats = repeat_pairs(scope, question, "none")
        error = (repeats["second"] - repeats["first"]).abs().groupby(repeats["rater"]).mean()
        for rater, habits in _habits(frame, scope.options.confidence):
            again = float(error[rater]) if rater in error.index else None
            listing.rows.append({"question": question, "rater": rater, **habits, "repeat_mae": again})
        listing.notes.extend(placed(_without_first(scope, question), question))
        listing.notes.extend(placed(_several_repeats(_repeats(scope, question, "none")), question))
    return listing


def _habits(frame: pd.DataFrame, confidence: float) -> list[tuple[str, Row]]:
    names = natural(frame["rater"].unique())
    rater = codes_of(frame["rater"], names)
    columns = (rater, codes(frame["stimulus"]), scores(frame))
    model, by_moments, follows = subject_model(*columns), rater_bias(*columns), leave_one_out(*columns)
    n = np.bincount(rater)
    low, high = inconsistency_limits(model.inconsistency, n, confidence=confidence)
    figures = {
        "bias": np.where(np.isnan(model.bias), by_moments, model.bias),
        "bias_se": model.bias_se,
        "bias_p913": by_moments,
        "inconsistency": model.inconsistency,
        "inconsistency_se": model.inconsistency_se,
        "inconsistency_ci_low": low,
        "inconsistency_ci_high": high,
        "loo_correlation": follows.correlation,
    }
    return [
        (name, {"n_ratings": int(n[code]), **{key: finite(of_all[code]) for key, of_all in figures.items()}})
        for code, name in enumerate(names)
    ]


def repeat_pairs(scope: Scope, question: str, screening: str) -> pd.DataFrame:
    """rater, stimulus, first, second: scored ratings that the rater gave a second time, unknowingly.

    Where a rater met a clip more than twice, the earliest repeat is the second rating.
    """
    again = _repeats(scope, question, screening).drop_duplicates(CLIP)[[*CLIP, "score"]]
    first = scope.scored(question, screening)[[*CLIP, "score"]]
    pairs = first.merge(again, on=CLIP, suffixes=("_first", "_second"))
    return pairs.rename(columns={"score_first": "first", "score_second": "second"})


def _repeats(scope: Scope, question: str, screening: str) -> pd.DataFrame:
    """Hidden further showings, the earliest first as far as their order is recorded."""
    repeats = scope.of_kind("repeat", question, screening)
    known = [name for name in ("presented_at", "position", "row") if name in repeats]
    return repeats.sort_values(known, kind="stable", ignore_index=True)


def _without_first(scope: Scope, question: str) -> list[Note]:
    """Second showings to which no first, scored one belongs."""
    repeats, scored = _repeats(scope, question, "none")[CLIP], scope.scored(question, "none")[CLIP]
    alone = len(repeats) - len(repeats.merge(scored.drop_duplicates(), on=CLIP))
    if not alone:
        return []
    what = "1 repeat has" if alone == 1 else f"{alone} repeats have"
    message = f"{what} no scored first rating of the same clip by the same rater and count nowhere."
    return [Note("repeat_without_first", message)]


def _several_repeats(repeats: pd.DataFrame) -> list[Note]:
    more = int(repeats.duplicated(CLIP).sum())
    if not more:
        return []
    what = "1 further repeat of a clip is" if more == 1 else f"{more} further repeats of clips are"
    return [Note("several_repeats", f"{what} left out: only the first repeat of a clip by a rater counts.")]
