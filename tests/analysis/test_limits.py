"""Warnings: what a careful author would say first about a study, and only where it holds."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from analysis.load import load_source
from analysis.options import Options
from analysis.results import compute, to_json


def write(path: Path, header: str, rows: list[list[Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header.split(","), *rows])


def one(rows: list[dict[str, Any]], **wanted: Any) -> dict[str, Any]:
    found = [row for row in rows if wanted.items() <= row.items()]
    assert len(found) == 1, (wanted, len(found))
    return found[0]


def test_of_several_repeats_the_first_counts_and_it_is_said(tmp_path: Path) -> None:
    lines = ["rater,item,method,score,kind,presented_at"]
    for clock, (score, kind) in enumerate(((3, "scored"), (5, "repeat"), (4, "repeat"))):
        lines.append(f"r0,i0,a,{score},{kind},2026-01-01T00:0{9 - clock}:00Z")
    (tmp_path / "repeats.csv").write_text("\n".join(lines) + "\n")
    results = compute(load_source(str(tmp_path / "repeats.csv")), Options(n_boot=50))
    assert one(results["raters"], rater="r0")["repeat_mae"] == 1, "the repeat that was shown earlier"
    assert one(results["warnings"], code="several_repeats")["message"].startswith(
        "1 further repeat of a clip"
    )


def test_two_references_are_warned_of(tmp_path: Path) -> None:
    write(
        tmp_path / "stimuli.csv",
        "stimulus,method,item,is_reference",
        [["s1", "real", "i1", "true"], ["s2", "real2", "i1", "true"], ["s3", "a", "i1", "false"]],
    )
    rows = [
        [f"r{r}", f"s{s}", m, "i1", 3] for r in range(2) for s, m in ((1, "real"), (2, "real2"), (3, "a"))
    ]
    write(tmp_path / "ratings.csv", "rater,stimulus,method,item,score", rows)
    results = compute(load_source(str(tmp_path)), Options(n_boot=20))
    assert "2 methods (real, real2)" in one(results["warnings"], code="several_references")["message"]


@pytest.mark.parametrize(
    ("recruitment", "advised"), [("lab", "24 are"), ("online", "35 are"), ("", "30 are"), (None, "30 are")]
)
def test_how_many_raters_are_advised_depends_on_where_they_rate(
    tmp_path: Path, recruitment: str | None, advised: str
) -> None:
    votes = [[f"r{r}", "i1", "a", "b", "left" if r % 3 else "right"] for r in range(23)]
    write(tmp_path / "comparisons.csv", "rater,item,left,right,choice", votes)
    if recruitment is not None:
        people = [[f"r{r}", recruitment] for r in range(23)]
        write(tmp_path / "raters.csv", "rater,recruitment", people)
    message = one(compute(load_source(str(tmp_path)), Options())["warnings"], code="few_raters")["message"]
    assert ": 23 raters per method; " in message
    assert advised in message


@pytest.mark.parametrize(
    ("people", "advised"),
    [
        ([], "30 are"),
        ([["another", "lab"]], "30 are"),
        ([[f"r{r}", "lab"] for r in range(22)], "30 are"),
        ([*([f"r{r}", "lab"] for r in range(23)), ["another", "prolific"]], "24 are"),
    ],
)
def test_only_those_who_answered_decide_how_many_raters_are_advised(
    tmp_path: Path, people: list[list[Any]], advised: str
) -> None:
    votes = [[f"r{r}", "i1", "a", "b", "left" if r % 3 else "right"] for r in range(23)]
    write(tmp_path / "comparisons.csv", "rater,item,left,right,choice", votes)
    write(tmp_path / "raters.csv", "rater,recruitment", people)
    warnings = compute(load_source(str(tmp_path)), Options())["warnings"]
    assert advised in one(warnings, code="few_raters")["message"]


def test_one_rater_gives_preferences_without_interval_or_test(tmp_path: Path) -> None:
    votes = [["r0", f"i{i}", "a", "b", "left" if i % 3 else "right"] for i in range(9)]
    write(tmp_path / "comparisons.csv", "rater,item,left,right,choice", votes)
    results = compute(load_source(str(tmp_path)), Options())
    assert {row["ci_low"] for row in results["preference"]} == {None}
    assert results["preference"][0]["strength"] > 0
    pair = results["preference_pairs"][0]
    assert (pair["p_a"], pair["ci_low"], pair["p"]) == (pytest.approx(2 / 3), None, None)
    assert results["preference_model"][0]["position_p"] is None
    assert "one_rater" in [row["code"] for row in results["warnings"]]


@pytest.mark.parametrize(
    "lines",
    [
        ["r1,i1,a,3"],
        ["r1,i1,a,3", "r2,i1,a,3"],
        ["r1,i1,a,3", "r1,i2,a,4"],
        ["r1,i1,a,3", "r1,i1,b,4", "r2,i2,c,5"],
        ["r1,i1,a,3", "r2,i1,a,3", "r1,i2,a,3", "r2,i2,a,3"],
    ],
    ids=["one rating", "one item", "one rater", "disjoint", "constant"],
)
def test_tiny_studies_give_nulls_with_a_word_instead_of_failing(tmp_path: Path, lines: list[str]) -> None:
    path = tmp_path / "tiny.csv"
    path.write_text("\n".join(["rater,item,method,score", *lines]) + "\n")
    results = compute(load_source(str(path)), Options(n_boot=20))
    assert results["mos"][0]["ci_low"] is None
    assert results["mos"][0]["mean"] == 3 or len(lines) == 2
    assert json.loads(to_json(results)) == results
    assert {"few_raters", "few_items"} <= {row["code"] for row in results["warnings"]}


@pytest.mark.parametrize(
    ("marks", "sentence"),
    [
        (("false", "false"), None),
        (("true", "true"), "Ratings are simulated: no person gave them, and no figure here is a finding."),
        (("true", "false"), "Ratings of 1 of 2 raters are simulated: no figure here is a finding."),
    ],
)
def test_simulated_raters_are_told_from_people(tmp_path: Path, marks: tuple[str, str], sentence: str) -> None:
    rows = [
        f"{rater},{item},a,3,{mark}" for rater, mark in zip("rs", marks, strict=True) for item in ("i1", "i2")
    ]
    (tmp_path / "ratings.csv").write_text("rater,item,method,score,simulated\n" + "\n".join(rows) + "\n")
    results = compute(load_source(str(tmp_path / "ratings.csv")), Options(n_boot=50))
    assert results["study"]["simulated"] is (sentence is not None)
    assert results["study"]["simulated_note"] == sentence
