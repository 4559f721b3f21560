"""The bundle's tables as checked data frames. Every column that is asked for later exists afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

import pandas as pd

from analysis import csvfile
from analysis.stats.result import Note
from studies.bundle import RATERS, RATING_KINDS, RATINGS, STIMULI, Table
from studies.config import Method
from studies.errors import InputError

DEFAULT_QUESTION = "overall"
TRIAL = ["rater", "stimulus", "sitting", "position"]  # what tells one presentation of a clip from others
NO_RATINGS = pd.DataFrame(columns=[*RATINGS.header, "row"])


@dataclass(frozen=True)
class Parsed:
    """A table, and what was left out of it."""

    frame: pd.DataFrame
    notes: tuple[Note, ...] = ()


def natural(names: Iterable[str]) -> list[str]:
    """Names once each, in the order a person would give them: a2 before a10."""
    return sorted(set(names), key=lambda name: ([_piece(part) for part in re.split(r"(\d+)", name)], name))


def _piece(part: str) -> tuple[int, int, str]:
    return (0, int(part), "") if part.isdecimal() else (1, 0, part.casefold())


def visits(sitting: pd.Series, at: pd.Series) -> pd.Series:
    """What tells apart the visits of one rater: the sitting, or where none is named ("") the date.

    at: moments; those that are missing (NaT) form one visit where no sitting is named.
    """
    return sitting.where(sitting != "", "\n" + at.dt.strftime("%Y-%m-%d").fillna(""))


def read_ratings(raw: bytes, where: str, question_column: str | None) -> Parsed:
    """ratings.csv: rater, item, method, score; the rest is optional."""
    frame = csvfile.read_table(raw, where)
    csvfile.require(frame, ("rater", "item", "method", "score"), where)
    csvfile.identifiers(frame, ("rater", "item", "method"), where)
    frame = with_question(frame, question_column, where)
    if "stimulus" not in frame:
        frame["stimulus"] = frame["item"] + "|" + frame["method"]
    csvfile.identifiers(frame, ("stimulus",), where)
    frame = _with_kind(frame, where)
    frame = typed(frame, RATINGS, where)
    _refuse_two_homes(frame, where)
    parsed = without_missing(frame, "score", where)
    _refuse_doubles(parsed.frame, where)
    return parsed


def with_question(frame: pd.DataFrame, column: str | None, where: str) -> pd.DataFrame:
    if column is not None:
        if column not in frame:
            raise InputError(
                f"{where}: column '{column}' named by --question-column is missing "
                f"(found: {', '.join(frame.columns)}); name one of these."
            )
        return frame.assign(question=frame[column].replace("", DEFAULT_QUESTION))
    if "question" not in frame:
        return frame.assign(question=DEFAULT_QUESTION)
    return frame.assign(question=frame["question"].replace("", DEFAULT_QUESTION))


def _with_kind(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    if "kind" not in frame:
        return frame.assign(kind="scored")
    csvfile.words(frame, "kind", RATING_KINDS, where)
    return frame.assign(kind=frame["kind"].replace("", "scored"))


def typed(frame: pd.DataFrame, table: Table, where: str) -> pd.DataFrame:
    """Known numeric and boolean columns as such, and `row`, the row in the file."""
    columns = {"row": frame.index.to_numpy()}
    for column in table.columns:
        if column.name not in frame:
            continue
        if column.kind in ("integer", "number"):
            columns[column.name] = csvfile.numbers(frame, column.name, where)
        elif column.kind == "boolean":
            columns[column.name] = csvfile.booleans(frame, column.name, where)
    return frame.assign(**columns)


def without_missing(frame: pd.DataFrame, column: str, where: str) -> Parsed:
    missing = (frame[column].isna() | (frame[column] == "")).to_numpy(dtype=bool)
    if not missing.any():
        return Parsed(frame)
    count, name = int(missing.sum()), PurePath(where).name
    rows = f"1 row of {name} has" if count == 1 else f"{count} rows of {name} have"
    message = (
        f"{rows} no {column} and {'is' if count == 1 else 'are'} left out "
        f"(the first is row {frame['row'][missing].iloc[0]})."
    )
    return Parsed(frame[~missing], (Note(f"missing_{column}", message),))


def _refuse_two_homes(frame: pd.DataFrame, where: str) -> None:
    """A stimulus is one clip: it has one item and one method."""
    first = frame.groupby("stimulus", sort=False)[["item", "method"]].transform("first")
    wrong = (first["item"] != frame["item"]) | (first["method"] != frame["method"])
    if wrong.any():
        row = frame[wrong].iloc[0]
        earlier = frame[frame["stimulus"] == row["stimulus"]].iloc[0]
        raise InputError(
            f"{where} rows {earlier['row']} and {row['row']}: stimulus {row['stimulus']!r} stands with two "
            "different items or methods; give each clip its own stimulus id."
        )


def _refuse_doubles(frame: pd.DataFrame, where: str) -> None:
    """Two scores of one rater for one stimulus and question are never silently averaged."""
    scored = frame[frame["kind"] == "scored"]
    key = ["rater", "stimulus", "question"]
    double = scored.duplicated(key)
    if not double.any():
        return
    second = scored[double].iloc[0]
    same = (scored[key] == second[key]).all(axis=1)
    more = int(double.sum()) - 1
    one_question = (scored["question"] == DEFAULT_QUESTION).all()
    mend = ", or name the column that tells questions apart with --question-column" if one_question else ""
    raise InputError(
        f"{where} rows {scored[same].iloc[0]['row']} and {second['row']}: rater {second['rater']!r} scored "
        f"stimulus {second['stimulus']!r} twice on question {second['question']!r}"
        f"{f' ({more} more such rows)' if more else ''}; remove one, or set column 'kind' of the "
        f"second to repeat{mend}."
    )


def check_scale(frame: pd.DataFrame, scales: dict[str, tuple[float, float]], where: str) -> None:
    """Raise InputError for the first score outside its question's declared scale."""
    for question, (low, high) in scales.items():
        asked = frame[frame["question"] == question]
        outside = asked[(asked["score"] < low) | (asked["score"] > high)]
        if len(outside):
            row = outside.iloc[0]
            raise InputError(
                f"{where} row {row['row']}: score {row['score']:g} lies outside {low:g} to {high:g}, the "
                f"scale of question {question!r} in the study file; correct one of them."
            )


