"""Figures that the authors of the data sets published, met through the program as a user would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from golden import RATINGS, by, figures, read, results, rows

from analysis.cli import main
from analysis.load import load_source
from analysis.options import Options
from analysis.results import compute

TEXTS = {
    "welcome": "Hello.",
    "consent": {"version": "1", "body": "You may stop at any time you like."},
    "instructions": "Watch, then rate.",
    "debriefing": "Thank you.",
}


@pytest.mark.parametrize("folder", ["agh_tv2017", "nflx_last4outliers", "nflx_public", "vqeghd3"])
def test_sets_are_as_large_as_published(shared: Path, folder: str) -> None:
    want = figures(folder, "expected.json")
    found = {
        "n_raters": results(folder)["study"]["n_raters"],
        "n_ratings": results(folder)["study"]["n_ratings"],
        "n_stimuli": len(rows(folder, "stimulus_mos", measure="MOS")),
    }
    known = found.keys() & want.keys()
    assert "n_raters" in known
    assert {key: found[key] for key in known} == {key: want[key] for key in known}


def netflix_order(listing: list[dict[str, Any]], value: str = "mean") -> list[float]:
    """One figure per clip in the order of asset ids, as the published vectors have it."""
    return [row[value] for row in sorted(listing, key=lambda row: int(row["stimulus"]))]


def test_netflix_mos_and_its_spread_are_the_published_ones(shared: Path) -> None:
    want, listing = figures("nflx_public", "expected.json")["mos"], rows("nflx_public", "stimulus_mos")
    mos = netflix_order([row for row in listing if row["measure"] == "MOS"])
    assert [mos[0], mos[10], mos[-2]] == pytest.approx([want[f"mos[{i}]"] for i in (0, 10, -2)], abs=1e-9)
    assert np.mean(mos) == pytest.approx(want["mean_of_mos"], abs=1e-9)
    assert np.var(mos) == pytest.approx(want["var_of_mos(ddof0)"], abs=1e-9)
    se = netflix_order([row for row in listing if row["measure"] == "MOS"], "se")
    assert np.mean(se) == pytest.approx(want["mean_sem(ddof1/sqrt n)"], abs=1e-9)
    sd = np.mean(netflix_order([row for row in listing if row["measure"] == "MOS"], "sd"))
    assert sd == pytest.approx(want["mean_sd_of_raw"], abs=1e-9)


@pytest.fixture(scope="module")
def hidden_reference(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The Netflix ratings as an ACR-HR study: declared, where a bare CSV file cannot declare it."""
    table = read("nflx_public").table.astype({"stimulus": str})
    folder = tmp_path_factory.mktemp("netflix")
    table.to_csv(folder / "ratings.csv", index=False)
    names = sorted(set(table["method"]) - {"ref"})
    config = {
        "study": "netflix",
        "title": "Netflix public",
        "texts": TEXTS,
        "methods": [{"name": "ref", "reference": True}, *({"name": name} for name in names)],
        "items": [{"name": name} for name in sorted(set(table["item"]))],
        "parts": [
            {"id": "p", "test_method": "ACR-HR", "questions": [{"id": "overall", "text": "How good is it?"}]}
        ],
    }
    (folder / "study.json").write_text(json.dumps({"schema_version": 1, "config": config}))
    return compute(load_source(str(folder)), Options(n_boot=30))


def test_netflix_dmos_are_the_published_ones(hidden_reference: dict[str, Any]) -> None:
    want = figures("nflx_public", "expected.json")["dmos"]
    dmos = netflix_order([row for row in hidden_reference["stimulus_mos"] if row["measure"] == "DMOS"])
    assert [dmos[0], dmos[10]] == pytest.approx([want["dmos[0]"], want["dmos[10]"]], abs=1e-9)
    assert np.mean(dmos) == pytest.approx(want["mean"], abs=1e-9)
    methods = {row["method"]: row["mean"] for row in hidden_reference["mos"] if row["measure"] == "DMOS"}
    assert methods["ref"] == 5


