"""Zip files that mean harm: one sentence, nothing written, bounded time and memory."""

from __future__ import annotations

import stat
import struct
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from mos_platform.uploads.archive import Limits, unpack
from studies.errors import InputError, MistakesError

MB = 1024**2
LIMITS = Limits(unpacked_bytes=64 * MB, files=1000)
STUDY = "study: x\n"
Entry = tuple[str | zipfile.ZipInfo, bytes]


def made(target: Path, *entries: Entry, method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(target, "w", method) as archive:
        archive.writestr("study.yaml", STUDY)
        for name, content in entries:
            archive.writestr(name, content)
    return target


def special(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


def unpacked(archive: Path, limits: Limits = LIMITS) -> Path:
    folder = archive.parent / "unpacked"
    folder.mkdir()
    unpack(archive, folder, limits, "it.zip")
    return folder


def refused(archive: Path, says: str, limits: Limits = LIMITS) -> tuple[str, ...]:
    folder = archive.parent / "unpacked"
    folder.mkdir()
    with pytest.raises(InputError, match=says) as error:
        unpack(archive, folder, limits, "it.zip")
    assert list(folder.rglob("*")) == []
    assert list(archive.parent.iterdir()) != []
    for sentence in error.value.sentences:
        assert sentence.startswith("it.zip")
        assert sentence.endswith(".")
        assert "\n" not in sentence
    return error.value.sentences


def names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_study_is_unpacked(tmp_path: Path) -> None:
    folder = unpacked(made(tmp_path / "it.zip", ("clips/a/b.mp4", b"clip"), ("clips/", b"")))
    assert names(folder) == {"study.yaml", "clips/a/b.mp4"}
    assert (folder / "clips/a/b.mp4").read_bytes() == b"clip"


def test_one_folder_around_it_and_what_macs_add_do_not_matter(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "it.zip", "w") as archive:
        for name in ("demo/study.yaml", "demo/clips/a.mp4", "demo/.DS_Store", "demo/clips/._a.mp4"):
            archive.writestr(name, "x")
        archive.writestr("__MACOSX/demo/._study.yaml", "x")
        archive.writestr("Thumbs.db", "x")
    assert names(unpacked(tmp_path / "it.zip")) == {"study.yaml", "clips/a.mp4"}


OUTSIDE = [
    "../evil",
    "clips/../../evil",
    "/etc/evil",
    "C:/evil",
    "C:evil",
    "..\\evil",
    "\\\\host\\evil",
    "clips//evil",
    "./evil",
    "clips/..",
]


@pytest.mark.parametrize("name", OUTSIDE)
def test_nothing_is_written_outside(tmp_path: Path, name: str) -> None:
    (inner := tmp_path / "inner").mkdir()
    refused(made(inner / "it.zip", (name, b"evil")), "no plain relative path|outside of the study's folder")
    assert not list(tmp_path.rglob("evil"))


UNSTORABLE = ["a\0b.mp4", "a\nb.mp4", "a\x7f", "x" * 256, "ü" * 128, "/".join(["d" * 200] * 6)]


@pytest.mark.parametrize("name", UNSTORABLE)
def test_names_that_no_file_system_holds(tmp_path: Path, name: str) -> None:
    archive = made(tmp_path / "it.zip", (name.replace("\0", "\1"), b""))
    archive.write_bytes(archive.read_bytes().replace(b"a\1b", b"a\0b"))
    refused(archive, "control characters|too long")


SPECIAL = {
    "a link": stat.S_IFLNK | 0o777,
    "a device": stat.S_IFCHR | 0o666,
    "a disk": stat.S_IFBLK | 0o666,
    "a pipe": stat.S_IFIFO | 0o666,
    "a socket": stat.S_IFSOCK | 0o666,
}


@pytest.mark.parametrize("kind", SPECIAL)
def test_only_files(tmp_path: Path, kind: str) -> None:
    refused(
        made(tmp_path / "it.zip", (special("clips/x.mp4", SPECIAL[kind]), b"/etc/passwd")),
        "is (a link|no file);",
    )


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a.mp4", "a.mp4"),
        ("a.mp4", "A.MP4"),
        ("\u00fc.mp4", "u\u0308.mp4"),
        ("straße", "STRASSE"),
        ("a", "a/b"),
    ],
)
def test_two_files_for_one_place(tmp_path: Path, one: str, other: str) -> None:
    assert (
        len(refused(made(tmp_path / "it.zip", (one, b"1"), (other, b"2")), "twice|a file and a folder")) == 1
    )


def test_every_mistake_is_named_but_not_thousands(tmp_path: Path) -> None:
    entries = [(f"../evil{number}", b"") for number in range(100)]
    sentences = refused(made(tmp_path / "it.zip", *entries), "20 more mistakes")
    assert len(sentences) == 21
    assert "80 more entries" in sentences[-1]


def test_a_bomb_of_one_entry(tmp_path: Path) -> None:
    refused(made(tmp_path / "it.zip", ("zeros", bytes(32 * MB))), "unpacks to 32 MB from next to nothing")


def test_a_bomb_in_all(tmp_path: Path) -> None:
    entries = [(f"{number}.bin", bytes(MB)) for number in range(70)]
    refused(made(tmp_path / "it.zip", *entries), "unpacks to 70 MB, more than 64 MB")


def test_entries_that_share_their_bytes(tmp_path: Path) -> None:
    """As in zbsm.zip: one kernel of packed bytes, many entries for it."""
    archive = made(
        tmp_path / "it.zip", *((f"{n}.bin", bytes([n]) * 1000) for n in range(4)), method=zipfile.ZIP_STORED
    )
    content = bytearray(archive.read_bytes())
    directory = content.find(b"PK\1\2")
    offsets = []
    while (place := content.find(b"PK\1\2", directory)) >= 0:
        offsets.append(place + 42)
        directory = place + 4
    content[offsets[2] : offsets[2] + 4] = content[offsets[1] : offsets[1] + 4]
    archive.write_bytes(content)
    refused(archive, "share their bytes")


