"""Warnings: what a careful author would say first about a study, and only where it holds."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
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
    ("recruitment", "advised"), [("lab", "30 are"), ("online", "35 are"), ("", "30 are"), (None, "30 are")]
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
        (
            [*([f"r{r}", "lab"] for r in range(23)), ["another", "prolific"]],
            "30 are advised, though 24 would suffice in a laboratory, as here",
        ),
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


@pytest.mark.parametrize(("raters", "said"), [(26, "though 24 suffice in a laboratory"), (30, None)])
def test_below_thirty_raters_it_is_said_in_a_laboratory_too(
    tmp_path: Path, raters: int, said: str | None
) -> None:
    rows = [[f"r{r}", f"i{i}", "a", 1 + (r + i) % 5] for r in range(raters) for i in range(6)]
    write(tmp_path / "ratings.csv", "rater,item,method,score", rows)
    write(tmp_path / "raters.csv", "rater,recruitment", [[f"r{r}", "lab"] for r in range(raters)])
    warnings = compute(load_source(str(tmp_path)), Options(n_boot=20))["warnings"]
    found = [row["message"] for row in warnings if row["code"] == "few_raters"]
    assert len(found) == (said is not None)
    assert all(f"{raters} raters per method; 30 are advised, {said}, as here." in text for text in found)


def choices(tmp_path: Path, agreement: float, rated: float = 1.0) -> dict[str, str]:
    """Warnings of 20 raters who compare three methods on 6 items; `agreement`: how often with the crowd."""
    random, votes = np.random.default_rng(6), []
    for r in range(20):
        for i in range(6):
            for left, right in (("a", "b"), ("b", "c"), ("a", "c")):
                choice = "left" if random.random() < agreement else "right"
                votes += [[f"r{r}", f"i{i}", left, right, choice]] if random.random() < rated else []
    write(tmp_path / "comparisons.csv", "rater,item,left,right,choice", votes)
    results = compute(load_source(str(tmp_path / "comparisons.csv")), Options())
    return {row["code"]: row["message"] for row in results["warnings"]}


def test_raters_who_choose_by_coin_are_said_to_agree_little(tmp_path: Path) -> None:
    found = choices(tmp_path, 0.5)
    assert "agree" not in " ".join(choices(tmp_path, 0.95).values())
    said = re.search(
        r"in (\d+)\s% of cases \(Kendall's u (\S+);.* (\d+) of 120 triads", found["low_agreement"]
    )
    assert said is not None
    assert 45 < int(said[1]) < 55
    assert abs(float(said[2].replace("−", "-"))) < 0.1
    assert 20 < int(said[3]) < 40, "a quarter of all by chance"
    assert "incomplete_design" not in found


def test_comparisons_that_are_not_all_made_are_incomplete(tmp_path: Path) -> None:
    found = choices(tmp_path, 0.9, rated=0.4)
    said = re.search(r"(\d+\.\d)\s% of all rater × pair cells", found["incomplete_design"])
    assert said is not None
    assert 33 < float(said[1]) < 47
    assert "each rater judged a part." in found["incomplete_design"]


def test_the_same_pair_the_other_way_round_is_no_other_pair(tmp_path: Path) -> None:
    votes = [
        [f"r{r}", f"i{i}", *(("a", "b") if (r + i) % 2 else ("b", "a")), "left"]
        for r in range(6)
        for i in range(6)
    ]
    write(tmp_path / "comparisons.csv", "rater,item,left,right,choice", votes)
    warnings = compute(load_source(str(tmp_path / "comparisons.csv")), Options())["warnings"]
    assert "incomplete_design" not in [row["code"] for row in warnings]


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


@pytest.mark.parametrize(
    ("marked", "sentence"),
    [
        ({"r", "s"}, "Ratings are simulated: no person gave them, and no figure here is a finding."),
        ({"r"}, "Ratings of 1 of 2 raters are simulated: no figure here is a finding."),
        ({"gone"}, None),
    ],
    ids=["all", "one", "one without an answer"],
)
def test_the_table_of_raters_says_who_is_simulated(
    tmp_path: Path, marked: set[str], sentence: str | None
) -> None:
    write(
        tmp_path / "ratings.csv",
        "rater,item,method,score",
        [[rater, item, "a", 3] for rater in "rs" for item in ("i1", "i2")],
    )
    people = [[rater, str(rater in marked).lower()] for rater in ("r", "s", "gone")]
    write(tmp_path / "raters.csv", "rater,simulated", people)
    results = compute(load_source(str(tmp_path)), Options(n_boot=20))
    assert results["study"]["simulated"] is (sentence is not None)
    assert results["study"]["simulated_note"] == sentence


def test_methods_and_pairs_of_methods_are_not_counted_together(tmp_path: Path) -> None:
    rows = [[f"r{r}", "i0", f"m{m}", 1 + (r + m) % 5] for r in range(4) for m in range(5)]
    write(tmp_path / "ratings.csv", "rater,item,method,score", rows)
    warnings = compute(load_source(str(tmp_path / "ratings.csv")), Options(n_boot=20))["warnings"]
    assert one(warnings, code="one_item")["message"].endswith(
        "(overall, m0; overall, m1; overall, m2; and 2 more)."
    )
