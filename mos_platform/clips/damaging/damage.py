"""What is done to a clip, as a child process gets it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from mos_platform.clips.damaging.marks import FaceMarks


@dataclass(frozen=True)
class Damage:
    """One of them: sound late by `shift_s` seconds (negative: early), that of another clip, a frozen mouth
    (where the face is in each picture of the prepared clip), or heavy compression.

    `name` says it in the study's record.
    """

    name: str
    shift_s: Fraction = Fraction(0)
    swapped: Path | None = None
    frozen: FaceMarks | None = None
    compressed: bool = False

    @property
    def of_sound(self) -> bool:
        return bool(self.shift_s) or self.swapped is not None
