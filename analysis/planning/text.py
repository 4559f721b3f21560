"""A plan as a terminal shows it: raters down, items across."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from analysis.planning.plan import Plan, Row
from analysis.planning.verdict import goal_value, verdict
from analysis.planning.words import NOTHING, counted, grade, money, percent, wanted, whole

EVER = "∞"
ORIGINS = {"estimated": "estimated from the pilot", "given": "given", "assumed": "assumed"}


def plan_text(plan: Plan) -> str:
    """Several lines, no trailing newline."""
    blocks = [_heading(plan), _components(plan), _half_widths(plan), _differences(plan), _ratings(plan)]
    blocks += [_needed(plan), "\n".join(f"• {sentence}" for sentence in verdict(plan))]
    blocks += ["\n".join(f"Note: {note.message}" for note in plan.basis.notes)]
    return "\n\n".join(block for block in blocks if block)


def _heading(plan: Plan) -> str:
    setting, basis = plan.setting, plan.basis
    per_rater = setting.ratings_per_rater
    whose = (
        f"every rater sees up to {counted(per_rater, 'clip')}" if per_rater else "all clips for every rater"
    )
    about = "further raters and items" if setting.target == "raters+items" else "further raters, these items"
    question = "" if basis.question is None else f" for question {basis.question!r}"
    low, high = (wanted(end) for end in basis.scale)
    return (
        f"Plan{question}: {counted(setting.methods, 'method')}, scale {low} to {high}, {whose}; "
        f"intervals speak of {about}."
    )


def _components(plan: Plan) -> str:
    lines = ["Variance components, in squared grades"]
    for origin, found in groupby(
        sorted(plan.basis.components, key=lambda c: list(ORIGINS).index(c.origin)), key=lambda c: c.origin
    ):
        parts = " · ".join(f"{component.name} {component.variance:.3g}" for component in found)
        lines.append(f"  {parts}: {ORIGINS[origin]}")
    if plan.basis.missing:
        lines.append(f"  {' · '.join(plan.basis.missing)}: not told apart by the pilot")
    return "\n".join(lines)


def _half_widths(plan: Plan) -> str:
    title = f"Half-width of a method's MOS, ± grades ({percent(plan.setting.confidence)} interval"
    return _grades(plan, "half_width", title)


def _differences(plan: Plan) -> str:
    if all(row["difference"] is None for row in plan.designs):
        return ""
    setting = plan.setting
    number, level = setting.comparisons or 1, percent(1 - setting.confidence)
    shared = f" over {number} comparisons, Holm" if number > 1 else ""
    title = (
        f"Smallest difference found with {percent(setting.power)} power, grades (two-sided {level}{shared}"
    )
    return _grades(plan, "difference", title)


def _grades(plan: Plan, key: str, title: str) -> str:
    def cell(row: Row) -> str:
        return grade(row[key], plan.basis.scale) + ("*" if row.get(f"reaches_{key}") else " ")

    goal = f"; * reaches {goal_value(plan, key)})" if key in plan.fewest_items else ")"
    rows = _matrix(plan, cell)
    if plan.items_alone:
        rows.append([EVER, *(grade(row[key], plan.basis.scale) + " " for row in plan.items_alone)])
    return _table(title + goal, rows)


def _ratings(plan: Plan) -> str:
    price = plan.setting.payment
    if price is None:
        return _table("Ratings in all", _matrix(plan, lambda row: whole(row["ratings"])))
    title = f"Ratings in all, and what they cost at {wanted(price)} each"
    return _table(title, _matrix(plan, lambda row: f"{whole(row['ratings'])} = {money(row['cost'])}"))


def _matrix(plan: Plan, cell: Callable[[Row], str]) -> list[list[str]]:
    """A header and one row per number of raters."""
    found = {(row["raters"], row["items"]): cell(row) for row in plan.designs}
    items, raters = plan.setting.items, plan.setting.raters
    header = ["raters", *(f"{number} items" for number in items)]
    return [header, *([whole(r), *(found[r, i] for i in items)] for r in raters)]


def _needed(plan: Plan) -> str:
    goals = list(dict.fromkeys(row["goal"] for row in plan.needed))
    if not goals:
        return ""
    names = {goal: "both" if goal == "both" else goal_value(plan, goal) for goal in goals}
    found = {(row["items"], row["goal"]): row for row in plan.needed}
    rows = [["items", *(f"for {names[goal]}" for goal in goals)]]
    rows += [[str(n), *(_raters(found[n, goal]) for goal in goals)] for n in plan.setting.items]
    return _table(f"Fewest raters (ratings){_none_told(plan)}", rows)


def _raters(row: Row) -> str:
    return NOTHING if row["raters"] is None else f"{whole(row['raters'])} ({whole(row['ratings'])})"


def _none_told(plan: Plan) -> str:
    return f"; {NOTHING} no number reaches it" if any(row["raters"] is None for row in plan.needed) else ""


def _table(title: str, rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join([title, *(f"  {line.rstrip()}" for line in lines)])
