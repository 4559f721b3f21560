"""Which methods differ: differences of means, preference strengths and wins, pair by pair."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from analysis.figures.forest import Line, Mark, Scale, even_ticks, forest, tick_label
from analysis.figures.matrix import Cell, Cells, has_numbers, has_room, matrix
from analysis.figures.numbers import headed, interval, number, percent, percents, with_interval
from analysis.figures.plot import Plot, file_name, heading
from analysis.figures.view import Row, View

Pair = tuple[str, str]
ALL_PAIRS = "all pairs"
CMOS = "CMOS"


def resolved(view: View, row: Row) -> bool:
    """Whether a pair's p value, adjusted within its family, is below the report's level."""
    p = row.get("p_holm") if row.get("p_holm") is not None else row.get("p")
    return p is not None and p < view.alpha


def _tested(row: Row) -> bool:
    return row.get("p_holm") is not None or row.get("p") is not None


def all_pairs(view: View, question: str) -> list[Row]:
    """Differences of the main measure, each pair once."""
    rows = view.screened("differences", question)
    measures = view.measures(question)
    if measures:
        rows = [row for row in rows if row["measure"] in ("MOS", measures[0])]
    together = [row for row in rows if row["family"] == ALL_PAIRS]
    rows = together or rows
    once = {frozenset((row["method_a"], row["method_b"])): row for row in reversed(rows)}
    return [row for row in rows if once[frozenset((row["method_a"], row["method_b"]))] is row]


def contenders(view: View, question: str) -> list[str]:
    """Methods of the pairs, best first; means relative to the reference (CMOS) leave it its place at 0."""
    paired = {row[side] for row in all_pairs(view, question) for side in ("method_a", "method_b")}
    rows = view.mos(question)
    means = {row["method"]: row["mean"] for row in rows if row["mean"] is not None}
    if rows and rows[0]["measure"] == CMOS and view.reference is not None:
        means[view.reference] = 0.0
    if paired <= set(means):
        return sorted(means, key=lambda name: -means[name])
    order = [row["method"] for row in view.strengths(question)]
    return [name for name in order if name in paired] or view.ranking(question)


def differences(view: View, question: str) -> Plot:
    """Row minus column for every pair, ordered by the mean; tinted where the difference is resolved."""
    order = contenders(view, question)
    pairs = all_pairs(view, question)
    found: dict[Pair, Row] = {(row["method_a"], row["method_b"]): row for row in pairs}
    largest = max((abs(row["mean"]) for row in found.values() if row["mean"] is not None), default=1.0) or 1.0
    rows, columns = order[:-1], order[1:]

    def told(strength: float) -> str:
        return number(strength * largest, signed=True)

    cells = {}
    for i, better in enumerate(order):
        for worse in order[i + 1 :]:
            row, sign = _oriented(found, (better, worse))
            if row is not None and row["mean"] is not None:
                cells[better, worse] = _difference_cell(view, row, sign, largest)
    rows = [name for name in rows if any(name == above for above, _ in cells)] or rows
    figure = matrix(view, heading(view.question(question)), rows, columns, cells, told)
    where = _intervals(view, (rows, columns), cells, " (unadjusted)")
    tints = _tints(view, (rows, columns), cells, ("row's method higher", "column's method higher"))
    caption = f"{_subtracted(pairs)}{where}.{tints}"
    count = sum(cell.resolved for cell in cells.values())
    alt = f"Differences between methods: {count} of {len(cells)} pairs are resolved."
    return Plot(file_name("differences", question), caption, alt, figure)


def strengths(view: View, question: str, group: int | None = None) -> Plot:
    """Log-worth of every method with its interval; within one group where groups share no scale."""
    rows = view.strengths(question) if group is None else _within(view, question, group)
    lines = []
    for row in rows:
        ink = view.inks[row["method"]]
        mark = Mark(row["strength"], row["ci_low"], row["ci_high"], colour=ink.colour, marker=ink.marker)
        note = with_interval(row["strength"], row["ci_low"], row["ci_high"], signed=True)
        lines.append(Line(row["method"], (mark,), note))
    figure = forest(view, _grouped_heading(view, question, "strengths", group), lines, _open_scale(rows))
    procedure = f" ({rows[0]['procedure']})" if rows else ""
    bounded = any(row["ci_low"] is not None for row in rows)
    ends = f" with {percent(view.confidence)} interval" if bounded else ""
    caption = (
        f"Strength (log-worth, summing to zero){ends}{procedure}; a difference of 1 means odds of 2.7 to 1."
    )
    caption += "" if group is None else " Strengths of different groups share no scale."
    names = "; ".join(f"{row['method']} {number(row['strength'], signed=True)}" for row in rows)
    name = file_name("preference", question, *_group_part(group))
    return Plot(name, caption, f"Preference strengths: {names}.", figure)


def groups(view: View, question: str) -> list[int]:
    """Groups of two methods or more with strengths of their own, where all methods share no scale."""
    rows = view.rows("preference", question)
    if any(row["strength"] is not None for row in rows):
        return []
    sizes = Counter(row["group"] for row in rows if row["group_strength"] is not None)
    return sorted(group for group, size in sizes.items() if size > 1)


def unconnected(view: View, question: str) -> bool:
    """Whether all comparisons lie within groups, so that each group has its own matrix."""
    group = {row["method"]: row["group"] for row in view.rows("preference", question)}
    pairs = view.rows("preference_pairs", question)
    return all(group.get(row["method_a"]) == group.get(row["method_b"]) for row in pairs)


def in_groups(view: View, question: str) -> list[Row]:
    """Strengths best first; group by group in the groups' order where no comparison leaves its group."""
    rows = view.strengths(question)
    if not groups(view, question) or not unconnected(view, question):
        return rows
    return [row for group in sorted({row["group"] for row in rows}) for row in _within_group(rows, group)]


