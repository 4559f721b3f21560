"""A small bundle with every table, as the platform exports it, for tests to spoil."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from studies.config import parse_study

Row = dict[str, Any]
Tables = dict[str, list[Row]]

METHODS, ITEMS = ("real", "near", "far"), ("i1", "i2")
CONFIG: dict[str, Any] = {
    "study": "small",
    "title": "A small study",
    "texts": {
        "welcome": "Hello.",
        "consent": {"version": "1", "body": "You may stop at any time you like."},
        "instructions": "Watch, then answer.",
        "debriefing": "Thank you.",
    },
    "methods": [{"name": name, "reference": name == "real"} for name in METHODS],
    "items": list(ITEMS),
    "parts": [
        {"id": "rating", "test_method": "ACR-HR", "questions": [{"id": "sync", "text": "In time?"}]},
        {"id": "pairs", "test_method": "PC", "questions": [{"id": "better", "text": "Which one?"}]},
    ],
    "metrics": ["psnr"],
    "seed": 3,
}


def tables(site: str = "a", raters: int = 3) -> Tables:
    """`site` goes into the ids, as installations give different ones to the same clips."""
    clips = [(f"{site}-{m}-{i}", m, i) for m in METHODS for i in ITEMS]
    people = [f"{site}-r{r}" for r in range(raters)]
    return {
        "stimuli": [
            {
                "stimulus": s,
                "method": m,
                "item": i,
                "is_reference": m == "real",
                "fps": 25.0,
                "sha256": f"{m}{i}",
            }
            for s, m, i in clips
        ],
        "raters": [{"rater": r, "sittings": 1, "consented_at": "2026-01-01T10:00:00Z"} for r in people],
        "ratings": [
            {
                "rater": r,
                "stimulus": s,
                "method": m,
                "item": i,
                "question": "sync",
                "score": 1 + (n + 2 * k) % 5,
                "kind": "scored",
                "sitting": f"{r}-s",
                "position": n + 1,
                "presented_at": f"2026-01-01T10:{n + 1:02}:00Z",
                "submitted_at": f"2026-01-01T10:{n + 1:02}:30Z",
            }
            for k, r in enumerate(people)
            for n, (s, m, i) in enumerate(clips)
        ],
        "comparisons": [
            {"rater": r, "item": i, "left": "near", "right": "far", "question": "better", "choice": "left"}
            for r in people
            for i in ITEMS
        ],
        "metrics": [
            {
                "stimulus": s,
                "method": m,
                "metric": "psnr",
                "value": 30 + n,
                "direction": "higher",
                "unit": "dB",
            }
            for n, (s, m, i) in enumerate(clips)
            if m != "real"
        ],
    }


def write_whole(folder: Path, content: Tables, config: dict[str, Any] | None = CONFIG) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in content.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, list(dict.fromkeys(key for row in rows for key in row)))
            writer.writeheader()
            writer.writerows(rows)
    if config is not None:
        parsed = parse_study(config, "")
        facts = {"config": parsed.model_dump(mode="json"), "config_sha256": parsed.sha256(), "seed": 3}
        (folder / "study.json").write_text(json.dumps({"schema_version": 1, "study": "small", **facts}))
    return sealed(folder)


def sealed(folder: Path) -> Path:
    """With a manifest of what is there."""
    (folder / "manifest.json").unlink(missing_ok=True)
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    (folder / "manifest.json").write_text(json.dumps({"schema_version": 1, "files": digests}))
    return folder


Spoil = Callable[[Tables], object]
