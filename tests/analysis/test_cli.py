"""The program as a user meets it: exit codes, one sentence on stderr, reports that are whole or untouched."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.cli import main

REPO = Path(__file__).resolve().parents[2]
ROWS = "rater,item,method,score\n" + "".join(
    f"r{r},i{i},{m},{1 + (r * i + r + len(m)) % 5}\n" for r in range(6) for i in range(7) for m in ("a", "bb")
)


@pytest.fixture
def ratings(tmp_path: Path) -> Path:
    path = tmp_path / "mine.csv"
    path.write_text(ROWS)
    return path


def run(
    *arguments: str | Path, cwd: Path | None = None, hash_seed: str = "0", var: str = ""
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "analysis", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(REPO), "PYTHONHASHSEED": hash_seed, "MOS_VAR": var}
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=environment, check=False)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    assert main([str(argument) for argument in arguments]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert shown.err.endswith(".\n")
    assert "Traceback" not in shown.err
    return shown.err


def test_json_alone_writes_results_only(tmp_path: Path, ratings: Path) -> None:
    done = run("report", ratings, "--format", "json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    folder = tmp_path / "var" / "reports" / "mine"
    assert done.stdout.strip() == "var/reports/mine/results.json"
    assert [path.name for path in folder.iterdir()] == ["results.json"]
    assert json.loads((folder / "results.json").read_text())["schema_version"] == 1


def test_a_format_asked_for_beside_another_one_joins_it(tmp_path: Path, ratings: Path) -> None:
    out = tmp_path / "out"
    assert main(["report", str(ratings), "--format", "json", "--format", "csv", "--out", str(out)]) == 0
    assert {"results.json", "tables"} <= {path.name for path in out.iterdir()}


def test_reports_stand_where_the_platform_keeps_its_files(tmp_path: Path, ratings: Path) -> None:
    done = run("report", ratings, "--format", "json", cwd=tmp_path, var=str(tmp_path / "kept"))
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "kept" / "reports" / "mine" / "results.json").exists()
    assert not (tmp_path / "var").exists()


def test_same_input_and_seed_give_the_same_bytes(tmp_path: Path, ratings: Path) -> None:
    elsewhere = tmp_path / "elsewhere" / "mine.csv"
    elsewhere.parent.mkdir()
    elsewhere.write_text(ROWS)
    written = []
    for source, hash_seed in ((ratings, "1"), (elsewhere, "2")):
        out = tmp_path / hash_seed
        arguments = ("report", source, "--format", "json", "--out", out, "--seed", "5")
        assert run(*arguments, hash_seed=hash_seed).returncode == 0
        written.append((out / "results.json").read_bytes())
    assert written[0] == written[1]
    assert b"NaN" not in written[0]
    assert str(tmp_path).encode() not in written[0]


def children_s() -> float:
    """Processor time of the programs started so far: the machine may be busy."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_help_is_immediate() -> None:
    seconds = []
    for _ in range(3):
        start = children_s()
        done = run("--help")
        seconds.append(children_s() - start)
        assert done.returncode == 0
        assert "report" in done.stdout
    assert min(seconds) < 0.5


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["--format", "docx"], ["'docx' is not one of html, ipynb, tex, csv, json, pdf"]),
        (["--format", ""], ["none is named"]),
        (["--confidence", "95"], ["'95'", "0.95"]),
        (["--seed", "-1"], ["'-1'", "whole number"]),
        (["--margin", "0"], ["'0'"]),
        (["--target", "items"], ["'items'", "raters+items"]),
        (["--metrics", "nowhere.csv"], ["nowhere.csv", "--metrics"]),
        (["--question-column", "scale"], ["'scale'", "--question-column"]),
        (["--colour", "red"], ["--colour"]),
    ],
)
def test_bad_options_are_one_sentence(
    tmp_path: Path, ratings: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], parts: list[str]
) -> None:
    message = refused(capsys, "report", ratings, "--out", tmp_path / "out", *arguments)
    for part in parts:
        assert part in message
    assert not (tmp_path / "out").exists()


def test_no_command_and_no_source_are_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert "COMMAND" in refused(capsys)
    assert "SOURCE" in refused(capsys, "report")


def test_an_unknown_study_is_one_sentence(tmp_path: Path) -> None:
    done = run("report", "no_such_study", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "no_such_study" in done.stderr or "platform" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_place_that_cannot_be_written(
    tmp_path: Path, ratings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    message = refused(capsys, "report", ratings, "--format", "json", "--out", tmp_path / "file" / "out")
    assert "cannot be written" in message
    assert "--out" in message


def test_a_failed_run_leaves_the_older_report_untouched(
    tmp_path: Path, ratings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["report", str(ratings), "--format", "json", "--out", str(out)]) == 0
    capsys.readouterr()
    (out / "notes.txt").write_text("mine")
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    ratings.write_text(ROWS + "r9,i1,a,good\n")
    assert "row 86" in refused(capsys, "report", ratings, "--format", "json", "--out", out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_a_new_report_replaces_the_older_one_and_nothing_else(tmp_path: Path, ratings: Path) -> None:
    out = tmp_path / "out"
    assert main(["report", str(ratings), "--format", "json", "--out", str(out)]) == 0
    (out / "notes.txt").write_text("mine")
    ratings.write_text(ROWS.replace("i6", "i7"))
    older = (out / "results.json").read_bytes()
    assert main(["report", str(ratings), "--format", "json", "--out", str(out), "--confidence", "0.9"]) == 0
    assert (out / "results.json").read_bytes() != older
    assert sorted(path.name for path in out.iterdir()) == ["notes.txt", "results.json"]


def test_the_study_file_declares_target_confidence_and_seed(tmp_path: Path) -> None:
    config = {
        "study": "declared",
        "title": "Declared",
        "seed": 11,
        "texts": {
            "welcome": "Hello.",
            "consent": {"version": "1", "body": "You may stop at any time you like."},
            "instructions": "Watch, then rate.",
            "debriefing": "Thank you.",
        },
        "methods": [{"name": "a"}, {"name": "bb"}],
        "items": [{"name": f"i{i}"} for i in range(7)],
        "parts": [{"id": "p", "test_method": "ACR", "questions": [{"id": "overall", "text": "How good?"}]}],
        "analysis": {"target": "raters", "confidence": 0.9},
    }
    folder = tmp_path / "bundle"
    folder.mkdir()
    (folder / "ratings.csv").write_text(ROWS)
    (folder / "study.json").write_text(json.dumps({"schema_version": 1, "config": config}))
    assert main(["report", str(folder), "--format", "json", "--out", str(tmp_path / "out")]) == 0
    options = json.loads((tmp_path / "out" / "results.json").read_text())["options"]
    assert (options["target"], options["confidence"], options["seed"]) == ("raters", 0.9, 11)
    arguments = ["--target", "raters+items", "--seed", "3", "--out", str(tmp_path / "out")]
    assert main(["report", str(folder), "--format", "json", *arguments]) == 0
    options = json.loads((tmp_path / "out" / "results.json").read_text())["options"]
    assert (options["target"], options["confidence"], options["seed"]) == ("raters+items", 0.9, 3)


def test_a_terminal_sees_the_steps_and_the_time(
    tmp_path: Path, ratings: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert main(["report", str(ratings), "--format", "json", "--out", str(tmp_path / "out")]) == 0
    first, *steps, last = capsys.readouterr().err.splitlines()
    assert first == f"Reading {ratings} …"
    assert "84 ratings by 6 raters of 14 stimuli (2 methods, 7 items)" in steps[0]
    assert len(steps) > 3
    assert last.startswith("Done in ")
