"""Clips of one item made equal sample by sample, so that no index and no bit rate tells what is shown.

Where files are equally long in all (see `filler`), the index inside still says how many bytes each picture
and each block of sound takes: a mouth that stands still takes fewer. Here every picture and every block gets
filler until it is as large as the largest at its place: H.264 by messages of user data (H.264, annex D: no
decoder acts upon them), AAC by fill elements (ISO/IEC 14496-3, 4.4.2). What is decoded stays bit for bit.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

CONTAINERS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl"})
LENGTH = 4  # bytes in front of each H.264 unit
SEI, USER_DATA = 6, 5
NAME = 16  # bytes of such a message that say whose it is
MESSAGE = 2 + NAME  # the shortest: kind, size, name
LEAST_UNIT = LENGTH + 1 + 2 * MESSAGE + 1
LEAST: Mapping[bytes, int] = {b"vide": LEAST_UNIT, b"soun": 1}
FILL, END = 0b110, 0b111
MOST_FILL = 200  # bytes in one element, below what eight bits can count


def level(paths: Iterable[Path]) -> None:
    """Fill up the samples of MP4 files that were encoded here, pictures and sound each by place.

    Raises OSError, and ValueError for a file that was not encoded here.
    """
    paths = list(paths)
    goals = _goals(track for path in paths for track in read_clip(path.read_bytes()).tracks)
    for path in paths:
        path.write_bytes(read_clip(path.read_bytes()).filled(goals))


def _goals(tracks: Iterable[Track]) -> dict[bytes, list[int]]:
    """By kind of track, the size that the sample at each place gets."""
    goals: dict[bytes, list[int]] = {}
    for track in tracks:
        goal = goals.setdefault(track.kind, [])
        goal += [0] * (len(track.samples) - len(goal))
        for place, sample in enumerate(track.samples):
            goal[place] = max(goal[place], sample.size + LEAST[track.kind])
    return goals


@dataclass(frozen=True)
class Sample:
    """Where its bytes lie in the file."""

    at: int
    size: int


@dataclass(frozen=True)
class Track:
    """`sizes` and `chunks`: where in the file the tables begin; `lengths`: samples of each chunk."""

    kind: bytes
    samples: list[Sample]
    sizes: int
    chunks: int
    lengths: list[int]


@dataclass(frozen=True)
class Clip:
    """A file as written by `mp4`: its index first, then all samples."""

    content: bytes
    tracks: list[Track]
    data: int  # where the box of the samples begins

    def filled(self, goals: Mapping[bytes, list[int]]) -> bytes:
        """The file with every sample at its goal's size."""
        head = bytearray(self.content[: self.data + 8])
        body: list[bytes] = []
        at = len(head)
        for number, chunk, places in self._chunks():
            track = self.tracks[number]
            struct.pack_into(">I", head, track.chunks + 4 * chunk, at)
            for place in places:
                sample, goal = track.samples[place], goals[track.kind][place]
                old = self.content[sample.at : sample.at + sample.size]
                body.append(FILLERS[track.kind](old, goal - sample.size))
                struct.pack_into(">I", head, track.sizes + 4 * place, goal)
                at += goal
        struct.pack_into(">I", head, self.data, at - self.data)
        return bytes(head) + b"".join(body)

    def _chunks(self) -> Iterator[tuple[int, int, range]]:
        """Track, number of the chunk, and the places of its samples, as they follow each other."""
        found = []
        for number, track in enumerate(self.tracks):
            begin = 0
            for chunk, length in enumerate(track.lengths):
                places = range(begin, begin + length)
                found.append((track.samples[begin].at, number, chunk, places))
                begin += length
        return ((number, chunk, places) for _, number, chunk, places in sorted(found, key=lambda one: one[0]))


def read_clip(content: bytes) -> Clip:
    """Raises ValueError where it is no MP4 with its index before its samples."""
    try:
        boxes = {kind: at for kind, at, _ in _boxes(content, 0, len(content))}
        tracks = [
            _track(content, at, end)
            for kind, at, end in _boxes(content, *_inside(content, boxes[b"moov"]))
            if kind == b"trak"
        ]
        return Clip(content, tracks, boxes[b"mdat"])
    except (KeyError, IndexError, struct.error):
        raise ValueError("no MP4 as it is written here") from None


