"""Studies as zip files from anybody: nothing is written before all of the list is found harmless."""

from __future__ import annotations

import stat
import struct
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath

from mos_platform.uploads.directory import check_directory
from studies.config import ALMOST, CONFIG_FILE
from studies.errors import InputError, MistakesError

CHUNK = 1024 * 1024
MOST_SENTENCES = 20
LONGEST_NAME = 255  # bytes of one part; file systems hold no more
LONGEST_PATH = 1024  # bytes
LOCAL_HEADER = 30  # bytes before the name
SMALL = 1024 * 1024  # bytes that may be packed as tightly as they like
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others may ask for gigabytes of memory
ENCRYPTED = 0x1 | 0x40 | 0x2000
CLUTTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    UnicodeError,
    ValueError,
)
WHOLE = "make the zip anew from the study's folder"


@dataclass(frozen=True)
class Limits:
    """Of one archive: bytes once unpacked, number of files, and how far a large file may be packed."""

    unpacked_bytes: int
    files: int
    ratio: int = 200


@dataclass(frozen=True)
class _Entry:
    info: zipfile.ZipInfo
    path: PurePosixPath


def unpack(archive: Path, folder: Path, limits: Limits, name: str) -> None:
    """Write the study in `archive` into the empty `folder`, without the one folder that may be around it.

    Raises InputError calling the archive `name`; MistakesError where several entries are refused.
    """
    try:
        check_directory(archive, limits.files, name)
        with zipfile.ZipFile(archive) as opened:
            entries = _harmless(opened, limits, name)
            _extract(opened, _stripped(entries, name), folder, name)
    except UNREADABLE as error:
        raise InputError(f"{name} is no zip that can be read ({_reason(error)}); {WHOLE}.") from None


def _harmless(opened: zipfile.ZipFile, limits: Limits, name: str) -> list[_Entry]:
    infos = [info for info in opened.infolist() if not _is_clutter(info)]
    problems = [
        f"{name}: {problem}."
        for find in (_bad_names, _bad_kinds, _doubles, _overlaps)
        for problem in find(infos)
    ]
    problems += [f"{name}: {problem}." for problem in _too_much(infos, limits)]
    if problems:
        left = len(problems) - MOST_SENTENCES
        more = [f"{name}: {left} more entries are refused."] if left > 0 else []
        raise MistakesError(problems[:MOST_SENTENCES] + more)
    return [_Entry(info, PurePosixPath(info.filename)) for info in infos if not info.is_dir()]


def _is_clutter(info: zipfile.ZipInfo) -> bool:
    """What Macs and Windows add to every folder."""
    parts = info.filename.split("/")
    return parts[0] == "__MACOSX" or parts[-1] in CLUTTER or parts[-1].startswith("._")


def _shown(info: zipfile.ZipInfo) -> str:
    text = ascii(info.orig_filename)
    return text if len(text) <= 80 else f"{text[:77]}...'"


def _bad_names(infos: list[zipfile.ZipInfo]) -> Iterator[str]:
    for info in infos:
        # zipfile cuts a name at its first NUL; what was written counts.
        path = info.orig_filename
        parts = path.removesuffix("/").split("/")
        if path.startswith("/") or "\\" in path or parts[0][1:2] == ":":
            yield f"entry {_shown(info)} has no plain relative path; {WHOLE}"
        elif {"..", ".", ""} & set(parts):
            yield f"entry {_shown(info)} would lie outside of the study's folder; {WHOLE}"
        elif any(unicodedata.category(character) in ("Cc", "Cs") for character in path):
            yield f"entry {_shown(info)} has a name with control characters; rename the file"
        elif len(path.encode()) > LONGEST_PATH or max(len(p.encode()) for p in parts) > LONGEST_NAME:
            yield f"entry {_shown(info)} has a name that is too long; rename the file"


def _bad_kinds(infos: list[zipfile.ZipInfo]) -> Iterator[str]:
    for info in infos:
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind == stat.S_IFLNK:
            yield f"entry {_shown(info)} is a link; put the file itself in its place"
        elif kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            yield f"entry {_shown(info)} is no file; leave it out"
        if info.flag_bits & ENCRYPTED:
            yield f"entry {_shown(info)} is encrypted; make the zip without a password"
        elif info.compress_type not in METHODS:
            yield f"entry {_shown(info)} is packed in an unusual way; make the zip with Deflate"


