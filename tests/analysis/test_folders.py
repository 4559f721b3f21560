"""Where commands write: nobody's file is lost, nothing of two analyses stands side by side."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from analysis.cli import main

ROWS = [
    f"r{r},i{i},{m},{1 + (r * i + r + len(m)) % 5}" for r in range(5) for i in range(4) for m in ("a", "bb")
]


def table(folder: Path, rows: list[str] = ROWS) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ratings.csv").write_text("\n".join(["rater,item,method,score", *rows, ""]))
    return folder / "ratings.csv"


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    status = main([str(argument) for argument in arguments])
    shown = capsys.readouterr()
    assert status == 0, shown.err
    return shown.out


def refused(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert main([str(argument) for argument in arguments]) == 2
    return capsys.readouterr().err


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a table of ratings and its whole report."""
    home = tmp_path_factory.mktemp("whole")
    assert main(["report", str(table(home / "data")), "--out", str(home / "out")]) == 0
    return home


@pytest.fixture
def out(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole, tmp_path / "whole")
    return tmp_path / "whole" / "out"


@pytest.fixture(autouse=True)
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MOS_VAR", str(tmp_path / "var"))
    return tmp_path / "var"


@pytest.mark.parametrize("formats", ["html", "ipynb", "csv,json", "tex", "json"])
def test_files_of_other_formats_and_of_the_user_stay(
    out: Path, capsys: pytest.CaptureFixture[str], formats: str
) -> None:
    (out / "tables" / "mine.csv").write_text("a\n1\n")
    (out / "figures" / "my.svg").write_text("<svg/>")
    before = files(out)
    assert len(before) > 30
    said = run(capsys, "report", out.parent / "data" / "ratings.csv", "--out", out, "--format", formats)
    assert files(out) == before
    assert said.count("\n") == 1


def test_results_of_other_options_leave_nothing_of_the_older_ones(
    out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (out / "tables" / "mine.csv").write_text("a\n1\n")
    source = out.parent / "data" / "ratings.csv"
    said = run(capsys, "report", source, "--out", out, "--confidence", "0.9", "--format", "csv,json")
    left = files(out)
    assert {"tables/mine.csv", "tables/mos.csv", "results.json", "card.json"} <= left
    assert not {name for name in left if name.endswith((".html", ".tex", ".ipynb", ".svg", ".png"))}
    assert "without further options; this is made with --confidence 0.9." in said
    assert "Removed from" in said
    assert "report.html, report.ipynb, figures/" in said


def test_what_the_user_changed_is_put_aside(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (out / "report.ipynb").write_text("my cells")
    (out / "report.html").unlink()
    source = out.parent / "data" / "ratings.csv"
    assert "report.ipynb as report.kept.ipynb" in run(
        capsys, "report", source, "--out", out, "--format", "ipynb"
    )
    assert (out / "report.kept.ipynb").read_text() == "my cells"
    assert json.loads((out / "report.ipynb").read_text())["nbformat"] == 4
    (out / "report.ipynb").write_text("more cells")
    said = run(capsys, "report", source, "--out", out, "--format", "json", "--confidence", "0.9")
    assert "report.ipynb as report.kept-2.ipynb" in said
    assert (out / "report.kept-2.ipynb").read_text() == "more cells"
    assert not (out / "report.ipynb").exists()


def test_a_folder_of_the_users_own_files_loses_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine"
    (mine / "card.md").mkdir(parents=True)
    (mine / "results.json").write_text("[1]")
    (mine / "tables").write_text("a file")
    said = run(capsys, "report", table(tmp_path), "--out", mine, "--format", "csv")
    assert all(name in said for name in ("card.md as card.kept.md", "tables as tables.kept"))
    assert (mine / "results.kept.json").read_text() == "[1]"
    assert (mine / "tables.kept").read_text() == "a file"
    assert (mine / "card.kept.md").is_dir()
    assert (mine / "tables" / "mos.csv").is_file()


@pytest.mark.parametrize("formats", ["json", "csv"])
def test_sources_of_one_name_have_a_folder_each(
    tmp_path: Path, var: Path, capsys: pytest.CaptureFixture[str], formats: str
) -> None:
    one, other = table(tmp_path / "q" / "data"), table(tmp_path / "r" / "data", [r[:-1] + "4" for r in ROWS])
    other.write_text(other.read_text().replace(",bb,", ",cc,"))
    first, second = var / "reports" / "data", var / "reports" / "data-2"
    for source, folder in ((one, first), (other, second), (one, first), (other, second)):
        said = run(capsys, "report", source, "--format", formats)
        assert said.splitlines()[-1].startswith(f"{folder}/")
        assert (f"{first} holds what was made of another source" in said) == (folder == second)
    results = [json.loads((folder / "results.json").read_text()) for folder in (first, second)]
    assert [found["study"]["methods"] for found in results] == [["a", "bb"], ["a", "cc"]]
    assert "another source" in refused(capsys, "report", other, "--out", first)


@pytest.mark.parametrize("formats", ["json", "csv"])
def test_a_study_that_grows_keeps_its_folder(
    tmp_path: Path, var: Path, capsys: pytest.CaptureFixture[str], formats: str
) -> None:
    source = table(tmp_path / "data", ROWS[:-3])
    run(capsys, "report", source, "--format", formats)
    table(tmp_path / "data")
    run(capsys, "report", source, "--format", formats)
    assert [folder.name for folder in (var / "reports").iterdir()] == ["data"]
    assert json.loads((var / "reports" / "data" / "results.json").read_text())["study"]["n_ratings"] == 40


def test_notebooks_of_sources_of_one_name(
    tmp_path: Path, var: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = table(tmp_path / "q" / "data"), table(tmp_path / "r" / "data", ROWS[:-9])
    run(capsys, "notebook", one, "--no-open")
    said = run(capsys, "notebook", other, "--no-open", "--scale", "1:9")
    assert said.splitlines()[-1] == str(var / "notebooks" / "data-2" / "report.ipynb")
    assert "scale=(1, 9)" in (var / "notebooks" / "data-2" / "report.ipynb").read_text()
    assert "was there already" in run(capsys, "notebook", other, "--no-open")


def test_plans_on_other_assumptions_and_other_options(
    tmp_path: Path, var: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "plan")
    assert "made with --raters 30." in run(capsys, "plan", "--raters", "30")
    assert str(var / "plans" / "assumed-2") in run(capsys, "plan", "--scale", "0:100")
    assert str(var / "plans" / "assumed") + ":" in run(capsys, "plan")


@pytest.mark.parametrize(
    ("formats", "first"),
    [
        ("ipynb", "report.ipynb"),
        ("csv,json", "tables"),
        ("tex", "tables/all.tex"),
        ("json", "results.json"),
        ("ipynb,html", "report.html"),
    ],
)
def test_the_path_told_is_that_of_what_was_asked_for(
    out: Path, capsys: pytest.CaptureFixture[str], formats: str, first: str
) -> None:
    said = run(capsys, "report", out.parent / "data" / "ratings.csv", "--out", out, "--format", formats)
    assert said.strip() == str(out / first)


def test_two_sources_at_once_are_for_merge(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(capsys, "report", table(tmp_path), tmp_path / "other.csv")
    assert "'analysis merge'" in said