def _within_group(rows: Sequence[Row], group: int) -> list[Row]:
    own = [row for row in rows if row["group"] == group]
    return sorted(own, key=lambda row: math.inf if row["group_strength"] is None else -row["group_strength"])


def _within(view: View, question: str, group: int) -> list[Row]:
    """Rows of one group, with its own strengths, best first."""
    own = {"strength": "group_strength", "ci_low": "group_ci_low", "ci_high": "group_ci_high"}
    rows = _within_group(view.strengths(question), group)
    return [{**row, **{name: row[key] for name, key in own.items()}} for row in rows]


def _grouped_heading(view: View, question: str, what: str, group: int | None) -> tuple[str, str]:
    title, text = heading(view.question(question))
    within = "" if group is None else f" in group {group} of connected methods"
    return headed(title, what + within), text


def _group_part(group: int | None) -> tuple[str, ...]:
    return () if group is None else (f"group_{group}",)


def wins(view: View, question: str, group: int | None = None) -> Plot:
    """How often the row's method is preferred to the column's; ties count half."""
    rows = view.strengths(question) if group is None else _within(view, question, group)
    order = [row["method"] for row in rows]
    cells = {}
    for row in view.rows("preference_pairs", question):
        if row["p_a"] is not None:
            a, b = row["method_a"], row["method_b"]
            cells[a, b] = _win_cell(view, row, flipped=False)
            cells[b, a] = _win_cell(view, row, flipped=True)
    cells = {pair: cell for pair, cell in cells.items() if set(pair) <= set(order)}
    head = _grouped_heading(view, question, "wins pair by pair", group)
    figure = matrix(view, head, order, order, cells, _share)
    where = _intervals(view, (order, order), cells)
    caption = (
        "Share of comparisons, in per cent, in which the row's method is preferred to the column's (a tie "
        f"counts half){where}."
    )
    caption += _tints(view, (order, order), cells, ("row's method preferred", "column's method preferred"))
    count = sum(cell.resolved for cell in cells.values()) // 2
    alt = f"Wins by pair: {count} of {len(cells) // 2} pairs are resolved."
    return Plot(file_name("wins", question, *_group_part(group)), caption, alt, figure)


def _share(strength: float) -> str:
    return percent((1 + strength) / 2)


def _tints(
    view: View, matrix_of: tuple[Sequence[str], Sequence[str]], cells: Cells, sides: tuple[str, str]
) -> str:
    """What the cells that are drawn look like, and what that means."""
    drawn, numbered = list(cells.values()), has_numbers(*matrix_of)
    found = [cell for cell in drawn if cell.resolved]
    blue = [f"blue: {sides[0]}"] if any(cell.strength > 0 for cell in found) else []
    orange = [f"orange: {sides[1]}"] if any(cell.strength <= 0 for cell in found) else []
    tested = f"resolved at {percent(view.alpha)} after Holm's correction"
    text = f" Tinted: {tested} ({'; '.join(blue + orange)})." if found else ""
    if any(cell.tested and not cell.resolved for cell in drawn):
        text += " Untinted: tested, not resolved." if found else f" No pair is {tested}."
    if any(not cell.tested for cell in drawn):
        text += f" {'Dashed' if numbered else 'Hatched'}: not testable."
    if not numbered:
        text += " The deeper a tint, the further from even (key);" if found else ""
        text += f" {'the' if found else 'The'} numbers stand in the table."
    return text


def _intervals(
    view: View, matrix_of: tuple[Sequence[str], Sequence[str]], cells: Cells, what: str = ""
) -> str:
    """Where the intervals stand, if there are any."""
    if not any(cell.detail for cell in cells.values()):
        return ""
    level = percent(view.confidence)
    return (
        f", with {level} interval{what}"
        if has_room(*matrix_of)
        else f"; {level} intervals{what} stand in the table"
    )


def _subtracted(rows: Sequence[Row]) -> str:
    if rows and rows[0]["measure"] == CMOS:
        return "Mean score of the row's method relative to the column's"
    return "Mean of the row's method minus the column's"


def _oriented(found: dict[Pair, Row], pair: Pair) -> tuple[Row | None, int]:
    if pair in found:
        return found[pair], 1
    return found.get((pair[1], pair[0])), -1


def _difference_cell(view: View, row: Row, sign: int, largest: float) -> Cell:
    low, high = (
        (row["ci_low"], row["ci_high"]) if sign > 0 else (_negative(row["ci_high"]), _negative(row["ci_low"]))
    )
    value = sign * row["mean"]
    texts = (number(value, signed=True), number(value, 1), interval(low, high))
    return Cell(*texts, value / largest, resolved(view, row), _tested(row))


def _negative(value: float | None) -> float | None:
    return None if value is None else -value


def _win_cell(view: View, row: Row, *, flipped: bool) -> Cell:
    share, low, high = row["p_a"], row["ci_low"], row["ci_high"]
    if flipped:
        share = 1 - share
        low, high = (None, None) if low is None or high is None else (1 - high, 1 - low)
    texts = (percent(share), f"{share * 100:.0f}", percents(low, high))
    return Cell(*texts, 2 * share - 1, resolved(view, row), _tested(row))


def _open_scale(rows: Sequence[Row]) -> Scale:
    ends = [row[key] for row in rows for key in ("strength", "ci_low", "ci_high") if row[key] is not None]
    low, high = min([*ends, 0.0]), max([*ends, 0.0])
    room = (high - low or 1.0) * 0.05
    ticks = even_ticks(low, high, 4)
    words = ("less preferred", "more preferred")
    return Scale(low - room, high + room, ticks, tuple(tick_label(t) for t in ticks), words, zero=0.0)
