"""When pictures are shown, also where a file says only when they are decoded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from av.container import InputContainer
from av.video.frame import VideoFrame

from mos_platform.clips.tracks import picture_stream

# Files of these kinds hold no times of display: their pictures come in order, at the times of their packets.
UNSTAMPED = frozenset({"avi", "h264", "hevc", "m4v", "mpegvideo"})
USUAL_RATE = Fraction(25)

Stamps = Sequence[Fraction]


def stamps_of(container: InputContainer) -> Stamps | None:
    """The times of all pictures in seconds, None where pictures tell their own. Reads the clip to its end."""
    if container.format.name not in UNSTAMPED:
        return None
    stream = picture_stream(container)
    rate = Fraction(stream.average_rate or stream.guessed_rate or USUAL_RATE)
    base = Fraction(stream.time_base or 1 / rate)
    times = [packet.pts for packet in container.demux(stream) if packet.size]
    told = sorted(time * base for time in times if time is not None)
    return told if len(told) == len(times) else [place / rate for place in range(len(times))]


def pictures_of(container: InputContainer, stamps: Stamps | None) -> Iterator[VideoFrame]:
    """The decoded pictures, each with its time of display."""
    for place, picture in enumerate(container.decode(picture_stream(container))):
        if stamps:
            time = stamps[min(place, len(stamps) - 1)]
            picture.pts = round(time / Fraction(picture.time_base or 1))
        yield picture
