"""comparisons.csv as a checked data frame: A/B choices, and graded (CCR) answers."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from analysis import csvfile
from analysis.stats.arrays import BoolArray
from analysis.stats.result import Note
from analysis.tables import Parsed, natural, typed, with_question, without_missing
from studies.bundle import CHOICES, COMPARISONS, RATING_KINDS
from studies.errors import InputError
from studies.scales import SCALES

NO_COMPARISONS = pd.DataFrame(columns=[*COMPARISONS.header, "n", "row"])
CCR = SCALES["ccr7"]
SIDES = ("left", "right")
PRACTICE = ("training", "dummy")


def read_comparisons(raw: bytes, where: str, question_column: str | None) -> Parsed:
    """comparisons.csv: left, right, and choice or score; or winner, loser. n counts equal answers.

    Where raters or items are not named the column is empty throughout. `sides_known` is false for
    winner/loser data, whose sides are an artefact. `score` (NaN where there is none) is of the second
    relative to the first; `first` is the side that came first, "" where it does not matter. A missing choice
    is the score's sign. Practice, by column `kind`, is left out.
    """
    frame = csvfile.read_table(raw, where)
    sided = not {"winner", "loser"} & set(frame.columns) or set(frame.columns) >= {*SIDES, "choice"}
    if not sided:
        csvfile.require(frame, ("winner", "loser"), where)
        csvfile.identifiers(frame, ("winner", "loser"), where)
        frame = frame.assign(left=frame["winner"], right=frame["loser"], choice="left", score="")
    csvfile.require(frame, SIDES if "score" in frame else (*SIDES, "choice"), where)
    csvfile.identifiers(frame, SIDES, where)
    frame = _with_words(frame, where)
    frame = typed(with_question(_with_people(frame, where), question_column, where), COMPARISONS, where)
    frame = frame.assign(sides_known=sided, n=_counts(frame, where))
    _refuse_same(frame, where)
    graded, notes = _graded(frame, where)
    parsed = without_missing(_without_practice(graded, where), "choice", where)
    return Parsed(parsed.frame, (*parsed.notes, *notes, *_judged_again(parsed.frame)))


def _without_practice(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    if "kind" not in frame:
        return frame
    csvfile.words(frame, "kind", RATING_KINDS, where)
    return frame[~frame["kind"].isin(PRACTICE)]


def _judged_again(frame: pd.DataFrame) -> list[Note]:
    """A note where raters judged one pair of clips more than once, which two orders of showing may intend."""
    known = frame[(frame["rater"] != "") & (frame["item"] != "") & (frame["expected_choice"] == "")]
    sides = np.sort(known[list(SIDES)].to_numpy(dtype=str), axis=1)
    trial = known[["rater", "item", "question"]].assign(one=sides[:, 0], other=sides[:, 1])
    again = trial[trial.duplicated()]
    if again.empty:
        return []
    such = again.sort_values(list(again.columns)).iloc[0]
    count = "1 comparison is" if len(again) == 1 else f"{len(again)} comparisons are"
    where = f"{such['one']} and {such['other']} on item {such['item']} by rater {such['rater']}"
    message = (
        f"{count} of a pair that the rater had judged before (such as {where}); every answer counts: remove "
        "rows that are copies."
    )
    return [Note("pairs_judged_again", message)]


def graded_questions(comparisons: pd.DataFrame) -> list[str]:
    """Questions with CCR scores, in natural order."""
    return natural(comparisons["question"][comparisons["score"].notna()])


def without_scores(comparisons: pd.DataFrame, declared: Iterable[str]) -> list[Note]:
    """A note for each question declared as CCR that was answered without a single score."""
    bare = set(comparisons["question"]) - set(graded_questions(comparisons))
    return [
        Note(
            "ccr_without_scores",
            f"Question {name!r} is declared as CCR but has no score: only choices count.",
        )
        for name in declared
        if name in bare
    ]


def _with_words(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    for column in ("choice", "expected_choice"):
        if column not in frame:
            frame[column] = ""
        csvfile.words(frame, column, CHOICES, where)
    return frame if "adaptive" in frame else frame.assign(adaptive="")


def _with_people(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    for column in ("rater", "item"):
        if column not in frame or (frame[column] == "").all():
            frame[column] = ""
        else:
            csvfile.identifiers(frame, (column,), where)
    return frame


def _counts(frame: pd.DataFrame, where: str) -> np.ndarray:
    if "n" not in frame:
        return np.ones(len(frame))
    counts = csvfile.numbers(frame, "n", where)
    bad = ~(np.isfinite(counts) & (counts >= 0) & (counts == np.floor(counts)))
    if bad.any():
        row, value = frame.index[bad][0], frame["n"][bad].iloc[0]
        raise InputError(
            f"{where} row {row}: column 'n' is {value!r}, which is not a whole number of answers, 0 or more; "
            "correct the cell."
        )
    return counts


def _refuse_same(frame: pd.DataFrame, where: str) -> None:
    same = frame[(frame["left"] == frame["right"]) & (frame["expected_choice"] == "")]
    if len(same):
        row = same.iloc[0]
        raise InputError(
            f"{where} row {row['row']}: {row['left']!r} is compared with itself; "
            "name two methods, or fill column 'expected_choice' for an attention check."
        )


def _graded(frame: pd.DataFrame, where: str) -> tuple[pd.DataFrame, list[Note]]:
    """With checked `score` and `first`, and the choices that scores imply."""
    score = frame["score"].to_numpy(dtype=float) if "score" in frame else np.full(len(frame), np.nan)
    has_score = ~np.isnan(score)
    _check_scores(frame, score, where)
    first, notes = _first_sides(frame, has_score, where)
    ahead = np.where(first == "left", -score, score)  # of the left side
    implied = np.select([~has_score, ahead > 0, ahead < 0], ["", "left", "right"], "tie")
    choice = frame["choice"].to_numpy(dtype=object)
    _refuse_contradiction(
        frame, (choice != implied) & np.isin(choice, SIDES) & np.isin(implied, SIDES), where
    )
    return frame.assign(score=score, first=first, choice=np.where(choice == "", implied, choice)), notes


def _check_scores(frame: pd.DataFrame, score: np.ndarray, where: str) -> None:
    with np.errstate(invalid="ignore"):
        bad = ~np.isnan(score) & ((score < CCR.low) | (score > CCR.high) | (score != np.round(score)))
        many = ~np.isnan(score) & (frame["n"].to_numpy() > 1)
    if bad.any():
        row = frame[bad].iloc[0]
        raise InputError(
            f"{where} row {row['row']}: score {row['score']:g} is not a whole grade from {CCR.low} to "
            f"{CCR.high}, as CCR has them; correct the cell."
        )
    if many.any():
        row = frame[many].iloc[0]
        raise InputError(
            f"{where} row {row['row']}: a score stands beside n = {row['n']:g}; give each CCR answer its own "
            "row."
        )


def _first_sides(frame: pd.DataFrame, has_score: BoolArray, where: str) -> tuple[np.ndarray, list[Note]]:
    """The side that came first, named by its method or by the word; without the column, the left."""
    written = frame["first"].to_numpy(dtype=object) if "first" in frame else np.full(len(frame), "")
    if has_score.any() and (written[has_score] == "").all():
        message = (
            "Column 'first' is empty: the left side of every graded comparison is taken to have come first."
        )
        return np.where(has_score, "left", ""), [Note("first_assumed", message)]
    sides = [frame[side].to_numpy(dtype=object) for side in SIDES]
    first = np.select(
        [written == sides[0], written == sides[1], written == "left", written == "right"],
        ["left", "right", "left", "right"],
        "",
    )
    unclear = has_score & (first == "")
    if unclear.any():
        row = frame[unclear].iloc[0]
        raise InputError(
            f"{where} row {row['row']}: column 'first' is {row['first']!r}; name the side that came first: "
            f"{row['left']!r} or {row['right']!r}."
        )
    return first, []


def _refuse_contradiction(frame: pd.DataFrame, opposite: BoolArray, where: str) -> None:
    if opposite.any():
        row = frame[opposite].iloc[0]
        raise InputError(
            f"{where} row {row['row']}: choice {row['choice']!r} contradicts score {row['score']:g}, which "
            "is of the second relative to the first; correct 'choice', 'score' or 'first'."
        )


def with_methods(comparisons: pd.DataFrame, stimuli: pd.DataFrame) -> pd.DataFrame:
    """Sides are methods; where stimuli were recorded instead, put their methods."""
    method = stimuli.set_index("stimulus")["method"]
    sides = set(comparisons["left"]) | set(comparisons["right"])
    if not sides or sides <= set(method) or not sides <= set(method.index):
        return comparisons
    return comparisons.assign(left=comparisons["left"].map(method), right=comparisons["right"].map(method))
