"""Where the methods stand, as the latest report has it: read from results.json, never computed here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from mos_platform.console.reports import report_file
from mos_platform.stimuli.models import Study
from studies.config import Question, StudyConfig
from studies.scales import Scale

# As many as the report's palette has; tokens.css names the same colours.
COLOURS = 6
MOST_GRADES = 11
FEW_MARKS = 5


@dataclass(frozen=True)
class Interval:
    """One method's MOS in the latest report, with its interval's ends as percent of the scale for drawing."""

    method: str
    series: str
    mean: float
    ci_low: float | None
    ci_high: float | None
    at: float
    low_at: float | None
    high_at: float | None


@dataclass(frozen=True)
class MosPanel:
    """The MOS of all methods on one question, on the grades of its scale."""

    question: Question
    scale: Scale
    rows: list[Interval]
    procedures: list[str]
    confidence: float

    @property
    def grades(self) -> list[str]:
        """What stands under the axis: every grade, or five marks of a scale with too many to print."""
        low, high = self.scale.low, self.scale.high
        if high - low < MOST_GRADES:
            return [str(grade) for grade in range(low, high + 1)]
        return [f"{low + step * (high - low) / (FEW_MARKS - 1):g}" for step in range(FEW_MARKS)]

    @property
    def ticks(self) -> list[float]:
        return [_percent(float(grade), self.scale) for grade in self.grades]


def latest_mos(study: Study) -> list[MosPanel]:
    """MOS per question and method from the latest report's results.json; empty where there is none."""
    file = report_file(study, "results.json")
    if file is None:
        return []
    results = json.loads(file.read_text())
    rows = [row for row in results["mos"] if row["measure"] == "MOS"]
    # As the report decides it: where a declared rule left nobody, the excluded are not shown instead.
    shown = "applied" if any(row["applied"] for row in results["screening"]) else "none"
    questions = [question for part in study.parsed.parts for question in part.questions]
    shown_rows = [row for row in rows if row["screening"] == shown]
    series = _series(study.parsed)
    confidence = results["options"]["confidence"]
    panels = [_panel(question, shown_rows, series, confidence) for question in questions]
    return [panel for panel in panels if panel.rows]


def _series(config: StudyConfig) -> dict[str, str]:
    """The colour class of each method, as in the report's figures; the reference has the text's colour."""
    others = [method.name for method in config.methods if not method.reference]
    return {name: f"series-{place % COLOURS + 1}" for place, name in enumerate(others)}


def _panel(
    question: Question, rows: list[dict[str, Any]], series: dict[str, str], confidence: float
) -> MosPanel:
    scale = question.grades
    own = [row for row in rows if row["question"] == question.id]
    drawn = [_interval(row, scale, series.get(row["method"], "")) for row in own]
    procedures = list(dict.fromkeys(row["procedure"] for row in own if row["ci_low"] is not None))
    return MosPanel(question, scale, drawn, procedures, confidence)


def _interval(row: dict[str, Any], scale: Scale, series: str) -> Interval:
    mean, low, high = row["mean"], row["ci_low"], row["ci_high"]
    return Interval(
        row["method"],
        series,
        mean,
        low,
        high,
        _percent(mean, scale),
        None if low is None else _percent(low, scale),
        None if high is None else _percent(high, scale),
    )


def _percent(value: float, scale: Scale) -> float:
    return min(100.0, max(0.0, 100 * (value - scale.low) / (scale.high - scale.low)))
