"""Clips of one item made equally long in bytes, so that the size of a download tells nothing."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

BOX = 8  # the least that a box takes
LARGEST = 2**32 - 1


def equal_size(sizes: Iterable[int]) -> int:
    """The least size in bytes to which files of all `sizes` can be brought by one more box each."""
    known = set(sizes)
    largest = max(known)
    return min(
        size
        for size in range(largest, largest + 2 * BOX)
        if all(size == one or size - one >= BOX for one in known)
    )


def equalise(paths: Iterable[Path]) -> int:
    """Make the MP4 files equally long, by zeros at their ends, which players pass over.

    Files that are equal already stay untouched. Returns their common size in bytes. Raises OSError.
    """
    files = {path: path.stat().st_size for path in paths}
    size = equal_size(files.values())
    for path, has in files.items():
        lengthen(path, size - has)
    return size


def lengthen(path: Path, by: int) -> None:
    """Append `by` bytes, none or at least eight. Raises OSError, ValueError.

    Where samples come last, as in the files that are made here, their box (`mdat`) grows, so that no box
    tells how much was added; else a `free` box is.
    """
    if by == 0:
        return
    if not BOX <= by <= LARGEST:
        raise ValueError(f"a box of {by} bytes cannot be written")
    with path.open("r+b") as file:
        at, length, kind = _last_box(file)
        end = file.seek(0, 2)
        if kind == b"mdat" and at + length == end and end - at + by <= LARGEST:
            file.seek(at)
            file.write(struct.pack(">I", length + by))
        else:
            file.write(struct.pack(">I4s", by, b"free"))
        file.truncate(end + by)


def _last_box(file: BinaryIO) -> tuple[int, int, bytes]:
    """Where it begins, its length in bytes and its kind; empty where the chain of boxes breaks."""
    at, found = 0, (0, 0, b"")
    while len(header := file.read(BOX)) == BOX:
        length, kind = struct.unpack(">I4s", header)
        if length < BOX:
            return 0, 0, b""
        found, at = (at, length, kind), at + length
        file.seek(at)
    return found
