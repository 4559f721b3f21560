"""What a plan means, in plain sentences: what suffices, and where more raters cannot help."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analysis.planning.plan import MOST_RATERS, Plan, Row
from analysis.planning.words import counted, grade, joined, money, percent, wanted, whole


def verdict(plan: Plan) -> tuple[str, ...]:
    """Sentences on each goal, then on the cheapest design, then on what limits."""
    sentences = [text for goal in plan.fewest_items for text in _Goal(plan, goal).sentences()]
    return (*sentences, *_cheapest(plan), *_saturated(plan), *_no_difference(plan))


MOST_TOLD = 4


@dataclass(frozen=True)
class _Goal:
    """One goal of a plan: a half-width, or a difference to find."""

    plan: Plan
    name: str

    @property
    def rows(self) -> list[Row]:
        return [row for row in self.plan.needed if row["goal"] == self.name]

    @property
    def limits(self) -> dict[int, float]:
        return {row["items"]: row[self.name] for row in self.plan.items_alone}

    @property
    def value(self) -> str:
        return goal_value(self.plan, self.name)

    def sentences(self) -> Iterator[str]:
        yield from self._reached()
        limited = [row for row in self.rows if self._is_limited(row)]
        if limited:
            yield self._limited([row["items"] for row in limited])
        for row in self.rows:
            if row["raters"] is None and not self._is_limited(row):
                items, most = counted(row["items"], "item"), whole(MOST_RATERS)
                yield f"With {items} {self.value} needs more than {most} raters."

    def _is_limited(self, row: Row) -> bool:
        return row["raters"] is None and self.limits.get(row["items"], 0.0) >= row["value"]

    def _reached(self) -> Iterator[str]:
        ways = [_way(row) for row in self.rows if row["raters"] is not None]
        if ways:
            start = f"{self.value[:1].upper()}{self.value[1:]}"
            told = joined(ways, "or") if len(ways) <= MOST_TOLD else f"{ways[0]}, …, or {ways[-1]}"
            yield f"{start} {self._verb} {told}."

    @property
    def _verb(self) -> str:
        if self.name == "half_width":
            return "takes"
        return f"is found with {percent(self.plan.setting.power)} power by"

    def _limited(self, items: list[int]) -> str:
        scale, sign = self.plan.basis.scale, "±" if self.name == "half_width" else ""
        left = joined([sign + grade(self.limits[number], scale) for number in items])
        told = joined([str(number) for number in items], "or")
        return (
            f"With {told} items no number of raters reaches {self.value}: the items alone leave {left}"
            f"{self._mend()}."
        )

    def _mend(self) -> str:
        ever, with_most = self.plan.fewest_items[self.name]
        if ever is None:
            return ""
        most = counted(max(self.plan.setting.raters), "rater")
        return f"; use at least {ever} items" + (
            f" ({with_most} with {most})" if with_most not in (None, ever) else ""
        )


def _way(row: Row) -> str:
    return f"{counted(row['items'], 'item')} × {counted(row['raters'], 'rater')}"


def goal_value(plan: Plan, goal: str) -> str:
    """`±0.25`, or `a difference of 0.5`."""
    value = plan.setting.half_width if goal == "half_width" else plan.setting.difference
    text = wanted(value or 0.0)
    return f"±{text}" if goal == "half_width" else f"a difference of {text}"


def _cheapest(plan: Plan) -> Iterator[str]:
    goals = list(plan.fewest_items)
    if not goals:
        return
    rows = [row for row in plan.needed if row["goal"] == ("both" if len(goals) == 2 else goals[0])]
    reached = [row for row in rows if row["raters"] is not None]
    what = "both" if len(goals) == 2 else "this"
    if not reached:
        if len(goals) == 2:
            yield "None of these numbers of items reaches both."
        return
    best = min(reached, key=lambda row: (row["ratings"], row["raters"]))
    per_rater = best["ratings"] // best["raters"]
    cost = "" if best["cost"] is None else f", {money(best['cost'])} in payments"
    yield (
        f"Fewest ratings for {what} among these numbers of items: {_way(best)}, {whole(best['ratings'])} "
        f"ratings ({whole(per_rater)} per rater){cost}."
    )


def _saturated(plan: Plan) -> Iterator[str]:
    """Where more raters than are compared would hardly narrow the interval."""
    most = max(plan.setting.raters)
    near = [row for row in plan.items_alone if row["raters_near"] is not None and row["raters_near"] <= most]
    if near:
        told = [f"with {row['items']} items from {counted(row['raters_near'], 'rater')} on" for row in near]
        yield (
            f"Items limit: {joined(told)}, more raters narrow the interval by less than a tenth; add items "
            "instead."
        )


def _no_difference(plan: Plan) -> Iterator[str]:
    unknown = [name for name in ("rater:method", "item:method") if name in plan.basis.missing]
    if plan.setting.methods < 2:
        yield "There is one method only, so no difference is planned; --methods says how many there will be."
    elif "difference" not in plan.fewest_items and unknown:
        yield (
            f"No difference is promised: how {joined(unknown)} vary is not known from this pilot; give "
            f"{joined([f'{name}=VARIANCE' for name in unknown])} with --components."
        )
