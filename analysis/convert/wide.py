"""Wide spreadsheets: raters in rows and stimuli in columns, or the other way round."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis import csvfile
from analysis.convert.facts import Clip, Facts, Rating, gathered, number
from analysis.convert.names import needed, with_item
from analysis.convert.wanted import Side, Wanted
from analysis.tables import DEFAULT_QUESTION
from studies.errors import InputError

RATER_WORDS = ("rater", "subject", "participant", "observer", "worker", "listener", "viewer", "user")
STIMULUS_WORDS = ("stimulus", "stimuli", "clip", "video", "file", "filename", "pvs", "sample")
SUMMARIES = frozenset(
    {"mean", "average", "avg", "mos", "dmos", "median", "std", "stdev", "sd", "se", "sem", "var"}
    | {"variance", "ci", "ci95", "95%ci", "total", "sum", "count", "min", "max"}
)
EMPTY = "cells without a score"


@dataclass(frozen=True)
class _Sheet:
    """`key`: the column that names the rows, "" where method and item do; `values`: those with scores.

    `unused` columns and `omitted` rows are left out as the user says.
    """

    frame: pd.DataFrame
    where: str
    comma: bool
    side: Side
    key: str
    values: tuple[str, ...]
    unused: tuple[str, ...]
    omitted: tuple[str, ...]

    def cells(self) -> Iterator[tuple[int, str, str]]:
        """(position of the row, column, text) of all cells with scores."""
        columns = [(name, self.frame[name].tolist()) for name in self.values]
        for i in range(len(self.frame)):
            yield from ((i, name, texts[i]) for name, texts in columns)

    def place(self, i: int, column: str) -> str:
        return f"row {self.frame.index[i]}, column '{column}'"


def read_wide(raw: bytes, where: str, study: str, wanted: Wanted) -> Facts:
    sheet = _sheet(raw, where, wanted)
    if sheet.side == "raters":
        rater_of, clip_of = _raters_in_rows(sheet, wanted)
    else:
        rater_of, clip_of = _stimuli_in_rows(sheet, wanted)
    ratings, missing = [], []
    for i, column, text in sheet.cells():
        place = sheet.place(i, column)
        score = number(text, where, place, comma=sheet.comma)
        if score is None:
            missing.append((EMPTY, place))
            continue
        clip, question = clip_of(i, column)
        ratings.append(Rating(rater_of(i, column), clip, score, place, question))
    every = [clip_of(i, column)[0] for i in range(len(sheet.frame)) for column in sheet.values]
    return Facts(
        study,
        f"a wide spreadsheet, {sheet.side} in rows",
        f"{len(sheet.frame)} rows and {len(sheet.values)} columns of scores",
        ratings=tuple(ratings),
        clips=tuple({clip.stimulus: clip for clip in every}.values()),
        raters=_described_raters(sheet, wanted),
        left_out=gathered(missing),
        unused_columns=sheet.unused,
        notes=(f"rows left out as asked: {', '.join(sheet.omitted)}",) if sheet.omitted else (),
    )


def _sheet(raw: bytes, where: str, wanted: Wanted) -> _Sheet:
    frame = csvfile.read_table(raw, where)
    names = [str(name) for name in frame.columns]
    free = [name for name in names if name not in (*wanted.attributes, *wanted.leave_out)]
    side = wanted.rows or _side(free or names, frame, wanted, where)
    key = _key(free or names, side)
    rows = [name for name in wanted.leave_out if key and name not in names and (frame[key] == name).any()]
    named = (*wanted.attributes, *(name for name in wanted.leave_out if name not in rows))
    csvfile.require(frame, named, where)
    frame = frame[~frame[key].isin(rows)] if rows else frame
    csvfile.identifiers(frame, (key,) if key else ("method", "item"), where)
    homes = {"method", "item"} if side == "stimuli" else set()
    values = tuple(name for name in names if name not in {key, *named, *homes})
    if frame.empty or not values:
        raise InputError(
            f"{where} has no scores beside its names; give raters in rows and stimuli in columns, "
            "or the other way round."
        )
    if "" in values:
        raise InputError(
            f"{where}: column {names.index('') + 1} has no name in the header; name or remove it."
        )
    _refuse_summaries(list(values) if side == "stimuli" else frame[key].tolist(), side, where)
    comma = csvfile.separator(raw.decode("utf-8-sig")) != ","
    unused = tuple(name for name in wanted.leave_out if name not in rows)
    return _Sheet(frame, where, comma, side, key, values, unused, tuple(rows))


def _refuse_summaries(raters: Sequence[str], side: Side, where: str) -> None:
    """A mean that stands among the raters would be rated as one of them."""
    found = next((name for name in raters if name.lower() in SUMMARIES), None)
    if found is not None:
        raise InputError(
            f"{where}: {found!r} stands where raters do but looks like a summary; leave the "
            f"{'column' if side == 'stimuli' else 'row'} out with --leave-out {found!r}."
        )


def _side(names: Sequence[str], frame: pd.DataFrame, wanted: Wanted, where: str) -> Side:
    if _is_one_of(names[0], RATER_WORDS):
        return "raters"
    if _is_one_of(names[0], STIMULUS_WORDS) or {"method", "item"} <= set(names):
        return "stimuli"
    if len(names) == 1:
        raise csvfile.one_column(names[0], where)
    in_header, in_rows = (_fit(wanted, side) for side in (names[1:], frame[names[0]].tolist()))
    if in_header != in_rows:
        return "raters" if in_header else "stimuli"
    raise InputError(
        f"{where} does not say whether its rows are raters or stimuli (the first column is {names[0]!r}); "
        "say it with --rows raters or --rows stimuli."
    )


def _fit(wanted: Wanted, names: Sequence[str]) -> bool:
    """Whether all of these are named as --stimulus-pattern says stimuli are."""
    return wanted.pattern is not None and all(wanted.pattern.fits(name) for name in names)


def _is_one_of(name: str, words: Sequence[str]) -> bool:
    """A column's name as a word: 'Subject ID' is subject, 'raters' is rater; 'stimulus' and 'pvs' stay."""
    word = name.lower().replace("_", " ").strip().removesuffix(" id").removesuffix(" name").strip()
    return word in words or word.removesuffix("s") in words


