"""Metric values of subgroups and beside the literature, from files to results.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.load import load_source
from analysis.options import Options
from analysis.results import compute

METHODS = ("SadTalker", "wav2lip", "ours")
SOURCE = "Jiang et al. 2024, Information 15:675, Table 4"
N_ITEMS = 8


def lse_c(item: int, method: str) -> float:
    return 5 + METHODS.index(method) + item / 10


def ratings(folder: Path) -> None:
    lines = ["rater,item,method,score"]
    for rater in range(4):
        for item in range(N_ITEMS):
            lines += [f"r{rater},i{item},{m},{1 + (rater + item + k) % 5}" for k, m in enumerate(METHODS)]
    (folder / "ratings.csv").write_text("\n".join(lines) + "\n")


def metrics(folder: Path, extra: str = "") -> Path:
    lines = [f"i{item},{m},Sync-C,{lse_c(item, m)}" for item in range(N_ITEMS) for m in METHODS]
    (folder / "metrics.csv").write_text("\n".join(["item,method,metric,value", *lines]) + "\n" + extra)
    return folder


def stimuli(folder: Path, datasets: list[str], **more: list[str]) -> Path:
    lines = [",".join(["stimulus", "method", "item", "dataset", *more])]
    for item, dataset in enumerate(datasets):
        facts = [dataset, *(values[item] for values in more.values())]
        lines += [",".join([f"i{item}|{m}", m, f"i{item}", *facts]) for m in METHODS]
    (folder / "stimuli.csv").write_text("\n".join(lines) + "\n")
    return folder


def declared(folder: Path, dataset: str) -> Path:
    config = {
        "study": "beside",
        "title": "Beside the literature",
        "texts": {
            "welcome": "Hello.",
            "consent": {"version": "1", "body": "You may stop at any time you like."},
            "instructions": "Watch, then rate.",
            "debriefing": "Thank you.",
        },
        "methods": list(METHODS),
        "items": [{"name": f"i{item}", "dataset": dataset} for item in range(N_ITEMS)],
        "parts": [{"id": "p", "test_method": "ACR", "questions": [{"id": "overall", "text": "How good?"}]}],
    }
    (folder / "study.json").write_text(json.dumps({"schema_version": 1, "config": config}))
    return folder


def results(folder: Path) -> dict[str, Any]:
    ratings(folder)
    return compute(load_source(str(folder)), Options(n_boot=20))


def test_published_values_stand_beside_those_of_the_same_metric_and_data_set(tmp_path: Path) -> None:
    rows = results(stimuli(metrics(tmp_path), ["HDTF"] * N_ITEMS))["literature"]
    assert [(row["method"], row["published_value"]) for row in rows] == [
        ("SadTalker", 6.11),
        ("wav2lip", 10.08),
    ]
    row = rows[0]
    assert (row["metric"], row["dataset"], row["source"]) == ("Sync-C", "HDTF", SOURCE)
    assert row["n"] == N_ITEMS
    assert [row["published_printed"] for row in rows] == ["6.11", "10.08"]
    assert row["measured_mean"] == pytest.approx(5 + np.mean(range(N_ITEMS)) / 10)
    assert row["measured_median"] == pytest.approx(5.35)
    assert (row["unit"], row["measured_unit"], row["units_match"]) == (None, "1", None)
    assert row["direction"] == "higher"


def test_the_study_file_names_the_data_set_item_by_item(tmp_path: Path) -> None:
    found = results(declared(metrics(tmp_path), "hdtf"))
    assert {row["dataset"] for row in found["literature"]} == {"HDTF"}
    assert results(declared(metrics(tmp_path), "VoxCeleb2"))["literature"] == [], "VoxCeleb names no number"


def test_nothing_stands_beside_values_without_a_data_set(tmp_path: Path) -> None:
    assert results(metrics(tmp_path))["literature"] == []


def test_only_clips_of_the_data_set_are_measured_beside_it(tmp_path: Path) -> None:
    whole = ",SadTalker,FID,30\n"
    folder = stimuli(metrics(tmp_path, whole), ["HDTF"] * 3 + ["MEAD"] * 4 + [""])
    rows = [row for row in results(folder)["literature"] if row["method"] == "SadTalker"]
    assert [(row["metric"], row["n"]) for row in rows] == [("Sync-C", 3)], "FID is of both data sets"
    assert rows[0]["measured_mean"] == pytest.approx(5.1)
    rows = results(stimuli(folder, ["HDTF"] * N_ITEMS))["literature"]
    fid = next(row for row in rows if row["metric"] == "FID")
    assert (fid["published_value"], fid["measured_mean"], fid["n"]) == (23.76, 30, 1)


def test_units_are_shown_and_never_converted(tmp_path: Path) -> None:
    clips = "a,FaceFormer,i0,MultiTalk-It\nb,FaceFormer,i1,MultiTalk-It\n"
    (tmp_path / "stimuli.csv").write_text("stimulus,method,item,dataset\n" + clips)
    (tmp_path / "ratings.csv").write_text(
        "rater,stimulus,item,method,score\nr0,a,i0,FaceFormer,3\nr1,a,i0,FaceFormer,4\nr0,b,i1,FaceFormer,2\n"
    )
    (tmp_path / "metrics.csv").write_text("method,metric,value,unit\nFaceFormer,LVE,0.002,m\n")
    (row,) = compute(load_source(str(tmp_path)), Options(n_boot=20))["literature"]
    assert (row["published_value"], row["unit"]) == (2.56, "mm")
    assert (row["measured_mean"], row["measured_unit"]) == (0.002, "m")
    assert row["units_match"] is False


def test_metrics_are_divided_by_split_and_attribute(tmp_path: Path) -> None:
    split = ["seen", "unseen"] * 4
    folder = stimuli(metrics(tmp_path, ",ours,FID,30\n"), ["HDTF"] * 3 + ["MEAD"] * 4 + [""], split=split)
    rows = results(folder)["group_metrics"]
    assert {(row["attribute"], row["level"]) for row in rows} == {
        ("dataset", "HDTF"),
        ("dataset", "MEAD"),
        ("split", "seen"),
        ("split", "unseen"),
    }
    assert {row["metric"] for row in rows} == {"Sync-C"}, "a value of a method cannot be divided"
    cell = next(row for row in rows if (row["level"], row["method"]) == ("unseen", "ours"))
    values = [lse_c(item, "ours") for item in (1, 3, 5, 7)]
    assert cell["n"] == 4
    assert cell["mean"] == pytest.approx(np.mean(values))
    assert [cell["q1"], cell["median"], cell["q3"]] == pytest.approx(np.quantile(values, [0.25, 0.5, 0.75]))
    assert (cell["direction"], cell["unit"], cell["status"]) == ("higher", "1", "ok")


def test_missing_and_infinite_values_are_counted_and_named(tmp_path: Path) -> None:
    text = "i0,ours,PSNR,inf\ni1,ours,PSNR,\ni2,ours,PSNR,30\ni3,ours,PSNR,34\ni5,SadTalker,PSNR,inf\n"
    folder = stimuli(metrics(tmp_path, text), ["HDTF"] * N_ITEMS, split=["seen", "unseen"] * 4)
    found = results(folder)
    rows = {(row["metric"], row["method"]): row for row in found["metrics"]}
    assert rows["PSNR", "ours"]["status"] == "2 of 4 missing: infinite, not computed"
    assert (rows["PSNR", "ours"]["median"], rows["PSNR", "ours"]["n"]) == (32, 2)
    bare = rows["PSNR", "SadTalker"]
    assert (bare["n"], bare["mean"], bare["median"], bare["q1"]) == (0, None, None, None)
    assert bare["status"] == "1 of 1 missing: infinite"
    cells = {(r["level"], r["method"]): r for r in found["group_metrics"] if r["metric"] == "PSNR"}
    assert cells["seen", "ours"]["status"] == "1 of 2 missing: infinite"
    assert cells["unseen", "ours"]["status"] == "1 of 2 missing: not computed"
    assert ("seen", "SadTalker") not in cells


def test_a_value_of_a_method_is_not_mixed_with_those_of_its_clips(tmp_path: Path) -> None:
    rows = results(metrics(tmp_path, ",ours,Sync-C,99\n"))["metrics"]
    assert next(row for row in rows if row["method"] == "ours")["n"] == N_ITEMS


def test_a_known_metric_needs_no_direction_column(tmp_path: Path) -> None:
    text = "".join(f"i{item},ours,our own,{item}\ni{item},ours,LMD,{item}\n" for item in range(N_ITEMS))
    rows = {row["metric"]: row for row in results(metrics(tmp_path, text))["metrics"]}
    assert {metric: row["direction"] for metric, row in rows.items()} == {
        "LMD": "lower",
        "Sync-C": "higher",
        "our own": None,
    }
    assert rows["LMD"]["unit"] is None, "pixels, or something normalised: nobody said so"
    stated = "item,method,metric,value,direction\ni0,ours,LMD,3,higher\n"
    (tmp_path / "metrics.csv").write_text(stated)
    assert results(tmp_path)["metrics"][0]["direction"] == "higher", "what is stated counts"


def test_the_order_of_rows_does_not_depend_on_the_files(tmp_path: Path) -> None:
    first = results(stimuli(metrics(tmp_path), ["HDTF"] * N_ITEMS, split=["a", "b"] * 4))
    for name in ("metrics.csv", "stimuli.csv"):
        header, *lines = (tmp_path / name).read_text().splitlines()
        (tmp_path / name).write_text("\n".join([header, *reversed(lines)]) + "\n")
    second = compute(load_source(str(tmp_path)), Options(n_boot=20))
    for name in ("metrics", "group_metrics", "literature"):
        assert first[name] == second[name]
        assert first[name]


def test_nothing_is_measured_where_every_value_is_missing(tmp_path: Path) -> None:
    text = "".join(f"i{item},SadTalker,SSIM,\n" for item in range(N_ITEMS))
    folder = stimuli(metrics(tmp_path, text), ["HDTF"] * N_ITEMS)
    assert ("SSIM", "SadTalker") not in beside(folder)
    valued = text.replace("i0,SadTalker,SSIM,", "i0,SadTalker,SSIM,0.3")
    assert ("SSIM", "SadTalker") in beside(stimuli(metrics(tmp_path, valued), ["HDTF"] * N_ITEMS))


def beside(folder: Path) -> set[tuple[str, str]]:
    return {(row["metric"], row["method"]) for row in results(folder)["literature"]}
