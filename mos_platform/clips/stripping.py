"""What encoders write about themselves between pictures and sound, taken out; what is decoded stays the same.

After ITU-T H.264 (7.3.1 NAL units, 7.3.2.3 and annex D: SEI) and ISO/IEC 14496-3 (4.4.2: AAC's data blocks).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

# Slices, parameter sets, delimiters and ends; neither filler nor what the standard leaves to anyone's use.
KEPT_UNITS = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 19, 20})
SEI, SEQUENCE_SET, PICTURE_SET = 6, 7, 8
# Buffering, timing, recovery point, colour volume, light level, transfer: what a decoder may act upon.
KEPT_MESSAGES = frozenset({0, 1, 6, 137, 144, 147})
HIGH_PROFILES = frozenset({100, 110, 122, 144})

FILL, DATA = 6, 4
EXTENSION_FILL = frozenset({0, 1})
FILL_BYTE = 0xA5  # what the standard asks of filler


AGAIN = "encode it again"


class UnfitError(Exception):
    """A stream that cannot be treated so: what is wrong with its clip, and how that is mended."""

    def __init__(
        self, what: str, mend: str = "write 'encode: always' under 'clips', or encode it yourself"
    ) -> None:
        super().__init__(what)
        self.mend = mend


@dataclass(frozen=True)
class Avc:
    """The decoder configuration (avcC) of an H.264 stream, without anything after its last field."""

    config: bytes
    length_size: int


def read_avcc(extradata: bytes) -> Avc:
    """Raises UnfitError where it is none."""
    try:
        if extradata[0] != 1:
            raise UnfitError("is not H.264 as MP4 stores it")
        at = 5
        for mask in (0x1F, 0xFF):
            count, at = extradata[at] & mask, at + 1
            for _ in range(count):
                at += 2 + struct.unpack_from(">H", extradata, at)[0]
    except (IndexError, struct.error):
        raise UnfitError("has a damaged header (avcC)") from None
    if at > len(extradata):
        raise UnfitError("has a damaged header (avcC)")
    depths = extradata[at : at + 3]
    if extradata[1] in HIGH_PROFILES and len(depths) == 3:
        return Avc(extradata[:at] + depths + b"\0", (extradata[4] & 3) + 1)
    return Avc(extradata[:at], (extradata[4] & 3) + 1)


def avcc_of(header: bytes) -> bytes:
    """The avcC of an encoder's header: parameter sets after start codes. Raises UnfitError without them."""
    units = list(_started(header))
    sets = [unit for unit in units if unit[0] & 0x1F == SEQUENCE_SET]
    pictures = [unit for unit in units if unit[0] & 0x1F == PICTURE_SET]
    if not sets or not pictures:
        raise UnfitError("lacks parameter sets", AGAIN)
    config = bytes([1, *sets[0][1:4], 0xFF, 0xE0 | len(sets)])
    config += b"".join(len(unit).to_bytes(2) + unit for unit in sets) + bytes([len(pictures)])
    config += b"".join(len(unit).to_bytes(2) + unit for unit in pictures)
    # 4:2:0 with eight bits, and no further sets.
    return config + (b"\xfd\xf8\xf8\0" if sets[0][1] in HIGH_PROFILES else b"")


def lengths_of(picture: bytes, length_size: int) -> bytes:
    """NAL units after their lengths instead of after start codes."""
    return b"".join(len(unit).to_bytes(length_size) + unit for unit in _started(picture))


def _started(stream: bytes) -> Iterator[bytes]:
    for unit in stream.split(b"\0\0\1")[1:]:
        bare = unit.rstrip(b"\0")
        if bare:
            yield bare


def strip_h264(picture: bytes, length_size: int) -> bytes:
    """One encoded picture (NAL units after their lengths) without its encoder's remarks.

    Raises UnfitError where the lengths do not fit.
    """
    kept = []
    for unit in _units(picture, length_size):
        kind = unit[0] & 0x1F if unit else 0
        clean = _strip_sei(unit) if kind == SEI else unit
        if kind in KEPT_UNITS and clean:
            kept.append(len(clean).to_bytes(length_size) + clean)
    return b"".join(kept)


def _units(picture: bytes, length_size: int) -> Iterator[bytes]:
    at = 0
    while at < len(picture):
        length = int.from_bytes(picture[at : at + length_size])
        at += length_size
        if at + length > len(picture):
            raise UnfitError("has a damaged picture", AGAIN)
        yield picture[at : at + length]
        at += length


def _strip_sei(unit: bytes) -> bytes:
    """The SEI unit with the messages that a decoder may need, empty where there is none."""
    kept = [whole for kind, whole in _messages(_unescaped(unit[1:])) if kind in KEPT_MESSAGES]
    return unit[:1] + _escaped(b"".join(kept) + b"\x80") if kept else b""


def _messages(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and bytes of each message; what is damaged ends them."""
    at = 0
    while at + 2 <= len(body):
        begin = at
        kind, at = _number(body, at)
        size, at = _number(body, at)
        if at + size > len(body):
            return
        yield kind, body[begin : at + size]
        at += size


def _number(body: bytes, at: int) -> tuple[int, int]:
    value = 0
    while at < len(body) and body[at] == 0xFF:
        value, at = value + 255, at + 1
    return value + (body[at] if at < len(body) else 0), at + 1


def _unescaped(body: bytes) -> bytes:
    return body.replace(b"\0\0\3", b"\0\0")


def _escaped(body: bytes) -> bytes:
    out = bytearray()
    for byte in body:
        if byte <= 3 and out[-2:] == b"\0\0":
            out.append(3)
        out.append(byte)
    return bytes(out)


def strip_aac(block: bytes) -> bytes:
    """One AAC block whose filler and data elements, where they come first, say nothing; as long as before."""
    if not block or block[0] >> 5 not in (FILL, DATA):
        return block
    bits = _Bits(block)
    while bits.left() >= 15:
        kind = bits.take(3)
        if kind == FILL:
            _blank_filler(bits)
        elif kind == DATA:
            _blank_data(bits)
        else:
            break
    return bits.blanked()


class _Bits:
    """The bits of a block from the first on, some of which get overwritten."""

    def __init__(self, block: bytes) -> None:
        self._value = int.from_bytes(block)
        self._size = len(block)
        self.at = 0

    def left(self) -> int:
        return 8 * self._size - self.at

    def take(self, n: int) -> int:
        self.at += n
        return self._value >> max(0, 8 * self._size - self.at) & ((1 << n) - 1)

    def overwrite(self, content: bytes) -> None:
        """Write over what comes next, and step past it."""
        n = 8 * len(content)
        if n > self.left():
            self.at = 8 * self._size
            return
        shift = self.left() - n
        self._value = self._value & ~(((1 << n) - 1) << shift) | int.from_bytes(content) << shift
        self.at += n

    def blanked(self) -> bytes:
        return self._value.to_bytes(self._size)


def _blank_filler(bits: _Bits) -> None:
    count = bits.take(4)
    if count == 15:
        count += bits.take(8) - 1
    if not count:
        return
    extension = bits.take(4)
    bits.at -= 4
    if extension in EXTENSION_FILL:
        bits.overwrite(b"\0" + bytes([FILL_BYTE]) * (count - 1))
    else:
        bits.at += 8 * count


def _blank_data(bits: _Bits) -> None:
    bits.take(4)
    aligned = bits.take(1)
    count = bits.take(8)
    if count == 255:
        count += bits.take(8)
    if aligned:
        bits.at += -bits.at % 8
    bits.overwrite(bytes(count))