def _doubles(infos: list[zipfile.ZipInfo]) -> Iterator[str]:
    """Two entries for one place, also where only some file systems take them for one."""
    files = [info for info in infos if not info.is_dir()]
    folded = Counter(_folded(info.filename) for info in files)
    folders = {
        parent for info in infos for parent in _parents(_folded(info.filename), is_folder=info.is_dir())
    }
    for info in files:
        place = _folded(info.filename)
        if folded[place] > 1:
            folded[place] = 0
            yield f"entry {_shown(info)} is there twice (upper and lower case count as one); rename one"
        if place in folders:
            yield f"entry {_shown(info)} is a file and a folder; rename one"


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", path.rstrip("/")).casefold()


def _parents(path: str, *, is_folder: bool) -> set[str]:
    above = {str(parent) for parent in PurePosixPath(path).parents} - {"."}
    return above | {path} if is_folder else above


def _overlaps(infos: list[zipfile.ZipInfo]) -> Iterator[str]:
    """Entries that share their bytes: how a small zip unpacks to more than any disk holds."""
    ordered = sorted(infos, key=lambda info: info.header_offset)
    for one, other in pairwise(ordered):
        end = one.header_offset + LOCAL_HEADER + len(one.orig_filename) + one.compress_size
        if end > other.header_offset:
            yield f"entries {_shown(one)} and {_shown(other)} share their bytes; {WHOLE}"


def _too_much(infos: list[zipfile.ZipInfo], limits: Limits) -> Iterator[str]:
    if len(infos) > limits.files:
        yield f"it holds more than {limits.files:,} files; leave out what the study does not use"
    total = sum(info.file_size for info in infos)
    if total > limits.unpacked_bytes:
        most = limits.unpacked_bytes // 1024**2
        yield f"it unpacks to {total // 1024**2:,} MB, more than {most:,} MB; make the clips smaller"
    for info in infos:
        if info.file_size > max(SMALL, limits.ratio * info.compress_size):
            size = info.file_size // 1024**2
            yield f"entry {_shown(info)} unpacks to {size:,} MB from next to nothing; leave it out"


def _stripped(entries: list[_Entry], name: str) -> list[_Entry]:
    """The entries without the one folder around all of them."""
    if PurePosixPath(CONFIG_FILE) in {entry.path for entry in entries}:
        return entries
    tops = {entry.path.parts[0] for entry in entries}
    if len(tops) == 1 and PurePosixPath(*tops, CONFIG_FILE) in {entry.path for entry in entries}:
        return [_Entry(entry.info, entry.path.relative_to(*tops)) for entry in entries]
    raise InputError(
        f"{name} {_what_instead(entries)}; zip one study's folder, with {CONFIG_FILE} at its top."
    )


def _what_instead(entries: list[_Entry]) -> str:
    studies = sorted(str(entry.path) for entry in entries if entry.path.name == CONFIG_FILE)
    inner = sorted(_shown(entry.info) for entry in entries if entry.path.suffix.lower() == ".zip")
    if studies:
        return f"holds {CONFIG_FILE} elsewhere ({', '.join(ascii(study) for study in studies[:3])})"
    almost = sorted(_shown(entry.info) for entry in entries if entry.path.name.casefold() in ALMOST)
    if almost:
        return f"holds {almost[0]}, which must be called {CONFIG_FILE}"
    return f"holds another zip ({inner[0]}) and no {CONFIG_FILE}" if inner else f"holds no {CONFIG_FILE}"


def _extract(opened: zipfile.ZipFile, entries: list[_Entry], folder: Path, name: str) -> None:
    for entry in entries:
        target = folder / entry.path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with opened.open(entry.info) as packed, target.open("xb") as out:
                while chunk := packed.read(CHUNK):
                    out.write(chunk)
        except UNREADABLE as error:
            raise InputError(
                f"{name}: entry {_shown(entry.info)} is damaged ({_reason(error)}); {WHOLE}."
            ) from None
        except OSError as error:
            raise InputError(
                f"{name}: entry {_shown(entry.info)} cannot be stored ({error.strerror})."
            ) from None


def _reason(error: Exception) -> str:
    line = " ".join(str(error).split()).rstrip(".")
    return ascii(line)[1:-1][:120] or type(error).__name__