def test_a_size_that_lies(tmp_path: Path) -> None:
    """The list says 10 bytes, the packed data hold 8 MB: no more than 10 are read, and the sum is wrong."""
    archive = made(tmp_path / "it.zip", ("big.bin", bytes(8 * MB)))
    content = bytearray(archive.read_bytes())
    place = content.rfind(b"PK\1\2")
    content[place + 24 : place + 28] = struct.pack("<L", 10)
    archive.write_bytes(content)
    folder = tmp_path / "unpacked"
    folder.mkdir()
    with pytest.raises(InputError, match=r"entry 'big.bin' is damaged"):
        unpack(archive, folder, LIMITS, "it.zip")
    assert sum(path.stat().st_size for path in folder.rglob("*.bin")) <= 10


def encrypted(content: bytearray) -> None:
    for mark, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        content[content.rfind(mark) + flags] |= 1


def wrong_sum(content: bytearray) -> None:
    place = content.find(b"the clip's bytes")
    content[place] ^= 1


def lzma_with_gigabytes(content: bytearray) -> None:
    for mark, method in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
        place = content.rfind(mark) + method
        content[place : place + 2] = struct.pack("<H", zipfile.ZIP_LZMA)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (encrypted, "is encrypted; make the zip without a password"),
        (wrong_sum, "is damaged \\(Bad CRC-32"),
        (lzma_with_gigabytes, "packed in an unusual way"),
    ],
)
def test_entries_that_cannot_be_read(tmp_path: Path, change: Callable[[bytearray], None], says: str) -> None:
    archive = made(tmp_path / "it.zip", ("a.mp4", b"the clip's bytes"), method=zipfile.ZIP_STORED)
    content = bytearray(archive.read_bytes())
    change(content)
    archive.write_bytes(content)
    folder = tmp_path / "unpacked"
    folder.mkdir()
    with pytest.raises(InputError, match=says):
        unpack(archive, folder, LIMITS, "it.zip")


def test_a_hundred_thousand_entries_are_refused_unread(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "it.zip", "w") as archive:
        for number in range(100_000):
            archive.writestr(f"{number}", b"")
    tracemalloc.start()
    before = time.process_time()
    refused(tmp_path / "it.zip", "holds 100,000 entries in a list of")
    assert time.process_time() - before < 0.5
    assert tracemalloc.get_traced_memory()[1] < 2 * MB
    tracemalloc.stop()


def test_a_list_that_says_it_is_short_and_is_not(tmp_path: Path) -> None:
    archive = made(tmp_path / "it.zip", *((f"{number}", b"") for number in range(2000)))
    content = bytearray(archive.read_bytes())
    end = content.rfind(b"PK\5\6")
    content[end + 8 : end + 12] = struct.pack("<HH", 3, 3)
    archive.write_bytes(content)
    refused(archive, "holds more than 1,000 files")


def test_a_zip64_list_of_exabytes(tmp_path: Path) -> None:
    archive = made(tmp_path / "it.zip")
    content = bytearray(archive.read_bytes())
    end = content.rfind(b"PK\5\6")
    large = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 2**60, 2**60, 2**62, 0)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
    archive.write_bytes(bytes(content[:end]) + large + locator + bytes(content[end:]))
    refused(archive, "entries in a list of")


@pytest.mark.parametrize("kept", [0, 1, 21, 22, 100, 150])
def test_a_zip_that_was_cut(tmp_path: Path, kept: int) -> None:
    archive = made(tmp_path / "it.zip", ("clip.mp4", bytes(range(256)) * 10))
    archive.write_bytes(archive.read_bytes()[:kept])
    refused(archive, "is no zip, or it is cut off")


@pytest.mark.parametrize("step", range(0, 240, 7))
def test_any_damage_is_refused_or_harmless(tmp_path: Path, step: int) -> None:
    archive = made(tmp_path / "it.zip", ("clip.mp4", b"clip" * 10))
    content = bytearray(archive.read_bytes())
    content[step % len(content)] ^= 0xFF
    archive.write_bytes(content)
    folder = tmp_path / "unpacked"
    folder.mkdir()
    with suppress(InputError):
        unpack(archive, folder, LIMITS, "it.zip")
    assert {path.parent for path in tmp_path.rglob("*.mp4")} <= {folder}


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        (["notes.txt"], "holds no study.yaml; zip one study's folder"),
        (["study.zip"], r"holds another zip \('study.zip'\) and no study.yaml"),
        (
            ["one/study.yaml", "two/study.yaml"],
            r"study.yaml elsewhere \('one/study.yaml', 'two/study.yaml'\)",
        ),
        (["deep/er/study.yaml"], "study.yaml elsewhere"),
        (["mine/study.yml"], r"holds 'mine/study\.yml', which must be called study\.yaml"),
        ([], "holds no study.yaml"),
    ],
)
def test_no_study_in_it(tmp_path: Path, entries: list[str], says: str) -> None:
    with zipfile.ZipFile(tmp_path / "it.zip", "w") as archive:
        for name in entries:
            archive.writestr(name, "x")
    refused(tmp_path / "it.zip", says)


def test_several_mistakes_come_together(tmp_path: Path) -> None:
    archive = made(tmp_path / "it.zip", ("../evil", b""), (special("link", SPECIAL["a link"]), b"/"))
    folder = tmp_path / "unpacked"
    folder.mkdir()
    with pytest.raises(MistakesError) as error:
        unpack(archive, folder, LIMITS, "it.zip")
    assert len(error.value.sentences) == 2