def read_stimuli(raw: bytes, where: str) -> pd.DataFrame:
    frame = csvfile.read_table(raw, where)
    csvfile.require(frame, STIMULI.required, where)
    csvfile.identifiers(frame, STIMULI.required, where)
    _refuse_repeated(frame, "stimulus", where)
    frame = typed(frame, STIMULI, where).drop(columns="row")
    return frame if "is_reference" in frame else frame.assign(is_reference=False)


def read_raters(raw: bytes, where: str) -> pd.DataFrame:
    frame = csvfile.read_table(raw, where)
    csvfile.require(frame, RATERS.required, where)
    csvfile.identifiers(frame, RATERS.required, where)
    _refuse_repeated(frame, "rater", where)
    return typed(frame, RATERS, where).drop(columns="row")


def _refuse_repeated(frame: pd.DataFrame, column: str, where: str) -> None:
    double = frame.index[frame[column].duplicated()]
    if len(double):
        name = frame[column][double[0]]
        raise InputError(
            f"{where} row {double[0]}: {column} {name!r} is listed twice; remove one of the rows."
        )


def stimuli_of(ratings: pd.DataFrame) -> pd.DataFrame:
    """The stimuli of a study without stimuli.csv: those that were rated."""
    found = ratings[["stimulus", "method", "item"]].drop_duplicates("stimulus")
    return found.assign(is_reference=False)


def check_stimuli(ratings: pd.DataFrame, stimuli: pd.DataFrame, where: str) -> None:
    """Every scored rating is of a known stimulus and names its method and item."""
    scored = ratings[ratings["kind"] == "scored"]
    known = stimuli.set_index("stimulus")[["method", "item"]]
    unknown = scored[~scored["stimulus"].isin(known.index)]
    if len(unknown):
        row = unknown.iloc[0]
        raise InputError(
            f"{where} row {row['row']}: stimulus {row['stimulus']!r} is not in {STIMULI.file}; "
            "correct the id or add the stimulus."
        )
    listed = known.loc[scored["stimulus"]]
    for column in ("method", "item"):
        differs = listed[column].to_numpy() != scored[column].to_numpy()
        if differs.any():
            row = scored[differs].iloc[0]
            stands = known.loc[row["stimulus"], column]
            raise InputError(
                f"{where} row {row['row']}: {column} {row[column]!r} differs from {STIMULI.file}, "
                f"where stimulus {row['stimulus']!r} has {stands!r}; correct one of them."
            )


def with_reference(stimuli: pd.DataFrame, sides: Iterable[str], name: str, where: str) -> pd.DataFrame:
    """The clips of the real video marked. Raises InputError where `name` is no method, or not the marked one.

    sides: methods of comparisons.
    """
    methods = natural([*stimuli["method"], *sides])
    if name not in methods:
        raise InputError(
            f"{where} has no method {name!r}, which --reference names; name one of {', '.join(methods)}."
        )
    marked = stimuli["method"][stimuli["is_reference"].to_numpy(dtype=bool)]
    others = natural({*marked} - {name})
    if others:
        raise InputError(
            f"{where}: {STIMULI.file} marks {others[0]!r} as reference, and --reference names {name!r}; "
            "correct one of them."
        )
    return stimuli.assign(is_reference=stimuli["method"] == name)


def check_declared(name: str, declared: Method | None, where: str) -> None:
    """Raise InputError where the study file speaks of another reference, or of none."""
    if declared is None or declared.name != name:
        says = f"names {declared.name!r} as reference" if declared else "names no reference"
        raise InputError(f"{where} has a study file, which {says}; leave --reference out.")
