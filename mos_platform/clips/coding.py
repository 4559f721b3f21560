"""How a clip was coded, as far as a file that is repacked still shows it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from av.container import InputContainer
from av.video.stream import VideoStream

from mos_platform.clips.stripping import UnfitError, read_avcc


@dataclass(frozen=True)
class Coding:
    """Marks of a coder, each empty where it says nothing.

    `level` of H.264; `sets`: a hash of its parameter sets; `colours`: primaries, transfer, matrix and range;
    `keys`: how many pictures key pictures are apart; `sound`: AAC's configuration, in hexadecimal.
    """

    level: str = ""
    sets: str = ""
    colours: str = ""
    keys: str = ""
    sound: str = ""


UNTOLD = Coding()


def coding_of(container: InputContainer, stream: VideoStream, keys: Sequence[int], pictures: int) -> Coding:
    """`keys` are the places of key pictures among the `pictures`, in the order of decoding."""
    context, sound = stream.codec_context, container.streams.best("audio")
    if context.name != "h264" or "mp4" not in container.format.name.split(","):
        return UNTOLD
    is_aac = sound is not None and sound.codec_context is not None and sound.codec_context.name == "aac"
    try:
        config = read_avcc(context.extradata or b"").config
    except UnfitError:
        return UNTOLD
    codes = (context.color_primaries, context.color_trc, context.colorspace, context.color_range)
    return Coding(
        level=f"{config[3] / 10:g}",
        sets=hashlib.sha256(config).hexdigest()[:8],
        colours="/".join(str(int(code)) for code in codes),
        keys=_spacing(keys, pictures),
        sound=(sound.codec_context.extradata or b"").hex() if is_aac and sound is not None else "",
    )


def _spacing(keys: Sequence[int], pictures: int) -> str:
    gaps = {after - before for before, after in pairwise(keys)}
    if not gaps:
        return "only the first" if pictures > 1 else ""
    return f"every {gaps.pop()}" if len(gaps) == 1 else f"up to {max(gaps)} apart"
