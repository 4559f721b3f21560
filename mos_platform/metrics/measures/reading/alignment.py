"""A clip beside its reference: matched by time, brought to one size.

Policy, for every measure that compares pictures:

- Time: each picture of the clip is compared with the reference's picture nearest in time since the first
  picture (`match_by_time`), whatever the frame rates and gaps. First pictures belong together: how late the
  pictures begin against the sound differs between containers that hold the same pictures (priming of AAC),
  and is a matter of synchronisation. Nothing is interpolated.
- Length: what the clip has before the reference's start or after its end has no counterpart and does not
  count. At least half of the clip's pictures must have one (`fidelity.compared`).
- Turning: phones' display rotation is undone first, so sizes are those that a viewer sees.
- Size: a reference of another size but the same shape (width / height within 1 %) is resized to the clip's
  size, by Pillow's bicubic filter (a = −0.5, widened when shrinking); the note says so. A reference of
  another shape has another framing, and is refused with the reason.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from mos_platform.metrics.measures.reading.frames import Frame, Picture, match_by_time
from mos_platform.metrics.measures.reading.moment import Moment

SAME_SHAPE = 0.01


@dataclass(frozen=True)
class Pair:
    """A picture and its counterpart, None where there is none. `problem`: why the two cannot be compared.

    `note` records what was done to the counterpart to make it comparable.
    """

    clip: Moment
    reference: Moment | None = None
    problem: str = ""
    note: str = ""


def pairs(clip: Iterable[Frame], reference: Iterable[Frame] | None) -> Iterator[Pair]:
    """Each picture of the clip with the reference's nearest in time; each alone without a reference."""
    if reference is None:
        yield from (Pair(Moment(frame)) for frame in clip)
        return
    for pair in match_by_time(from_first(clip), from_first(reference)):
        if pair.reference is None:
            yield Pair(Moment(pair.clip))
        else:
            yield _beside(pair.clip, pair.reference)


def from_first(frames: Iterable[Frame]) -> Iterator[Frame]:
    """The same pictures, with times since the first."""
    first: float | None = None
    for frame in frames:
        first = frame.time if first is None else first
        yield Frame(frame.time - first, frame.rgb)


def _beside(clip: Frame, reference: Frame) -> Pair:
    (height, width), (other_height, other_width) = clip.rgb.shape[:2], reference.rgb.shape[:2]
    if (height, width) == (other_height, other_width):
        return Pair(Moment(clip), Moment(reference))
    own, other = f"{width} × {height}", f"{other_width} × {other_height}"
    if not same_shape((height, width), (other_height, other_width)):
        problem = f"the shapes of clip and reference differ: {own} pixels against {other}"
        return Pair(Moment(clip), Moment(reference), problem)
    resized = Frame(reference.time, _resized(reference.rgb, width, height))
    return Pair(Moment(clip), Moment(resized), note=f"reference resized from {other} to {own}")


def same_shape(size: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether width over height agrees within 1 %; sizes as (height, width)."""
    ratio = (size[1] / size[0]) / (other[1] / other[0])
    return abs(math.log(ratio)) <= math.log1p(SAME_SHAPE)


def _resized(rgb: Picture, width: int, height: int) -> Picture:
    return np.asarray(Image.fromarray(rgb).resize((width, height), Image.Resampling.BICUBIC), dtype=np.uint8)
