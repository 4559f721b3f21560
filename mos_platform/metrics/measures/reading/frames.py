"""Decoding: clips as streams of RGB pictures on the time line that a viewer sees.

Pictures are matched by presentation time, never by index: clips start late, run at 22 to 30 frames per
second, and drop frames. Decoding is streamed, so memory does not grow with the length of a clip.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from studies.errors import InputError

Picture = NDArray[np.uint8]

_REACH = 0.75
LONGEST_GAP_S = 60.0

# 0.299, 0.587, 0.114 in units of 2^-15: integer luma as OpenCV 4 computes it, so that values agree.
_LUMA = np.array([9798, 19235, 3735], dtype=np.int32)


@dataclass(frozen=True)
class Frame:
    """`time` in seconds from the start of the file's presentation; `rgb` uint8, (height, width, 3)."""

    time: float
    rgb: Picture


@dataclass(frozen=True)
class FramePair:
    """One picture of a clip and the reference's picture nearest to it in time (None: there is none)."""

    clip: Frame
    reference: Frame | None


def read_frames(path: Path) -> Generator[Frame]:
    """All pictures of a clip's first video stream, in order of presentation, upright.

    Times count from the start of the file's presentation, so a container's own offset vanishes while a
    video stream that starts later than its sound keeps that delay. Pictures without a time stamp are left
    out. Raises InputError where the file is absent, is no video, or holds no picture.
    """
    count = 0
    try:
        with av.open(str(path)) as container:
            for frame in _decode(container, path):
                count += 1
                yield frame
    except (av.FFmpegError, OSError) as error:
        message = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"{path} cannot be decoded as video ({message}); give a video file such as H.264 in MP4."
        ) from None
    if count == 0:
        raise InputError(f"{path} holds no picture; give a video file such as H.264 in MP4.")


def _decode(container: av.container.InputContainer, path: Path) -> Iterator[Frame]:
    if not container.streams.video:
        raise InputError(f"{path} has no video stream; give a video file such as H.264 in MP4.")
    stream = container.streams.video[0]
    # Measuring takes many times longer than decoding; more threads would only hold more pictures.
    stream.codec_context.thread_count = 1
    start = (container.start_time or 0) / av.time_base
    before: float | None = None
    for frame in container.decode(stream):
        if frame.time is not None:
            _check_order(before, frame.time, path)
            before = frame.time
            rgb = np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
            yield Frame(frame.time - start, _upright(rgb, frame.rotation))


def _check_order(before: float | None, time: float, path: Path) -> None:
    """Measures work on a grid of times: one that leaps would be larger than any clip, or mean nothing."""
    if before is not None and not 0 <= time - before <= LONGEST_GAP_S:
        way = "goes back" if time < before else "jumps"
        raise InputError(
            f"{path} has a time stamp that {way} from {before:.3f} to {time:.3f} s; encode the clip anew."
        )


def _upright(rgb: Picture, rotation: int) -> Picture:
    """Undo a phone's display rotation (degrees counterclockwise, a multiple of 90)."""
    turns = round(rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(rgb, turns)) if turns else rgb


def match_by_time(clip: Iterator[Frame], reference: Iterator[Frame]) -> Iterator[FramePair]:
    """Each picture of the clip with the reference's nearest in time; both in ascending time.

    A picture before the reference's first or after its last by more than three quarters of the reference's
    frame period has no partner. Holds two references at most.
    """
    before, after = next(reference, None), next(reference, None)
    period = after.time - before.time if before and after else 0.0
    for frame in clip:
        while before and after and after.time <= frame.time:
            period = after.time - before.time
            before, after = after, next(reference, None)
        candidates = [candidate for candidate in (before, after) if candidate]
        nearest = min(candidates, key=lambda other: abs(other.time - frame.time), default=None)
        within = before is not None and after is not None and before.time <= frame.time
        close = nearest is not None and abs(nearest.time - frame.time) <= max(_REACH * period, 1e-3)
        yield FramePair(frame, nearest if within or close else None)


def luma(rgb: Picture) -> Picture:
    """ITU-R BT.601 luma of RGB pictures, rounded to integers: (…, height, width, 3) → (…, height, width)."""
    weighted = rgb.astype(np.int32) @ _LUMA
    return ((weighted + (1 << 14)) >> 15).astype(np.uint8)
