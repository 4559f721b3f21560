"""Writing an MP4 that holds pictures and sound and nothing else: fixed boxes, moov first, no names, no dates.

After ISO/IEC 14496-12 (boxes), -14 (esds) and -15 (avcC).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import groupby, pairwise
from typing import BinaryIO, NamedTuple, Protocol

# Divides the usual rates without remainder: 24, 25, 30, 50, 60 pictures per second and their 1000/1001 parts.
TIMESCALE = 120_000
CHUNK_S = 0.5
PIECE = 2**20  # bytes read at one go
LONGEST = 2**32 - 2**24  # bytes of samples, or units of time; boxes hold 32 bits, and the index needs room
BRANDS = b"isom" + struct.pack(">I", 512) + b"isomiso2avc1mp41"
UPRIGHT = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
UNDETERMINED = 0x55C4  # language "und"


class Writable(Protocol):
    """What a clip is written to."""

    def write(self, content: bytes, /) -> object:
        """Append it."""
        ...


class Sample(NamedTuple):
    """One encoded picture or stretch of sound; times in the track's units, 0 where the clip begins.

    `at` is where its bytes begin in the file that holds all samples.
    """

    pts: int
    dts: int
    duration: int
    at: int
    size: int
    key: bool


@dataclass(frozen=True)
class Track:
    """One stream. `end` (in units of `timescale`) is where its presentation ends; None: with its last sample.

    Samples stand in the order of decoding; what lies before time 0 is decoded and not presented.
    """

    kind: str
    timescale: int
    entry: bytes
    samples: Sequence[Sample]
    width: int = 0
    height: int = 0
    end: int | None = None

    @cached_property
    def begins(self) -> int:
        """Where the presentation begins, not before 0."""
        return max(0, min(sample.pts for sample in self.samples))

    @cached_property
    def ends(self) -> int:
        last = max(sample.pts + sample.duration for sample in self.samples)
        return last if self.end is None else min(self.end, last)

    @property
    def end_s(self) -> Fraction:
        return Fraction(self.ends, self.timescale)


def write_mp4(target: Writable, tracks: Sequence[Track], payload: BinaryIO) -> None:
    """Write the clip; `payload` holds the samples' bytes at the places they name.

    Raises OverflowError (or struct.error, for odd time stamps) beyond 4 GiB or 9 hours.
    """
    chunks = _chunks(tracks)
    size = sum(sample.size for track in tracks for sample in track.samples)
    if size > LONGEST or any(track.end_s * TIMESCALE > LONGEST for track in tracks):
        raise OverflowError("more than 4 GiB or 9 hours")
    head, index = _box(b"ftyp", BRANDS), _index(tracks, chunks)
    begin = len(head) + len(_moov(index, 0)) + 8
    target.write(head + _moov(index, begin) + struct.pack(">I4s", size + 8, b"mdat"))
    for at, length in _pieces(sample for _, chunk in chunks for sample in chunk):
        payload.seek(at)
        target.write(payload.read(length))


def _pieces(samples: Iterable[Sample]) -> Iterator[tuple[int, int]]:
    """Where to read in the payload, and how much: samples that follow each other there at one go."""
    begin = length = 0
    for sample in samples:
        if sample.at != begin + length or length >= PIECE:
            yield begin, length
            begin, length = sample.at, 0
        length += sample.size
    yield begin, length


Chunk = tuple[int, list[Sample]]  # number of the track, samples in the order of decoding


@dataclass(frozen=True)
class _Indexed:
    """A track and its part of the index; its chunks begin at `offsets`, counted from the first of all."""

    track: Track
    table: bytes
    offsets: list[int]


def _chunks(tracks: Sequence[Track]) -> list[Chunk]:
    """The tracks' samples in stretches of half a second, as they are needed one after the other."""
    found: list[tuple[int, int, list[Sample]]] = []
    for number, track in enumerate(tracks):
        step = max(1, int(CHUNK_S * track.timescale))
        for index, samples in groupby(track.samples, key=lambda sample, step=step: sample.dts // step):  # type: ignore[misc]
            found.append((index, number, list(samples)))
    return [(number, samples) for _, number, samples in sorted(found, key=lambda one: one[:2])]


def _index(tracks: Sequence[Track], chunks: list[Chunk]) -> list[_Indexed]:
    offsets, lengths = _places(len(tracks), chunks)
    return [
        _Indexed(track, _table(track, lengths[number]), offsets[number])
        for number, track in enumerate(tracks)
    ]


def _moov(index: list[_Indexed], begin: int) -> bytes:
    """The index; chunks lie one after the other from byte `begin` on."""
    duration = max(_movie_time(one.track.ends, one.track) for one in index)
    header = struct.pack(">IIIIIHHII", 0, 0, TIMESCALE, duration, 0x10000, 0x100, 0, 0, 0)
    header += UPRIGHT + bytes(24) + struct.pack(">I", len(index) + 1)
    traks = (_trak(number, one, begin) for number, one in enumerate(index, start=1))
    return _box(b"moov", _full(b"mvhd", header), *traks)


def _places(n_tracks: int, chunks: list[Chunk]) -> tuple[list[list[int]], list[list[int]]]:
    """For each track where its chunks begin after the first of all, and how many samples each holds."""
    begin = 0
    offsets: list[list[int]] = [[] for _ in range(n_tracks)]
    lengths: list[list[int]] = [[] for _ in range(n_tracks)]
    for number, samples in chunks:
        offsets[number].append(begin)
        lengths[number].append(len(samples))
        begin += sum(sample.size for sample in samples)
    return offsets, lengths


def _trak(number: int, indexed: _Indexed, begin: int) -> bytes:
    track = indexed.track
    seen = track.kind == "video"
    duration = _movie_time(track.ends, track)
    header = struct.pack(
        ">IIIIIIIHHHH", 0, 0, number, 0, duration, 0, 0, 0, int(not seen), 0x100 * (not seen), 0
    )
    header += UPRIGHT + struct.pack(">II", track.width << 16, track.height << 16)
    return _box(
        b"trak",
        _full(b"tkhd", header, flags=3),
        _box(b"edts", _edit_list(track)),
        _media(indexed, begin),
    )


def _edit_list(track: Track) -> bytes:
    """When the presentation begins, and with which moment of the track: so sound and picture stay in step."""
    entries = []
    if track.begins:
        entries.append(struct.pack(">IiI", _movie_time(track.begins, track), -1, 0x10000))
    shown = _movie_time(track.ends, track) - _movie_time(track.begins, track)
    entries.append(struct.pack(">IiI", shown, track.begins - track.samples[0].dts, 0x10000))
    return _full(b"elst", struct.pack(">I", len(entries)) + b"".join(entries))


def _movie_time(ticks: int, track: Track) -> int:
    return round(Fraction(ticks * TIMESCALE, track.timescale))


def _media(indexed: _Indexed, begin: int) -> bytes:
    track = indexed.track
    first, last = track.samples[0], track.samples[-1]
    duration = last.dts - first.dts + last.duration
    seen = track.kind == "video"
    header = struct.pack(">IIIIHH", 0, 0, track.timescale, duration, UNDETERMINED, 0)
    handler = struct.pack(">I4s", 0, b"vide" if seen else b"soun") + bytes(13)
    about = _full(b"vmhd", bytes(8), flags=1) if seen else _full(b"smhd", bytes(4))
    places = _full(b"stco", _counted([(begin + at,) for at in indexed.offsets], ">I"))
    here = _box(b"dinf", _full(b"dref", struct.pack(">I", 1) + _full(b"url ", b"", flags=1)))
    return _box(
        b"mdia",
        _full(b"mdhd", header),
        _full(b"hdlr", handler),
        _box(b"minf", about, here, _box(b"stbl", indexed.table, places)),
    )


def _table(track: Track, lengths: list[int]) -> bytes:
    """All of the sample table but the places of its chunks."""
    samples = track.samples
    steps = [after.dts - before.dts for before, after in pairwise(samples)]
    boxes = [
        _full(b"stsd", struct.pack(">I", 1) + track.entry),
        _full(b"stts", _counted(_runs([*steps, samples[-1].duration]), ">II")),
    ]
    shifts = [sample.pts - sample.dts for sample in samples]
    if any(shifts):
        boxes.append(_full(b"ctts", _counted(_runs(shifts), ">Ii"), version=int(min(shifts) < 0)))
    if not all(sample.key for sample in samples):
        keys = [(number,) for number, sample in enumerate(samples, start=1) if sample.key]
        boxes.append(_full(b"stss", _counted(keys, ">I")))
    boxes.append(_full(b"stsc", _counted(_chunk_runs(lengths), ">III")))
    sizes = struct.pack(f">II{len(samples)}I", 0, len(samples), *(sample.size for sample in samples))
    return b"".join([*boxes, _full(b"stsz", sizes)])


def _runs(values: Iterable[int]) -> list[tuple[int, int]]:
    return [(len(list(run)), value) for value, run in groupby(values)]


def _chunk_runs(lengths: list[int]) -> Iterator[tuple[int, int, int]]:
    """Where the number of samples per chunk changes: chunk, samples, sample description."""
    number = 1
    for length, run in groupby(lengths):
        yield number, length, 1
        number += len(list(run))


def _counted(rows: Iterable[tuple[int, ...]], layout: str) -> bytes:
    packed = [struct.pack(layout, *row) for row in rows]
    return struct.pack(">I", len(packed)) + b"".join(packed)


@dataclass(frozen=True)
class Colour:
    """Code points of ISO/IEC 23091-2, and whether levels run from 0 to 255."""

    primaries: int
    transfer: int
    matrix: int
    full: bool


def video_entry(width: int, height: int, avcc: bytes, aspect: Fraction, colour: Colour | None) -> bytes:
    """The description of H.264 pictures; `width` and `height` as stored, `aspect` of one pixel."""
    about = struct.pack(">HHIII", 0, 0, 0, 0, 0) + struct.pack(
        ">HHIIIH", width, height, 72 << 16, 72 << 16, 0, 1
    )
    about += bytes(32) + struct.pack(">Hh", 24, -1) + _box(b"avcC", avcc)
    if colour is not None:
        codes = struct.pack(">HHHB", colour.primaries, colour.transfer, colour.matrix, 0x80 * colour.full)
        about += _box(b"colr", b"nclx" + codes)
    if aspect != 1:
        about += _box(b"pasp", struct.pack(">II", aspect.numerator, aspect.denominator))
    return _box(b"avc1", bytes(6), struct.pack(">H", 1), about)


def audio_entry(channels: int, sample_rate: int, specific: bytes) -> bytes:
    """The description of AAC sound; `specific` is its AudioSpecificConfig."""
    decoder = _descriptor(4, struct.pack(">BBHBII", 0x40, 0x15, 0, 0, 0, 0) + _descriptor(5, specific))
    esds = _full(b"esds", _descriptor(3, struct.pack(">HB", 1, 0) + decoder + _descriptor(6, b"\x02")))
    about = bytes(8) + struct.pack(">HHHHI", channels, 16, 0, 0, min(sample_rate, 0xFFFF) << 16)
    return _box(b"mp4a", bytes(6), struct.pack(">H", 1), about, esds)


def _descriptor(tag: int, body: bytes) -> bytes:
    length = len(body)
    return (
        bytes(
            [
                tag,
                0x80 | length >> 21 & 0x7F,
                0x80 | length >> 14 & 0x7F,
                0x80 | length >> 7 & 0x7F,
                length & 0x7F,
            ]
        )
        + body
    )


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def _full(kind: bytes, body: bytes, *, version: int = 0, flags: int = 0) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags), body)
