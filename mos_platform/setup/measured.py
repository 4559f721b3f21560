"""Checks that a browser's measurements decide: playback, screen, speed. No Django here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from mos_platform.setup.outcome import Outcome

Colour = tuple[int, int, int]
# Of static/setup/probe.mp4 at its end, in the order of reading.
PROBE_COLOURS: tuple[Colour, ...] = ((200, 40, 40), (40, 150, 60), (50, 70, 190), (225, 225, 225))
COLOUR_TOLERANCE = 60  # of 255 per channel: colour matrices and screens' profiles differ
REFRESH_TOLERANCE = 0.97  # a screen of 60 Hz may be one of 59.94 Hz, measured with some noise
MARGIN = 1.5  # times the bit rate of the largest clip

Trouble = Literal["", "unsupported", "stopped"]


@dataclass(frozen=True)
class Playback:
    """How the short clip played. `patches`: the colours at its end; None: unreadable."""

    trouble: Trouble
    patches: Sequence[Colour] | None


@dataclass(frozen=True)
class Screen:
    """In CSS pixels; `refresh_hz` is None where it could not be measured."""

    width: int
    height: int
    pixel_ratio: float
    refresh_hz: float | None


@dataclass(frozen=True)
class ScreenNeeds:
    width: int
    height: int
    refresh_hz: float


def judge_playback(found: Playback) -> Outcome:
    seen = None if found.patches is None else _alike(found.patches)
    value = {"trouble": found.trouble, "picture_seen": seen}
    if found.trouble == "unsupported":
        return Outcome(False, value, "setup.playback_unsupported")
    if found.trouble == "stopped":
        return Outcome(False, value, "setup.playback_stopped")
    if seen is False:
        return Outcome(False, value, "setup.playback_blank")
    return Outcome(True, value, "setup.playback_passed")


def _alike(patches: Sequence[Colour]) -> bool:
    return len(patches) == len(PROBE_COLOURS) and all(
        abs(one - other) <= COLOUR_TOLERANCE
        for patch, wanted in zip(patches, PROBE_COLOURS, strict=True)
        for one, other in zip(patch, wanted, strict=True)
    )


def judge_screen(found: Screen, needs: ScreenNeeds) -> Outcome:
    value = asdict(found)
    if found.width < needs.width:
        return Outcome(False, value, "setup.screen_narrow", {"size": found.width, "wanted": needs.width})
    if found.height < needs.height:
        return Outcome(False, value, "setup.screen_low", {"size": found.height, "wanted": needs.height})
    if needs.refresh_hz and found.refresh_hz is None:
        return Outcome(False, value, "setup.screen_unmeasured")
    if found.refresh_hz is not None and found.refresh_hz < needs.refresh_hz * REFRESH_TOLERANCE:
        places = {"hz": round(found.refresh_hz), "wanted": f"{needs.refresh_hz:g}"}
        return Outcome(False, value, "setup.screen_slow", places)
    return Outcome(True, value, "setup.screen_passed")


def judge_speed(mbits: float, needed: float) -> Outcome:
    """Both in megabits per second."""
    value = {"mbits": mbits, "needed_mbits": round(needed, 3)}
    places = {"mbits": f"{mbits:.1f}", "needed": f"{needed:.1f}"}
    if mbits < needed:
        return Outcome(False, value, "setup.speed_slow", places)
    return Outcome(True, value, "setup.speed_passed", places)
