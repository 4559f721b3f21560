"""Each kind of bad source: exit status 2, one sentence that tells what, where and the mend; nothing left."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from bad_sources import PLACES, RATINGS, ROWS, SOURCES, Bad, csv, file, folder_of
from whole_bundle import tables, write_whole

from analysis.cli import main

REPO = Path(__file__).resolve().parents[2]
RAW = re.compile(
    r"Traceback|Errno|Error\b|<class|\[type=|Input should|validation error|ZipInfo|codec can't|object at 0x"
)  # words of libraries, which mean nothing to a researcher
NOBODY = 65534
COMMANDS = {
    "report": ("--format", "json"),
    "check": None,
    "plan": (),
    "merge": (),
    "release": (),
    "notebook": (),
}


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No platform elsewhere, and a temporary folder in which leftovers are seen."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    for name in ("MOS_PLATFORM_URL", "MOS_PLATFORM_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Runs a command that must be refused; its one sentence, without the path of the test's folder."""

    def run(*arguments: object, closed: bool = False) -> str:
        before = entries(tmp_path)
        with unprivileged(tmp_path) if closed else nothing():
            status = main([str(argument) for argument in arguments])
        shown = capsys.readouterr()
        assert (status, shown.out) == (2, ""), shown.err
        assert entries(tmp_path) == before
        assert_sentence(shown.err)
        return shown.err.replace(f"{tmp_path}/", "")

    return run


def assert_sentence(said: str) -> None:
    assert said.count("\n") == 1, said
    assert said.endswith(".\n"), said
    assert ";" in said, f"no mend is told: {said}"
    assert not RAW.search(said), said


def entries(folder: Path) -> dict[str, bytes]:
    """Everything under the folder; what may not be read was not written by the program either."""
    return {
        str(path): path.read_bytes() if path.is_file() else b""
        for path in sorted(folder.rglob("*"))
        if os.access(path, os.R_OK)
    }


@contextmanager
def nothing() -> Iterator[None]:
    yield


@contextmanager
def unprivileged(folder: Path) -> Iterator[None]:
    """As a user whom permissions stop; root passes them all."""
    if os.geteuid() != 0:
        yield
        return
    above = [parent for parent in (folder, *folder.parents) if not parent.stat().st_mode & 0o001]
    modes = {parent: parent.stat().st_mode for parent in above}
    try:
        for parent in above:
            parent.chmod(0o755)
        os.seteuid(NOBODY)
        yield
    finally:
        os.seteuid(0)
        for parent, mode in modes.items():
            parent.chmod(mode)


def command_line(command: str, source: str, folder: Path) -> list[str]:
    options = COMMANDS[command]
    sources = [str(write_whole(folder / "good", tables("z"))), source] if command == "merge" else [source]
    written = [] if options is None else ["--out", str(folder / "out"), *options]
    return [command, *sources, *written]


