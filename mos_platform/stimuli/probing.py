"""What a clip is: decoded to its end, so that a damaged file is met at import and not by a rater."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from studies.errors import InputError

# Containers and codecs that current browsers play without a plug-in.
CONTAINERS = frozenset({"mp4", "mov", "webm"})
VIDEO_CODECS = frozenset({"h264", "vp8", "vp9", "av1"})
AUDIO_CODECS = frozenset({"aac", "mp3", "opus", "vorbis", "flac"})
MEND = "encode it again, for example `ffmpeg -i IN -c:v libx264 -pix_fmt yuv420p -c:a aac OUT.mp4`"
RECOPY = "copy it again from its source"
# Headers round to frames and audio packets; a file cut off loses more than that.
TOLERANCE_S = 0.25


@dataclass(frozen=True)
class Probe:
    """One clip: playing time in seconds, pictures per second, size in pixels as displayed."""

    duration_s: float
    fps: float
    width: int
    height: int
    has_audio: bool


@dataclass(frozen=True)
class _Decoded:
    first: VideoFrame
    pictures: int
    start_s: float
    end_s: float
    damaged: bool


def probe(path: Path, name: str) -> Probe:
    """Decode the whole clip. Raises InputError calling the file `name`: what is wrong and how to mend it."""
    try:
        _check_complete(path, name)
        with av.open(str(path)) as container:
            stream = _playable_video(container, name)
            decoded = _decode(container, name)
            return _facts(container, stream, decoded, name)
    except (av.FFmpegError, OSError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{name} is not a video that can be read ({reason}); {MEND}.") from None


def _check_complete(path: Path, name: str) -> None:
    """An MP4 is a chain of boxes that state their length, so the least cut shows."""
    size, position = path.stat().st_size, 0
    with path.open("rb") as file:
        while position + 8 <= size:
            file.seek(position)
            header = file.read(16).ljust(16, b"\0")
            length, kind = int.from_bytes(header[:4]), header[4:8]
            if (position == 0 and kind != b"ftyp") or not kind.isalnum():
                return
            length = {0: size - position, 1: int.from_bytes(header[8:])}.get(length, length)
            if position + length > size:
                raise InputError(
                    f"{name} is cut off ({size} bytes, but it says that it is longer); {RECOPY}."
                )
            position += max(length, 8)


def _playable_video(container: InputContainer, name: str) -> VideoStream:
    if not container.streams.video:
        raise InputError(f"{name} has no video stream; {MEND}.")
    stream = container.streams.video[0]
    if not CONTAINERS & set(container.format.name.split(",")):
        raise InputError(
            f"{name} has the format {container.format.long_name}, which browsers do not play; {MEND}."
        )
    audio = {track.codec.canonical_name for track in container.streams.audio}
    foreign = sorted(({stream.codec.canonical_name} - VIDEO_CODECS) | (audio - AUDIO_CODECS))
    if foreign:
        raise InputError(f"{name} is encoded as {foreign[0]}, which not every browser plays; {MEND}.")
    stream.thread_type = "AUTO"
    return stream


def _decode(container: InputContainer, name: str) -> _Decoded:
    first, pictures, damaged = None, 0, False
    starts: list[float] = []
    end = 0.0
    for frame in _frames(container):
        if isinstance(frame, VideoFrame):
            first = first or frame
            pictures += 1
            damaged |= frame.is_corrupt
        if frame.time is not None:
            starts = starts or [frame.time]
            end = max(end, frame.time + _length_s(frame))
    if first is None:
        raise InputError(f"{name} holds no picture; {MEND}.")
    return _Decoded(first, pictures, starts[0] if starts else 0.0, end, damaged)


def _frames(container: InputContainer) -> Iterator[VideoFrame | av.AudioFrame]:
    for packet in container.demux(container.streams.video[0], *container.streams.audio[:1]):
        for frame in packet.decode():
            if isinstance(frame, VideoFrame | av.AudioFrame):
                yield frame


def _length_s(frame: VideoFrame | av.AudioFrame) -> float:
    if isinstance(frame, av.AudioFrame):
        return frame.samples / frame.sample_rate
    return float((frame.duration or 0) * (frame.time_base or 0))


def _facts(container: InputContainer, stream: VideoStream, decoded: _Decoded, name: str) -> Probe:
    lasted = max(decoded.end_s - decoded.start_s, 0.001)
    declared = container.duration / av.time_base if container.duration else lasted
    if decoded.damaged or lasted < declared - TOLERANCE_S:
        raise InputError(
            f"{name} is damaged or cut off ({lasted:.2f} s of {declared:.2f} s can be decoded); {RECOPY}."
        )
    rate = stream.average_rate or stream.guessed_rate
    width, height = _displayed(decoded.first, stream)
    return Probe(
        duration_s=round(declared if lasted - declared < TOLERANCE_S else lasted, 6),
        fps=float(rate) if rate else decoded.pictures / lasted,
        width=width,
        height=height,
        has_audio=bool(container.streams.audio),
    )


def _displayed(frame: VideoFrame, stream: VideoStream) -> tuple[int, int]:
    """Size on the page: square pixels, and upright where a phone's clip is stored on its side."""
    width = round(frame.width * float(stream.sample_aspect_ratio or 1))
    return (frame.height, width) if frame.rotation % 180 else (width, frame.height)
