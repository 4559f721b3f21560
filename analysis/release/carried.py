"""Which cells of a source a release carries: those of known columns, as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analysis import csvfile
from analysis.load import StudyData
from analysis.sources import Source
from analysis.tables import with_question
from studies.bundle import COMPARISONS, METRICS, RATERS, RATINGS, STIMULI, TABLES, TEXTS_FILE
from studies.errors import InputError

KNOWN = {
    RATINGS.file: RATINGS.header,
    COMPARISONS.file: [*COMPARISONS.header, "winner", "loser", "n"],
    RATERS.file: RATERS.header,
    METRICS.file: [*METRICS.header, "item"],
    TEXTS_FILE: ["rater", "stimulus", "question", "text"],
}
ABOUT_PEOPLE = (RATINGS.file, COMPARISONS.file, RATERS.file, TEXTS_FILE)
TIMES = frozenset(column.name for table in TABLES for column in table.columns if column.kind == "time")
Frames = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Carried:
    """Tables by file, rows numbered as in the source; `dropped`: columns that were left out, by file."""

    frames: Frames
    dropped: dict[str, list[str]]


def carried(
    opened: Source,
    data: StudyData,
    *,
    question_column: str | None,
    own_metrics: bool,
    keep: Sequence[str],
    with_texts: bool,
    marked: bool,
) -> Carried:
    """Rows and cells as they stand in the source, answers with their stimulus and question filled in.

    `own_metrics`: values of a further file count, so that what was loaded is carried; `marked`: the reference
    is the user's, so that the stimuli are carried as they are marked now. Raises InputError where a column of
    `keep` is not in raters.csv.
    """
    frames = _read(opened, question_column, with_texts=with_texts)
    if own_metrics:
        frames[METRICS.file] = _loaded(data.metrics)
    if marked and len(data.stimuli):
        frames[STIMULI.file] = _with_marks(frames.get(STIMULI.file), data.stimuli)
    _check_kept(frames, keep)
    found, dropped = Frames(), dict[str, list[str]]()
    for file, frame in sorted(frames.items()):
        columns = _columns(file, frame, keep)
        found[file] = frame[columns]
        left = [str(name) for name in frame.columns if name not in (*columns, question_column)]
        if left:
            dropped[file] = left
    return Carried(found, dropped)


def _read(opened: Source, question_column: str | None, *, with_texts: bool) -> Frames:
    wanted = {table.file for table in TABLES} | ({TEXTS_FILE} if with_texts else set())
    frames = {
        file: csvfile.read_table(raw, opened.label(file))
        for file, raw in opened.files.items()
        if file in wanted
    }
    asked = RATINGS.file if RATINGS.file in frames else COMPARISONS.file
    for file in (RATINGS.file, COMPARISONS.file):
        if file in frames:
            column = question_column if file == asked else None
            frames[file] = with_question(frames[file], column, opened.label(file))
    if RATINGS.file in frames and "stimulus" not in frames[RATINGS.file]:
        ratings = frames[RATINGS.file]
        frames[RATINGS.file] = ratings.assign(stimulus=ratings["item"] + "|" + ratings["method"])
    return frames


def _check_kept(frames: Frames, keep: Sequence[str]) -> None:
    raters = frames.get(RATERS.file)
    columns = [] if raters is None else [str(name) for name in raters.columns]
    unknown = [name for name in keep if name not in columns or name in TIMES]
    if unknown:
        attributes = [name for name in columns if name != "rater" and name not in TIMES]
        raise InputError(
            f"--keep-attributes names {unknown[0]!r}, which is no attribute in {RATERS.file}; choose of: "
            f"{', '.join(attributes) or 'none, as there are none'}."
        )


def _columns(file: str, frame: pd.DataFrame, keep: Sequence[str]) -> list[str]:
    """In the bundle's order. Times in raters.csv go; what stimuli.csv has beside are attributes of items."""
    present = [str(name) for name in frame.columns]
    if file == STIMULI.file:
        return [
            *(name for name in STIMULI.header if name in present),
            *(n for n in present if n not in STIMULI.header),
        ]
    known = [name for name in KNOWN[file] if name in present]
    if file == RATERS.file:
        known = [name for name in known if name not in TIMES]
        known += [name for name in keep if name not in known]
    return known


def _loaded(metrics: pd.DataFrame) -> pd.DataFrame:
    """Values as they were loaded, as text that reads back the same."""
    columns = [name for name in [*METRICS.header, "item"] if name in metrics]
    cells = {name: [_text(value) for value in metrics[name]] for name in columns}
    return pd.DataFrame(cells, index=pd.RangeIndex(2, len(metrics) + 2))


def _with_marks(stimuli: pd.DataFrame | None, loaded: pd.DataFrame) -> pd.DataFrame:
    marks = {row.stimulus: _text(bool(row.is_reference)) for row in loaded.itertuples(index=False)}
    if stimuli is None:
        listed = loaded[["stimulus", "method", "item"]]
        stimuli = listed.set_axis(pd.RangeIndex(2, len(listed) + 2))
    return stimuli.assign(is_reference=stimuli["stimulus"].map(marks))


def _text(value: object) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(float(value)) if isinstance(value, float) else str(value)


def raters_in(frames: Frames) -> list[str]:
    """Everybody who is named, sorted as the statistics sort them."""
    named = {str(name) for frame in frames.values() if "rater" in frame for name in frame["rater"].unique()}
    return sorted(named - {""})
