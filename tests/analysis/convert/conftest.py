"""`analysis` as a user runs it, on files made here that have the columns of the real programs."""

from __future__ import annotations

from pathlib import Path

import pytest
from converted import Convert

from analysis.cli import main


@pytest.fixture
def convert(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Convert:
    """Convert `text`, saved as `name`, into the folder `out`; what is told. Fails where it is refused."""

    def run(name: str, text: str, *options: str) -> str:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        status = main(["convert", str(path), "--out", str(tmp_path / "out"), *options])
        shown = capsys.readouterr()
        assert (status, shown.err) == (0, "")
        return shown.out

    return run


@pytest.fixture
def refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Convert:
    """The one sentence with which a conversion is refused; nothing is written."""

    def run(name: str, text: str, *options: str) -> str:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        assert main(["convert", str(path), "--out", str(tmp_path / "out"), *options]) == 2
        shown = capsys.readouterr()
        assert shown.out == ""
        assert shown.err.count("\n") == 1
        assert shown.err.endswith(".\n")
        assert not (tmp_path / "out").exists()
        return shown.err

    return run


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return tmp_path / "out"
