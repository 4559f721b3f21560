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
        self._compared: dict[Callable[[Moment, Moment], Any], tuple[Moment, Any]] = {}

    def once(self, derive: Callable[[Moment], Derived]) -> Derived:
        """`derive(self)`, computed at the first call only. `derive` must be a function of a module."""
        if derive not in self._derived:
            self._derived[derive] = derive(self)
        return cast(Derived, self._derived[derive])

    def once_beside(self, other: Moment, derive: Callable[[Moment, Moment], Derived]) -> Derived:
        """`derive(self, other)`, computed at the first call for this `other` only."""
        known = self._compared.get(derive)
        if known is None or known[0] is not other:
            known = self._compared[derive] = (other, derive(self, other))
        return cast(Derived, known[1])

    @property
    def luma(self) -> Picture:
        """BT.601 luma, uint8, (height, width)."""
        return self.once(_luma)


def _luma(moment: Moment) -> Picture:
    return luma(moment.rgb)
