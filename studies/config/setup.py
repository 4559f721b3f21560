"""What is checked on a rater's device, and with the rater, before the first clip."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from studies.config.base import Strict, Words

BlockingCheck = Literal["playback", "screen", "speed", "sound", "headphones", "colour"]
Check = Literal[BlockingCheck, "distance", "sync"]
REQUIRED: tuple[BlockingCheck, ...] = ("playback", "sound")
JUDGED_BY: dict[str, Check] = {"min_refresh_hz": "screen", "min_mbits": "speed", "distance": "distance"}


class Setup(Strict):
    """Checks before the first clip. Each is one screen, and says why where it fails; all results are stored.

    Simulated raters are exempt.
    """

    checks: tuple[Check, ...] = ("playback", "screen", "speed", "sound")
    """In this order. `playback`: a short clip with sound; `screen`: size and refresh rate; `speed`: fast
    enough for the clips; `sound`: three spoken digits to be typed; `headphones`: which ear hears a digit;
    `colour`: a few plates with digits in dots, a hint at colour vision and no diagnosis; `distance`: how far
    to sit; `sync`: clips whose sound is early, late or right, with the answer told."""
    required: tuple[BlockingCheck, ...] | None = None
    """Those that must pass; playback and sound by default. Others can be gone past, which is stored."""
    min_refresh_hz: Annotated[float, Field(gt=0, le=240)] | None = None
    """Of the screen; none by default."""
    min_mbits: Annotated[float, Field(gt=0, le=1000)] | None = None
    """Megabits per second; by default half as much again as the largest of the study's clips needs."""
    distance: Words | None = None
    """How far to sit, in words; by default an arm's length from a computer, and a phone in the hand."""

    @model_validator(mode="after")
    def _fits(self) -> Setup:
        twice = [one for one in self.checks if self.checks.count(one) > 1]
        if twice:
            raise ValueError(f"check {twice[0]!r} is named twice; remove one")
        for key, check in JUDGED_BY.items():
            if getattr(self, key) is not None and check not in self.checks:
                raise ValueError(f"{key!r} belongs to check {check!r}; add it to 'checks', or remove {key!r}")
        absent = [one for one in self.required or () if one not in self.checks]
        if absent:
            raise ValueError(f"check {absent[0]!r} is required and not under 'checks'; add it there")
        return self

    def is_required(self, check: str) -> bool:
        """Whether nobody gets past this check who does not pass it."""
        return check in (REQUIRED if self.required is None else self.required)
