"""One release of a small study of named people, made once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from released import Release, bundle, files

from analysis.cli import main


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Release:
    home = tmp_path_factory.mktemp("study")
    source, out = bundle(home / "small"), home / "release"
    assert main(["release", str(source), "--out", str(out), "--author", "Doe, Jane"]) == 0
    return Release(source, out)


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., str]:
    """The one sentence with which a release is refused; nothing is written."""

    def run(source: Path, *options: str, out: Path | None = None) -> str:
        target = out or tmp_path / "refused"
        before = files(target)
        assert main(["release", str(source), "--out", str(target), *options]) == 2
        shown = capsys.readouterr()
        assert (shown.out, shown.err.count("\n")) == ("", 1)
        assert shown.err.endswith(".\n")
        assert files(target) == before
        return shown.err

    return run
