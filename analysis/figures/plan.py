"""Half-width and detectable difference over raters, a line per number of items, down to what items leave."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation

from analysis.figures import style
from analysis.figures.forest import even_ticks, tick_label
from analysis.figures.plot import LINE, MARGIN, SIMULATED_NOTE, Plot, drawing_size, file_name
from analysis.figures.style import (
    ALARM,
    COLUMN,
    INK,
    MARKERS,
    PAGE,
    PALETTE,
    PAPER,
    RULE,
    SETTINGS,
    SMALL,
    SOFT,
    TEXT,
    TINY,
)
from analysis.planning.plan import Plan, Row
from analysis.planning.verdict import verdict
from analysis.planning.words import counted, percent, wanted

LEFT, BODY, BOTTOM, PANEL_TITLE = 0.36, 2.5, 0.42, 0.3
LABELS = 0.74  # inches right of a panel, for the lines' names
APART = 0.125  # inches between two of them
SIZE = 3.6  # of markers, in points
MARK_ROOM = 0.15  # inches for a marker before a name
DASHED = (0, (4, 2))
DASH = {"arrowstyle": "-", "color": INK, "linewidth": 0.8, "linestyle": DASHED, "shrinkA": 0, "shrinkB": 2}
WIDE = 8  # from this ratio of the largest to the least number of raters on, their axis is logarithmic
BEYOND = 0.18  # of the panel's width: the column of ever more raters
EVER = "∞"


@dataclass(frozen=True)
class Panel:
    """One quantity against raters; `highest` is where the axis ends at the latest, `goal` a wanted value."""

    key: str
    title: str
    highest: float
    goal: float | None
    goal_text: str


@dataclass(frozen=True)
class Look:
    """Colour and marker of one number of items."""

    colour: str
    marker: str

    @classmethod
    def of(cls, i: int) -> Look:
        return cls(PALETTE[i % len(PALETTE)], MARKERS[i % len(MARKERS)])


@dataclass(frozen=True)
class Name:
    """What stands beside the end of a line at `height`; a wanted value has no look."""

    text: str
    height: float
    look: Look | None


@dataclass(frozen=True)
class Sides:
    """Where a panel lies on the page, in inches from the left, and how wide it is."""

    left: float
    width: float


def plan_figure(plan: Plan, *, alone: bool) -> Plot:
    """One panel, or two where differences are planned; `alone`: the only question, needing no name."""
    panels = _panels(plan)
    name = "plan" if alone or plan.basis.question is None else file_name("plan", plan.basis.question)
    with rc_context(SETTINGS):
        figure = _page(plan, len(panels))
        for panel, sides in zip(panels, _places(len(panels)), strict=True):
            _draw(_axes(figure, sides), plan, panel)
    return Plot(name, _caption(plan), " ".join(verdict(plan)), figure)


def _panels(plan: Plan) -> list[Panel]:
    setting, (low, high) = plan.setting, plan.basis.scale
    level = percent(setting.confidence)
    width = Panel(
        "half_width",
        f"Half-width of a MOS, ± grades ({level})",
        (high - low) / 2,
        setting.half_width,
        f"goal {wanted(setting.half_width or 0)}",
    )
    gap = Panel(
        "difference",
        f"Difference found with {percent(setting.power)} power, grades",
        high - low,
        setting.difference,
        f"goal {wanted(setting.difference or 0)}",
    )
    return [panel for panel in (width, gap) if any(row[panel.key] is not None for row in plan.designs)]


def _places(number: int) -> list[Sides]:
    if number < 2:
        return [Sides(LEFT, COLUMN - LEFT - LABELS)] * number
    width = PAGE / 2 - LEFT - LABELS
    return [Sides(LEFT + i * PAGE / 2, width) for i in range(number)]


def _page(plan: Plan, panels: int) -> Figure:
    width = PAGE if panels == 2 else COLUMN
    lines = style.wrapped(_subtitle(plan), SMALL, width - 2 * MARGIN, 3)
    height = _foot(plan) + BOTTOM + BODY + PANEL_TITLE + 0.3 + LINE * len(lines)
    figure = style.blank(width, height)
    question = plan.basis.question
    title = "Raters and items" + ("" if question is None else f": {question}")
    x = MARGIN / width
    title = style.shortened(title, TEXT + 1, width)
    figure.text(x, 1 - 0.05 / height, title, size=TEXT + 1, weight="bold", va="top")
    for i, line in enumerate(lines):
        figure.text(x, 1 - (0.24 + LINE * i) / height, line, size=SMALL, color=SOFT, va="top")
    if plan.basis.simulated:
        figure.text(x, 0.04 / height, SIMULATED_NOTE, size=TINY, color=ALARM, va="bottom")
    return figure


def _foot(plan: Plan) -> float:
    return LINE + 0.03 if plan.basis.simulated else 0.0


def _subtitle(plan: Plan) -> str:
    origins = list(dict.fromkeys(component.origin for component in plan.basis.components))
    per_rater = plan.setting.ratings_per_rater
    clips = (
        "every rater rates all clips"
        if per_rater is None
        else f"up to {counted(per_rater, 'clip')} per rater"
    )
    return f"{counted(plan.setting.methods, 'method')}, {clips}; variances {' and '.join(origins)}"


def _axes(figure: Figure, sides: Sides) -> Axes:
    width, height = figure.get_size_inches()
    bottom = height - PANEL_TITLE - 0.3 - LINE - BODY
    axes: Axes = figure.add_axes((sides.left / width, bottom / height, sides.width / width, BODY / height))
    return axes


def _draw(axes: Axes, plan: Plan, panel: Panel) -> None:
    axes.spines[["top", "right", "left"]].set_visible(False)
    ever, top = _ever(plan), _top(plan, panel)
    _prepare(axes, plan, panel, top, ever)
    names = [
        Name(counted(items, "item"), min(_draw_items(axes, plan, panel, Look.of(i), items), top), Look.of(i))
        for i, items in enumerate(plan.setting.items)
    ]
    if panel.goal is not None:
        axes.axhline(panel.goal, color=INK, linewidth=0.8, linestyle=DASHED, zorder=2)
        names.append(Name(panel.goal_text, panel.goal, None))
    _write_names(axes, names)


def _ever(plan: Plan) -> float | None:
    """Where on the axis ever more raters are drawn; None where items are fixed and limit nothing."""
    low, high = _ends(plan)
    return high + BEYOND * ((high - low) or 1) if plan.items_alone else None


def _ends(plan: Plan) -> tuple[float, float]:
    """Places of the least and the largest number of raters."""
    return _place(plan, min(plan.setting.raters)), _place(plan, max(plan.setting.raters))


def _place(plan: Plan, raters: int) -> float:
    """Where on the axis a number of raters stands: logarithmic where the numbers differ much."""
    wide = max(plan.setting.raters) >= WIDE * min(plan.setting.raters)
    return math.log(raters) if wide else float(raters)


def _top(plan: Plan, panel: Panel) -> float:
    values = [row[panel.key] for row in (*plan.curves, *plan.items_alone) if row[panel.key] is not None]
    return float(1.06 * min(max([*values, panel.goal or 0.0]), panel.highest))


def _prepare(axes: Axes, plan: Plan, panel: Panel, top: float, ever: float | None) -> None:
    low, high = _ends(plan)
    room = 0.04 * ((high - low) or 1)
    axes.set_xlim(low - room, (high if ever is None else ever) + room)
    axes.set_ylim(0, top)
    _prepare_raters(axes, plan, ever)
    heights = even_ticks(0, top)
    axes.set_yticks(heights, [tick_label(height) for height in heights], size=SMALL)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_title(panel.title, size=SMALL, color=INK, loc="left", pad=9)


def _prepare_raters(axes: Axes, plan: Plan, ever: float | None) -> None:
    """Numbers of raters from the right, those left out that have no room for their label."""
    numbers = [(_place(plan, number), str(number)) for number in plan.setting.raters]
    per_inch = (axes.get_xlim()[1] - axes.get_xlim()[0]) / drawing_size(axes)[0]
    kept: list[tuple[float, str]] = []
    for place, label in [*([] if ever is None else [(ever, EVER)]), *reversed(numbers)]:
        if not kept or kept[-1][0] - place >= _room(label, kept[-1][1]) * per_inch:
            kept.append((place, label))
    axes.set_xticks([place for place, _ in kept], [label for _, label in kept], size=SMALL)
    axes.set_xlabel("raters", size=SMALL, labelpad=2)
    if ever is not None:
        below: dict[str, Any] = {
            "xytext": (0, -15),
            "textcoords": "offset points",
            "ha": "center",
            "va": "top",
        }
        across = axes.get_xaxis_transform()
        axes.annotate("items alone", (ever, 0), xycoords=across, color=SOFT, size=SMALL, **below)


def _room(a: str, b: str) -> float:
    """Inches between the middles of two labels side by side."""
    return (style.text_width(a, SMALL) + style.text_width(b, SMALL)) / 2 + 0.07


def _draw_items(axes: Axes, plan: Plan, panel: Panel, look: Look, items: int) -> float:
    """Curve, the designs compared, and what items alone leave. Returns where the line ends."""
    curve = _points(plan, plan.curves, panel.key, items)
    compared = _points(plan, plan.designs, panel.key, items)
    axes.plot(*curve, color=look.colour, linewidth=1.3, zorder=3)
    axes.plot(*compared, color=look.colour, linestyle="none", marker=look.marker, markersize=SIZE, zorder=4)
    ever = _ever(plan)
    if ever is None:
        return float(curve[1][-1]) if curve[1] else 0.0
    floor = float(next(row[panel.key] for row in plan.items_alone if row["items"] == items))
    ends = [axes.get_xlim()[0], ever]
    axes.plot(ends, [floor, floor], color=look.colour, linewidth=0.6, linestyle=":", zorder=1)
    axes.plot([ever], [floor], color=look.colour, marker=look.marker, markersize=SIZE, mfc=PAPER, zorder=4)
    return floor


def _points(plan: Plan, rows: Sequence[Row], key: str, items: int) -> tuple[list[float], list[float]]:
    found = [row for row in rows if row["items"] == items and row[key] is not None]
    return [_place(plan, row["raters"]) for row in found], [row[key] for row in found]


def _write_names(axes: Axes, names: Sequence[Name]) -> None:
    """Each line's name beside its end; names too close to each other move apart."""
    x, top = axes.get_xlim()[1], axes.get_ylim()[1]
    for name, y in _apart(names, APART * top / BODY, top):
        _write_mark(axes, x, y, name.look)
        text = style.shortened(name.text, SMALL, LABELS - MARK_ROOM)
        at = (72 * MARK_ROOM, 0)
        axes.annotate(text, (x, y), at, textcoords="offset points", size=SMALL, va="center_baseline")


