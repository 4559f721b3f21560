"""What a measure answers: a number, or why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Measurement:
    """`value` in the unit of the metric catalogue; None where undefined, and then `reason` says why.

    `note` records what was particular about this value: frames left out, a reference that was resized.
    """

    value: float | None
    reason: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if self.value is None and not self.reason:
            raise ValueError("a missing value needs a reason")
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError(f"{self.value} is not a finite number")


class NoValueError(Exception):
    """Raised where a measure cannot give a value; its text is the reason that a report shows."""
