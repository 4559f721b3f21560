"""results.json as a whole: equal to other software's figures, complete, the same however rows are ordered."""

from __future__ import annotations

import csv
import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.cli import main
from analysis.load import load_source
from analysis.options import Options
from analysis.results import compute, to_json

PYTHON = "python (sureal 0.9, krippendorff 0.9, pingouin 0.6.1)"
R = "R (lme4 1.1-31, lmerTest, irr, psych)"
LISTS = [
    "screening",
    "mos",
    "stimulus_mos",
    "differences",
    "letters",
    "group_mos",
    "agreement",
    "variance",
    "raters",
    "correlation",
    "metric_contest",
    "metric_classification",
    "metrics",
    "preference",
    "preference_pairs",
    "preference_model",
    "warnings",
]
NEEDS_DIRECTION = ("metric_contest",)
STUDY: dict[str, Any] = {
    "study": "known",
    "title": "A study with known effects",
    "seed": 3,
    "texts": {
        "welcome": "Hello.",
        "consent": {"version": "1", "body": "You may stop at any time you like."},
        "instructions": "Watch, then rate.",
        "debriefing": "Thank you.",
    },
    "methods": [{"name": "real", "reference": True}, {"name": "good"}, {"name": "fair"}, {"name": "poor"}],
    "items": [{"name": f"i{i}", "attributes": {"gender": "fm"[i % 2]}} for i in range(8)],
    "parts": [
        {
            "id": "rating",
            "test_method": "ACR-HR",
            "questions": [{"id": "overall", "text": "How good is it?"}],
        },
        {"id": "pairs", "test_method": "PC", "questions": [{"id": "better", "text": "Which is better?"}]},
    ],
    "screening": {"apply": ["attention"]},
}
LEVEL = {"real": 4.5, "good": 4.0, "fair": 3.0, "poor": 1.8}
CARELESS = "r19"


def known_study(folder: Path, *, reverse: bool = False) -> Path:
    """20 raters × 8 items × 4 methods of known order, one careless rater, one metric that follows them."""
    rng = np.random.default_rng(11)
    ratings, votes, stimuli, metrics = [], [], [], []
    for item in range(8):
        for method, level in LEVEL.items():
            stimulus = f"s_{method}_{item}"
            stimuli.append([stimulus, method, f"i{item}", method == "real", "fm"[item % 2]])
            value = "" if method == "real" else level * 2 + item * 0.1
            metrics.append(
                [stimulus, method, "psnr", value, "identical pictures" if method == "real" else "ok"]
            )
            metrics.append([stimulus, method, "homemade", 12 - level + rng.normal(0, 2), "ok"])
            for rater in range(20):
                clear = level + 0.1 * (item - 4) + 0.05 * (rater - 10) + rng.normal(0, 0.5)
                score = 6 - level if f"r{rater}" == CARELESS else clear
                ratings.append(
                    [f"r{rater}", stimulus, method, f"i{item}", "overall", _grade(score), "scored", ""]
                )
        for rater in range(20):
            a, b = rng.choice(list(LEVEL), 2, replace=False)
            gap = LEVEL[a] - LEVEL[b] + rng.normal(0, 1)
            choice = "tie" if abs(gap) < 0.3 else "left" if gap > 0 else "right"
            votes.append([f"r{rater}", f"i{item}", a, b, "better", choice])
    for rater in range(20):
        answer = 5 if f"r{rater}" == CARELESS else 2
        ratings.append([f"r{rater}", "s_good_0", "good", "i0", "overall", answer, "trap", 2])
    folder.mkdir(parents=True)
    header = ["rater", "stimulus", "method", "item", "question", "score", "kind", "expected_high"]
    _write(folder / "ratings.csv", header, ratings, reverse=reverse)
    _write(
        folder / "comparisons.csv",
        ["rater", "item", "left", "right", "question", "choice"],
        votes,
        reverse=reverse,
    )
    _write(
        folder / "stimuli.csv",
        ["stimulus", "method", "item", "is_reference", "gender"],
        stimuli,
        reverse=reverse,
    )
    _write(
        folder / "metrics.csv", ["stimulus", "method", "metric", "value", "status"], metrics, reverse=reverse
    )
    content = {"schema_version": 1, "config": STUDY, "simulated": True}
    (folder / "study.json").write_text(json.dumps(content))
    return folder


