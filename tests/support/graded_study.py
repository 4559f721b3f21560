"""A study of graded comparisons (CCR) and impairment (DCR), and small helpers to ask its results."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np

from analysis.load import load_source
from analysis.options import Options
from analysis.results import compute

Rows = list[dict[str, Any]]

LEVEL = {"real": 0.0, "near": -0.8, "far": -1.6}
METHODS = list(LEVEL)
STUDY: dict[str, Any] = {
    "study": "graded",
    "title": "Graded comparisons",
    "texts": {
        "welcome": "Hello.",
        "consent": {"version": "1", "body": "You may stop at any time you like."},
        "instructions": "Watch, then answer.",
        "debriefing": "Thank you.",
    },
    "methods": [{"name": name, "reference": name == "real"} for name in METHODS],
    "items": [f"i{item}" for item in range(8)],
    "parts": [
        {
            "id": "pairs",
            "test_method": "CCR",
            "dummies": 0,
            "questions": [{"id": "better", "text": "And the second?"}],
        },
        {"id": "damage", "test_method": "DCR", "questions": [{"id": "damage", "text": "How impaired?"}]},
    ],
    "analysis": {"margin": 1.0},
}
COLUMNS = ["rater", "item", "left", "right", "question", "first", "score"]


def answers(*, second: float = 0.0, both_orders: bool = True, n_raters: int = 12) -> Rows:
    """Every rater compares every pair on every item; being second adds `second` grades."""
    rng = np.random.default_rng(5)
    taste, content = rng.normal(0, 0.3, (n_raters, 3)), rng.normal(0, 0.3, (8, 3))
    rows = []
    for rater in range(n_raters):
        for item in range(8):
            value = np.array(list(LEVEL.values())) + taste[rater] + content[item]
            for a, b in ((0, 1), (0, 2), (1, 2)):
                first, other = (b, a) if both_orders and rng.random() < 0.5 else (a, b)
                grade = value[other] - value[first] + second + rng.normal(0, 0.6)
                left, right = (first, other) if rng.random() < 0.5 else (other, first)
                rows.append(
                    {
                        "rater": f"r{rater}",
                        "item": f"i{item}",
                        "left": METHODS[left],
                        "right": METHODS[right],
                        "question": "better",
                        "first": METHODS[first],
                        "score": int(np.clip(np.round(grade), -3, 3)),
                    }
                )
    return rows


def impairments() -> Rows:
    rng = np.random.default_rng(6)
    return [
        {
            "rater": f"r{rater}",
            "item": f"i{item}",
            "method": method,
            "question": "damage",
            "score": int(np.clip(round(4.5 + LEVEL[method] + rng.normal(0, 0.6)), 1, 5)),
        }
        for rater in range(12)
        for item in range(8)
        for method in METHODS[1:]
    ]


def write(path: Path, rows: Rows, columns: list[str] | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns or list(rows[0]), extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def bundle(folder: Path, rows: Rows, **changes: Any) -> Path:
    write(folder / "comparisons.csv", rows)
    write(folder / "ratings.csv", impairments())
    config = {**STUDY, **changes}
    (folder / "study.json").write_text(json.dumps({"schema_version": 1, "config": config}))
    return folder


def results_of(source: Path, **options: Any) -> dict[str, Any]:
    return compute(load_source(str(source)), Options(n_boot=20, **options))


def one(rows: Rows, **wanted: Any) -> dict[str, Any]:
    found = many(rows, **wanted)
    assert len(found) == 1, (wanted, len(found))
    return found[0]


def many(rows: Rows, **wanted: Any) -> Rows:
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def codes(results: dict[str, Any]) -> set[str]:
    return {row["code"] for row in results["warnings"]}