@pytest.fixture(scope="module")
def speakers(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The speech ratings as a bundle whose stimuli.csv tells speakers' class and gender."""
    folder, table = tmp_path_factory.mktemp("speech"), read("qulab_mos").table
    table[["rater", "stimulus", "method", "item", "score"]].to_csv(folder / "ratings.csv", index=False)
    stimuli = table.drop_duplicates("stimulus")
    both = stimuli["speaker_class"] + "_" + stimuli["speaker_gender"]
    columns = ["stimulus", "method", "item", "speaker_class", "both"]
    stimuli.assign(both=both)[columns].to_csv(folder / "stimuli.csv", index=False)
    return list(compute(load_source(str(folder)), Options(n_boot=30))["group_mos"])


def test_mos_of_subgroups_of_speakers_are_the_published_ones(speakers: list[dict[str, Any]]) -> None:
    """One of 32 cells was published as 1.2, where the ratings' mean is 1.2536."""
    want = figures("qulab_mos", "expected.json")["table_mean_MOS_by_distortion_class_gender"]
    mean = {(row["method"], row["level"]): row["mean"] for row in speakers if row["attribute"] == "both"}
    for method, published in want.items():
        if method != "cols":
            found = [round(mean[method, level], 1) for level in want["cols"]]
            assert found == ([1.3, 1.4, 1.3, 1.3] if method == "MNRU_10DB" else published)
    assert want["MNRU_10DB"] == [1.3, 1.4, 1.2, 1.3]


def test_likable_voices_gain_what_was_published(speakers: list[dict[str, Any]]) -> None:
    want = figures("qulab_mos", "expected.json")["class_effect_high_minus_low"]
    mean = {
        (row["method"], row["level"]): row["mean"] for row in speakers if row["attribute"] == "speaker_class"
    }
    for method, published in want.items():
        assert round(mean[method, "high"] - mean[method, "low"], 3) == pytest.approx(published, abs=1e-9)


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert main(["report", *map(str, arguments), "--format", "json"]) == 2
    shown = capsys.readouterr()
    assert (shown.out, shown.err.count("\n"), "Traceback" in shown.err) == ("", 1, False)
    return shown.err


def test_repeated_presentations_are_refused_with_a_sentence(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    message = refused(capsys, RATINGS / "agh_ntia" / "ratings.csv", "--out", tmp_path / "out")
    assert "rows 6 and 7" in message
    assert "scored stimulus 'p9004' twice" in message
    assert "repeat" in message


def test_the_same_set_is_accepted_once_its_repetitions_are_marked(shared: Path, tmp_path: Path) -> None:
    table = read("agh_ntia").table
    kinds = np.where(table["repetition"] > 0, "repeat", "scored")
    table.assign(kind=kinds).to_csv(tmp_path / "ratings.csv", index=False)
    found = compute(load_source(str(tmp_path / "ratings.csv")), Options(n_boot=30))
    first = table[table["repetition"] == 0]
    assert found["study"]["n_ratings"] == len(first)
    for method, row in by(found["mos"], "method").items():
        assert row["rating_mean"] == pytest.approx(
            first["score"][first["method"] == method].mean(), abs=1e-12
        )
    consistency = {row["coefficient"]: row for row in found["agreement"]}["repeat_consistency"]
    again = table[table["repetition"] == 1]
    assert consistency["n_stimuli"] == len(again)


def test_diagnoses_are_no_scores(shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    message = refused(capsys, RATINGS / "fleiss1971_diagnoses" / "ratings.csv", "--out", tmp_path / "out")
    assert "row 2" in message
    assert "'4. Neurosis', which is not a number" in message


def test_one_method_alone_compares_nothing(shared: Path) -> None:
    for folder in ("bt500_demo", "irr_anxiety", "krippendorff_wikipedia"):
        assert rows(folder, "differences") == []
        assert len(rows(folder, "mos", measure="MOS")) == 1


def test_several_stimuli_of_one_item_and_method_are_averaged_with_a_word(shared: Path) -> None:
    for folder in ("its4s_agh", "vqf_denoise"):
        assert "cells_averaged" in [warning["code"] for warning in results(folder)["warnings"]]
        differing = [row for row in rows(folder, "mos") if row["mean"] != pytest.approx(row["rating_mean"])]
        assert differing, "the mean over cells is not the mean over ratings"


def test_scales_of_one_questionnaire_are_told_apart(shared: Path) -> None:
    table = pd.read_csv(RATINGS / "avatar_study2" / "ratings.csv")
    found = results("avatar_study2")
    assert sorted(found["study"]["questions"]) == sorted(table["scale"].unique())
    mean = {(row["question"], row["method"]): row["rating_mean"] for row in found["mos"]}
    for (question, method), group in table.groupby(["scale", "method"]):
        assert mean[question, method] == pytest.approx(group["score"].mean(), abs=1e-12)
