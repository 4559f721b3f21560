"""Pictures as they come out of a coder that was given next to no bits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame

CRF = 46  # of 51: faces stay, what is in them goes


def squeezed(pictures: Iterable[VideoFrame]) -> Iterator[VideoFrame]:
    """The same pictures (4:2:0, one size, ascending times), coded and decoded again."""
    coder, decoder = None, av.CodecContext.create("h264", "r")
    decoder.thread_count = 1
    for picture in pictures:
        coder = coder or _coder(picture)
        for packet in coder.encode(picture):
            yield from _fresh(decoder.decode(packet), picture)
        last = picture
    if coder is None:
        return
    for packet in coder.encode(None):
        yield from _fresh(decoder.decode(packet), last)
    yield from _fresh(decoder.decode(None), last)


def _coder(picture: VideoFrame) -> VideoCodecContext:
    coder = av.CodecContext.create("libx264", "w")
    coder.width, coder.height, coder.pix_fmt = picture.width, picture.height, "yuv420p"
    coder.time_base = Fraction(picture.time_base or 1)
    coder.colorspace, coder.color_range = picture.colorspace, picture.color_range
    coder.gop_size, coder.thread_count = 250, 1
    coder.options = {
        "crf": str(CRF),
        "preset": "medium",
        "x264-params": "cpu-independent=1:lookahead-threads=1",
    }
    coder.open()
    return coder


def _fresh(pictures: Iterable[VideoFrame], like: VideoFrame) -> Iterator[VideoFrame]:
    """Without what the coder decided, which the next one would follow."""
    for picture in pictures:
        picture.pict_type, picture.time_base = PictureType.NONE, like.time_base
        yield picture