def _grade(score: float) -> int:
    return int(min(5, max(1, round(score))))


def _write(path: Path, header: list[str], rows: list[list[Any]], *, reverse: bool) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *(reversed(rows) if reverse else rows)])


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    data = load_source(str(known_study(tmp_path_factory.mktemp("known") / "known")))
    return compute(data, Options(seed=3, n_boot=200, margin=0.5))


def one(rows: list[dict[str, Any]], **wanted: Any) -> dict[str, Any]:
    found = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
    assert len(found) == 1, (wanted, len(found))
    return found[0]


def many(rows: list[dict[str, Any]], **wanted: Any) -> list[dict[str, Any]]:
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def test_nflx_public_through_the_program(shared: Path, tmp_path: Path) -> None:
    """Means to 1e-9, ICC and alpha as R's and krippendorff's, on the public Netflix ratings."""
    folder = shared / "ratings" / "nflx_public"
    assert (
        main(["report", str(folder / "ratings.csv"), "--out", str(tmp_path / "out"), "--format", "json"]) == 0
    )
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    reference = json.loads((folder / "reference.json").read_text())
    expected = json.loads((folder / "expected.json").read_text())
    _same_method_means(results, reference[R])
    by_stimulus = {row["stimulus"]: row["mean"] for row in results["stimulus_mos"]}
    means = reference[PYTHON]["sureal_MosModel"]["quality_scores"]
    for stimulus, mean in zip(reference[PYTHON]["stimulus_order"], means, strict=True):
        assert by_stimulus[stimulus] == pytest.approx(mean, abs=1e-9)
    assert np.mean(list(by_stimulus.values())) == pytest.approx(expected["mos"]["mean_of_mos"], abs=1e-9)
    for name, value in (("alpha_ordinal", "alpha_ordinal"), ("alpha_interval", "alpha_interval")):
        found = one(results["agreement"], coefficient=name, screening="none")["value"]
        assert found == pytest.approx(reference[PYTHON][value], abs=1e-9)
    icc = reference[R]["icc_reml"]
    for name, value in (("ICC(A,1)", "A1"), ("ICC(C,1)", "C1"), ("ICC(A,k)", "Ak"), ("ICC(C,k)", "Ck")):
        found = one(results["agreement"], coefficient=name, screening="none")["value"]
        assert found == pytest.approx(icc[value], abs=1e-6)
    bias = {row["rater"]: row["bias"] for row in results["raters"]}
    published = reference[PYTHON]["sureal_BiasremvMosModel"]
    for rater, value in zip(published["observers"], published["observer_bias"], strict=True):
        assert bias[rater] == pytest.approx(value, abs=1e-9)


def _same_method_means(results: dict[str, Any], reference: dict[str, Any]) -> None:
    rows = {row["method"]: row for row in results["mos"]}
    assert len(rows) == len(reference["per_method"])
    for expected in reference["per_method"]:
        row = rows[expected["method"]]
        # R's mean is over ratings; with one stimulus per item that is the mean over cells as well.
        assert row["rating_mean"] == pytest.approx(expected["mean"], abs=1e-9)
        assert row["n_ratings"] == expected["n"]


def test_every_list_is_there_and_nothing_is_nan(known: dict[str, Any]) -> None:
    assert known["schema_version"] == 1
    for name in LISTS:
        assert isinstance(known[name], list), name
        assert known[name] or name in NEEDS_DIRECTION, name
        assert len({tuple(row) for row in known[name]}) <= 1, f"{name}: rows differ in their columns"
    assert "NaN" not in to_json(known)
    assert known["study"]["simulated"] is True
    assert known["warnings"][0]["code"] == "simulated_data"


