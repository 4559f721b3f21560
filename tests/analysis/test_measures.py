"""DCR, DMOS and the margin, from answers to results.json and the report's words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from graded_study import STUDY, answers, bundle, codes, impairments, many, one, results_of, write
from scipy import stats

from analysis.card import build_card
from analysis.cli import main
from analysis.figures.view import View, empty_values
from analysis.load import load_source
from analysis.options import Options
from analysis.report import findings
from analysis.results import compute


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return results_of(bundle(tmp_path_factory.mktemp("graded") / "study", answers()))


def test_dcr_is_named_in_every_list_of_means(graded: dict[str, Any]) -> None:
    for name in ("mos", "stimulus_mos", "differences"):
        assert {row["measure"] for row in many(graded[name], question="damage")} == {"DCR"}
    given = [row["score"] for row in impairments() if row["method"] == "near"]
    assert one(graded["mos"], question="damage", method="near")["mean"] == pytest.approx(np.mean(given))
    assert {row["method"] for row in many(graded["letters"], question="damage")} == {"near", "far"}
    assert graded["study"]["scales"] == {"better": [-3, 3], "damage": [1, 5]}


def test_the_summary_says_what_a_graded_score_is_relative_to(tmp_path: Path) -> None:
    data = load_source(str(bundle(tmp_path / "study", answers())))
    results = compute(data, Options(n_boot=20))
    text = " ".join(findings.summary(View(results, build_card(results, data), empty_values())).sentences)
    assert "near has the highest CMOS (score relative to real)" in text
    assert "eal is rated above near" in text
    assert "near has the highest DCR" in text
    assert "margin" not in text
    results = compute(data, Options(n_boot=20, margin=1.0))
    text = " ".join(findings.summary(View(results, build_card(results, data), empty_values())).sentences)
    assert "With the declared margin of 1.00 grades" in text
    assert "near (−0.43 [−0.90, 0.04], p = 0.011) is as good as real;" in text
    assert "far (−1.49 [−1.90, −1.08]) is worse than real by more than that." in text


def hidden_reference(folder: Path, *, config: bool = True) -> Path:
    """Two raters on two items: the first's reference is 4 throughout, the second's 5 and then 3."""
    reference = {"r0": (4, 4), "r1": (5, 3)}
    given = {"r0": (5, 2), "r1": (3, 3)}
    rows = []
    for rater, scores in given.items():
        for item, (score, of_reference) in enumerate(zip(scores, reference[rater], strict=True)):
            rows.append({"rater": rater, "item": f"i{item}", "method": "near", "score": score})
            rows.append({"rater": rater, "item": f"i{item}", "method": "real", "score": of_reference})
    for row in rows:
        row["stimulus"] = f"{row['method']}-{row['item']}"
    write(folder / "ratings.csv", rows)
    stimuli = {row["stimulus"]: {key: row[key] for key in ("stimulus", "method", "item")} for row in rows}
    listed = [{**row, "is_reference": row["method"] == "real"} for row in stimuli.values()]
    write(folder / "stimuli.csv", listed)
    if config:
        part = {"id": "rate", "test_method": "ACR-HR", "questions": [{"id": "overall", "text": "How good?"}]}
        study = {**STUDY, "items": ["i0", "i1"], "parts": [part]}
        (folder / "study.json").write_text(json.dumps({"schema_version": 1, "config": study}))
    return folder


@pytest.mark.parametrize("config", [True, False])
def test_dmos_takes_the_same_raters_reference_and_is_not_crushed(tmp_path: Path, config: bool) -> None:
    results = results_of(hidden_reference(tmp_path / "study", config=config))
    row = one(results["mos"], measure="DMOS", method="near")
    assert row["counts"] == {"3": 2, "5": 1, "6": 1}, "6: rated above its reference, and kept so"
    assert row["mean"] == pytest.approx((6 + 3 + 3 + 5) / 4)
    clips = {r["stimulus"]: r for r in many(results["stimulus_mos"], measure="DMOS")}
    assert clips["near-i0"]["mean"] == pytest.approx((6 + 3) / 2)
    assert clips["near-i1"]["mean"] == pytest.approx((3 + 5) / 2)
    assert clips["near-i0"]["ci_low"] < 4.5 < clips["near-i0"]["ci_high"]
    assert (clips["real-i0"]["mean"], clips["real-i0"]["ci_low"]) == (5, None)
    assert "weak_reference" not in codes(results), "its mean is exactly 4"
    assert {r["measure"] for r in results["differences"]} == {"MOS"}, "differences are of raw scores"


def test_a_margin_declared_in_the_study_file_reaches_every_difference(tmp_path: Path) -> None:
    folder = bundle(tmp_path / "study", answers())
    assert main(["report", str(folder), "--format", "json", "--out", str(tmp_path / "out")]) == 0
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    assert {row["margin"] for row in results["differences"]} == {1.0}
    for row in results["differences"]:
        half = stats.t.ppf(0.95, row["df"]) * row["se"]
        within = abs(row["mean"]) + half < 1
        assert (row["p_equivalence"] < 0.05) == within
        assert (row["p_noninferiority"] < 0.05) == (row["mean"] - half > -1)
