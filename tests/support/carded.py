"""Cards of small bundles, for tests of the reporting card."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import whole_bundle
from whole_bundle import tables

from analysis.card import build_card
from analysis.load import load_source
from analysis.options import Options
from analysis.results import compute

Row = dict[str, Any]
ROWS = "rater,item,method,score\n" + "".join(
    f"r{r},i{i},{m},{1 + (r + i + len(m)) % 5}\n" for r in range(4) for i in range(3) for m in ("a", "bb")
)


def card_of(source: Path) -> Row:
    data = load_source(str(source))
    return build_card(compute(data, Options(n_boot=20)), data)


def lacks(card: Row) -> set[str]:
    return {fact["key"] for fact in card["missing"]}


def bare(folder: Path, study: Row | None = None) -> Path:
    (folder / "ratings.csv").write_text(ROWS)
    if study is not None:
        (folder / "study.json").write_text(json.dumps({"schema_version": 1, **study}))
    return folder


def recorded() -> whole_bundle.Tables:
    """The small bundle with what players, checks and questionnaires record."""
    content = tables()
    for n, row in enumerate(content["ratings"]):
        row |= {"played_fraction": 0.5 if n == 0 else 1.0, "stalled_ms": 0, "hidden_ms": 0, "replays": n % 2}
        row |= {"displayed_width": 400 + 10 * n, "response_ms": 1000, "question_position": 1}
    for n, person in enumerate(content["raters"]):
        person |= {"status": "active" if n == 2 else "finished", "device": "phone" if n else "desktop"}
        person |= {"expertise": "", "simulated": False, "consent_version": "1"}
    for n, clip in enumerate(content["stimuli"]):
        clip |= {"duration_s": 3 + n / 10, "width": 512, "height": 512}
    return content


def with_facts(folder: Path, **facts: Any) -> Path:
    known = json.loads((folder / "study.json").read_text())
    (folder / "study.json").write_text(json.dumps({**known, **facts}))
    return whole_bundle.sealed(folder)
