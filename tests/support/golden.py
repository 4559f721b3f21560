"""Golden cases: real ratings in ../shared, the figures of other software beside them, and our results."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.load import load_source
from analysis.options import Options
from analysis.results import compute
from analysis.stats.differences import MethodScores

RATINGS = Path(__file__).resolve().parents[2].parent / "shared" / "ratings"
R = "R (lme4 1.1-31, lmerTest, irr, psych)"
PYTHON = "python (sureal 0.9, krippendorff 0.9, pingouin 0.6.1)"
FORMULAS = "two-way variance formulas of design.md"
OBJECTIVE = "correlations with objective metrics"
SCALES = "scale"  # the column that tells questions apart, in the one set that has several
SHORT = 1_000_000  # sets whose ratings.csv has more bytes are left to `make test-all`

Row = dict[str, Any]


@cache
def figures(folder: str, file: str = "reference.json") -> dict[str, Any]:
    path = RATINGS / folder / file
    return dict(json.loads(path.read_text())) if path.exists() else {}


def cases(software: str, *keys: str, wanted: Callable[[Row], bool] = bool) -> list[Any]:
    """(set, name of its figures) of one software whose figures hold all `keys` and what is `wanted`."""
    found = []
    for path in sorted(RATINGS.glob("*/reference.json")):
        folder = path.parent.name
        for name, held in figures(folder).items():
            if name.startswith(software) and all(key in held for key in keys) and wanted(held):
                found.append(
                    pytest.param(folder, name, id=folder + name[len(software) :], marks=_marks(folder))
                )
    return found or [pytest.param("", "", marks=pytest.mark.skip(reason="real ratings are absent"))]


def _marks(folder: str) -> list[Any]:
    return [pytest.mark.all] if (RATINGS / folder / "ratings.csv").stat().st_size > SHORT else []


def question_of(name: str) -> str:
    """The question that figures named `name` are about: the name's last word where a set has several."""
    return "overall" if name.endswith(")") or " of " in name else name.rpartition(" ")[2]


@dataclass(frozen=True)
class Ratings:
    """The ratings of one question as arrays; codes in order of first appearance."""

    table: pd.DataFrame
    rater: np.ndarray
    item: np.ndarray
    method: np.ndarray
    stimulus: np.ndarray
    score: np.ndarray
    methods: list[str]

    def of(self, method: str) -> MethodScores:
        rows = self.method == self.methods.index(method)
        return MethodScores(self.rater[rows], self.item[rows], self.score[rows])


@cache
def read(folder: str, name: str = PYTHON) -> Ratings:
    table = pd.read_csv(RATINGS / folder / "ratings.csv", dtype={"method": str})
    if SCALES in table:
        table = table[table[SCALES] == question_of(name)]
    table = table[table["score"].notna()]
    if "stimulus" not in table:
        table = table.assign(stimulus=table["item"].astype(str) + "|" + table["method"])
    codes = {c: pd.factorize(table[c]) for c in ("rater", "item", "method", "stimulus")}
    numeric = table["score"].dtype.kind in "if"
    score = np.asarray(table["score"] if numeric else pd.factorize(table["score"])[0], dtype=float)
    arrays = {column: found[0] for column, found in codes.items()}
    return Ratings(table, score=score, methods=[str(m) for m in codes["method"][1]], **arrays)


@cache
def results(folder: str, metrics: Path | None = None) -> dict[str, Any]:
    """results.json of a bare ratings.csv, as `analysis report` makes it, with few bootstrap replicates."""
    column = SCALES if SCALES in pd.read_csv(RATINGS / folder / "ratings.csv", nrows=1) else None
    source = str(RATINGS / folder / "ratings.csv")
    return compute(load_source(source, metrics=metrics, question_column=column), Options(n_boot=30))


def rows(folder: str, listing: str, name: str = PYTHON, **wanted: Any) -> list[Row]:
    """Rows of one list that are about the question of `name`, before any exclusion."""
    asked = {"question": question_of(name), **wanted}
    found = [row for row in results(folder)[listing] if asked.items() <= row.items()]
    return [row for row in found if row.get("screening", "none") == "none"]


def by(listing: list[Row], key: str) -> dict[str, Row]:
    """Rows by a key that no two of them share."""
    found = {row[key]: row for row in listing}
    assert len(found) == len(listing), f"several rows have one {key}"
    return found


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every figure below `value`; all elements of a list share the step []."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, (*path, "[]"))
    else:
        yield path
