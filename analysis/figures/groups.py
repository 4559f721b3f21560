"""Do groups differ: the means of all methods, one panel per level of an attribute."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures import style
from analysis.figures.forest import PAD, Mark, Scale, draw_mark, name_room, row_height, text_size, write_name
from analysis.figures.mos import mean_scale
from analysis.figures.numbers import counted, number, percent, titled
from analysis.figures.plot import Frame, Plot, file_name, framed, heading
from analysis.figures.style import COLUMN, FAINT, PAGE, RULE, SETTINGS, SMALL, SOFT, TINY
from analysis.figures.view import Row, View

LEAST_PANEL, GAP = 1.2, 0.1  # inches
FEW = 3  # raters, or items, below which a group is drawn pale
NUMBER = 0.33  # inches for the mean beside its row
TITLE, AXIS = 0.31, 0.27  # inches above and below the rows of a panel


@dataclass(frozen=True)
class _Grid:
    """Where the panels lie, in inches: `columns` of them side by side, `lines` of those below each other."""

    left: float
    panel: float
    body: float
    columns: int
    lines: int

    @property
    def step(self) -> float:
        return TITLE + self.body + AXIS


def grouped(view: View, question: str) -> list[str]:
    """Attributes by which a question's answers fall into two groups or more."""
    levels: dict[str, set[str]] = {}
    for row in view.rows("group_mos", question):
        levels.setdefault(row["attribute"], set()).add(str(row["level"]))
    return [attribute for attribute, found in levels.items() if len(found) > 1]


def group_means(view: View, question: str, attribute: str) -> Plot:
    """Method means in each level of one attribute of raters or items, beside their means over all."""
    rows = [row for row in view.rows("group_mos", question) if row["attribute"] == attribute]
    levels = list(dict.fromkeys(str(row["level"]) for row in rows))
    found = {row["method"] for row in rows}
    methods = [name for name in view.ranking(question) if name in found]
    title, text = heading(view.question(question))
    named = titled(attribute).lower()
    with rc_context(SETTINGS):
        grid, width = _grid(methods, len(levels))
        body = grid.step * grid.lines
        figure, whole = framed(view, f"{title} by {named}", text, Frame(body, grid.left, 0.06, 0.0, width))
        scale = mean_scale(view.question(question), rows)
        for i, level in enumerate(levels):
            axes = _panel(figure, whole, grid, i, scale, len(methods))
            of_level = [row for row in rows if str(row["level"]) == level]
            _draw(axes, view, of_level, methods, question)
            _write(axes, of_level, grid, methods if i % grid.columns == 0 else ())
        whole.remove()
    caption = (
        f"Mean of every method within each level of {named}, with {percent(view.confidence)} intervals where "
        f"they are defined.{_limits(view, rows, question)} Grey ticks: the method's mean over all. No "
        "comparison between groups was tested."
    )
    return Plot(file_name("groups", question, attribute), caption, _alt(rows, levels), figure)


def behind(row: Row) -> str:
    """How many raters, or items, a level has."""
    kind = "item" if row["attribute_of"] == "item" else "rater"
    return counted(row[f"level_n_{kind}s"], kind)


def few(row: Row) -> bool:
    """Whether a level has too few raters, or items, to speak for others."""
    return bool(row[f"level_n_{row['attribute_of']}s"] < FEW)


def _limits(view: View, rows: Sequence[Row], question: str) -> str:
    """What to bear in mind of the intervals and panels that are drawn."""
    info, text = view.question(question), ""
    low, high = info.low, info.high
    ends = [(row["ci_low"], row["ci_high"]) for row in rows if row["ci_low"] is not None]
    if low is not None and high is not None and any(end[0] < low or end[1] > high for end in ends):
        text += " Intervals beyond the scale are kept as they are."
    kinds = {row["attribute_of"] for row in rows if few(row)}
    return text + (f" Pale: fewer than {FEW} {sorted(kinds)[0]}s." if kinds else "")


