"""`--reference` and `--title` of sources without a study file, and what a bare table's study is called."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from whole_bundle import tables, write_whole

from analysis.cli import main
from analysis.load import load_source

ROWS = "rater,item,method,score\n" + "".join(
    f"r{r},i{i},{m},{1 + (r * i + r + len(m)) % 5}\n"
    for r in range(6)
    for i in range(7)
    for m in ("real", "bb")
)
PAIRS = "rater,item,left,right,choice\n" + "".join(
    f"r{r},i{i},real,bb,{'left' if (r + i) % 3 else 'right'}\n" for r in range(6) for i in range(7)
)
Refused = Callable[..., str]


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    path = tmp_path / "mine.csv"
    path.write_text(ROWS)
    return path


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Refused:
    def run(*arguments: str | Path) -> str:
        assert main([str(argument) for argument in arguments]) == 2
        shown = capsys.readouterr()
        assert (shown.out, shown.err.count("\n")) == ("", 1)
        assert shown.err.endswith(".\n")
        return shown.err

    return run


def results(out: Path, *arguments: str | Path) -> dict[str, Any]:
    assert main(["report", *map(str, arguments), "--format", "json", "--out", str(out)]) == 0
    return dict(json.loads((out / "results.json").read_text()))


def test_the_named_reference_gives_dmos_and_the_title_stands(tmp_path: Path, bare: Path) -> None:
    def differential(found: dict[str, Any]) -> set[str]:
        return {row["method"] for row in found["mos"] if row["measure"] == "DMOS"}

    assert differential(results(tmp_path / "without", bare)) == set()
    found = results(tmp_path / "out", bare, "--reference", "real", "--title", "Heads  that speak")
    assert differential(found) == {"bb", "real"}
    assert (found["study"]["study"], found["study"]["title"]) == ("mine", "Heads that speak")


def test_comparisons_have_a_reference_too(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text(PAIRS)
    assert load_source(str(tmp_path / "mine.csv"), reference="real").reference == "real"


@pytest.mark.parametrize("command", ["report", "plan", "notebook"])
def test_a_method_that_nobody_rated_is_refused(
    tmp_path: Path, bare: Path, refused: Refused, command: str
) -> None:
    said = refused(command, bare, "--reference", "rael", "--out", tmp_path / "out")
    assert "has no method 'rael', which --reference names; name one of bb, real" in said


def test_what_the_study_file_says_holds(tmp_path: Path, refused: Refused) -> None:
    source = write_whole(tmp_path / "b", tables())
    out = ("--format", "json", "--out", tmp_path / "out")
    said = refused("report", source, "--reference", "near", *out)
    assert "study file, which names 'real' as reference; leave --reference out" in said
    assert "leave --title out" in refused("report", source, "--title", "Mine", *out)
    assert load_source(str(source), reference="real").reference == "real"


def test_another_method_that_is_marked_is_refused(tmp_path: Path, refused: Refused) -> None:
    source = write_whole(tmp_path / "b", tables(), None)
    said = refused("report", source, "--reference", "near", "--out", tmp_path / "out")
    assert "stimuli.csv marks 'real' as reference" in said


def test_a_plan_without_pilot_has_no_reference(refused: Refused) -> None:
    assert "--reference is about a pilot" in refused("plan", "--reference", "real")


def test_check_and_convert_tell_of_the_option(
    bare: Path, refused: Refused, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["check", str(bare)]) == 0
    assert "name the real video with 'analysis report … --reference METHOD'" in capsys.readouterr().out
    said = refused("convert", bare, "--reference", "real", "--out", tmp_path / "out")
    assert "needs no conversion; give it to 'analysis report'" in said
    assert "where --reference METHOD names the real video" in said


@pytest.mark.parametrize(("name", "rows"), [("ratings", ROWS), ("data", ROWS), ("pairs", PAIRS)])
def test_names_that_say_nothing_give_way_to_the_folder_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, rows: str
) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{name}.csv").write_text(rows)
        found = load_source(str(tmp_path / folder / f"{name}.csv"))
        assert (found.study, found.title) == (folder, folder)
    monkeypatch.chdir(tmp_path / "a")
    assert load_source(f"{name}.csv").study == "a"


def test_a_terminal_learns_how_many_limits_there_are(
    tmp_path: Path, bare: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from analysis.cli.report import _say_limits
    from analysis.options import Options
    from analysis.results import compute

    data = load_source(str(bare))
    computed = compute(data, Options(n_boot=20))
    _say_limits(computed, data, frozenset({"html"}))
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    _say_limits(computed, data, frozenset({"json"}))
    assert capsys.readouterr().err == ""
    _say_limits(computed, data, frozenset({"html"}))
    number, _, rest = capsys.readouterr().err.partition(" ")
    assert rest in ("limits stand at the top of the report\n", "limit stands at the top of the report\n")
    assert 0 < int(number) <= len(computed["warnings"])
