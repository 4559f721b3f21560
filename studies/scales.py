"""Rating scales: grades and their words as the recommendations give them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ScaleName = Literal["acr5", "dcr5", "ccr7"]


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
    "dcr5": Scale(
        "dcr5",
        1,
        5,
        {
            5: "Imperceptible",
            4: "Perceptible but not annoying",
            3: "Slightly annoying",
            2: "Annoying",
            1: "Very annoying",
        },
        "ITU-T P.910 (2023), degradation category rating, five grades",
    ),
    "ccr7": Scale(
        "ccr7",
        -3,
        3,
        {
            3: "Much better",
            2: "Better",
            1: "Slightly better",
            0: "The same",
            -1: "Slightly worse",
            -2: "Worse",
            -3: "Much worse",
        },
        "ITU-T P.910 (2023), comparison category rating, seven grades, the second clip relative to the first",
    ),
}
