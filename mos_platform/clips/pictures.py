"""What is seen in a clip, picture by picture: its rate, black and frozen stretches."""

from __future__ import annotations

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from mos_platform.clips.stretches import Longest

# A grey plane of so many points a side stands for the picture; they are sampled, not averaged.
GRID = 64
# A picture is black where nearly all points are; black detectors' usual rule: 98 %, 10 % of light.
BLACK_POINTS = round(0.98 * GRID * GRID)
BLACK_LEVEL = 26
# A still picture encoded with loss flickers when it is refreshed: by less than this, or in fewer points. Lips
# that move are more points by more levels, and what moves drifts ever farther from where the stretch began.
SAME_LEVELS = 8
SAME_POINTS = 4
# Rates are variable where the times between two pictures differ by this share, and by more than rounding.
UNEVEN = 0.25
MOSTLY = 0.95
# Pictures doubled to reach a higher rate are no standstill.
STANDSTILL = 2.5

Plane = NDArray[np.uint8]


class PictureMeter:
    """Fed with all pictures in the order of display. Times in seconds."""

    def __init__(self, usual_s: float, *, is_stamped: bool = True) -> None:
        """`usual_s`: the time between two pictures, where the clip states no time stamps.

        `is_stamped`: whether the container keeps the pictures' times; AVI keeps only their order.
        """
        self.count = 0
        self.first: VideoFrame | None = None
        self.first_s = 0.0
        self.end_s = 0.0
        self.damaged = False
        self.resized = False
        self.interlaced = False
        self.hidden = False
        self._usual_s, self._is_stamped = usual_s, is_stamped
        self._first_dts: int | None = None
        self._tick_s = 0.0
        self._last_s: float | None = None
        self._shortest_s, self._longest_s = np.inf, 0.0
        self._usual = 0
        self._shrink = VideoReformatter()
        self._still: Plane | None = None
        self._black, self._frozen = Longest(), Longest()

    def add(self, picture: VideoFrame) -> None:
        """The next picture."""
        if self.first is None:
            self._tick_s = float(picture.time_base or 0)
        at_s = self._time(picture)
        if self.first is None:
            self.first, self.first_s = picture, at_s
        self.count += 1
        self.damaged |= picture.is_corrupt
        self.interlaced |= picture.interlaced_frame
        self.resized |= (picture.width, picture.height) != (self.first.width, self.first.height)
        lasts_s = (picture.duration or 0) * self._tick_s or self._usual_s
        self.end_s = max(self.end_s, at_s + lasts_s)
        self._look(picture, at_s)

    @property
    def black_s(self) -> float:
        """The longest black stretch so far."""
        return self._black.close(self.end_s)

    @property
    def frozen_s(self) -> float:
        """The longest stretch so far in which the picture stayed the same, 0 where it kept moving."""
        longest_s = self._frozen.close(self.end_s)
        return longest_s if longest_s > STANDSTILL * self._mean_s() else 0.0

    @property
    def variable_rate(self) -> bool:
        """Whether pictures stand for markedly different times."""
        uneven_s = max(UNEVEN * self._mean_s(), 1.5 * self._tick_s)
        return self.count > 2 and self._longest_s - self._shortest_s > uneven_s

    @property
    def measured_fps(self) -> float | None:
        """Pictures per second by their time stamps, None for a single picture."""
        return 1 / self._mean_s() if self.count > 1 else None

    @property
    def is_usual(self) -> bool:
        """Whether the clip keeps to its usual rate, but for a few places of its order that are left free.

        Only where the container keeps no times: there an empty place is how coders begin.
        """
        return not self._is_stamped and self.count > 1 and self._usual >= MOSTLY * (self.count - 1)

    def _mean_s(self) -> float:
        if self.count < 2 or self._last_s is None or self._last_s <= self.first_s:
            return self._usual_s
        return (self._last_s - self.first_s) / (self.count - 1)

    def _time(self, picture: VideoFrame) -> float:
        last_s, stamp_s = self._last_s, self._stamp(picture)
        at_s = stamp_s if stamp_s is not None else 0.0 if last_s is None else last_s + self._usual_s
        if last_s is not None:
            self._shortest_s = min(self._shortest_s, at_s - last_s)
            self._longest_s = max(self._longest_s, at_s - last_s)
            self._usual += abs(at_s - last_s - self._usual_s) < UNEVEN * self._usual_s
        self._last_s = at_s
        return at_s

    def _stamp(self, picture: VideoFrame) -> float | None:
        if self._is_stamped:
            return picture.time
        if picture.dts is None:
            return None
        if self._first_dts is None:
            self._first_dts = picture.dts
        return (picture.dts - self._first_dts) * self._tick_s

    def _look(self, picture: VideoFrame, at_s: float) -> None:
        plane = self._plane(picture)
        self._black.note(at_s, holds=bool(np.count_nonzero(plane < BLACK_LEVEL) >= BLACK_POINTS))
        if self._still is None or _moved(self._still, plane):
            self._frozen.restart(at_s)
            self._still = plane

    def _plane(self, picture: VideoFrame) -> Plane:
        small = self._shrink.reformat(picture, GRID, GRID, "gray", interpolation="FAST_BILINEAR", threads=1)
        grey = small.planes[0]
        return np.frombuffer(memoryview(grey), np.uint8).reshape(GRID, grey.line_size)[:, :GRID].copy()


def _moved(still: Plane, plane: Plane) -> bool:
    apart = np.maximum(plane, still) - np.minimum(plane, still)
    return bool(np.count_nonzero(apart > SAME_LEVELS) > SAME_POINTS)
