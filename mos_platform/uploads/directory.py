"""The end of a zip file, where its list of entries is announced: readers load all of that list at once."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from studies.errors import InputError

END = b"PK\x05\x06"
END_LENGTH = 22
LONGEST_COMMENT = 65535
LOCATOR, LOCATOR_LENGTH = b"PK\x06\x07", 20
LARGE_END, LARGE_END_LENGTH = b"PK\x06\x06", 56
BYTES_PER_ENTRY = 512  # of the list; an entry takes 46 and its name


@dataclass(frozen=True)
class _Directory:
    entries: int
    size: int


def check_directory(archive: Path, most_files: int, name: str) -> None:
    """Raises InputError where the file is no zip, or announces a list that is too long to be read."""
    try:
        with archive.open("rb") as file:
            found = _announced(file)
    except OSError as error:
        raise InputError(f"{name} cannot be read ({error.strerror}).") from None
    if found is None:
        raise InputError(f"{name} is no zip, or it is cut off; make it anew from the study's folder.")
    if found.entries > most_files or found.size > most_files * BYTES_PER_ENTRY:
        raise InputError(
            f"{name} holds {found.entries:,} entries in a list of {found.size // 1024:,} kB; "
            f"{most_files:,} files are the most that are read, so leave out what the study does not use."
        )


def _announced(file: BinaryIO) -> _Directory | None:
    length = file.seek(0, 2)
    start = max(0, length - END_LENGTH - LONGEST_COMMENT)
    file.seek(start)
    tail = file.read()
    place = tail.rfind(END)
    if place < 0 or len(tail) - place < END_LENGTH:
        return None
    entries, size = struct.unpack("<HL", tail[place + 10 : place + 16])
    return _large(file, start + place) or _Directory(entries, size)


def _large(file: BinaryIO, end: int) -> _Directory | None:
    """What a Zip64 file announces instead, as readers take it wherever its locator stands."""
    if end < LOCATOR_LENGTH + LARGE_END_LENGTH:
        return None
    file.seek(end - LOCATOR_LENGTH)
    locator = file.read(LOCATOR_LENGTH)
    if locator[:4] != LOCATOR:
        return None
    file.seek(end - LOCATOR_LENGTH - LARGE_END_LENGTH)
    record = file.read(LARGE_END_LENGTH)
    if record[:4] != LARGE_END:
        return None
    entries, size = struct.unpack("<32xQQ8x", record)
    return _Directory(entries, size)