def test_row_order_changes_no_byte(tmp_path: Path) -> None:
    written = []
    for reverse in (False, True):
        data = load_source(str(known_study(tmp_path / str(reverse) / "known", reverse=reverse)))
        written.append(to_json(compute(data, Options(seed=3, n_boot=50))))
    assert written[0] == written[1]


def test_only_the_rater_who_missed_the_check_is_left_out(known: dict[str, Any]) -> None:
    assert [row["rater"] for row in known["screening"] if row["applied"]] == [CARELESS]
    verdicts = Counter((row["rule"], row["question"]) for row in known["screening"])
    assert set(verdicts.values()) == {20}, "every rule judges every rater"
    assert len(verdicts) == 7, "straight-lining on both questions; neither playback nor times are recorded"
    for method in LEVEL:
        everybody = one(known["mos"], method=method, measure="MOS", screening="none")
        counted = one(known["mos"], method=method, measure="MOS", screening="applied")
        assert (everybody["n_raters"], counted["n_raters"]) == (20, 19)
        assert everybody["n_ratings"] == 160, "the trap itself is no rating of the clip"
    assert one(known["raters"], rater=CARELESS)["loo_correlation"] < 0
    assert "raters_excluded" in [row["code"] for row in known["warnings"]]


def test_means_intervals_and_counts_agree_with_the_ratings(known: dict[str, Any]) -> None:
    for row in known["mos"]:
        if row["ci_low"] is not None:
            assert row["ci_low"] < row["mean"] < row["ci_high"]
            assert row["ci_high"] - row["ci_low"] > row["naive_ci_high"] - row["naive_ci_low"]
        assert sum(row["counts"].values()) == row["n_ratings"]
        if row["measure"] == "MOS":
            total = sum(float(score) * count for score, count in row["counts"].items())
            assert total / row["n_ratings"] == pytest.approx(row["mean"])


def test_dmos_is_the_score_less_the_references_plus_five(known: dict[str, Any]) -> None:
    mean = {row["method"]: row["mean"] for row in many(known["mos"], measure="MOS", screening="none")}
    for method in LEVEL:
        row = one(known["mos"], measure="DMOS", screening="none", method=method)
        assert row["mean"] == pytest.approx(mean[method] - mean["real"] + 5)
    reference = one(known["mos"], measure="DMOS", screening="none", method="real")
    assert (reference["mean"], reference["ci_low"], reference["ci_high"]) == (5, None, None)


def test_methods_stand_in_the_order_of_the_study_file_and_rank_as_made(known: dict[str, Any]) -> None:
    rows = many(known["mos"], measure="MOS", screening="applied")
    assert [row["method"] for row in rows] == list(LEVEL)
    means = [row["mean"] for row in rows]
    assert means == sorted(means, reverse=True)
    strengths = [row["strength"] for row in known["preference"]]
    assert strengths == sorted(strengths, reverse=True)
    assert sum(strengths) == pytest.approx(0, abs=1e-9)


def test_differences_come_in_two_corrected_families(known: dict[str, Any]) -> None:
    pairs = many(known["differences"], family="all pairs", screening="applied")
    against = many(known["differences"], family="all against the reference", screening="applied")
    assert (len(pairs), len(against)) == (6, 3)
    mean = {row["method"]: row["mean"] for row in many(known["mos"], measure="MOS", screening="applied")}
    for row in [*pairs, *against]:
        assert row["mean"] == pytest.approx(mean[row["method_a"]] - mean[row["method_b"]])
        assert row["p_holm"] >= row["p"]
        assert row["margin"] == 0.5
        assert 0 <= row["p_noninferiority"] <= row["p_equivalence"] or row["mean"] > 0
    assert {row["method_b"] for row in against} == {"real"}
    letters = {row["method"]: set(row["letters"]) for row in known["letters"]}
    for row in pairs:
        apart = row["p_holm"] < 0.05
        assert apart == (not letters[row["method_a"]] & letters[row["method_b"]])


