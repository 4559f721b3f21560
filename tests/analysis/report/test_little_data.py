"""Reports on next to nothing: whole, calm, and plain about what is missing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.cli import main
from analysis.figures.forest import Line, Mark, Scale, forest
from analysis.report import findings
from analysis.report.sections import sections


def report_of(folder: Path, source: Path) -> tuple[str, dict]:
    """The page, and the notebook that it was made from."""
    arguments = ["report", str(source), "--format", "html,ipynb", "--out", str(folder)]
    assert main(arguments) == 0
    return (folder / "report.html").read_text(), json.loads((folder / "report.ipynb").read_text())


def test_one_raters_report_holds_no_warning_of_any_library(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "one.csv"
    rows = [f"r1,i{i},{m},{1 + (i + len(m)) % 5}" for i in range(3) for m in ("a", "bb")]
    source.write_text("\n".join(["rater,item,method,score", *rows]) + "\n")
    page, notebook = report_of(tmp_path / "out", source)
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    assert outputs
    assert [output for output in outputs if output["output_type"] == "stream"] == []
    assert "Warning" not in page
    assert "how far raters agree cannot be estimated" in page
    assert "Warning" not in capfd.readouterr().err


def test_where_everybody_is_excluded_no_answer_of_theirs_is_shown(study) -> None:
    kept = {name: [] for name in ("agreement", "mos", "stimulus_mos", "differences")}
    for name in kept:
        kept[name] = [row for row in study.results[name] if row["screening"] == "none"]
    lost = ("correlation", "preference", "preference_pairs", "preference_model", "letters", "variance")
    view = replace(study.view, results={**study.results, **kept, **{name: [] for name in lost}})
    text = " ".join(findings.summary(view).sentences)
    assert text.count("No rating is left after screening.") == 2
    assert text.count("No comparison is left after screening.") == 1
    assert "highest MOS" not in text
    assert {section.slug for section in sections(view)}.isdisjoint({"means", "scores", "differences"})


def test_end_words_of_a_narrow_axis_do_not_meet(study) -> None:
    line = Line("a method, named", (Mark(0.5, 0.1, 0.9),), "+0.50 [+0.10, +0.90] noted")
    scale = Scale(-1, 1, (0.0,), ("0",), ("less preferred", "more preferred"))
    figure = forest(study.view, ("Title", ""), [line], scale)
    words = {text.get_text() for text in figure.axes[0].texts}
    assert {"less\npreferred", "more\npreferred"} <= words


def test_methods_that_no_test_compares_get_no_letters(tmp_path: Path) -> None:
    """One item: no difference can be tested for raters and items, and a shared letter would say otherwise."""
    source = tmp_path / "one_item.csv"
    rows = [f"r{r},i,{m},{1 + (r + len(m)) % 5}" for r in range(8) for m in ("a", "bb", "ccc")]
    source.write_text("\n".join(["rater,item,method,score", *rows]) + "\n")
    out = tmp_path / "out"
    assert main(["report", str(source), "--format", "json,tex", "--out", str(out)]) == 0
    results = json.loads((out / "results.json").read_text())
    assert {row["p"] for row in results["differences"]} == {None}
    assert results["letters"] == []
    assert "letter" not in (out / "tables" / "mos.tex").read_text()
