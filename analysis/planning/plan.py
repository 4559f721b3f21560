"""From variance components to the lists of a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis.planning.basis import Basis
from analysis.planning.request import Request, Setting, settled
from analysis.stats.arrays import BoolArray, FloatArray, IntArray
from analysis.stats.planning import (
    Designs,
    Precision,
    difference_precision,
    limit_of_difference,
    limit_of_mean,
    mean_precision,
)
from analysis.stats.result import finite

Row = dict[str, Any]
MOST_RATERS = 2000
MOST_ITEMS = 2000
CURVE = 60  # points of a drawn curve
NEAR = 1 / 0.9  # of what items alone leave: more raters gain less than a tenth
BOTH = ("rater:method", "item:method")


@dataclass(frozen=True)
class Plan:
    """One question's plan. Numbers are in grades; None where undefined or not asked for.

    designs: one row per number of items and raters. items_alone: what is left with ever more raters, and
    from how many raters on the half-width is within a tenth of that. needed: per number of items, the fewest
    raters that reach each goal, and both. fewest_items: per goal, the fewest items with which MOST_RATERS
    reach it, and with which the largest number compared does. curves: designs between the least and the
    largest number of raters, to be drawn.
    """

    basis: Basis
    setting: Setting
    designs: list[Row]
    items_alone: list[Row]
    needed: list[Row]
    fewest_items: dict[str, tuple[int | None, int | None]]
    curves: list[Row]


def make_plan(basis: Basis, request: Request) -> Plan:
    """The same basis and request give the same plan."""
    maker = _Maker(basis, settled(request, basis.n_methods or None, basis.scale))
    return Plan(
        basis,
        maker.setting,
        maker.designs(np.array(maker.setting.raters)),
        maker.items_alone(),
        maker.needed(),
        {goal: maker.fewest_items(goal) for goal in maker.goals},
        maker.designs(maker.between()),
    )


@dataclass(frozen=True)
class _Maker:
    basis: Basis
    setting: Setting

    @property
    def compares(self) -> bool:
        """Whether differences are promised: two methods or more, whose own components are known."""
        needed = BOTH if self.setting.target == "raters+items" else BOTH[:1]
        return self.setting.methods > 1 and not set(needed) & set(self.basis.missing)

    @property
    def goals(self) -> tuple[str, ...]:
        wanted = {
            "half_width": self.setting.half_width,
            "difference": self.setting.difference if self.compares else None,
        }
        return tuple(goal for goal, value in wanted.items() if value is not None)

    def of(self, raters: FloatArray | IntArray, items: FloatArray | IntArray) -> Designs:
        return Designs.of(raters, items, self.setting.methods, self.setting.ratings_per_rater)

    def half_width(self, designs: Designs) -> FloatArray:
        precision = mean_precision(self.basis.variance, designs, self.setting.target)
        return precision.half_width(self.setting.confidence)

    def difference(self, designs: Designs) -> FloatArray:
        return self._detectable(difference_precision(self.basis.variance, designs, self.setting.target))

    def _detectable(self, precision: Precision) -> FloatArray:
        return precision.detectable(self.setting.power, self.setting.alpha)

    def between(self) -> IntArray:
        """Whole numbers of raters from the least to the largest compared, with all that are compared."""
        ends = min(self.setting.raters), max(self.setting.raters)
        return np.unique([*np.geomspace(*ends, CURVE).round().astype(np.int64), *self.setting.raters])

    def designs(self, numbers: IntArray) -> list[Row]:
        items, raters = np.meshgrid(self.setting.items, numbers, indexing="ij")
        designs = self.of(raters.ravel(), items.ravel())
        width = self.half_width(designs)
        gap = self.difference(designs) if self.compares else np.full(width.shape, np.nan)
        return [self._row(designs, i, float(width[i]), float(gap[i])) for i in range(len(width))]

    def _row(self, designs: Designs, i: int, width: float, gap: float) -> Row:
        goals = self.setting
        return {
            "question": self.basis.question,
            "raters": int(designs.raters[i]),
            "items": int(designs.items[i]),
            "methods": goals.methods,
            "ratings_per_rater": int(designs.per_rater[i]),
            "ratings_per_stimulus": float(designs.ratings_per_stimulus[i]),
            "ratings": int(designs.ratings[i]),
            "cost": self._cost(int(designs.ratings[i])),
            "half_width": finite(width),
            "reaches_half_width": _reached(width, goals.half_width),
            "difference": finite(gap),
            "reaches_difference": _reached(gap, goals.difference) if self.compares else None,
        }

    def _cost(self, ratings: int) -> float | None:
        return None if self.setting.payment is None else ratings * self.setting.payment

    def items_alone(self) -> list[Row]:
        """Empty where items are fixed: then they limit nothing."""
        if self.setting.target == "raters":
            return []
        items = np.array(self.setting.items)
        width, gap = self._limit("half_width", items), self._limit("difference", items)
        raters = np.arange(2, MOST_RATERS + 1)[:, None]
        near = self.half_width(self.of(raters, items[None, :])) <= NEAR * width
        return [
            {
                "question": self.basis.question,
                "items": int(number),
                "half_width": float(width[i]),
                "difference": float(gap[i]) if self.compares else None,
                "raters_near": _first(near[:, i], start=2) if width[i] > 0 else None,
            }
            for i, number in enumerate(items)
        ]

    def _limit(self, goal: str, items: IntArray) -> FloatArray:
        if goal == "half_width":
            return limit_of_mean(self.basis.variance, items).half_width(self.setting.confidence)
        return self._detectable(limit_of_difference(self.basis.variance, items))

    def _reaches(self, goal: str, designs: Designs) -> BoolArray:
        if goal == "half_width":
            return np.asarray(self.half_width(designs) <= self._wanted(goal))
        precision = difference_precision(self.basis.variance, designs, self.setting.target)
        return np.asarray(precision.power(self._wanted(goal), self.setting.alpha) >= self.setting.power)

    def _wanted(self, goal: str) -> float:
        value = self.setting.half_width if goal == "half_width" else self.setting.difference
        return float("nan") if value is None else value

    def needed(self) -> list[Row]:
        """Rows of goal `both` where two are wanted."""
        raters = np.arange(2, MOST_RATERS + 1)[:, None]
        designs = self.of(raters, np.array(self.setting.items)[None, :])
        reached = {goal: self._reaches(goal, designs) for goal in self.goals}
        if len(reached) == 2:
            reached["both"] = np.logical_and(*reached.values())
        return [
            self._needed(goal, items, _first(table[:, column], start=2))
            for column, items in enumerate(self.setting.items)
            for goal, table in reached.items()
        ]

    def _needed(self, goal: str, items: int, raters: int | None) -> Row:
        design = self.of(np.array([raters or 2]), np.array([items]))
        ratings = int(design.ratings[0]) if raters else None
        return {
            "question": self.basis.question,
            "items": items,
            "goal": goal,
            "value": None if goal == "both" else self._wanted(goal),
            "raters": raters,
            "ratings": ratings,
            "cost": None if ratings is None else self._cost(ratings),
        }

    def fewest_items(self, goal: str) -> tuple[int | None, int | None]:
        items = np.arange(2, MOST_ITEMS + 1)
        ever, compared = (
            _first(self._reaches(goal, self.of(np.array(raters), items)), start=2)
            for raters in (MOST_RATERS, max(self.setting.raters))
        )
        return ever, compared


def _reached(value: float, goal: float | None) -> bool | None:
    return None if goal is None or not np.isfinite(value) else value <= goal


def _first(reached: BoolArray, start: int) -> int | None:
    return int(reached.argmax()) + start if reached.any() else None
