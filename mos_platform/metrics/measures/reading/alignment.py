"""A clip beside its reference: matched by time, brought to one size.

Policy. Pictures are matched by presentation time (`match_by_time`). A reference of another size is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mos_platform.metrics.measures.reading.frames import Frame, match_by_time
from mos_platform.metrics.measures.reading.moment import Moment


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
    for pair in match_by_time(iter(clip), iter(reference)):
        if pair.reference is None:
            yield Pair(Moment(pair.clip))
        else:
            yield Pair(Moment(pair.clip), Moment(pair.reference), _problem(pair.clip, pair.reference))


def _problem(clip: Frame, reference: Frame) -> str:
    (height, width), (other_height, other_width) = clip.rgb.shape[:2], reference.rgb.shape[:2]
    if (height, width) == (other_height, other_width):
        return ""
    sizes = f"{width} × {height} pixels against {other_width} × {other_height}"
    return f"the sizes of clip and reference differ: {sizes}"
