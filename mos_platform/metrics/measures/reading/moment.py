"""One picture of a clip, and what several measures want derived from it, derived once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from mos_platform.metrics.measures.reading.frames import Frame, Picture, luma

Derived = TypeVar("Derived")


class Moment:
    """A picture at its time. `rgb` uint8 (height, width, 3); `time` in seconds from the clip's start."""

    def __init__(self, frame: Frame) -> None:
        self.time = frame.time
        self.rgb = frame.rgb
        self._derived: dict[Callable[[Moment], Any], Any] = {}

    def once(self, derive: Callable[[Moment], Derived]) -> Derived:
        """`derive(self)`, computed at the first call only. `derive` must be a function of a module."""
        if derive not in self._derived:
            self._derived[derive] = derive(self)
        return cast(Derived, self._derived[derive])

    @property
    def luma(self) -> Picture:
        """BT.601 luma, uint8, (height, width)."""
        return self.once(_luma)


def _luma(moment: Moment) -> Picture:
    return luma(moment.rgb)