def _inside(content: bytes, at: int) -> tuple[int, int]:
    return at + 8, at + int(struct.unpack_from(">I", content, at)[0])


def _boxes(content: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, beginning and end of each."""
    while at < end:
        length, kind = struct.unpack_from(">I4s", content, at)
        if length < 8:
            raise KeyError
        yield kind, at, at + length
        at += length


def _track(content: bytes, at: int, end: int) -> Track:
    found = dict(_tables(content, at + 8, end))
    kind = content[found[b"hdlr"] + 16 : found[b"hdlr"] + 20]
    n_samples = struct.unpack_from(">I", content, found[b"stsz"] + 16)[0]
    sizes = struct.unpack_from(f">{n_samples}I", content, found[b"stsz"] + 20)
    n_chunks = struct.unpack_from(">I", content, found[b"stco"] + 12)[0]
    chunks = struct.unpack_from(f">{n_chunks}I", content, found[b"stco"] + 16)
    lengths = list(_lengths(content, found[b"stsc"], n_chunks))
    samples = _samples(chunks, lengths, sizes)
    return Track(kind, samples, found[b"stsz"] + 20, found[b"stco"] + 16, lengths)


def _tables(content: bytes, at: int, end: int) -> Iterator[tuple[bytes, int]]:
    """All boxes below a track, with where each begins."""
    for kind, begin, after in _boxes(content, at, end):
        yield kind, begin
        if kind in CONTAINERS:
            yield from _tables(content, begin + 8, after)


def _lengths(content: bytes, at: int, n_chunks: int) -> Iterator[int]:
    """Samples of each chunk, of which the table tells only the changes."""
    count = struct.unpack_from(">I", content, at + 12)[0]
    runs = [struct.unpack_from(">II", content, at + 16 + 12 * run) for run in range(count)]
    for (first, length), (after, _) in pairwise([*runs, (n_chunks + 1, 0)]):
        yield from [length] * (after - first)


def _samples(chunks: Iterable[int], lengths: Iterable[int], sizes: Iterable[int]) -> list[Sample]:
    samples, left = [], iter(sizes)
    for at, length in zip(chunks, lengths, strict=True):
        begin = at
        for _ in range(length):
            size = next(left)
            samples.append(Sample(begin, size))
            begin += size
    return samples


def fill_picture(picture: bytes, by: int) -> bytes:
    """An encoded picture with a unit of user data before it, `by` bytes in all, 42 or more."""
    if by < LEAST_UNIT:
        raise ValueError(f"no unit has {by} bytes")
    body = by - LENGTH - 2
    # Two messages always, as probers count them: of one alone, not every length can be written.
    split = next(one for one in (MESSAGE, MESSAGE + 1) if _message(body - one))
    messages = _message(split) + _message(body - split)
    unit = bytes([SEI]) + messages + b"\x80"
    return len(unit).to_bytes(LENGTH) + unit + picture


def _message(length: int) -> bytes:
    """A message of so many bytes in all, kind and size included; empty where none is as long."""
    size = length - 2 - (length - 2) // 256
    made = bytes([USER_DATA]) + b"\xff" * (size // 255) + bytes([size % 255]) + b"\xff" * size
    return made if len(made) == length else b""


def fill_sound(block: bytes, by: int) -> bytes:
    """An AAC block with fill elements before its end, `by` bytes longer. Raises ValueError without an end."""
    while by > MOST_FILL:
        block, by = _with_fill(block, MOST_FILL), by - MOST_FILL
    return _with_fill(block, by)


def _with_fill(block: bytes, by: int) -> bytes:
    if by == 0:
        return block
    value = int.from_bytes(block)
    spare = (value & -value).bit_length() - 1  # zeros after the end, up to a whole byte
    if not value or spare > 7 or value >> spare & 0b111 != END:
        raise ValueError("a block of sound without an end")
    room = 8 * by + spare
    count = (room - 7) // 8
    if count < 15:
        element, added = FILL << 4 | count, 7
    else:
        count = (room - 15) // 8
        element, added = (FILL << 4 | 15) << 8 | count - 14, 15
    element <<= 8 * count  # zeros: an extension of the kind "fill", whose bytes nobody reads
    added += 8 * count
    whole = ((value >> spare + 3) << added | element) << 3 | END
    return (whole << room - added).to_bytes(len(block) + by)


FILLERS = {b"vide": fill_picture, b"soun": fill_sound}
