"""Values of one metric from several sources: told apart on the card, and warned of in the results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analysis.card import build_card
from analysis.load import load_source
from analysis.options import Options
from analysis.report.card import card_rows
from analysis.results import compute

HERE = "false,mos_platform.psnr,1,peak 255,ok"
ELSEWHERE = "true,matlab,R2024b,peak 1,ok"
UNKNOWN = "true,,,,ok"
FAILED = "false,mos_platform.psnr,1,peak 255,not computed: no reference"
HEAD = "stimulus,metric,value,imported,implementation,version,parameters,status\n"


def told(folder: Path, *origins: str, items: int = 3) -> tuple[str, dict[str, Any]]:
    """The card's words on PSNR, and the results; clips a0, b0, a1 … have these origins in turn."""
    clips = [f"{method}{item}" for item in range(items) for method in "ab"]
    ratings = [
        f"r{r},{clip},{clip[0]},{clip[1]},{1 + (r + n) % 5}" for r in range(4) for n, clip in enumerate(clips)
    ]
    (folder / "ratings.csv").write_text("rater,stimulus,method,item,score\n" + "\n".join(ratings) + "\n")
    rows = [
        f"{clip},psnr,{'' if 'not computed' in origin else 30 + n},{origin}"
        for n, (clip, origin) in enumerate(zip(clips, origins * len(clips), strict=False))
    ]
    (folder / "metrics.csv").write_text(HEAD + "\n".join(rows) + "\n")
    data = load_source(str(folder))
    results = compute(data, Options(n_boot=20))
    return dict(card_rows(build_card(results, data)))["Metric PSNR"], results


def mixed(results: dict[str, Any]) -> list[str]:
    return [note["message"] for note in results["warnings"] if note["code"] == "metric_implementations_mixed"]


def test_computed_and_imported_values_are_told_apart(tmp_path: Path) -> None:
    words, results = told(tmp_path, HERE, ELSEWHERE, HERE)
    assert (
        "4 computed (mos_platform.psnr 1); peak 255; 2 measured elsewhere (matlab R2024b); peak 1;" in words
    )
    (message,) = mixed(results)
    assert message.startswith("PSNR comes from 2 implementations")
    assert message.endswith(": a, b by matlab R2024b; a, b by mos_platform.psnr 1.")


def test_what_has_no_value_lends_no_implementation(tmp_path: Path) -> None:
    words, results = told(tmp_path, ELSEWHERE, FAILED)
    assert "measured elsewhere (matlab R2024b); peak 1; 3 values; 3 missing" in words
    assert "mos_platform" not in words
    assert "peak 255" not in words
    assert mixed(results) == []


def test_an_implementation_that_nobody_states_is_told_as_such(tmp_path: Path) -> None:
    words, results = told(tmp_path, UNKNOWN, FAILED)
    assert "measured elsewhere (implementation not stated); 3 values" in words
    assert mixed(results) == []
    _, both = told(tmp_path, UNKNOWN, HERE)
    assert mixed(both)[0].endswith(": a by an implementation that is not stated; b by mos_platform.psnr 1.")


@pytest.mark.parametrize(("items", "drawn"), [(3, False), (4, True)])
def test_a_curve_is_drawn_only_where_the_metric_can_be_mapped(
    tmp_path: Path, items: int, drawn: bool
) -> None:
    _, results = told(tmp_path, HERE, items=items)
    mapped = [
        row for row in results["correlation"] if row["mapping"] == "monotone" and row["level"] == "stimulus"
    ]
    assert (mapped[0]["value"] is not None) == drawn
    assert bool(results["mapping"]) == drawn
