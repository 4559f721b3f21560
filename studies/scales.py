"""Rating scales: grades and their words as the recommendations give them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ScaleName = Literal["acr5"]


@dataclass(frozen=True)
class Scale:
    """Integer grades from `low` to `high`; `labels[grade]` is the word shown to raters."""

    name: str
    low: int
    high: int
    labels: dict[int, str]
    source: str


SCALES: dict[str, Scale] = {
    "acr5": Scale(
        "acr5",
        1,
        5,
        {5: "Excellent", 4: "Good", 3: "Fair", 2: "Poor", 1: "Bad"},
        "ITU-T P.910 (2023), absolute category rating, five grades",
    ),
}
