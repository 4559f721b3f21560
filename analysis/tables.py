"""The bundle's tables as checked data frames. Every column that is asked for later exists afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis import csvfile
from analysis.stats.result import Note
from studies.bundle import RATERS, RATING_KINDS, RATINGS, SOUND_CHECK, STIMULI, Table
from studies.config import Method, StudyConfig
from studies.errors import InputError
from studies.scales import SCALES

Scale = tuple[float, float]
AskedScale = Scale | Mapping[str, Scale] | None
ACR = SCALES["acr5"]
STRAY = 0.05  # so small a share of scores far from the others looks like a mistake rather than a scale
MOST_QUESTIONS = 30
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
    raise InputError(
        f"{where} rows {scored[same].iloc[0]['row']} and {second['row']}: rater {second['rater']!r} scored "
        f"stimulus {second['stimulus']!r} twice on question {second['question']!r}"
        f"{f' ({more} more such rows)' if more else ''}; {how_to_part(scored, 'the second')}."
    )


def how_to_part(scored: pd.DataFrame, later: str) -> str:
    """How to mend scores of one rater for one stimulus and question: another column may tell them apart."""
    one_question = bool((scored["question"] == DEFAULT_QUESTION).all())
    column = _parting(scored) if one_question else None
    if column is not None:
        return (
            f"column '{column}' tells them apart: if it holds the question, give --question-column {column}; "
            f"if it counts showings, set column 'kind' of {later} to repeat"
        )
    else_name = (
        ", or name the column that tells questions apart with --question-column" if one_question else ""
    )
    return f"remove one, or set column 'kind' of {later} to repeat{else_name}"


def _parting(scored: pd.DataFrame) -> str | None:
    """A column of few words, by which no score is doubled any more."""
    for name in (str(name) for name in scored.columns if name not in (*RATINGS.header, "row")):
        words = scored[name][scored[name] != ""].nunique()
        doubled = scored.duplicated(["rater", "stimulus", name]).any()
        if 2 <= words <= MOST_QUESTIONS and not doubled:
            return name
    return None


def check_scale(
    frame: pd.DataFrame, scales: Mapping[str, Scale], where: str, whose: str = "in the study file"
) -> None:
    """Raise InputError for the first score outside its question's declared scale."""
    for question, (low, high) in scales.items():
        asked = frame[frame["question"] == question]
        outside = asked[(asked["score"] < low) | (asked["score"] > high)]
        if len(outside):
            row = outside.iloc[0]
            raise InputError(
                f"{where} row {row['row']}: score {row['score']:g} lies outside {low:g} to {high:g}, the "
                f"scale of question {question!r} {whose}; correct one of them."
            )


def scale_text(asked: AskedScale) -> str:
    """As --scale takes it; empty where none is asked for."""
    ends = {"": asked} if isinstance(asked, tuple) else dict(asked or {})
    return ", ".join(f"{f'{name}=' if name else ''}{low:g}:{high:g}" for name, (low, high) in ends.items())


def stated_scales(
    asked: AskedScale, ratings: pd.DataFrame, declared: Mapping[str, Scale], where: str
) -> dict[str, Scale]:
    """What the user says of questions without a declared scale; "" stands for all of these.

    Raises InputError where there is no such question.
    """
    ends = {"": asked} if isinstance(asked, tuple) else dict(asked or {})
    open_ = natural(set(ratings["question"]) - set(declared))
    unknown = next((name for name in ends if name and name not in open_), None)
    if unknown is not None or not open_:
        names = f"name one of {', '.join(open_)}" if open_ else "leave --scale out"
        of = f"question {unknown!r}" if unknown else "any question"
        raise InputError(f"{where} has no ratings of {of} without a scale; {names}.")
    return {name: ends[name if name in ends else ""] for name in open_ if name in ends or "" in ends}


def without_sound_checks(ratings: pd.DataFrame) -> pd.DataFrame:
    """Without the numbers that raters typed: they are on no scale."""
    typed_in = (ratings["question"] == SOUND_CHECK) & (ratings["kind"] == "trap")
    return ratings[~typed_in.to_numpy(dtype=bool)]


def with_assumed_scales(
    declared: Mapping[str, Scale], ratings: pd.DataFrame, where: str
) -> tuple[dict[str, Scale], list[Note]]:
    """A scale for every question: where none is declared 1–5 if it fits, else what was observed."""
    scales, notes = dict(declared), []
    for question in natural(set(ratings["question"]) - set(declared)):
        scales[question], note = _assumed(question, ratings[ratings["question"] == question], where)
        notes.append(note)
    return scales, notes