def _key(names: Sequence[str], side: Side) -> str:
    words = RATER_WORDS if side == "raters" else STIMULUS_WORDS
    known = next((name for name in names if _is_one_of(name, words)), None)
    if known is not None:
        return known
    return "" if side == "stimuli" and {"method", "item"} <= set(names) else names[0]


RaterOf = Callable[[int, str], str]
ClipOf = Callable[[int, str], tuple[Clip, str]]


def _raters_in_rows(sheet: _Sheet, wanted: Wanted) -> tuple[RaterOf, ClipOf]:
    pattern = needed(wanted.pattern, sheet.values[0], sheet.where)
    raters = sheet.frame[sheet.key].tolist()
    clips = {}
    for name in sheet.values:
        where = f"{sheet.where}, header"
        named = pattern.read(name, where)
        item = with_item(named, "", name, where)
        stimulus = f"{item}|{named.method}" if "question" in pattern.fields else name
        question = named.question or wanted.question or DEFAULT_QUESTION
        clips[name] = (Clip(stimulus, named.method, item), question)
    return (lambda i, _column: raters[i]), (lambda _i, column: clips[column])


def _stimuli_in_rows(sheet: _Sheet, wanted: Wanted) -> tuple[RaterOf, ClipOf]:
    frame = sheet.frame
    listed = {"method", "item"} <= set(frame.columns)
    if listed:
        csvfile.identifiers(frame, ("method", "item"), sheet.where)
    clips = []
    for row, cells in zip(frame.index, frame.to_dict("records"), strict=True):
        where = f"{sheet.where} row {row}"
        attributes = {name: str(cells[name]) for name in wanted.attributes}
        name = str(cells[sheet.key]) if sheet.key else f"{cells['item']}|{cells['method']}"
        if listed:
            clip = Clip(name, str(cells["method"]), str(cells["item"]), attributes=attributes)
            question = ""
        else:
            named = needed(wanted.pattern, name, where).read(name, where)
            item = with_item(named, "", name, where)
            stimulus = f"{item}|{named.method}" if named.question else name
            clip, question = Clip(stimulus, named.method, item, attributes=attributes), named.question
        clips.append((clip, question or wanted.question or DEFAULT_QUESTION))
    return (lambda _i, column: column), (lambda i, _column: clips[i])


def _described_raters(sheet: _Sheet, wanted: Wanted) -> dict[str, dict[str, str]]:
    if sheet.side == "stimuli":
        return {name: {} for name in sheet.values}
    rows = zip(sheet.frame[sheet.key], sheet.frame.to_dict("records"), strict=True)
    return {str(rater): {name: str(cells[name]) for name in wanted.attributes} for rater, cells in rows}
