"""Where a release may be written, and with which options."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from released import Release, files

from analysis.release.folder import MARK, replaced

Refused = Callable[..., str]
REPO = Path(__file__).resolve().parents[3]


def test_an_older_release_is_replaced_as_a_whole(released: Release, tmp_path: Path) -> None:
    out = shutil.copytree(released.folder, tmp_path / "release")
    with replaced(out) as folder:
        (folder / "README.md").write_text("new")
    assert files(out) == {"README.md": b"new"}


def test_a_failure_leaves_the_older_release(released: Release, tmp_path: Path) -> None:
    out = shutil.copytree(released.folder, tmp_path / "release")

    def fail() -> None:
        with replaced(out) as folder:
            (folder / "README.md").write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert files(out) == files(released.folder)
    assert [path.name for path in tmp_path.iterdir()] == ["release"]


def test_what_is_not_of_a_release_is_never_replaced(
    released: Release, refused: Refused, tmp_path: Path
) -> None:
    out = shutil.copytree(released.folder, tmp_path / "release")
    (out / ".git").mkdir()
    (out / ".git" / "config").write_text("mine")
    assert "holds .git/config, which is not of a release" in refused(released.bundle, out=out)
    mine = tmp_path / "thesis"
    mine.mkdir()
    (mine / "thesis.tex").write_text("mine")
    assert "thesis.tex" in refused(released.bundle, out=mine)
    assert "is a file; name a folder" in refused(released.bundle, out=mine / "thesis.tex")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--license", "mine"), "is not one of CC0-1.0"),
        (("--author", "Doe, Jane, 0000-0002-1825-0098"), "is not like 'Family, Given'"),
        (("--smallest-group", "0"), "is not a whole number, 1 or more"),
        (("--keep-attributes", "gender"), "--keep-attributes names 'gender'"),
    ],
)
def test_wrong_options_are_told_in_one_sentence(
    refused: Refused, released: Release, options: tuple[str, ...], said: str
) -> None:
    assert said in refused(released.bundle, *options)


def test_checksums_alone_do_not_make_a_folder_ours(
    released: Release, refused: Refused, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.tex").write_text("years of work")
    digest = hashlib.sha256(b"years of work").hexdigest()
    for head in ("", f"{MARK}\n"):
        (mine / "CHECKSUMS.sha256").write_text(f"{head}{digest}  thesis.tex\n")
        assert "holds thesis.tex, which is not of a release" in refused(released.bundle, out=mine)


def test_a_release_that_was_worked_on_is_not_replaced(
    released: Release, refused: Refused, tmp_path: Path
) -> None:
    out = shutil.copytree(released.folder, tmp_path / "release")
    with (out / "README.md").open("a") as readme:
        readme.write("Notes of an evening.")
    assert "holds README.md, which is not of a release as it was written" in refused(released.bundle, out=out)


KILLED = """
import os, sys
from pathlib import Path
from analysis.release.folder import MARK, replaced
with replaced(Path(sys.argv[1])) as folder:
    (folder / "README.md").write_text("half")
    if "aside" in sys.argv:
        Path(sys.argv[1]).rename(folder.parent / "old")
    os._exit(9)
"""


@pytest.mark.parametrize("when", ["early", "aside"])
def test_what_a_killed_release_left_is_cleared_by_the_next(
    released: Release, tmp_path: Path, when: str
) -> None:
    out = shutil.copytree(released.folder, tmp_path / "release")
    assert (
        subprocess.run([sys.executable, "-c", KILLED, str(out), when], cwd=REPO, check=False).returncode == 9
    )
    assert len(list(tmp_path.glob(".release-*"))) == 1
    (tmp_path / ".release-notes").mkdir()
    with replaced(out):
        assert files(out) == files(released.folder)
        with replaced(out):
            assert len(list(tmp_path.glob(".release-*/unfinished-release"))) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == [".release-notes", "release"]