def test_correlations_leave_references_out_and_state_their_ceiling(known: dict[str, Any]) -> None:
    row = one(known["correlation"], metric="psnr", level="stimulus", coefficient="PLCC", mapping="raw")
    assert (row["n"], row["n_methods"], row["n_items"], row["direction"]) == (24, 3, 8, "higher")
    rated = many(known["stimulus_mos"], screening="applied", measure="MOS")
    stimuli = [s for s in rated if s["method"] != "real"]
    values = [LEVEL[s["method"]] * 2 + int(s["item"][1]) * 0.1 for s in stimuli]
    assert row["value"] == pytest.approx(np.corrcoef(values, [s["mean"] for s in stimuli])[0, 1])
    assert row["ci_low"] < row["value"] < row["ci_high"]
    assert row["disattenuated"] == pytest.approx(row["value"] / row["ceiling"])
    assert row["ceiling"] == pytest.approx(math.sqrt(row["reliability"]))
    assert (
        one(known["metrics"], metric="psnr", method="real")["status"] == "8 of 8 missing: identical pictures"
    )
    raw = one(known["correlation"], metric="homemade", level="stimulus", coefficient="PLCC", mapping="raw")
    assert raw["direction"] is None
    assert raw["value"] < 0, "the sign that the raw numbers have"
    note = one(known["warnings"], code="metric_without_direction")
    assert note["message"].startswith("It is not said of homemade whether higher or lower values are better")


def test_a_contest_needs_directions(tmp_path: Path) -> None:
    folder = known_study(tmp_path / "known")
    extra = tmp_path / "direction.csv"
    rows = [[f"s_{m}_{i}", "homemade", 12 - LEVEL[m] + (i * 7 % 5), "lower"] for m in LEVEL for i in range(8)]
    _write(extra, ["stimulus", "metric", "value", "direction"], rows, reverse=False)
    results = compute(load_source(str(folder), metrics=extra), Options(n_boot=100))
    row = one(results["metric_contest"], level="stimulus", coefficient="PLCC")
    assert (row["metric_a"], row["metric_b"]) == ("homemade", "psnr")
    assert row["difference"] < 0, "psnr was made to follow the ratings more closely"
    better = one(results["metric_classification"], metric="psnr")
    assert better["auc_better"] > one(results["metric_classification"], metric="homemade")["auc_better"]


def test_dmos_says_what_it_had_to_leave_out(tmp_path: Path) -> None:
    folder = known_study(tmp_path / "known")
    kept = [line for line in (folder / "ratings.csv").read_text().splitlines() if "r3,s_real_5," not in line]
    (folder / "ratings.csv").write_text("\n".join(kept) + "\n")
    results = compute(load_source(str(folder)), Options(n_boot=20))
    note = one(results["warnings"], code="dmos_incomplete")
    assert note["message"].startswith("3 of 607 ratings do not enter DMOS")
    assert one(results["mos"], measure="DMOS", screening="none", method="poor")["n_ratings"] == 159


def test_when_everybody_is_excluded_the_report_says_so(tmp_path: Path) -> None:
    folder = known_study(tmp_path / "known")
    ratings = (folder / "ratings.csv").read_text().replace(",2,trap,2", ",4,trap,2")
    (folder / "ratings.csv").write_text(ratings)
    results = compute(load_source(str(folder)), Options(n_boot=20))
    assert {row["screening"] for row in results["mos"]} == {"none"}
    codes = {row["code"] for row in results["warnings"]}
    assert {"no_ratings_left", "no_comparisons_left"} <= codes


def test_subgroups_of_items_divide_the_ratings(known: dict[str, Any]) -> None:
    rows = many(known["group_mos"], attribute="gender", method="good")
    assert [row["level"] for row in rows] == ["f", "m"]
    assert sum(row["n_ratings"] for row in rows) == 19 * 8


