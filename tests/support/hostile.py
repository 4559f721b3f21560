"""Files made to hurt whoever decodes them: small, and claiming or demanding much."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

FTYP = struct.pack(">I4s4sI4s", 20, b"ftyp", b"isom", 0, b"isom")
NAL = b"\0\0\0\1"


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, kind) + body


def boxes(data: bytes, start: int = 0) -> Iterator[tuple[bytes, bytes]]:
    """The kind and the whole of each box from `start` on."""
    while start + 8 <= len(data):
        length = struct.unpack_from(">I", data, start)[0]
        yield data[start + 4 : start + 8], data[start : start + length]
        start += length


def inside(data: bytes, kind: bytes, change: Callable[[bytes], bytes], *, once: bool = False) -> bytes:
    """`data`, a run of boxes, with each box of that kind (or the first) put through `change`."""
    made, left = b"", True
    for found, whole in boxes(data):
        hit = found == kind and left
        made += change(whole) if hit else whole
        left &= not (hit and once)
    return made


def looping(clip: bytes, times: int) -> bytes:
    """An MP4 whose edit list plays the same second again and again."""
    entry = struct.pack(">IiI", 1000, 0, 1 << 16)
    edits = box(b"edts", box(b"elst", struct.pack(">II", 0, times) + entry * times))

    def track(trak: bytes) -> bytes:
        return box(b"trak", inside(trak[8:], b"edts", lambda _: edits))

    return inside(clip, b"moov", lambda moov: box(b"moov", inside(moov[8:], b"trak", track, once=True)))


def claiming(clip: bytes, kind: bytes, offset: int, *numbers: int) -> bytes:
    """An MP4 in whose first table of that kind other numbers stand."""
    made = bytearray(clip)
    struct.pack_into(f">{len(numbers)}I", made, clip.index(kind) + offset, *numbers)
    return bytes(made)


class Bits:
    """Bits of an H.264 parameter set, as ITU-T H.264 7.3.2 and 9.1 write them."""

    def __init__(self) -> None:
        self._bits = ""

    def fixed(self, length: int, value: int) -> Bits:
        self._bits += format(value, f"0{length}b")
        return self

    def golomb(self, *values: int) -> Bits:
        for value in values:
            digits = format(value + 1, "b")
            self._bits += "0" * (len(digits) - 1) + digits
        return self

    def unit(self, header: int) -> bytes:
        bits = self._bits + "1"
        bits += "0" * (-len(bits) % 8)
        return NAL + bytes([header]) + int(bits, 2).to_bytes(len(bits) // 8, "big")


def h264(width: int, height: int) -> bytes:
    """A stream whose parameter set claims that size, with slices of noise."""
    parameters = Bits().fixed(8, 66).fixed(8, 0).fixed(8, 52).golomb(0, 0, 2, 1).fixed(1, 0)
    parameters.golomb(width // 16 - 1, height // 16 - 1).fixed(4, 0b1100)
    picture = Bits().golomb(0, 0).fixed(2, 0).golomb(0, 0, 0).fixed(3, 0).golomb(0, 0, 0).fixed(3, 0b100)
    slice_ = Bits().golomb(0, 7, 0).fixed(4, 0).golomb(0).fixed(2, 0).golomb(0).unit(0x65)
    noise = Random(1).randbytes(5000).replace(b"\0", b"\1")
    return parameters.unit(0x67) + picture.unit(0x68) + (slice_ + noise) * 30


def y4m(width: int, height: int) -> bytes:
    """Raw video that claims that size, cut off after a thousand bytes."""
    return f"YUV4MPEG2 W{width} H{height} F25:1 Ip A1:1 C420jpeg\nFRAME\n".encode() + bytes(1000)


def nested(depth: int) -> bytes:
    """Boxes in boxes in boxes."""
    headers = [
        struct.pack(">I4s", 8 * (depth - level), b"moov" if level % 2 else b"trak") for level in range(depth)
    ]
    return FTYP + b"".join(headers)


def sparse(path: Path, head: bytes, size: int) -> Path:
    """A file with that beginning, and a hole of so many bytes that occupies no disk."""
    with path.open("wb") as file:
        file.write(head)
        file.truncate(size)
    return path


def flipped(clip: bytes, count: int, seed: int) -> bytes:
    """The clip with so many bits turned over."""
    made, random = bytearray(clip), Random(seed)
    for _ in range(count):
        made[random.randrange(len(made))] ^= 1 << random.randrange(8)
    return bytes(made)
