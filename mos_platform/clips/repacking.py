"""Pictures and sound of an MP4 taken over as they are, without what surrounds them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import BinaryIO, NamedTuple

from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.codeccontext import VideoCodecContext

from mos_platform.clips.mp4 import TIMESCALE, Colour, Sample, Track, audio_entry, video_entry
from mos_platform.clips.stripping import UnfitError, read_avcc, strip_aac, strip_h264
from mos_platform.clips.tracks import picture_stream, sound_stream

# AAC-LC and HE-AAC; other kinds of AAC do not play everywhere.
AAC_KINDS = frozenset({2, 5, 29})
UNSAID, FULL_RANGE = 2, 2  # FFmpeg's codes: colour matrix, range
NOTHING = Fraction(0)
LONGEST_SPECIFIC = 64  # bytes of an AudioSpecificConfig; it needs two to twenty


class _Found(NamedTuple):
    """A packet: times in its stream's own units, and where its bytes lie."""

    pts: int
    dts: int
    duration: int
    at: int
    size: int
    key: bool
    hidden: bool


@dataclass
class _Stored:
    """A stream's packets; `base` is its unit of time in seconds, `timescale` that of the track to be made."""

    stream: Stream
    base: Fraction
    timescale: int
    size: tuple[int, int]
    entry: bytes
    strip: Callable[[bytes], bytes]
    found: list[_Found] = field(default_factory=list)

    def first_s(self) -> Fraction:
        """Where its presentation begins, in seconds."""
        return min(one.pts for one in self.found if not one.hidden) * self.base


def repack(container: InputContainer, payload: BinaryIO) -> list[Track]:
    """The clip's picture and sound tracks; their samples are written to `payload`.

    Time 0 is the first picture's; sound that begins up to a picture earlier is cut there, and where it begins
    still earlier, time 0 is the sound's. Raises UnfitError where the clip has to be encoded instead.
    """
    video, audio = _video(container), _audio(container)
    stored = [one for one in (video, audio) if one is not None]
    by_index = {one.stream.index: one for one in stored}
    for packet in container.demux(*(one.stream for one in stored)):
        if packet.dts is not None or packet.size:
            _keep(packet, by_index[packet.stream_index], payload)
    for one in stored:
        _check(one)
    _check_pictures(video)
    zero = _zero(video, audio)
    tracks = [_track("video", video, zero)]
    if audio is not None:
        audio.found = _heard(audio, zero)
        tracks.append(_track("audio", audio, zero))
    return tracks


def _video(container: InputContainer) -> _Stored:
    stream = picture_stream(container)
    context = stream.codec_context
    if context.name != "h264":
        raise UnfitError("is not H.264")
    avc = read_avcc(context.extradata or b"")
    aspect = Fraction(stream.sample_aspect_ratio or 1)
    entry = video_entry(context.width, context.height, avc.config, aspect, _colour(context))
    strip = partial(strip_h264, length_size=avc.length_size)
    return _Stored(stream, _base(stream), TIMESCALE, (context.width, context.height), entry, strip)


def _colour(context: VideoCodecContext) -> Colour | None:
    if context.colorspace == UNSAID:
        return None
    full = context.color_range == FULL_RANGE
    return Colour(int(context.color_primaries), int(context.color_trc), int(context.colorspace), full=full)


def _audio(container: InputContainer) -> _Stored | None:
    stream = sound_stream(container)
    if stream is None:
        return None
    context, specific = stream.codec_context, stream.codec_context.extradata or b""
    if context.name != "aac" or not 2 <= len(specific) <= LONGEST_SPECIFIC:
        raise UnfitError("has sound that is not AAC as MP4 stores it")
    if specific[0] >> 3 not in AAC_KINDS:
        raise UnfitError("has a kind of AAC that not every browser plays")
    entry = audio_entry(context.channels, context.sample_rate, specific)
    return _Stored(stream, _base(stream), context.sample_rate, (0, 0), entry, strip_aac)


def _base(stream: Stream) -> Fraction:
    if not stream.time_base:
        raise UnfitError("lacks time stamps")
    return Fraction(stream.time_base)


def _keep(packet: Packet[Stream], stored: _Stored, payload: BinaryIO) -> None:
    if packet.pts is None or packet.dts is None:
        raise UnfitError("lacks time stamps")
    if packet.has_sidedata("new_extradata"):
        raise UnfitError("changes its coding on the way")
    content, at = stored.strip(bytes(packet)), payload.tell()
    payload.write(content)
    stored.found.append(
        _Found(
            packet.pts,
            packet.dts,
            packet.duration or 0,
            at,
            len(content),
            packet.is_keyframe,
            packet.is_discard,
        )
    )


def _check(stored: _Stored) -> None:
    if not any(not one.hidden for one in stored.found):
        raise UnfitError(f"holds no {'picture' if stored.size[0] else 'sound, though it says so'}")
    if any(after.dts <= before.dts for before, after in pairwise(stored.found)):
        raise UnfitError("has time stamps that run backwards")


def _check_pictures(video: _Stored) -> None:
    if any(one.hidden for one in video.found):
        raise UnfitError("holds pictures that its edit list hides")
    if not video.found[0].key:
        raise UnfitError("does not begin with a key picture")


def _zero(video: _Stored, audio: _Stored | None) -> Fraction:
    first = video.first_s()
    if audio is None:
        return first
    heard = audio.first_s()
    lasted = max(one.pts + one.duration for one in video.found) * video.base - first
    return heard if first - heard > lasted / len(video.found) else first


def _heard(audio: _Stored, zero: Fraction) -> list[_Found]:
    """Of what is not heard only the one block remains that the first heard one is decoded with."""
    begin = zero / audio.base
    heard = [
        place for place, one in enumerate(audio.found) if not one.hidden and one.pts + one.duration > begin
    ]
    if not heard:
        raise UnfitError("has sound only before its first picture")
    return audio.found[max(0, heard[0] - 1) : heard[-1] + 1]


def _track(kind: str, stored: _Stored, zero: Fraction) -> Track:
    scaled = _Scale.of(stored.base * stored.timescale, zero * stored.timescale)
    lasting = _Scale.of(stored.base * stored.timescale, NOTHING)
    usual = max(1, (stored.found[-1].dts - stored.found[0].dts) // max(1, len(stored.found) - 1))
    samples = [
        Sample(
            pts=scaled(one.pts),
            dts=scaled(one.dts),
            duration=max(1, lasting(one.duration or usual)),
            at=one.at,
            size=one.size,
            key=one.key,
        )
        for one in stored.found
    ]
    return Track(kind, stored.timescale, stored.entry, samples, *stored.size)


class _Scale(NamedTuple):
    """value × scale − shift, to the nearest whole number; in integers, for this is done for each packet."""

    factor: int
    less: int
    below: int

    @classmethod
    def of(cls, scale: Fraction, shift: Fraction) -> _Scale:
        below = scale.denominator * shift.denominator
        factor, less = scale.numerator * shift.denominator, shift.numerator * scale.denominator
        return cls(2 * factor, 2 * less - below, 2 * below)

    def __call__(self, value: int) -> int:
        return (value * self.factor - self.less) // self.below
