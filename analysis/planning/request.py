"""What a plan is asked for: the numbers to compare, and what is wanted of the study."""

from __future__ import annotations

from dataclasses import dataclass

from analysis.stats.arrays import Target
from studies.errors import InputError

METHODS = 5
HALF_WIDTH, DIFFERENCE = 1 / 16, 1 / 8  # wanted where nothing is, as parts of the scale: 0.25 and 0.5 of 1–5


@dataclass(frozen=True)
class Request:
    """What the user said; None where the pilot or a default decides.

    raters, items: numbers to compare. half_width, difference: wanted, in grades. comparisons: tests in one
    family. payment: for one rating, in any currency.
    """

    raters: tuple[int, ...] = (10, 20, 30, 50)
    items: tuple[int, ...] = (5, 10, 20, 40)
    methods: int | None = None
    ratings_per_rater: int | None = None
    half_width: float | None = None
    difference: float | None = None
    power: float = 0.8
    confidence: float | None = None
    target: Target | None = None
    comparisons: int | None = None
    payment: float | None = None


@dataclass(frozen=True)
class Setting:
    """The request with every default filled in. A goal that is not wanted is None; so is `comparisons` where
    there is one method."""

    raters: tuple[int, ...]
    items: tuple[int, ...]
    methods: int
    ratings_per_rater: int | None
    half_width: float | None
    difference: float | None
    power: float
    confidence: float
    target: Target
    comparisons: int | None
    payment: float | None

    @property
    def alpha(self) -> float:
        """Level of one test of the family, at Holm's first and hardest step."""
        return (1 - self.confidence) / (self.comparisons or 1)


def settled(request: Request, methods: int | None, scale: tuple[float, float]) -> Setting:
    """The defaults: the pilot's number of methods, all of its pairs tested, goals as parts of the scale.

    Raises InputError where a difference is wanted of one method.
    """
    number = request.methods or methods or METHODS
    width = scale[1] - scale[0]
    any_goal = request.half_width is not None or request.difference is not None
    pairs = number * (number - 1) // 2 or None
    if request.difference is not None and pairs is None:
        raise InputError("--difference is between two methods, but there is one; give --methods 2 or more.")
    return Setting(
        raters=request.raters,
        items=request.items,
        methods=number,
        ratings_per_rater=request.ratings_per_rater,
        half_width=request.half_width if any_goal else HALF_WIDTH * width,
        difference=request.difference if any_goal or pairs is None else DIFFERENCE * width,
        power=request.power,
        confidence=request.confidence or 0.95,
        target=request.target or "raters+items",
        comparisons=(request.comparisons or pairs) if pairs else None,
        payment=request.payment,
    )
