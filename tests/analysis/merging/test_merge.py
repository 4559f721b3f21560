"""`analysis merge`: several bundles of one study."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from whole_bundle import CONFIG, Tables, tables, write_whole

from analysis.cli import main
from analysis.load import load_source
from analysis.options import Options
from analysis.results import compute


def merged(capsys: pytest.CaptureFixture[str], out: Path, *arguments: Path | str) -> str:
    assert main(["merge", *map(str, arguments), "--out", str(out)]) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], out: Path, *arguments: Path | str) -> str:
    assert main(["merge", *map(str, arguments), "--out", str(out)]) == 2
    shown = capsys.readouterr()
    assert shown.err.count("\n") == 1
    assert not out.exists()
    return shown.err


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)


@pytest.fixture
def one(tmp_path: Path) -> Path:
    return write_whole(tmp_path / "one", tables("a"))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "all"


def test_two_installations_have_one_list_of_clips(
    tmp_path: Path, one: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    two = write_whole(tmp_path / "two", tables("b", raters=4))
    said = merged(capsys, out, one, two)
    assert "6 stimuli had other ids" in said
    data = load_source(str(out))
    assert len(data.ratings) == 6 * (3 + 4)
    assert len(data.comparisons) == 2 * (3 + 4)
    assert (len(data.stimuli), len(data.metrics)) == (6, 4)
    assert set(data.ratings["stimulus"]) == set(table(one, "stimuli")["stimulus"])
    assert data.config_sha256 == load_source(str(one)).config_sha256
    origins = json.loads((out / "study.json").read_text())["made_from"]
    assert [(origin["bundle"], origin["ratings"]) for origin in origins] == [("one", 18), ("two", 24)]
    assert main(["check", str(out)]) == 0


def test_a_split_study_merges_to_the_same_results(
    tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = tables("a", raters=6)
    halves: list[Tables] = [copy.deepcopy(whole), copy.deepcopy(whole)]
    for n, half in enumerate(halves):
        for name in ("ratings", "comparisons", "raters"):
            half[name] = [row for row in half[name] if (int(row["rater"][-1]) < 3) == (n == 0)]
    folders = [write_whole(tmp_path / str(n), half) for n, half in enumerate(halves)]
    merged(capsys, out, *folders)
    together, separate = (
        compute(load_source(str(source)), Options(n_boot=20))
        for source in (write_whole(tmp_path / "whole", whole), out)
    )
    for name in ("mos", "differences", "agreement", "preference", "correlation"):
        assert together[name] == separate[name]


def test_same_raters_need_a_prefix(
    tmp_path: Path, one: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    two = write_whole(tmp_path / "two", tables("a"))
    message = refused(capsys, out, one, two)
    assert all(part in message for part in ("'a-r0'", "--prefix", "2 more"))
    merged(capsys, out, one, two, "--prefix")
    assert sorted(set(table(out, "ratings")["rater"])) == sorted(
        f"{folder}-a-r{rater}" for folder in ("one", "two") for rater in range(3)
    )
    assert set(table(out, "ratings")["rater"]) == set(table(out, "raters")["rater"])
    assert table(out, "ratings")["sitting"].nunique() == 6


def test_bundles_of_the_same_name_are_numbered(
    tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [write_whole(tmp_path / lab / "bundle", tables("a")) for lab in ("x", "y")]
    merged(capsys, out, *folders, "--prefix")
    assert {rater[:2] for rater in table(out, "raters")["rater"]} == {"1-", "2-"}


def change(name: str, row: int, column: str, value: Any) -> Tables:
    content = tables("b")
    content[name][row][column] = value
    return content


@pytest.mark.parametrize(
    ("content", "config", "parts"),
    [
        (tables("b"), {**CONFIG, "seed": 4, "title": "T"}, ["not of one study", "'title'", "'seed'"]),
        (tables("b"), None, ["no study file"]),
        (change("stimuli", 1, "sha256", "other"), CONFIG, ["sha256", "'real'", "'i2'", "one", "two"]),
        (change("metrics", 0, "value", 99), CONFIG, ["metrics.csv", "'psnr'", "32", "99", "one", "two"]),
        (change("metrics", 0, "direction", "lower"), CONFIG, ["direction", "'psnr'", "higher", "lower"]),
        (change("ratings", 3, "score", "good"), CONFIG, ["two", "row 5", "'good'"]),
    ],
)
def test_what_does_not_belong_together_is_one_sentence(
    tmp_path: Path,
    one: Path,
    out: Path,
    capsys: pytest.CaptureFixture[str],
    content: Tables,
    config: dict[str, Any] | None,
    parts: list[str],
) -> None:
    message = refused(capsys, out, one, write_whole(tmp_path / "two", content, config))
    for part in parts:
        assert part in message


def test_a_computed_metric_wins_over_a_missing_one(
    tmp_path: Path, one: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = tables("b")
    content["metrics"] = [{**row, "value": ""} for row in content["metrics"]]
    merged(capsys, out, write_whole(tmp_path / "two", content), one)
    assert table(out, "metrics")["value"].tolist() == ["32", "33", "34", "35"]


def test_spreadsheets_merge_where_methods_and_items_agree(
    tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [tmp_path / "x.csv", tmp_path / "y.csv", tmp_path / "z.csv"]
    files[0].write_text("rater,item,method,score\nr1,i,a,1\nr1,i,b,2\n")
    files[1].write_text(
        "rater,stimulus,item,method,score,question\nr2,s1,i,a,3,overall\nr2,s2,i,b,4,overall\n"
    )
    files[2].write_text("rater,item,method,score\nr3,i,a,1\nr3,i,c,2\n")
    merged(capsys, out, *files[:2])
    data = load_source(str(out))
    assert (len(data.ratings), len(data.stimuli), data.questions) == (4, 2, ("overall",))
    assert "'b'" in refused(capsys, tmp_path / "none", files[0], files[2])


def test_inputs_and_other_folders_are_never_overwritten(
    tmp_path: Path, one: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    two = write_whole(tmp_path / "two", tables("b"))
    before = {path: path.read_bytes() for path in one.iterdir()}
    assert main(["merge", str(one), str(two), "--out", str(one)]) == 2
    assert "one of the bundles" in capsys.readouterr().err
    other = write_whole(tmp_path / "three", tables("c"))
    assert main(["merge", str(one), str(two), "--out", str(other)]) == 2
    assert "already holds other files" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in one.iterdir()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "three", "two"]


def test_one_bundle_is_nothing_to_merge(one: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "two or more" in refused(capsys, out, one)


def bare(folder: Path, name: str, raters: str) -> Path:
    folder.mkdir(exist_ok=True)
    rows = [f"{r},i{i},{m},{1 + (i + len(r + m)) % 5}" for r in raters for i in range(5) for m in ("a", "bb")]
    (folder / f"{name}.csv").write_text("\n".join(["rater,item,method,score", *rows, ""]))
    return folder / f"{name}.csv"


def test_the_merged_study_has_a_name_of_its_own(
    tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labs = bare(tmp_path, "labA", "abc"), bare(tmp_path, "labB", "xyz")
    merged(capsys, out, *labs)
    assert (load_source(str(out)).study, load_source(str(out)).title) == ("all", "all")
    merged(capsys, out, *labs, "--study", "both", "--title", "Two laboratories")
    assert (load_source(str(out)).study, load_source(str(out)).title) == ("both", "Two laboratories")


def test_the_study_file_keeps_its_title(
    tmp_path: Path, one: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    two = write_whole(tmp_path / "two", tables("b"))
    assert "leave --title out" in refused(capsys, out, one, two, "--title", "Mine")
    merged(capsys, out, one, two)
    assert (load_source(str(out)).study, load_source(str(out)).title) == ("all", CONFIG["title"])


def test_raters_keep_their_laboratory_which_makes_groups(
    tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    merged(capsys, out, bare(tmp_path, "labA", "abc"), bare(tmp_path, "labB", "xyz"))
    people = table(out, "raters")
    assert dict(zip(people["rater"], people["laboratory"], strict=True)) == {
        **dict.fromkeys("abc", "labA"),
        **dict.fromkeys("xyz", "labB"),
    }
    found = compute(load_source(str(out)), Options(n_boot=20))["group_mos"]
    assert {row["level"] for row in found if row["attribute"] == "laboratory"} == {"labA", "labB"}
    assert main(["check", str(out)]) == 0
    merged(capsys, tmp_path / "more", out, bare(tmp_path, "labC", "uvw"))
    assert set(table(tmp_path / "more", "raters")["laboratory"]) == {"labA", "labB", "labC"}