def _write_mark(axes: Axes, x: float, y: float, look: Look | None) -> None:
    """The line's marker, or a dash for a wanted value."""
    if look is None:
        dash = ((x, y), (72 * MARK_ROOM - 2, 0))
        axes.annotate("", dash[0], dash[1], textcoords="offset points", arrowprops=DASH)
        return
    beside = axes.transData + ScaledTranslation(MARK_ROOM / 2, 0, axes.figure.dpi_scale_trans)
    axes.plot(
        [x], [y], color=look.colour, marker=look.marker, markersize=SIZE, clip_on=False, transform=beside
    )


def _apart(names: Sequence[Name], step: float, top: float) -> list[tuple[Name, float]]:
    """Heights `step` or more from each other: pushed up from the lowest, then down from the top.

    Of names at one height the first stands highest.
    """
    order = sorted(range(len(names)), key=lambda i: (names[i].height, -i))
    heights: list[float] = []
    for i in order:
        heights.append(max(names[i].height, heights[-1] + step if heights else names[i].height))
    highest = top
    for place in reversed(range(len(heights))):
        heights[place] = min(heights[place], highest)
        highest = heights[place] - step
    return [(names[i], height) for i, height in zip(order, heights, strict=True)]


def _caption(plan: Plan) -> str:
    setting = plan.setting
    family = setting.comparisons or 1
    shared = f" shared by {counted(family, 'comparison')} (Holm's first step)" if family > 1 else ""
    alone = (
        f" {EVER}, dotted: what the items alone leave however many raters there are."
        if plan.items_alone
        else ""
    )
    return (
        f"Expected half-width of the {percent(setting.confidence)} interval of a MOS, and the difference of "
        f"two methods found with {percent(setting.power)} power, two-sided level "
        f"{percent(1 - setting.confidence)}{shared}.{alone}"
    )
