"""raters: how each rater used the scale, beside everybody else."""

from __future__ import annotations

import pandas as pd

from analysis.lists.scope import Listing, Row, Scope, codes, codes_of, placed, scores
from analysis.stats.rater_habits import RaterHabit, rater_habits
from analysis.stats.result import Note
from analysis.tables import natural

CLIP = ["rater", "stimulus"]


def rater_rows(scope: Scope) -> Listing:
    """One row per question and rater, excluded raters too.

    repeat_mae: mean absolute difference of hidden second showings from the first, None where there is none.
    """
    listing = Listing()
    for question in scope.rated_questions:
        frame = scope.scored(question, "none")
        repeats = repeat_pairs(scope, question, "none")
        error = (repeats["second"] - repeats["first"]).abs().groupby(repeats["rater"]).mean()
        names = natural(frame["rater"])
        rater = codes_of(frame["rater"], names)
        for habit in rater_habits(rater, codes(frame["stimulus"]), scores(frame)):
            listing.rows.append(_row(question, names[habit.rater], habit, error))
        listing.notes.extend(placed(_several_repeats(_repeats(scope, question, "none")), question))
    return listing


def _row(question: str, rater: str, habit: RaterHabit, error: pd.Series) -> Row:
    return {
        "question": question,
        "rater": rater,
        "n_ratings": habit.n_ratings,
        "bias": habit.bias,
        "inconsistency": habit.inconsistency,
        "loo_correlation": habit.loo_correlation,
        "repeat_mae": float(error[rater]) if rater in error.index else None,
    }


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


def _several_repeats(repeats: pd.DataFrame) -> list[Note]:
    more = int(repeats.duplicated(CLIP).sum())
    if not more:
        return []
    what = "1 further repeat of a clip is" if more == 1 else f"{more} further repeats of clips are"
    return [Note("several_repeats", f"{what} left out: only the first repeat of a clip by a rater counts.")]
