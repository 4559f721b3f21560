"""What a simulated rater is shown, and what it answers to that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

View = Mapping[str, Any]  # of a trial or a question: mos_platform.ratings.presentation


@dataclass(frozen=True)
class Cell:
    """What a clip's address stands for; the key that only the operator of a simulation has."""

    method: str
    item: str


@dataclass(frozen=True)
class Reply:
    """A rater's answers on one trial, and the seconds between the end of the clip and the last of them."""

    answers: dict[str, str]
    seconds: float


class Opinion(Protocol):
    """A rater's mind: what it says of itself, and how it answers a trial as its browser shows it."""

    expertise: str
    age_group: str
    device: str

    def reply(self, trial: View, cells: Sequence[Cell], /) -> Reply:
        """`cells` are whose clips are shown, in the order of the trial's clips."""
        ...
