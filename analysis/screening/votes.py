"""What the rules look at: the answers of a study, and its scored ratings question by question as arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.load import StudyData
from analysis.stats.arrays import FloatArray, IntArray
from analysis.tables import natural


@dataclass(frozen=True)
class Votes:
    """raters: names in natural order; rater, stimulus, method: codes, shape (n,); score: shape (n,)."""

    question: str
    raters: list[str]
    rater: IntArray
    stimulus: IntArray
    method: IntArray
    score: FloatArray


@dataclass(frozen=True)
class Answers:
    """Everybody's answers. raters: who gave any, in natural order; votes: scored ratings per question."""

    data: StudyData

    @cached_property
    def raters(self) -> list[str]:
        names = {*self.data.ratings["rater"].unique(), *self.data.comparisons["rater"].unique()}
        return natural(names - {""})

    @cached_property
    def votes(self) -> list[Votes]:
        return list(votes(self.data))


def votes(data: StudyData, left_out: frozenset[str] = frozenset()) -> Iterator[Votes]:
    """One per question that has any, in the study's order, without the raters who are left out."""
    scored = data.ratings[(data.ratings["kind"] == "scored") & ~data.ratings["rater"].isin(left_out)]
    for question in data.questions:
        frame = scored[(scored["question"] == question).to_numpy(dtype=bool)]
        if len(frame):
            yield _votes(question, frame)


def _votes(question: str, frame: pd.DataFrame) -> Votes:
    raters = natural(frame["rater"].unique())
    return Votes(
        question,
        raters,
        pd.Categorical(frame["rater"], categories=raters).codes.astype(np.int64),
        pd.factorize(frame["stimulus"])[0].astype(np.int64),
        pd.factorize(frame["method"])[0].astype(np.int64),
        frame["score"].to_numpy(dtype=float),
    )