def test_repeats_give_consistency_and_stay_out_of_the_means(tmp_path: Path) -> None:
    lines = ["rater,item,method,score,kind"]
    for rater in range(5):
        for item in range(4):
            score = 1 + (rater + item) % 5
            lines.append(f"r{rater},i{item},a,{score},scored")
            lines.append(f"r{rater},i{item},a,{min(5, score + (item == 3))},repeat")
    path = tmp_path / "repeats.csv"
    path.write_text("\n".join(lines) + "\n")
    results = compute(load_source(str(path)), Options(n_boot=50))
    assert results["mos"][0]["n_ratings"] == 20
    consistency = one(results["agreement"], coefficient="repeat_consistency")
    assert 0.8 < consistency["value"] <= 1
    assert consistency["n_stimuli"] == 20
    assert {row["repeat_mae"] for row in results["raters"]} == {0.0, 0.25}


def test_repeats_of_excluded_raters_do_not_count_after_screening(tmp_path: Path) -> None:
    folder = known_study(tmp_path / "known")
    with (folder / "ratings.csv").open("a") as file:
        for rater in (CARELESS, "r1", "r2"):
            for item in range(4):
                file.write(f"{rater},s_fair_{item},fair,i{item},overall,{1 + item},repeat,\n")
    rows = compute(load_source(str(folder)), Options(n_boot=20))["agreement"]
    found = {row["screening"]: row for row in many(rows, coefficient="repeat_consistency")}
    assert {name: row["n_raters"] for name, row in found.items()} == {"none": 3, "applied": 2}
    assert {name: row["n_stimuli"] for name, row in found.items()} == {"none": 12, "applied": 8}


def test_metric_values_that_are_missing_are_said_and_leave_the_reliability(tmp_path: Path) -> None:
    folder = known_study(tmp_path / "known")
    lines = (folder / "metrics.csv").read_text().splitlines()
    kept = [line for line in lines if not ("psnr" in line and ",poor," in line)]
    (folder / "metrics.csv").write_text("\n".join(kept) + "\n")
    results = compute(load_source(str(folder)), Options(n_boot=20))
    note = one(results["warnings"], code="metric_values_missing")["message"]
    assert note == "PSNR: 8 of 24 rated stimuli have no value and are left out; poor has none (overall)."
    rows = many(results["correlation"], level="stimulus", coefficient="PLCC", mapping="raw")
    reliability = {row["metric"]: row["reliability"] for row in rows}
    assert reliability["psnr"] < reliability["homemade"], "the method that differs most has no PSNR"


def test_values_of_whole_methods_beside_those_of_clips_are_not_dropped_silently(tmp_path: Path) -> None:
    folder = known_study(tmp_path / "known")
    extra = tmp_path / "extra.csv"
    _write(extra, ["method", "metric", "value"], [["poor", "psnr", 20]], reverse=False)
    results = compute(load_source(str(folder), metrics=extra), Options(n_boot=20))
    note = one(results["warnings"], code="metric_levels_mixed")["message"]
    assert note.startswith("PSNR: 1 value of a whole method is left out")


def test_generalizability_of_a_complete_design_is_the_textbook_formula(known: dict[str, Any]) -> None:
    variance = {row["component"]: row["variance"] for row in known["variance"]}
    noise = variance["item:method"] / 8 + variance["rater:method"] / 19 + variance["residual"] / (8 * 19)
    found = one(known["agreement"], coefficient="generalizability", screening="applied")
    assert found["value"] == pytest.approx(variance["method"] / (variance["method"] + noise))


def test_aggregated_comparisons_alone_are_enough(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("winner,loser,n\na,b,8\nb,a,2\nb,c,7\nc,b,3\na,c,9\nc,a,1\n")
    results = compute(load_source(str(path)), Options())
    assert [row["method"] for row in results["preference"]] == ["a", "b", "c"]
    assert results["study"]["n_comparisons"] == 30
    assert results["preference_model"][0]["position_effect"] is None
    assert results["mos"] == []