def _grid(methods: Sequence[str], n: int) -> tuple[_Grid, float]:
    """One column where all panels fit side by side in it, else two."""
    row = row_height(len(methods))
    body = row * len(methods)
    left, width = name_room(methods, row, COLUMN - 0.06 - n * (LEAST_PANEL + GAP))
    if width < PAGE and COLUMN - left - 0.06 >= n * (LEAST_PANEL + GAP):
        return _Grid(left, (COLUMN - left - 0.06) / n - GAP, body, n, 1), COLUMN
    left, _ = name_room(methods, row, 1.35)
    most = max(1, int((PAGE - left - 0.06) / (LEAST_PANEL + GAP)))
    lines = math.ceil(n / most)
    columns = math.ceil(n / lines)
    return _Grid(left, (PAGE - left - 0.06) / columns - GAP, body, columns, lines), PAGE


def _panel(figure: Figure, whole: Axes, grid: _Grid, i: int, scale: Scale, n: int) -> Axes:
    """Empty axes of the i-th level."""
    width, height = (float(inches) for inches in figure.get_size_inches())
    top = whole.get_position().y1 * height - (i // grid.columns) * grid.step - TITLE
    left = grid.left + (i % grid.columns) * (grid.panel + GAP)
    box = (left / width, (top - grid.body) / height, (grid.panel - NUMBER) / width, grid.body / height)
    axes: Axes = figure.add_axes(box)
    axes.set_xlim(scale.low, scale.high)
    axes.set_ylim(max(n, 1) - 0.5, -0.5)
    axes.set_yticks([])
    axes.set_xticks(scale.ticks, [label.split("\n")[0] for label in scale.labels], size=SMALL)
    axes.grid(axis="x", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    return axes


def _draw(axes: Axes, view: View, rows: Sequence[Row], methods: Sequence[str], question: str) -> None:
    overall = {row["method"]: row["mean"] for row in view.mos(question)}
    of_level = {row["method"]: row for row in rows}
    size = min(TINY, text_size(row_height(len(methods))))
    for y, method in enumerate(methods):
        axes.plot([overall[method]] * 2, [y - 0.36, y + 0.36], color=FAINT, linewidth=1.0, zorder=1)
        row = of_level.get(method)
        if row is None:
            continue
        ink, pale = view.inks[method], few(row)
        colour = FAINT if pale else ink.colour
        draw_mark(axes, y, Mark(row["mean"], row["ci_low"], row["ci_high"], (None, None), colour, ink.marker))
        at = (axes.get_xlim()[1], y)
        axes.annotate(
            number(row["mean"]), at, (72 * PAD, 0), textcoords="offset points", size=size, va="center"
        )


def _write(axes: Axes, rows: Sequence[Row], grid: _Grid, methods: Sequence[str]) -> None:
    """Head of a panel: the level, how many stand behind it, and the methods' names left of the first."""
    title = style.shortened(str(rows[0]["level"]), SMALL, grid.panel * 0.95, bold=True)
    axes.set_title(title, size=SMALL, loc="left", pad=11, weight="bold")
    who, ratings = behind(rows[0]), counted(sum(row["n_ratings"] for row in rows), "rating")
    text = style.shortened(f"{who}, {ratings}", TINY, grid.panel)
    at: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "size": TINY}
    axes.annotate(text, (0, 1), (0, 3), color=SOFT, **at)
    for y, name in enumerate(methods):
        write_name(axes, y, name, grid.left - PAD, grid.body / len(methods))


def _alt(rows: Sequence[Row], levels: Sequence[str]) -> str:
    best = {}
    for level in levels:
        known = [row for row in rows if str(row["level"]) == level and row["mean"] is not None]
        if known:
            top = max(known, key=lambda row: float(row["mean"]))
            best[level] = f"{level}: {top['method']} highest, {number(top['mean'])}"
    return f"Means by group. {'; '.join(best.values())}."