@pytest.fixture(scope="module", autouse=True)
def warm(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Libraries are loaded before a test gives its privileges away."""
    folder = tmp_path_factory.mktemp("warm")
    source = write_whole(folder / "sound", tables())
    assert main(["report", str(source), "--format", "json", "--out", str(folder / "out")]) == 0
    assert main(["check", str(source)]) == 0
    for command in COMMANDS:
        assert main(command_line(command, str(folder / "no.csv"), folder / command)) == 2


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("bad", SOURCES.values(), ids=list(SOURCES))
def test_a_bad_source_is_one_sentence(
    tmp_path: Path, refused: Callable[..., str], bad: Bad, command: str
) -> None:
    source = bad.make(tmp_path)
    sentence = refused(*command_line(command, source, tmp_path), closed=bad.closed)
    for part in bad.told:
        assert part in sentence


OPTIONS = {
    "metrics missing": (("--metrics", "{folder}/no.csv"), ("no.csv", "--metrics")),
    "metrics a folder": (("--metrics", "{folder}"), ("directory", "--metrics")),
    "metrics empty": (("--metrics", "{folder}/empty.csv"), ("empty.csv", "empty")),
    "metrics without values": (("--metrics", "{folder}/bare.csv"), ("bare.csv", "'value'", "missing")),
    "metrics of other clips": (("--metrics", "{folder}/other.csv"), ("other.csv", "row 2", "'x'")),
    "out is a file": (("--out", "{folder}/empty.csv"), ("empty.csv", "cannot be written", "--out")),
    "out below a file": (("--out", "{folder}/empty.csv/out"), ("cannot be written", "--out")),
    "unknown format": (("--format", "docx"), ("'docx'", "html")),
    "no format": (("--format", ","), ("--format", "none")),
    "confidence in per cent": (("--confidence", "95"), ("'95'", "0.95")),
    "confidence not a number": (("--confidence", "nan"), ("'nan'", "0.95")),
    "negative seed": (("--seed", "-1"), ("'-1'", "whole number")),
    "no margin": (("--margin", "none"), ("'none'", "grades")),
    "unknown target": (("--target", "items"), ("'items'", "raters+items")),
    "unknown column": (("--question-column", "scale"), ("'scale'", "--question-column")),
    "unknown option": (("--colour", "red"), ("--colour",)),
    "option without value": (("--seed",), ("--seed",)),
}


@pytest.mark.parametrize(("options", "told"), OPTIONS.values(), ids=list(OPTIONS))
def test_a_bad_option_is_one_sentence(
    tmp_path: Path, refused: Callable[..., str], options: tuple[str, ...], told: tuple[str, ...]
) -> None:
    (tmp_path / "empty.csv").touch()
    (tmp_path / "bare.csv").write_text("stimulus,metric\ni0|a,psnr\n")
    (tmp_path / "other.csv").write_text("stimulus,metric,value\nx,psnr,30\n")
    source = file(csv(ROWS))(tmp_path)
    given = [option.replace("{folder}", str(tmp_path)) for option in options]
    sentence = refused("report", source, "--out", tmp_path / "out", "--format", "json", *given)
    for part in told:
        assert part in sentence


def test_pdf_without_a_browser_is_refused_beforehand(
    tmp_path: Path, refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "needs Chromium" in refused("report", tmp_path / "no.csv", "--format", "pdf,html")


def test_a_folder_that_may_not_be_written(tmp_path: Path, refused: Callable[..., str]) -> None:
    source = file(csv(ROWS))(tmp_path)
    (tmp_path / "closed").mkdir(mode=0o555)
    Path(source).chmod(0o644)
    out = tmp_path / "closed" / "out"
    sentence = refused("report", source, "--format", "json", "--out", out, closed=True)
    assert "closed/out cannot be written (Permission denied)" in sentence


FOREIGN = {
    "missing": (b"", "no.csv", (), ("no.csv", "No such file")),
    "empty": (b"", "mine.csv", (), ("mine.csv", "empty")),
    "our own": (csv(ROWS), "mine.csv", (), ("mine.csv", "analysis report")),
    "spreadsheet": (b"PK\x03\x04" + bytes(99), "mine.xlsx", (), ("mine.xlsx", "CSV")),
    "binary": (b"rater,a_1\nr\0,3\n", "mine.csv", (), ("mine.csv", "binary")),
    "UTF-16": ("rater,a_1\nr1,3\n".encode("utf-16"), "mine.csv", (), ("mine.csv", "UTF-16")),
    "one column": (b"rater|a_1\nr1|3\n", "mine.csv", (), ("mine.csv", "commas")),
    "no side": (b"x,a_1\nr1,3\n", "mine.csv", (), ("mine.csv", "'x'", "--rows")),
    "no pattern": (b"rater,a_1\nr1,3\n", "mine.csv", (), ("'a_1'", "--stimulus-pattern")),
    "bad pattern": (b"rater,a_1\nr1,3\n", "mine.csv", ("--stimulus-pattern", "{"), ("'{'",)),
    "no JSON": (b"{", "mine.json", (), ("mine.json", "JSON")),
    "unknown format": (b"rater,a_1\nr1,3\n", "mine.csv", ("--from", "docx"), ("'docx'", "sureal")),
    "bad scale": (b"rater,a_1\nr1,3\n", "mine.csv", ("--scale", "5:1"), ("'5:1'", "0:100")),
}


@pytest.mark.parametrize(("content", "name", "options", "told"), FOREIGN.values(), ids=list(FOREIGN))
def test_what_cannot_be_converted_is_one_sentence(
    tmp_path: Path,
    refused: Callable[..., str],
    content: bytes,
    name: str,
    options: tuple[str, ...],
    told: tuple[str, ...],
) -> None:
    if name != "no.csv":
        (tmp_path / name).write_bytes(content)
    sentence = refused("convert", tmp_path / name, "--out", tmp_path / "out", *options)
    for part in told:
        assert part in sentence


def test_merging_wants_two_bundles_and_another_folder(tmp_path: Path, refused: Callable[..., str]) -> None:
    one = write_whole(tmp_path / "one", tables())
    two = write_whole(tmp_path / "two", tables("b"))
    assert "two or more" in refused("merge", one, "--out", tmp_path / "out")
    assert "name another folder" in refused("merge", one, two, "--out", one)
    assert "'a-r0' is in" in refused("merge", one, one, "--out", tmp_path / "out")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    assert "already holds other files" in refused("merge", one, two, "--out", tmp_path / "mine")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--scale", "9"), "'9'"),
        (("--components", "rater=much"), "'rater=much'"),
        (("--components", "moon=1"), "'moon'"),
        (("--raters", "1"), "'1'"),
        (("--power", "80"), "'80'"),
        (("--question", "sync"), "--question is about a pilot"),
    ],
)
def test_a_plan_that_cannot_be_made_is_one_sentence(
    tmp_path: Path, refused: Callable[..., str], options: tuple[str, ...], told: str
) -> None:
    assert told in refused("plan", "--out", tmp_path / "out", *options)


def program(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The program in a process of its own, as a user starts it, beside a platform without studies."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MOS_")}
    return subprocess.run(
        [sys.executable, "-m", "analysis", *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**environment, "PYTHONPATH": str(REPO), "MOS_VAR": str(folder / "var")},
        check=False,
    )


@pytest.mark.parametrize("name", ["no such study\n", "x" * 300])
def test_a_name_that_is_neither_a_path_nor_a_study(tmp_path: Path, name: str) -> None:
    done = program(tmp_path, "report", name)
    assert (done.returncode, done.stdout) == (2, "")
    assert_sentence(done.stderr)
    assert f"{name!r} is no file or folder here" in done.stderr
    assert "import it first" in done.stderr
    assert not (tmp_path / "var" / "reports").exists()


def test_the_program_itself_ends_with_status_2_and_leaves_nothing(tmp_path: Path) -> None:
    folder_of({"ratings.csv": csv(["r0,i0,a,good"])})(tmp_path)
    before = entries(tmp_path)
    done = program(tmp_path, "report", "mine", "--out", "out")
    assert (done.returncode, done.stdout) == (2, "")
    assert_sentence(done.stderr)
    assert "ratings.csv row 2: column 'score' is 'good'" in done.stderr
    assert entries(tmp_path) == before


def test_a_source_of_this_table_that_is_mended_is_accepted(tmp_path: Path) -> None:
    """The table refuses what is spoilt, not what it is made of."""
    source = folder_of(RATINGS)(tmp_path)
    assert main(["report", source, "--format", "json", "--out", str(tmp_path / "out")]) == 0
    assert main(["check", str(write_whole(tmp_path / "whole", tables()))]) == 0
    assert len(PLACES) < len(SOURCES)