def _assumed(question: str, asked: pd.DataFrame, where: str) -> tuple[Scale, Note]:
    """Practice and repeats do not make a scale, unless there is nothing else."""
    scored = asked[asked["kind"] == "scored"]
    counted = scored if len(scored) else asked
    _refuse_stray(question, counted, where)
    score = counted["score"].to_numpy(dtype=float)
    low, high = float(np.floor(score.min())), float(np.ceil(score.max()))
    scale = (float(ACR.low), float(ACR.high)) if ACR.low <= low and high <= ACR.high else (low, high)
    ends = f"{scale[0]:g} to {scale[1]:g}"
    message = f"Question {question!r} has no declared scale; {ends} is assumed from the scores"
    message += f"{_few_outside(counted) or _another(low, high)}."
    return scale, Note("scale_assumed", message)


def _few_outside(counted: pd.DataFrame) -> str:
    outside = counted[(counted["score"] < ACR.low) | (counted["score"] > ACR.high)]
    if not 0 < len(outside) <= STRAY * len(counted):
        return ""
    one = len(outside) == 1
    lie, mend = ("lies", "it if it is a mistake") if one else ("lie", "them if they are mistakes")
    return (
        f". Only {len(outside)} of {len(counted)} scores {lie} outside {ACR.low:g} to {ACR.high:g} (the "
        f"first in row {outside['row'].iloc[0]}): correct {mend}, else say with --scale which scale it is"
    )


def _another(low: float, high: float) -> str:
    """Where the scale is as the scores lie, how to say which one it is."""
    if ACR.low <= low and high <= ACR.high:
        return ""
    return f"; if it is another, say it, such as --scale {_rounder(low, high)}"


def _rounder(low: float, high: float) -> str:
    """The ends of a scale that people use, in which the observed ones lie."""
    common = [(0, 10), (1, 7), (1, 9), (0, 100), (-3, 3)]
    fits = [ends for ends in common if ends[0] <= low and high <= ends[1]]
    ends = min(fits, key=lambda ends: ends[1] - ends[0]) if fits else (low, high)
    return f"{ends[0]:g}:{ends[1]:g}"


def _refuse_stray(question: str, counted: pd.DataFrame, where: str) -> None:
    """Few scores far from all others are slips of the pen, or the others are far from the scale's end."""
    stray = _stray(counted["score"].to_numpy(dtype=float))
    if not stray.any():
        return
    found, rest = counted[stray], counted["score"][~stray]
    row, count = found.iloc[0], len(found)
    others = f" ({count - 1} more such score{'s' if count > 2 else ''})" if count > 1 else ""
    raise InputError(
        f"{where} row {row['row']}: score {row['score']:g} lies outside {rest.min():g} to {rest.max():g}, "
        f"where the other {len(rest)} scores of question {question!r} lie{others}; correct it, or say with "
        "--scale LOW:HIGH on which scale the scores are."
    )


def _stray(score: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The few scores that are as far from all others as ACR is wide; off that scale, as twice their range."""
    few = int(STRAY * len(score))
    for sign in (1, -1):
        steps = np.sort(sign * score)
        rest, top = steps[: len(steps) - few], steps[len(steps) - few - 1 :]
        graded = ACR.low <= min(sign * rest) and max(sign * rest) <= ACR.high
        far = ACR.high - ACR.low if graded else 2 * (rest[-1] - rest[0])
        beyond = np.flatnonzero(np.diff(top) >= far)
        if len(beyond) and far > 0:
            return np.asarray(sign * score > top[beyond[0]])
    return np.zeros(len(score), dtype=bool)


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


def any_simulated(ratings: pd.DataFrame, comparisons: pd.DataFrame, raters: pd.DataFrame | None) -> bool:
    """Whether an answer, or a rater who gave one, is marked."""
    answered = {*ratings["rater"], *comparisons["rater"]}
    people = [] if raters is None else [raters[raters["rater"].isin(answered)]]
    marked = (frame["simulated"] for frame in (ratings, comparisons, *people) if "simulated" in frame)
    return any(bool(marks.any()) for marks in marked)


def set_aside(config: StudyConfig | None, ratings: pd.DataFrame, stimuli: pd.DataFrame) -> frozenset[str]:
    """Stimuli that the study file has for practice or as gold methods, and that have no scored rating."""
    if config is None:
        return frozenset()
    practice = {item.name for item in config.items if item.role == "training"}
    gold = {method.name for method in config.methods if method.role == "gold"}
    such = stimuli["item"].isin(practice) | stimuli["method"].isin(gold)
    scored = ratings["stimulus"][ratings["kind"] == "scored"]
    return frozenset(stimuli["stimulus"][such]) - {*scored}
