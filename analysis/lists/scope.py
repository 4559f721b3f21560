"""What every list is made from: the data, the options, and whose answers count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from analysis.load import StudyData
from analysis.options import Options
from analysis.screening import Verdict, excluded
from analysis.stats.arrays import FloatArray, IntArray
from analysis.stats.result import Note
from studies.metrics import metric_titles

Row = dict[str, Any]
SHOWN_PLACES = 3


@dataclass(frozen=True)
class Placed:
    """A note and where it applies, such as a question and a method."""

    note: Note
    place: str


@dataclass(frozen=True)
class Listing:
    """The rows of one list, and what has to be said about them."""

    rows: list[Row] = field(default_factory=list)
    notes: list[Placed] = field(default_factory=list)

    def add(self, other: Listing) -> None:
        self.rows.extend(other.rows)
        self.notes.extend(other.notes)


@dataclass(frozen=True)
class Scope:
    """One study under one set of options. Figures without a screening column are of `primary`."""

    data: StudyData
    options: Options
    verdicts: tuple[Verdict, ...]

    @cached_property
    def excluded(self) -> frozenset[str]:
        return excluded(list(self.verdicts))

    @cached_property
    def references(self) -> frozenset[str]:
        """Stimuli that are references."""
        stimuli = self.data.stimuli
        return frozenset(stimuli["stimulus"][stimuli["is_reference"].to_numpy(dtype=bool)])

    @property
    def screenings(self) -> tuple[str, ...]:
        return ("none", "applied") if self.excluded else ("none",)

    @property
    def primary(self) -> str:
        return self.screenings[-1]

    @cached_property
    def metric_titles(self) -> dict[str, str]:
        """What each metric is called in print."""
        return metric_titles(self.data.metrics["metric"].unique())

    @cached_property
    def rated_questions(self) -> list[str]:
        """Questions with scored ratings."""
        scored = set(self.data.ratings["question"][self.data.ratings["kind"] == "scored"].unique())
        return [question for question in self.data.questions if question in scored]

    @cached_property
    def compared_questions(self) -> list[str]:
        asked = set(self.data.comparisons["question"][self.data.comparisons["expected_choice"] == ""])
        return [question for question in self.data.questions if question in asked]

    def scored(self, question: str, screening: str) -> pd.DataFrame:
        """Ratings that enter statistics: of kind scored, of raters whose answers count."""
        return self.of_kind("scored", question, screening)

    def of_kind(self, kind: str, question: str, screening: str) -> pd.DataFrame:
        """Ratings of one kind, of raters whose answers count."""
        ratings = self.data.ratings
        rows = (ratings["question"] == question) & (ratings["kind"] == kind)
        return self._counted(ratings[rows.to_numpy(dtype=bool)], screening)

    def rated_measure(self, question: str) -> str:
        """What the mean of a question's scores is called."""
        return "DCR" if question in self.data.degradation_questions else "MOS"

    def compared(self, question: str, screening: str | None = None) -> pd.DataFrame:
        """Comparisons that are no attention checks, of raters whose answers count; `primary` by default."""
        comparisons = self.data.comparisons
        rows = (comparisons["question"] == question) & (comparisons["expected_choice"] == "")
        return self._counted(comparisons[rows.to_numpy(dtype=bool)], screening or self.primary)

    def _counted(self, frame: pd.DataFrame, screening: str) -> pd.DataFrame:
        if screening == "none":
            return frame
        return frame[~frame["rater"].isin(self.excluded)]

    def methods_in(self, names: Iterable[str]) -> list[str]:
        present = set(names)
        return [method for method in self.data.methods if method in present]


def codes(values: pd.Series) -> IntArray:
    """0…k−1 in the order of the sorted values."""
    return pd.factorize(values, sort=True)[0].astype(np.int64)


def codes_of(values: pd.Series, order: Sequence[str]) -> IntArray:
    """Positions in `order`."""
    found, names = pd.factorize(values)
    position = {name: index for index, name in enumerate(order)}
    return np.array([position[name] for name in names], dtype=np.int64)[found]


def scores(frame: pd.DataFrame) -> FloatArray:
    return frame["score"].to_numpy(dtype=float)


def placed(notes: Iterable[Note], *place: str | None) -> list[Placed]:
    where = ", ".join(part for part in place if part)
    return [Placed(note, where) for note in notes]


def gathered(notes: Iterable[Placed]) -> list[Note]:
    """One note per code and message, in order of first appearance, with the places it holds for."""
    places: dict[Note, list[str]] = {}
    for item in notes:
        known = places.setdefault(item.note, [])
        if item.place and item.place not in known:
            known.append(item.place)
    return _shortened([Note(note.code, _told(note.message, where)) for note, where in places.items()])


def _shortened(notes: list[Note]) -> list[Note]:
    """At most SHOWN_PLACES notes of one code; the last of them says how many more there were."""
    shown, by_code = [], Counter(note.code for note in notes)
    seen: Counter[str] = Counter()
    for note in notes:
        seen[note.code] += 1
        more = by_code[note.code] - SHOWN_PLACES
        if seen[note.code] == SHOWN_PLACES and more > 0:
            rest = "1 more note of this kind is" if more == 1 else f"{more} more notes of this kind are"
            shown.append(Note(note.code, f"{note.message} {rest} not shown."))
        elif seen[note.code] <= SHOWN_PLACES:
            shown.append(note)
    return shown


def _told(message: str, where: list[str]) -> str:
    message = message[:1].upper() + message[1:]
    if not where:
        return message
    more = f"; and {len(where) - SHOWN_PLACES} more" if len(where) > SHOWN_PLACES else ""
    return f"{message.rstrip('.')} ({'; '.join(where[:SHOWN_PLACES])}{more})."
