"""One study with known effects, loaded, computed and rendered once for all tests of the report."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis import RESULTS_FILE
from analysis.card import build_card
from analysis.figures import View
from analysis.load import StudyData, load_source
from analysis.options import Options
from analysis.report import write_report
from analysis.report.render import stimulus_values
from analysis.results import compute, to_json

RATERS, ITEMS = 14, 6
EFFECTS = {
    "overall": {"real": 1.2, "clean_v2": 1.0, "late&sync": -0.2, "frozen": -1.4},
    "sync": {"real": 1.2, "clean_v2": 1.1, "late&sync": -1.2, "frozen": -1.3},
}
METHODS = list(EFFECTS["overall"])
CONFIG: dict[str, Any] = {
    "study": "known",
    "title": "Known effects <b>& more</b>",
    "seed": 3,
    "texts": {
        "welcome": "Hello.",
        "consent": {"version": "1", "body": "You may stop at any time you like."},
        "instructions": "Watch, then rate.",
        "debriefing": "Thank you.",
    },
    "methods": [{"name": name.replace("&", "-"), "reference": name == "real"} for name in METHODS],
    "items": [{"name": f"i{i}", "split": "test"} for i in range(ITEMS)],
    "parts": [
        {
            "id": "rating",
            "test_method": "ACR",
            "questions": [
                {"id": "overall", "text": "How good is this clip overall?"},
                {"id": "sync", "text": "How well do lips and speech fit together?"},
            ],
        },
        {"id": "pairs", "test_method": "PC", "questions": [{"id": "better", "text": "Which is better?"}]},
    ],
    "metrics": ["psnr", "ssim"],
    "screening": {"apply": ["attention"]},
}


@dataclass(frozen=True)
class Study:
    results: dict[str, Any]
    data: StudyData
    view: View


@dataclass(frozen=True)
class Report:
    folder: Path
    study: Study


def _write(file: Path, header: list[str], rows: Iterable[Iterable[Any]]) -> None:
    with file.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([header, *rows])


def _named(method: str) -> str:
    return method.replace("&", "-")


def _ratings(rng: np.random.Generator) -> list[list[Any]]:
    rater_effect, item_effect = rng.normal(0, 0.3, RATERS), rng.normal(0, 0.2, ITEMS)
    rows = []
    for question, effects in EFFECTS.items():
        for r in range(RATERS):
            for i in range(ITEMS):
                for method, effect in effects.items():
                    score = 3.1 + effect + rater_effect[r] + item_effect[i] + rng.normal(0, 0.5)
                    name = _named(method)
                    grade = int(np.clip(round(score), 1, 5))
                    rows.append(
                        [f"r{r:02d}", f"{name}-{i}", name, f"i{i}", question, grade, "scored", "", ""]
                    )
    for r in range(RATERS):
        rows.append([f"r{r:02d}", "trap", "real", "i0", "overall", 1 + (r % 7 == 0), "trap", 1, 1])
    return rows


def _comparisons(rng: np.random.Generator) -> list[list[Any]]:
    rows = []
    for r in range(RATERS):
        for i in range(ITEMS):
            a, b = rng.choice(METHODS, 2, replace=False)
            gap = EFFECTS["overall"][a] - EFFECTS["overall"][b] + rng.normal(0, 1.6)
            choice = "tie" if abs(gap) < 0.3 else "left" if gap > 0 else "right"
            rows.append([f"r{r:02d}", f"i{i}", _named(a), _named(b), "better", choice])
    return rows


def _metrics(rng: np.random.Generator) -> list[list[Any]]:
    rows = []
    for k, method in enumerate(METHODS):
        for i in range(ITEMS):
            stimulus = f"{_named(method)}-{i}"
            psnr = "" if method == "real" else f"{40 - 4 * k + rng.normal():.3f}"
            status = "identical pictures" if method == "real" else "ok"
            rows.append([stimulus, _named(method), "psnr", psnr, "higher", "dB", status])
            rows.append([stimulus, _named(method), "ssim", f"{0.99 - 0.02 * k:.3f}", "higher", "1", "ok"])
    return rows


def write_bundle(folder: Path) -> Path:
    rng = np.random.default_rng(11)
    folder.mkdir()
    study = {"schema_version": 1, "config": CONFIG, "study": "known", "title": CONFIG["title"], "seed": 3}
    (folder / "study.json").write_text(json.dumps({**study, "simulated": True}), encoding="utf-8")
    header = [
        "rater",
        "stimulus",
        "method",
        "item",
        "question",
        "score",
        "kind",
        "expected_low",
        "expected_high",
    ]
    _write(folder / "ratings.csv", header, _ratings(rng))
    compared = ["rater", "item", "left", "right", "question", "choice"]
    _write(folder / "comparisons.csv", compared, _comparisons(rng))
    measured = ["stimulus", "method", "metric", "value", "direction", "unit", "status"]
    _write(folder / "metrics.csv", measured, _metrics(rng))
    stimuli = [
        [f"{_named(m)}-{i}", _named(m), f"i{i}", 3.5, 25, "test"] for m in METHODS for i in range(ITEMS)
    ]
    stimuli.append(["trap", "real", "i0", 3.5, 25, ""])
    _write(folder / "stimuli.csv", ["stimulus", "method", "item", "duration_s", "fps", "split"], stimuli)
    people = [[f"r{r:02d}", "naive" if r % 3 else "expert", "lab"] for r in range(RATERS)]
    _write(folder / "raters.csv", ["rater", "expertise", "recruitment"], people)
    return folder


def studied(source: Path) -> Study:
    data = load_source(str(source))
    results = compute(data, Options(n_boot=200))
    return Study(results, data, View(results, build_card(results, data), stimulus_values(data.metrics)))


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return studied(write_bundle(tmp_path_factory.mktemp("bundle") / "known"))


@pytest.fixture(scope="session")
def report(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """All formats but pdf."""
    folder = tmp_path_factory.mktemp("report")
    (folder / RESULTS_FILE).write_text(to_json(study.results), encoding="utf-8")
    write_report(study.results, study.data, folder, {"html", "ipynb", "tex", "csv"})
    return Report(folder, study)
