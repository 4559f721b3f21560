"""What a clip is: decoded to its end, so that a damaged file is met at import and not by a rater."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from mos_platform.clips.coding import Coding, coding_of
from mos_platform.clips.facts import AudioFacts, ClipFacts, VideoFacts
from mos_platform.clips.opening import (
    LARGEST,
    MAX_PIXELS,
    MEND,
    RECOPY,
    check_complete,
    open_clip,
    readable,
    stated_size,
)
from mos_platform.clips.pictures import PictureMeter
from mos_platform.clips.sounds import SoundMeter
from mos_platform.clips.tracks import HDR_TRANSFERS, matrix_of
from studies.errors import InputError

# Headers round to frames and audio packets; a file cut off loses more than that.
TOLERANCE_S = 0.25
# A stated rate that its pictures keep to within so much is taken at its word, so that 29.97 stays 29.97.
RATE_TOLERANCE = 0.005
USUAL_FPS = 25.0
# What nobody shows to raters costs no time: files can claim, and loop through, years of video.
LONGEST_S = 1800.0
MOST_STREAMS = 64


def probe(path: Path, name: str) -> ClipFacts:
    """Decode the whole clip in one pass, by one thread, in bounded memory.

    Raises InputError, calling the file `name`, where it is no video, damaged, cut off, larger than 8K, longer
    than half an hour, or changes its picture size or the form of its sound midway. What browsers cannot play
    is still a clip.
    """
    with readable(name):
        check_complete(path, name)
        with open_clip(path) as container:
            stream = _video(container, name)
            _check_bounds(container, stream, path, name)
            seen, heard, keys = _decode(container, stream, name)
            coding = coding_of(container, stream, keys, seen.count)
            return _facts(container, stream, seen, heard, coding, path.stat().st_size)


def _video(container: InputContainer, name: str) -> VideoStream:
    stream = container.streams.best("video")
    if not isinstance(stream, VideoStream) or stream.disposition & Disposition.attached_pic:
        raise InputError(f"{name} has no video stream; {MEND}.")
    for one in filter(None, (stream, container.streams.best("audio"))):
        if one.codec_context is None:
            raise InputError(f"{name} has {one.type} of an unknown kind; {MEND}.")
    return stream


def _check_bounds(container: InputContainer, stream: VideoStream, path: Path, name: str) -> None:
    """What can be refused before anything is decoded."""
    width, height = stream.width, stream.height
    if not width * height:  # FFmpeg forgets sizes beyond its limit
        width, height = stated_size(path)
    if width * height > MAX_PIXELS:
        raise InputError(f"{name} has {width}×{height} pixels, larger than {LARGEST}; make it smaller.")
    stream.codec_context.options = {**stream.codec_context.options, "max_pixels": str(MAX_PIXELS)}
    if len(container.streams) > MOST_STREAMS:
        raise InputError(f"{name} has {len(container.streams)} streams; keep one of picture, one of sound.")
    _check_length(_declared(container) or 0.0, name)


def _check_length(seconds: float, name: str) -> None:
    if seconds > LONGEST_S:
        raise InputError(f"{name} lasts longer than {LONGEST_S / 60:.0f} minutes; cut it shorter.")


def _decode(
    container: InputContainer, stream: VideoStream, name: str
) -> tuple[PictureMeter, SoundMeter, list[int]]:
    """What was seen and heard, and which pictures are key pictures."""
    keys, packets = list[int](), 0
    rate = stream.average_rate or stream.guessed_rate
    usual_s = float(1 / rate) if rate else 1 / USUAL_FPS
    seen, heard = PictureMeter(usual_s, is_stamped=container.format.name != "avi"), SoundMeter()
    sound = container.streams.best("audio")
    try:
        for packet in container.demux(*filter(None, (stream, sound))):
            if packet.stream_index == stream.index:
                seen.hidden |= packet.is_discard
                if packet.is_keyframe:
                    keys.append(packets)
                packets += 1
            for frame in packet.decode():
                if isinstance(frame, VideoFrame):
                    seen.add(frame)
                    _check_length(seen.end_s - seen.first_s, name)
                elif isinstance(frame, AudioFrame):
                    heard.add(frame)
    except av.InvalidDataError:
        raise InputError(
            f"{name} is damaged (it cannot be decoded after {max(seen.end_s, heard.end_s):.2f} s); {RECOPY}."
        ) from None
    _check(container, seen, heard, name)
    return seen, heard, keys


def _check(container: InputContainer, seen: PictureMeter, heard: SoundMeter, name: str) -> None:
    """What was decoded is whole, and of one piece."""
    if seen.first is None:
        raise InputError(f"{name} holds no picture; {MEND}.")
    if seen.damaged or heard.damaged:
        raise InputError(f"{name} is damaged (some of it cannot be decoded); {RECOPY}.")
    lasted, declared = _lasted(seen, heard), _declared(container)
    if declared is not None and lasted < declared - TOLERANCE_S:
        raise InputError(
            f"{name} is damaged or cut off ({lasted:.2f} s of {declared:.2f} s can be decoded); {RECOPY}."
        )
    if seen.resized or heard.changed:
        what = "the size of its picture" if seen.resized else "the form of its sound"
        raise InputError(f"{name} changes {what} midway; {MEND}.")


def _lasted(seen: PictureMeter, heard: SoundMeter) -> float:
    if heard.first is None:
        return seen.end_s - seen.first_s
    return max(seen.end_s, heard.end_s) - min(seen.first_s, heard.first_s)


def _declared(container: InputContainer) -> float | None:
    return container.duration / av.time_base if container.duration else None


def _facts(
    container: InputContainer,
    stream: VideoStream,
    seen: PictureMeter,
    heard: SoundMeter,
    coding: Coding,
    size: int,
) -> ClipFacts:
    lasted, declared = _lasted(seen, heard), _declared(container)
    is_stated = declared is not None and lasted - declared < TOLERANCE_S
    return ClipFacts(
        container=container.format.name,
        bytes=size,
        duration_s=round(declared if declared is not None and is_stated else lasted, 6),
        video=_video_facts(stream, seen),
        audio=_audio_facts(container, heard),
        coding=coding,
    )


def _video_facts(stream: VideoStream, seen: PictureMeter) -> VideoFacts:
    first = seen.first
    if first is None:
        raise ValueError("no picture was seen")
    turned = -first.rotation % 360
    width, height = round(first.width * float(stream.sample_aspect_ratio or 1)), first.height
    return VideoFacts(
        codec=stream.codec.canonical_name,
        profile=stream.profile or "",
        pixel_format=first.format.name,
        width=height if turned % 180 else width,
        height=width if turned % 180 else height,
        rotation=turned,
        fps=_fps(stream, seen),
        variable_rate=seen.variable_rate,
        pictures=seen.count,
        first_s=round(seen.first_s, 6),
        black_s=round(seen.black_s, 6),
        frozen_s=round(seen.frozen_s, 6),
        interlaced=seen.interlaced,
        hidden=seen.hidden,
        hdr=HDR_TRANSFERS.get(first.color_trc, ""),
        matrix=matrix_of(first),
    )


def _fps(stream: VideoStream, seen: PictureMeter) -> float:
    """The stated rate where the pictures keep to it, else the measured one."""
    stated: Fraction | None = stream.average_rate or stream.guessed_rate
    measured = seen.measured_fps
    if stated and (seen.is_usual or measured is None or abs(stated / measured - 1) <= RATE_TOLERANCE):
        return float(stated)
    return round(measured or USUAL_FPS, 6)


def _audio_facts(container: InputContainer, heard: SoundMeter) -> AudioFacts | None:
    stream, first = container.streams.best("audio"), heard.first
    if stream is None or first is None:
        return None
    loudness = heard.loudness_lufs()
    return AudioFacts(
        codec=stream.codec_context.codec.canonical_name,
        sample_rate=first.sample_rate,
        channels=len(first.layout.channels),
        first_s=round(heard.first_s, 6),
        duration_s=round(heard.end_s - heard.first_s, 6),
        loudness_lufs=None if loudness is None else round(loudness, 2),
        silent=heard.silent,
        silence_s=round(heard.silence_s, 6),
        profile=stream.profile or "",
    )
