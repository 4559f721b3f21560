"""Where a release may be written, and with which options."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from released import Release, files

from analysis.release.folder import replaced

Refused = Callable[..., str]


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
