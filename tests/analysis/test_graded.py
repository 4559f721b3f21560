"""CCR from answers to results.json: turned to one direction, tested in families, what cannot be a score."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from graded_study import COLUMNS, Rows, answers, bundle, codes, many, one, results_of, write
from scipy import stats

from analysis.cli import main
from analysis.load import load_source
from analysis.results import to_json
from studies.errors import InputError


def over(rows: Rows, method: str, other: str) -> np.ndarray:
    """Scores of `method` over `other`, raters × items, turned by hand."""
    table = np.full((12, 8), np.nan)
    for row in rows:
        if {row["left"], row["right"]} == {method, other}:
            sign = -1 if row["first"] == method else 1
            table[int(row["rater"][1:]), int(row["item"][1:])] = sign * row["score"]
    return table


def two_way_interval(table: np.ndarray) -> tuple[float, float]:
    """Rater × item analysis of variance, written out once more."""
    raters, items = table.shape
    rest = table - table.mean(1, keepdims=True) - table.mean(0) + table.mean()
    a, b = table.mean(1).var(ddof=1) / raters, table.mean(0).var(ddof=1) / items
    c = (rest**2).sum() / ((raters - 1) * (items - 1)) / table.size
    variance = max(a + b - c, a, b)
    parts = a**2 / (raters - 1) + b**2 / (items - 1) + c**2 / ((raters - 1) * (items - 1))
    half = stats.t.ppf(0.975, variance**2 / parts) * np.sqrt(variance)
    return table.mean() - half, table.mean() + half


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return results_of(bundle(tmp_path_factory.mktemp("graded") / "study", answers()), margin=1.0)


def test_cmos_is_the_score_over_the_reference_with_a_two_way_interval(graded: dict[str, Any]) -> None:
    rows = many(graded["mos"], question="better")
    assert [row["method"] for row in rows] == ["near", "far"]
    for row in rows:
        table = over(answers(), row["method"], "real")
        low, high = two_way_interval(table)
        assert (row["measure"], row["procedure"]) == ("CMOS", "two-way ANOVA")
        assert row["mean"] == pytest.approx(table.mean())
        assert (row["ci_low"], row["ci_high"]) == pytest.approx((low, high))
        assert (row["n_ratings"], row["n_raters"], row["n_items"]) == (96, 12, 8)
        assert {int(grade) for grade in row["counts"]} <= set(range(-3, 4))
    assert rows[1]["mean"] < -1


def test_pairs_are_tested_in_two_families_and_point_from_the_first_to_the_second(
    graded: dict[str, Any],
) -> None:
    pairs = many(graded["differences"], measure="CMOS", family="all pairs")
    assert [(row["method_a"], row["method_b"]) for row in pairs] == [
        ("real", "near"),
        ("real", "far"),
        ("near", "far"),
    ]
    for row in pairs:
        table = over(answers(), row["method_a"], row["method_b"])
        assert row["mean"] == pytest.approx(table.mean())
        assert (row["ci_low"], row["ci_high"]) == pytest.approx(two_way_interval(table))
        assert (row["p"] < 0.05) == (row["ci_low"] > 0 or row["ci_high"] < 0)
    raw = sorted(row["p"] for row in pairs)
    holm = np.maximum.accumulate([min(1, p * (3 - rank)) for rank, p in enumerate(raw)])
    assert sorted(row["p_holm"] for row in pairs) == pytest.approx(holm)
    against = many(graded["differences"], measure="CMOS", family="all against the reference")
    assert [(row["method_a"], row["method_b"]) for row in against] == [("near", "real"), ("far", "real")]
    assert against[0]["mean"] == pytest.approx(-pairs[0]["mean"])


def test_as_good_as_real_is_noninferiority_against_the_reference(graded: dict[str, Any]) -> None:
    near = one(graded["differences"], measure="CMOS", family="all against the reference", method_a="near")
    far = one(graded["differences"], measure="CMOS", family="all against the reference", method_a="far")
    assert near["margin"] == 1.0
    assert near["p_noninferiority"] < 0.05 < far["p_noninferiority"]
    expected = stats.t.sf((near["mean"] + 1.0) / near["se"], near["df"])
    assert near["p_noninferiority"] == pytest.approx(expected)


def test_which_side_was_first_and_which_was_left_do_not_matter_to_the_result(tmp_path: Path) -> None:
    """The same opinion, shown the other way round, is the same score with the other sign."""
    rows = answers()
    mirrored = [
        {
            **row,
            "left": row["right"],
            "right": row["left"],
            "first": row["left"] if row["first"] == row["right"] else row["right"],
            "score": -row["score"],
        }
        for row in rows
    ]
    before, after = (
        results_of(write(tmp_path / name / "comparisons.csv", given))
        for name, given in (("a", rows), ("b", mirrored))
    )
    for name in ("mos", "differences"):
        assert after[name] == before[name]
    strengths = [[row["strength"] for row in results["preference"]] for results in (before, after)]
    assert strengths[1] == pytest.approx(strengths[0], abs=1e-9)


def test_the_side_that_came_first_may_be_named_by_its_word(tmp_path: Path) -> None:
    rows = answers()
    words = [{**row, "first": "left" if row["first"] == row["left"] else "right"} for row in rows]
    by_name = results_of(write(tmp_path / "graded.csv", rows))
    by_word = results_of(write(tmp_path / "words" / "graded.csv", words))
    assert to_json(by_word) == to_json(by_name)


def test_without_a_reference_there_are_pairs_only(tmp_path: Path) -> None:
    results = results_of(write(tmp_path / "graded.csv", answers()))
    assert results["mos"] == []
    assert {row["measure"] for row in results["differences"]} == {"CMOS"}
    assert {row["family"] for row in results["differences"]} == {"all pairs"}
    assert results["study"]["scales"] == {"better": [-3, 3]}
    one(results["differences"], method_a="far", method_b="near")


def test_a_missing_choice_is_the_scores_sign(tmp_path: Path) -> None:
    rows = answers()
    with_choice = []
    for row in rows:
        ahead = -row["score"] if row["first"] == row["left"] else row["score"]
        choice = "left" if ahead > 0 else "right" if ahead < 0 else "tie"
        with_choice.append({**row, "choice": choice})
    implied = results_of(write(tmp_path / "a" / "graded.csv", rows))
    given = results_of(write(tmp_path / "b" / "graded.csv", with_choice))
    assert implied["preference"] == given["preference"]
    pair = one(implied["preference_pairs"], method_a="far", method_b="real")
    table = over(rows, "far", "real")
    assert (pair["wins_a"], pair["ties"]) == ((table > 0).sum(), (table == 0).sum())


def test_an_effect_of_the_order_is_found_and_cancels_out(tmp_path: Path) -> None:
    plain = results_of(write(tmp_path / "a" / "graded.csv", answers()))
    pushed = results_of(write(tmp_path / "b" / "graded.csv", answers(second=0.8)))
    assert "order_effect" not in codes(plain)
    model = pushed["preference_model"][0]
    assert model["order_effect"] == pytest.approx(0.8, abs=0.15)
    assert model["order_p"] < 0.001
    note = one(pushed["warnings"], code="order_effect")["message"]
    assert "Being shown second adds +0." in note
    assert "cancels out" in note
    before, after = (
        {(r["method_a"], r["method_b"]): r["mean"] for r in x["differences"]} for x in (plain, pushed)
    )
    assert after == pytest.approx(before, abs=0.25)


def test_one_order_only_cannot_tell_the_order_from_the_methods(tmp_path: Path) -> None:
    results = results_of(write(tmp_path / "graded.csv", answers(second=0.8, both_orders=False)))
    assert results["preference_model"][0]["order_effect"] is None
    assert "order_not_estimable" in codes(results)


def test_without_raters_there_is_a_mean_and_no_interval(tmp_path: Path) -> None:
    rows = [{key: row[key] for key in COLUMNS if key != "rater"} for row in answers()]
    results = results_of(bundle(tmp_path / "study", rows))
    row = one(results["mos"], measure="CMOS", method="far")
    assert row["mean"] == pytest.approx(over(answers(), "far", "real").mean())
    assert (row["ci_low"], row["se"], row["n_raters"], row["n_items"]) == (None, None, None, 8)
    assert "raters_unknown" in codes(results)
    assert "cells_averaged" not in codes(results)


def test_answers_without_a_score_count_as_choices_and_are_told(tmp_path: Path) -> None:
    rows = [{**row, "choice": ""} for row in answers()]
    rows[0] |= {"score": "", "choice": "left"}
    rows[1] |= {"score": ""}
    results = results_of(write(tmp_path / "graded.csv", rows))
    assert results["study"]["n_comparisons"] == len(rows) - 1
    note = one(results["warnings"], code="ccr_incomplete")["message"]
    assert note.startswith(f"1 of {len(rows) - 1} comparisons have no score and do not enter CMOS")
    assert "missing_choice" in codes(results)


def test_ccr_that_was_answered_by_choices_alone_is_told(tmp_path: Path) -> None:
    rows = [{**row, "score": "", "choice": "left"} for row in answers()]
    results = results_of(bundle(tmp_path / "study", rows))
    assert many(results["mos"], measure="CMOS") == []
    assert "ccr_without_scores" in codes(results)


def test_without_the_column_first_the_left_side_is_taken_and_told(tmp_path: Path) -> None:
    rows = answers()
    turned = [
        {**row, "score": row["score"] if row["first"] == row["left"] else -row["score"], "first": ""}
        for row in rows
    ]
    columns = [name for name in COLUMNS if name != "first"]
    told = results_of(write(tmp_path / "a" / "graded.csv", rows))
    assumed = results_of(write(tmp_path / "b" / "graded.csv", turned, columns))
    assert assumed["differences"] == told["differences"]
    assert "first_assumed" in codes(assumed)
    assert "first_assumed" not in codes(told)


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ({"score": 4}, ["row 2", "score 4", "-3 to 3", "correct"]),
        ({"score": 1.5}, ["row 2", "score 1.5", "whole grade"]),
        ({"score": "good"}, ["row 2", "'score' is 'good'", "not a number"]),
        ({"first": "someone"}, ["row 2", "'first' is 'someone'", "'real'"]),
        ({"first": ""}, ["row 2", "'first' is ''", "name the side"]),
        (
            {"score": 2, "first": "real", "left": "real", "right": "far", "choice": "left"},
            ["contradicts score 2"],
        ),
        ({"n": 3}, ["row 2", "n = 3", "its own row"]),
    ],
)
def test_what_cannot_be_a_score_is_one_sentence(
    tmp_path: Path, broken: dict[str, Any], words: list[str]
) -> None:
    rows = [{**row, "choice": "", "n": 1} for row in answers()[:3]]
    rows[0] |= broken
    source = write(tmp_path / "graded.csv", rows)
    with pytest.raises(InputError) as refusal:
        load_source(str(source))
    sentence = str(refusal.value)
    assert all(word in sentence for word in ["graded.csv", *words]), sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


def test_a_score_that_does_not_name_a_winner_goes_with_any_choice(tmp_path: Path) -> None:
    rows = [{**row, "choice": "left", "score": 0} for row in answers()]
    results = results_of(write(tmp_path / "graded.csv", rows))
    assert {row["mean"] for row in results["differences"]} == {0.0}
    assert {row["p"] for row in results["differences"]} == {None}
    assert {row["ties"] for row in results["preference_pairs"]} == {0}
    assert "constant_scores" in codes(results)


@pytest.mark.parametrize("how", ["study file", "option"])
def test_a_regularised_preference_comes_on_request_only(tmp_path: Path, how: str) -> None:
    """`far` never wins, so maximum likelihood has no finite strengths."""
    rows = answers()
    for row in rows:
        if "far" in (row["left"], row["right"]):
            row["score"] = 3 if row["first"] == "far" else -3
    asked = {"regularised_preference": True} if how == "study file" else {}
    folder = bundle(tmp_path / "study", rows, analysis=asked)
    words = ["report", str(folder), "--format", "json", "--out", str(tmp_path / "out")]
    assert main([*words, "--regularised-preference"] if how == "option" else words) == 0
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    strength = {row["method"]: row["strength"] for row in results["preference"]}
    assert strength["real"] > strength["near"] > strength["far"]
    assert all(row["procedure"].startswith("regularised, no interval") for row in results["preference"])
    assert all(row["ci_low"] is None and row["se_covariance"] is None for row in results["preference"])
    assert {"preference_separated", "preference_regularised"} <= codes(results)
    plain = results_of(bundle(tmp_path / "plain", rows, analysis={}))
    assert {row["strength"] for row in plain["preference"]} == {None}
    groups = {row["method"]: (row["group"], row["group_strength"]) for row in plain["preference"]}
    assert groups["real"][0] == groups["near"][0] != groups["far"][0]
    assert groups["far"][1] is None
    assert groups["real"][1] == pytest.approx(-groups["near"][1])
