"""What a walked study must have led to: its bundle sound, and in its report what its parts ask for."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from analysis.checking.check import check_source
from studies.config import Part, Question, StudyConfig
from studies.config.questions import QuestionType
from studies.invention import invented
from studies.sitting import scored_trials

Row = dict[str, str]
LISTS = ("mos", "differences", "agreement", "variance", "preference")
MEASURES: dict[str, set[str]] = {
    "ACR": {"MOS"},
    "ACR-HR": {"MOS", "DMOS"},
    "DCR": {"DCR"},
    "CCR": {"CMOS"},
    "PC": set(),
}
PLAIN = ("MOS", "DCR")


def rows(bundle: Path, table: str) -> list[Row]:
    file = bundle / f"{table}.csv"
    if not file.exists():
        return []
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def answers(bundle: Path) -> list[Row]:
    """Ratings and comparisons."""
    return rows(bundle, "ratings") + rows(bundle, "comparisons")


def asked(config: StudyConfig, kind: QuestionType) -> list[tuple[Part, Question]]:
    return [(part, q) for part in config.parts for q in part.questions if q.type == kind]


def check_bundle(config: StudyConfig, bundle: Path) -> None:
    """Sound, all simulated, and as many answers of each kind as the study asks for."""
    assert [problem.sentence for problem in check_source(str(bundle)).problems] == []
    raters = rows(bundle, "raters")
    assert raters
    assert {rater["simulated"] for rater in raters} == {"true"}
    assert {rater["status"] for rater in raters} == {"finished"}
    _check_scored(config, bundle, len(raters))
    _check_unscored(config, bundle, len(raters))
    _check_attention(bundle)


def _check_scored(config: StudyConfig, bundle: Path, raters: int) -> None:
    given = answers(bundle)
    for part, question in asked(config, "rating"):
        mine = [row for row in given if row["question"] == question.id and row["kind"] == "scored"]
        assert len(mine) == raters * scored_trials(config, part), question.id
        if part.test_method == "CCR":
            assert {float(row["score"]) for row in mine} <= set(range(-3, 4))
    texts = rows(bundle, "texts")
    for part, question in asked(config, "choice"):
        mine = [row for row in texts if row["question"] == question.id and row["kind"] == "scored"]
        assert len(mine) == raters * scored_trials(config, part), question.id
        assert {row["text"] for row in mine} <= set(question.options)
    for _part, question in asked(config, "text"):
        assert any(row["question"] == question.id and row["text"] for row in texts), question.id


def _check_unscored(config: StudyConfig, bundle: Path, raters: int) -> None:
    trials = {(row["sitting"], row["position"], row["kind"]) for row in answers(bundle)}
    for kind, key in (
        ("training", "training"),
        ("dummy", "dummies"),
        ("repeat", "repeats"),
        ("gold", "gold"),
        ("trap", "attention_checks"),
    ):
        wanted = raters * sum(getattr(part, key) for part in config.parts)
        assert sum(trial[2] == kind for trial in trials) == wanted, kind


def _check_attention(bundle: Path) -> None:
    """Whoever pays attention answers traps and gold rightly; most do."""
    missed, checked = set(), set()
    gold_missed = set()
    for row in rows(bundle, "ratings"):
        low, high = row["expected_low"], row["expected_high"]
        if not low and not high:
            continue
        right = (not low or float(row["score"]) >= float(low)) and (
            not high or float(row["score"]) <= float(high)
        )
        checked.add(row["rater"])
        if not right:
            (missed if row["kind"] == "trap" else gold_missed).add(row["rater"])
    assert len(missed) <= max(1, len(checked) // 2)
    assert len(gold_missed - missed) <= 1, "one who guesses may hit the trap"


def check_results(config: StudyConfig, results: dict[str, Any]) -> None:
    """The lists that the study's parts ask for are there, and the stated truth is seen in them."""
    assert results["study"]["simulated"] is True
    for part, question in asked(config, "rating"):
        found = {name: _of(results[name], question.id) for name in LISTS}
        assert {row["measure"] for row in found["mos"]} == MEASURES[part.test_method]
        if part.is_paired:
            assert {row["method"] for row in found["preference"]} == _scored(config)
        else:
            plain = [row for row in found["mos"] if row["measure"] in PLAIN]
            assert {row["method"] for row in plain} == _judged(config, part)
            assert found["differences"]
            assert found["agreement"]
            assert found["variance"]
        if len(part.ratings) > 1:
            assert results["question_correlation"]
        _check_truth(config, part, question, found)
    if config.metrics:
        assert {row["metric"] for row in results["metrics"]} == set(config.metrics)
        assert results["correlation"]


def _of(found: list[dict[str, Any]], question: str) -> list[dict[str, Any]]:
    return [row for row in found if row["question"] == question]


def _scored(config: StudyConfig) -> set[str]:
    return {method.name for method in config.scored_methods}


def _judged(config: StudyConfig, part: Part) -> set[str]:
    shown = config.reference.name if config.reference and part.test_method == "DCR" else None
    return _scored(config) - {shown}


def _check_truth(
    config: StudyConfig, part: Part, question: Question, found: dict[str, list[dict[str, Any]]]
) -> None:
    """The methods that are best and worst by far in the stated opinions come out in this order."""
    means = invented(config).questions[question.id].means
    others = [method.name for method in config.scored_methods if not method.reference]
    worst, best = min(others, key=means.__getitem__), max(others, key=means.__getitem__)
    key, table = ("strength", "preference") if part.is_paired else ("mean", "mos")
    plain = [row for row in found[table] if row.get("measure", "MOS") in PLAIN]
    if part.is_paired and any(row["strength"] is None for row in plain):
        key = "win_rate"  # a few raters never preferred one of them: then no strengths are finite
    values = {row["method"]: row[key] for row in plain}
    assert values[best] > values[worst], (question.id, values)


def report_of(bundle: Path, out: Path) -> dict[str, Any]:
    """The report's results, where it has been written whole."""
    page = (out / "report.html").read_text(encoding="utf-8")
    assert page.rstrip().endswith("</html>")
    assert "<svg" in page
    found: dict[str, Any] = json.loads((out / "results.json").read_text(encoding="utf-8"))
    return found
