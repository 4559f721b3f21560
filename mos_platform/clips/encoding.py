"""Pictures encoded anew: H.264 High, 8 bits, 4:2:0, upright, one rate, one colour matrix."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from math import floor
from typing import BinaryIO

import av
from av.codec.context import Flags
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from mos_platform.clips.drawing import Drawing, Drawn
from mos_platform.clips.mp4 import TIMESCALE, Colour, Sample, Track, video_entry
from mos_platform.clips.stripping import avcc_of, lengths_of, strip_h264
from mos_platform.clips.treatment import Encoding

KEY_S = 2  # seconds between key pictures
# Below it x264 goes over to its lossless mode, whose profile not every browser plays.
LEAST_CRF = 1
# Code points of primaries, transfer and matrix: what browsers take untold colours for.
COLOURS = {"bt601": 6, "bt709": 1}
LIMITED = 1
LENGTH_SIZE = 4
# Each picture's kind follows from its place alone, not from what it shows.
REGULAR = ":scenecut=0:b-adapt=0"

Altered = Callable[[Iterator[VideoFrame]], Iterator[VideoFrame]]


@dataclass(frozen=True)
class Pictures:
    """The track, and how many pictures were shown longer than before or left out to reach the rate."""

    track: Track
    repeated: int
    dropped: int


def encode_pictures(
    pictures: Iterable[VideoFrame],
    aspect: Fraction | None,
    encoding: Encoding,
    zero: Fraction,
    payload: BinaryIO,
    altered: Altered = iter,
) -> Pictures:
    """All pictures from `zero` (seconds) on, where the first one is held if it comes later.

    `aspect` is that of one stored pixel, None where it is square. `altered` may change the pictures as they
    are drawn, at their size and rate; none is left out or added.
    """
    coder = _coder(encoding)
    pace = _Pace(encoding.fps, zero, encoding.seconds)
    samples: list[Sample] = []
    for picture in altered(pace.shown(_drawn(pictures, aspect, encoding))):
        samples += [_sample(packet, encoding.fps, payload) for packet in coder.encode(picture)]
    samples += [_sample(packet, encoding.fps, payload) for packet in coder.encode(None)]
    config, code = avcc_of(bytes(coder.extradata or b"")), COLOURS[encoding.matrix]
    colour = Colour(code, code, code, full=False)
    entry = video_entry(encoding.width, encoding.height, config, Fraction(1), colour)
    track = Track("video", TIMESCALE, entry, samples, encoding.width, encoding.height)
    return Pictures(track, pace.repeated, pace.dropped)


def picture_at(
    number: int, pictures: Iterable[VideoFrame], aspect: Fraction | None, encoding: Encoding, zero: Fraction
) -> VideoFrame:
    """The picture of that number, from 0 on, as it is drawn for encoding."""
    pace = _Pace(encoding.fps, zero, encoding.seconds)
    return next(islice(pace.shown(_drawn(pictures, aspect, encoding)), number, None))


def _drawn(pictures: Iterable[VideoFrame], aspect: Fraction | None, encoding: Encoding) -> Iterator[Drawn]:
    return Drawing(encoding.width, encoding.height, encoding.matrix, aspect).all(pictures)


def _coder(encoding: Encoding) -> VideoCodecContext:
    coder = av.CodecContext.create("libx264", "w")
    coder.width, coder.height, coder.pix_fmt = encoding.width, encoding.height, "yuv420p"
    coder.time_base, coder.framerate = 1 / encoding.fps, encoding.fps
    coder.colorspace = coder.color_primaries = coder.color_trc = COLOURS[encoding.matrix]
    coder.color_range = LIMITED
    coder.gop_size = max(1, round(KEY_S * encoding.fps))
    # One thread, and no choice by processor: the same clip gives the same bytes.
    coder.thread_count = 1
    coder.flags |= Flags.global_header
    coder.options = {
        "crf": str(max(encoding.crf, LEAST_CRF)),
        "preset": "medium",
        "profile": "high",
        "x264-params": "cpu-independent=1:lookahead-threads=1" + REGULAR * encoding.regular,
    }
    coder.open()
    return coder


class _Pace:
    """Brings pictures to a rate: for each moment the one on show there, to the nearest moment."""

    def __init__(self, fps: Fraction, zero: Fraction, seconds: float | None) -> None:
        self.repeated = self.dropped = 0
        self._fps, self._zero = fps, zero
        self._limit = None if seconds is None else max(1, round(seconds * fps))
        self._written = 0

    def shown(self, drawn: Iterable[Drawn]) -> Iterator[VideoFrame]:
        """The pictures at the rate; the first is held from the beginning, if it comes later."""
        held: VideoFrame | None = None
        end = 1
        for at, lasts, picture in drawn:
            place = max(0, self._place(at))
            end = max(1, self._place(at + lasts) if lasts else place + 1)
            if held is None:
                self.repeated += place
                yield from self._until(place, picture)
            else:
                yield from self._all_of(held, place)
            if self._limit is not None and self._written >= self._limit:
                return
            held = picture
        if held is not None:
            yield from self._all_of(held, end)

    def _place(self, at: Fraction) -> int:
        return floor((at - self._zero) * self._fps + Fraction(1, 2))

    def _all_of(self, picture: VideoFrame, place: int) -> Iterator[VideoFrame]:
        before = self._written
        yield from self._until(place, picture)
        self.dropped += self._written == before
        self.repeated += max(0, self._written - before - 1)

    def _until(self, place: int, picture: VideoFrame) -> Iterator[VideoFrame]:
        """The picture for all moments before `place`."""
        place = place if self._limit is None else min(place, self._limit)
        for moment in range(self._written, place):
            picture.pts, picture.time_base = moment, 1 / self._fps
            picture.pict_type = PictureType.NONE  # the coder of before chose it, and would show through
            self._written += 1
            yield picture


def _sample(packet: Packet[VideoStream], fps: Fraction, payload: BinaryIO) -> Sample:
    content = strip_h264(lengths_of(bytes(packet), LENGTH_SIZE), LENGTH_SIZE)
    at = payload.tell()
    payload.write(content)
    tick = TIMESCALE / fps  # the coder counts pictures
    return Sample(
        pts=round((packet.pts or 0) * tick),
        dts=round((packet.dts or 0) * tick),
        duration=round(tick),
        at=at,
        size=len(content),
        key=packet.is_keyframe,
    )
