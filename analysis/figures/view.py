"""What figures, tables and sentences read: results.json, the reporting card and the metric values."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import RESULTS_FILE
from analysis.figures.numbers import titled
from analysis.figures.style import Ink, method_inks

Row = dict[str, Any]

CARD_FILE = "card.json"
VALUES_FILE = "tables/metric_values.csv"
VALUE_COLUMNS = ["stimulus", "method", "metric", "value"]
GRADES_SHOWN = 11


@dataclass(frozen=True)
class Question:
    """One question as raters met it. `labels` are the grades' words; `low`, `high` the scale's ends."""

    id: str
    title: str
    text: str
    low: float | None
    high: float | None
    labels: dict[float, str] = field(default_factory=dict)


@dataclass(frozen=True)
class View:
    """Results and their setting. `values` has one row per stimulus and metric that has a value."""

    results: Row
    card: Row
    values: pd.DataFrame

    @classmethod
    def open(cls, folder: str | Path = ".") -> View:
        """Read what `analysis report` wrote into `folder`."""
        root = Path(folder)
        results = json.loads((root / RESULTS_FILE).read_text(encoding="utf-8"))
        card = json.loads((root / CARD_FILE).read_text(encoding="utf-8"))
        file = root / VALUES_FILE
        text = dict.fromkeys(VALUE_COLUMNS[:3], str)
        values = pd.read_csv(file, dtype=text, keep_default_na=False) if file.exists() else empty_values()
        return cls(results, card, values)

    @property
    def study(self) -> Row:
        return dict(self.results["study"])

    @property
    def simulated(self) -> bool:
        return bool(self.study.get("simulated"))

    @property
    def simulated_note(self) -> str:
        """What to say above simulated data; empty where nothing is simulated."""
        return str(self.study.get("simulated_note") or "")

    @property
    def confidence(self) -> float:
        return float(self.results["options"]["confidence"])

    @property
    def alpha(self) -> float:
        """The level of the tests."""
        return float(self.results["options"]["alpha"])

    @property
    def reference(self) -> str | None:
        name = self.card["protocol"]["reference"]
        return str(name) if name is not None else None

    @cached_property
    def methods(self) -> list[str]:
        return [str(name) for name in self.card["protocol"]["methods"]]

    @cached_property
    def inks(self) -> dict[str, Ink]:
        """Colour and marker of each method, the same in every figure."""
        return method_inks(self.methods, self.reference)

    def question(self, question_id: str) -> Question:
        found = next((q for q in self.card["protocol"]["questions"] if q["id"] == question_id), None)
        if found is None:
            return Question(question_id, question_id, "", None, None)
        labels = {float(grade): word for grade, word in (found["labels"] or {}).items()}
        title = titled(question_id)
        return Question(question_id, title, found["text"] or "", found["low"], found["high"], labels)

    def rows(self, table: str, question: str | None = None) -> list[Row]:
        """Rows of one list of the results, of one question where one is named."""
        rows: list[Row] = self.results.get(table) or []
        return rows if question is None else [row for row in rows if row.get("question") == question]

    def questions(self, table: str) -> list[str]:
        """Questions that have rows to show in `table`, in the study's order."""
        shown = [row for row in self.rows(table) if row.get("screening", self.screening) == self.screening]
        asked = [row["question"] for row in shown if row.get("question") is not None]
        known = [str(name) for name in self.study["questions"]]
        return [name for name in known if name in asked] + sorted(set(asked) - set(known))

    @cached_property
    def screening(self) -> str:
        """Which rows are shown, in every table alike: `applied` where a declared rule excluded anybody."""
        return "applied" if any(row["applied"] for row in self.rows("screening")) else "none"

    def screened(self, table: str, question: str) -> list[Row]:
        """Rows of those whose answers count; none where nobody is left."""
        rows = self.rows(table, question)
        return [row for row in rows if row.get("screening", self.screening) == self.screening]

    def measures(self, question: str) -> list[str]:
        """Measures reported for a question: MOS first, then the others as they come."""
        found = list(dict.fromkeys(row["measure"] for row in self.rows("mos", question)))
        return sorted(found, key=lambda measure: measure != "MOS")

    def mos(self, question: str, measure: str | None = None) -> list[Row]:
        """Method means on one question, best first; the main measure unless another is named."""
        measures = self.measures(question)
        wanted = measure or (measures[0] if measures else "MOS")
        rows = [row for row in self.screened("mos", question) if row["measure"] == wanted]
        return sorted(rows, key=_best_first("mean"))

    def ranking(self, question: str) -> list[str]:
        return [row["method"] for row in self.mos(question)]

    def agreement(self, question: str) -> list[Row]:
        """Coefficients that could be estimated."""
        return [row for row in self.screened("agreement", question) if row["value"] is not None]

    def variance(self, question: str) -> list[Row]:
        """Sources of variance whose shares could be estimated."""
        return [row for row in self.rows("variance", question) if row["share"] is not None]

    def strengths(self, question: str) -> list[Row]:
        """Best first; where strengths share no scale, group by group, by the share of comparisons won."""
        rows = self.rows("preference", question)
        if any(row["strength"] is not None for row in rows):
            return sorted(rows, key=_best_first("strength"))
        best_first = sorted(rows, key=_best_first("win_rate"))
        groups = list(dict.fromkeys(row["group"] for row in best_first))
        return sorted(best_first, key=lambda row: groups.index(row["group"]))

    def grades(self, question: str) -> list[float] | None:
        """The scale's grades if they are few enough to be drawn one by one, else None."""
        info = self.question(question)
        seen = {float(g) for row in self.mos(question) for g in (row["counts"] or {})}
        if info.low is not None and info.high is not None and all(g.is_integer() for g in seen):
            seen |= {float(g) for g in range(int(info.low), int(info.high) + 1)}
        return sorted(seen) if 2 <= len(seen) <= GRADES_SHOWN else None

    def metric_title(self, name: str) -> str:
        found = next((m for m in self.card["metrics"] if m["name"] == name), None)
        return str(found["title"]) if found else name

    def metric(self, name: str) -> Row:
        """Title, unit and direction of a metric (empty strings where unknown)."""
        found = next((m for m in self.card["metrics"] if m["name"] == name), None)
        return dict(found) if found else {"name": name, "title": name, "unit": "", "direction": ""}


def empty_values() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=object) for name in VALUE_COLUMNS})


def _best_first(key: str) -> Callable[[Row], float]:
    return lambda row: float("inf") if row[key] is None else -row[key]
