"""The bundles to merge, each read and checked, and whether they are of one study."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis import csvfile
from analysis.load import StudyData, load_source
from analysis.sources import Source, open_source, parse_json
from analysis.tables import DEFAULT_QUESTION
from studies.bundle import COMPARISONS, MANIFEST_FILE, RATINGS, STIMULI, STUDY_FILE, TABLES, TEXTS_FILE
from studies.errors import InputError

CARRIED = frozenset({table.file for table in TABLES} | {TEXTS_FILE, STUDY_FILE, MANIFEST_FILE})


@dataclass(frozen=True)
class Part:
    """One bundle. `frames` hold text cells by file name; ratings have stimulus and question."""

    name: str
    source: Source
    data: StudyData
    frames: dict[str, pd.DataFrame]

    @property
    def study(self) -> dict[str, Any]:
        raw = self.source.files.get(STUDY_FILE)
        return parse_json(raw, self.source.label(STUDY_FILE)) if raw is not None else {}

    @property
    def compares_stimuli(self) -> bool:
        """Whether the sides of comparisons are stimuli, not methods."""
        frame = self.frames.get(COMPARISONS.file)
        sides = (
            [frame[side] for side in ("left", "right", "winner", "loser") if side in frame]
            if frame is not None
            else []
        )
        named = {name for side in sides for name in side}
        return (
            bool(named)
            and named <= set(self.data.stimuli["stimulus"])
            and not named <= set(self.data.stimuli["method"])
        )

    def raters(self) -> frozenset[str]:
        columns = [frame["rater"] for frame in self.frames.values() if "rater" in frame]
        return frozenset(rater for column in columns for rater in column if rater)


def read_parts(sources: Sequence[str]) -> list[Part]:
    """Raises InputError where one is not sound, or they are not of one study."""
    opened = [open_source(source) for source in sources]
    names = [source.name for source in opened]
    if len(set(names)) < len(names):
        names = [str(i + 1) for i in range(len(opened))]
    parts = [_part(*named) for named in zip(names, sources, opened, strict=True)]
    for part in parts[1:]:
        _check_same_study(parts[0], part)
    return parts


def _part(name: str, path: str, source: Source) -> Part:
    try:
        data = load_source(path)
    except InputError as error:
        said = str(error)
        raise InputError(said if said.startswith(path) else f"{path}: {said}") from None
    frames = {
        file: csvfile.read_table(raw, file) for file, raw in source.files.items() if file.endswith(".csv")
    }
    if RATINGS.file in frames:
        frames[RATINGS.file] = _complete(frames[RATINGS.file])
    frames[STIMULI.file] = frames.get(STIMULI.file, _listed(data))
    return Part(name, source, data, frames)


def _complete(ratings: pd.DataFrame) -> pd.DataFrame:
    """With stimulus and question as they are filled in where a bundle lacks them."""
    frame = (
        ratings
        if "stimulus" in ratings
        else ratings.assign(stimulus=ratings["item"] + "|" + ratings["method"])
    )
    return frame if "question" in frame else frame.assign(question=DEFAULT_QUESTION)


def _listed(data: StudyData) -> pd.DataFrame:
    return data.stimuli[["stimulus", "method", "item"]].astype(str)


def _check_same_study(first: Part, other: Part) -> None:
    ours, theirs = first.data.config, other.data.config
    where = f"{first.source.where} and {other.source.where} are not of one study"
    if (ours is None) != (theirs is None):
        bare = first if ours is None else other
        raise InputError(f"{where}: {bare.source.where} has no study file; give bundles of the same study.")
    if ours is not None and theirs is not None:
        if ours.sha256() != theirs.sha256():
            keys = [key for key in ours.model_dump() if getattr(ours, key) != getattr(theirs, key)]
            raise InputError(
                f"{where}: their study files differ in {', '.join(map(repr, keys))}; merge only equal ones."
            )
        return
    for what in ("methods", "items"):
        differing = sorted(set(getattr(first.data, what)) ^ set(getattr(other.data, what)))
        if differing:
            raise InputError(
                f"{where}: {what[:-1]} {differing[0]!r} is in one of them only; without study files, merge "
                "bundles of the same methods and items."
            )
    if first.study.get("scales", {}) != other.study.get("scales", {}):
        raise InputError(f"{where}: they state different scales in {STUDY_FILE}; correct one of them.")
    if _has_sides(first) != _has_sides(other):
        raise InputError(
            f"{where}: one has winner and loser, the other left and right; use the same columns."
        )


def _has_sides(part: Part) -> bool:
    frame = part.frames.get(COMPARISONS.file)
    return frame is None or "left" in frame


def not_carried(parts: Sequence[Part]) -> Iterator[str]:
    for part in parts:
        yield from (f"{part.name}/{file}" for file in sorted(set(part.source.files) - CARRIED))
