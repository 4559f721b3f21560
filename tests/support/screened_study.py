"""A study file for tests of screening, and bundles made of rows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.load import StudyData, load_source
from analysis.screening import Verdict, screen

Row = dict[str, Any]
QUESTIONS = [{"id": "overall", "text": "How good is it?"}, {"id": "sync", "text": "In step?"}]
STUDY: Row = {
    "study": "checks",
    "title": "Checks",
    "texts": {
        "welcome": "Hello.",
        "consent": {"version": "1", "body": "You may stop at any time you like."},
        "instructions": "Watch, then rate.",
        "debriefing": "Thank you.",
    },
    "methods": [{"name": "a"}, {"name": "b"}],
    "items": [{"name": "i"}],
    "parts": [
        {"id": "rating", "test_method": "ACR", "dummies": 0, "questions": QUESTIONS},
        {"id": "pairs", "test_method": "PC", "questions": [{"id": "better", "text": "Which is better?"}]},
    ],
}


def declare(folder: Path, screening: Row) -> None:
    """study.json that declares `screening`."""
    (folder / "study.json").write_text(json.dumps({"config": {**STUDY, "screening": screening}}))


def bundle(folder: Path, screening: Row | None = None, **tables: Iterable[Row]) -> StudyData:
    """Tables by their names, each of rows; without `screening` there is no study file."""
    for name, rows in tables.items():
        pd.DataFrame(list(rows)).to_csv(folder / f"{name}.csv", index=False)
    if screening is not None:
        declare(folder, screening)
    return load_source(str(folder))


def rated(scores: dict[str, list[float]], methods: int = 2) -> list[Row]:
    """Ratings from a list of scores per rater, clip by clip; the clips take turns in the methods."""
    return [
        {"rater": rater, "item": f"i{n // methods}", "method": f"m{n % methods}", "score": score}
        for rater, row in scores.items()
        for n, score in enumerate(row)
    ]


def verdicts(data: StudyData, rule: str) -> dict[str, Verdict]:
    """By rater."""
    return {one.rater: one for one in screen(data) if one.rule == rule}
