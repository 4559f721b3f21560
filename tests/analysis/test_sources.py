"""What is read of a source: a bundle's own files and those that its manifest lists, and no others."""

from __future__ import annotations

import hashlib
import json
import struct
import zipfile
from pathlib import Path

import pytest

from analysis.sources import Source, open_source

RATINGS = b"rater,item,method,score\nr1,i1,a,3\n"
MANIFEST = json.dumps({"files": {"notes.md": hashlib.sha256(b"notes").hexdigest()}}).encode()
FILES = {"ratings.csv": RATINGS, "texts.csv": b"rater,text\n", "other.csv": b"x", "other.json": b"{"}


def opened(
    folder: Path, zipped: bool, files: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED
) -> Source:
    if not zipped:
        for name, raw in files.items():
            (folder / name).write_bytes(raw)
        return open_source(str(folder))
    with zipfile.ZipFile(folder / "mine.zip", "w", packing) as archive:
        for name, raw in files.items():
            archive.writestr(f"mine\\{name}", raw)
    return open_source(str(folder / "mine.zip"))


@pytest.mark.parametrize("zipped", [False, True])
def test_a_folder_and_its_zip_hold_the_same(tmp_path: Path, zipped: bool) -> None:
    found = opened(tmp_path, zipped, FILES)
    assert found.files == {name: FILES[name] for name in ("ratings.csv", "texts.csv")}


@pytest.mark.parametrize("zipped", [False, True])
def test_what_the_manifest_lists_is_read_too(tmp_path: Path, zipped: bool) -> None:
    files = {**FILES, "notes.md": b"notes", "manifest.json": MANIFEST}
    assert {*opened(tmp_path, zipped, files).files} == {*files} - {"other.csv", "other.json"}


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_whatever_the_packing(tmp_path: Path, packing: int) -> None:
    many = RATINGS + b"".join(b"r%d,i1,a,3\n" % n for n in range(2, 20_000))
    assert opened(tmp_path, True, {"ratings.csv": many}, packing).files == {"ratings.csv": many}


def test_what_is_not_read_may_be_of_any_size(tmp_path: Path) -> None:
    opened(tmp_path, True, {"other.csv": b"x", "ratings.csv": RATINGS})
    raw = (tmp_path / "mine.zip").read_bytes()
    at = raw.index(b"PK\x01\x02") + 24
    (tmp_path / "mine.zip").write_bytes(raw[:at] + struct.pack("<I", 4_000_000_000) + raw[at + 4 :])
    assert open_source(str(tmp_path / "mine.zip")).files == {"ratings.csv": RATINGS}
