"""Rating scales: grades and their words as the recommendations give them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ScaleName = Literal["acr5", "acr9", "acr11", "continuous", "dcr5", "ccr7"]


@dataclass(frozen=True)
class Scale:
    """Grades from `low` to `high`, whole ones unless `continuous`; `labels[grade]` is its word.

    Scales of up to seven grades have a word for each, longer ones for some.
    """

    name: str
    low: int
    high: int
    labels: Mapping[int, str]
    source: str = ""
    continuous: bool = False

    @property
    def grades(self) -> range:
        """The whole grades, lowest first."""
        return range(self.low, self.high + 1)


# The five words of absolute category rating.
EXCELLENT_TO_BAD = ("Excellent", "Good", "Fair", "Poor", "Bad")


def _spread(grades: tuple[int, ...]) -> dict[int, str]:
    return dict(zip(grades, EXCELLENT_TO_BAD, strict=True))


SCALES: dict[str, Scale] = {
    "acr5": Scale(
        "acr5",
        1,
        5,
        _spread((5, 4, 3, 2, 1)),
        "ITU-T P.910 (2023), absolute category rating, five grades",
    ),
    "acr9": Scale(
        "acr9",
        1,
        9,
        _spread((9, 7, 5, 3, 1)),
        "ITU-T P.910 (2023), absolute category rating, nine grades",
    ),
    "acr11": Scale(
        "acr11",
        0,
        10,
        _spread((9, 7, 5, 3, 1)),
        "ITU-T P.910 (2023), absolute category rating, eleven grades",
    ),
    "continuous": Scale(
        "continuous",
        0,
        100,
        _spread((90, 70, 50, 30, 10)),
        "ITU-R BT.500, continuous quality scale from 0 to 100, its five words at the middle of their fifths",
        continuous=True,
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
