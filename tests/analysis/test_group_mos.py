"""Means of subgroups: by item attribute, by rater attribute and by split."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from analysis.load import load_source
from analysis.options import Options
from analysis.results import compute

TEXTS = {
    "welcome": "Hello.",
    "consent": {"version": "1", "body": "You may stop at any time you like."},
    "instructions": "Watch, then rate.",
    "debriefing": "Thank you.",
}
SPLIT = {0: "seen", 1: "unseen"}


def ratings(folder: Path) -> None:
    lines = ["rater,item,method,score"]
    for rater in range(6):
        for item in range(8):
            lines += [f"r{rater},i{item},a,{1 + (rater + item) % 3}", f"r{rater},i{item},b,{3 + item % 2}"]
    (folder / "ratings.csv").write_text("\n".join(lines) + "\n")


def declared(folder: Path) -> None:
    items = [
        {
            "name": f"i{item}",
            "split": SPLIT[item % 2],
            "attributes": {"light": "day" if item < 3 else "night"},
        }
        for item in range(8)
    ]
    questions = [{"id": "overall", "text": "How good is it?"}]
    config = {
        "study": "groups",
        "title": "Groups",
        "texts": TEXTS,
        "methods": ["a", "b"],
        "items": items,
        "parts": [{"id": "p", "test_method": "ACR", "questions": questions}],
    }
    (folder / "study.json").write_text(json.dumps({"schema_version": 1, "config": config}))


def listed(folder: Path) -> None:
    lines = ["stimulus,method,item,split,light"]
    for item in range(8):
        for method in ("a", "b"):
            light = "day" if item < 3 else "night"
            lines.append(f"i{item}|{method},{method},i{item},{SPLIT[item % 2]},{light}")
    (folder / "stimuli.csv").write_text("\n".join(lines) + "\n")


def groups(folder: Path) -> list[dict[str, Any]]:
    return list(compute(load_source(str(folder)), Options(n_boot=20))["group_mos"])


@pytest.mark.parametrize("described", [declared, listed], ids=["study file", "stimuli.csv"])
def test_items_are_grouped_by_attribute_and_by_split(tmp_path: Path, described: Any) -> None:
    ratings(tmp_path)
    described(tmp_path)
    found = {(row["attribute"], row["level"], row["method"]): row for row in groups(tmp_path)}
    assert {key[:2] for key in found} == {
        ("light", "day"),
        ("light", "night"),
        ("split", "seen"),
        ("split", "unseen"),
    }
    assert {row["attribute_of"] for row in found.values()} == {"item"}
    assert (found["split", "seen", "b"]["mean"], found["split", "unseen", "b"]["mean"]) == (3, 4)
    assert [found["light", light, "a"]["n_ratings"] for light in ("day", "night")] == [18, 30]
    assert found["split", "seen", "a"]["procedure"] == "two-way ANOVA"


def test_raters_are_grouped_by_what_is_known_of_them(tmp_path: Path) -> None:
    ratings(tmp_path)
    people = "".join(f"r{rater},{'expert' if rater < 2 else 'naive'}\n" for rater in range(6))
    (tmp_path / "raters.csv").write_text("rater,expertise\n" + people + "r9,naive\n")
    found = {(row["level"], row["method"]): row for row in groups(tmp_path)}
    assert {row["attribute_of"] for row in found.values()} == {"rater"}
    assert [found[level, "a"]["n_ratings"] for level in ("expert", "naive")] == [16, 32]
    assert [found[level, "a"]["n_raters"] for level in ("expert", "naive")] == [2, 4]
    assert {found[level, "b"]["level_n_items"] for level in ("expert", "naive")} == {8}


def test_items_without_a_split_belong_to_no_group_of_it(tmp_path: Path) -> None:
    ratings(tmp_path)
    listed(tmp_path)
    text = (tmp_path / "stimuli.csv").read_text().replace("i7,unseen", "i7,")
    (tmp_path / "stimuli.csv").write_text(text)
    found = {(row["attribute"], row["level"], row["method"]): row for row in groups(tmp_path)}
    assert found["split", "unseen", "a"]["n_ratings"] == 18
