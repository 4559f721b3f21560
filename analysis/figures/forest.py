"""The workhorse: values with intervals, one row each, labels left and numbers right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import blended_transform_factory

from analysis.figures import style
from analysis.figures.plot import Frame, drawing_size, framed
from analysis.figures.style import COLUMN, FAINT, INK, PAGE, PAPER, RULE, SETTINGS, SMALL, SOFT, TEXT, TINY
from analysis.figures.view import View

ROW, LEAST_ROW = 0.235, 0.15  # inches
TALLEST = 6.2  # inches of rows, from which on they move closer
TWO_LINES = 0.2  # inches that a name on two lines needs
PAD = 0.07
MOST_LEFT, MOST_LEFT_WIDE = 1.35, 2.6  # inches for names, in one column and in two
LEAST_DRAWING = 1.0  # inches between names and numbers, below which the figure takes two columns


@dataclass(frozen=True)
class Mark:
    """One value with its interval; `thin` is an interval drawn faintly `below` it for comparison."""

    value: float | None
    low: float | None = None
    high: float | None = None
    thin: tuple[float | None, float | None] = (None, None)
    colour: str = INK
    marker: str = "o"
    offset: float = 0.0
    below: float = 0.3


@dataclass(frozen=True)
class Line:
    """One row. A row without marks is the heading of those below it."""

    label: str
    marks: tuple[Mark, ...] = ()
    note: str = ""
    badge: str = ""


@dataclass(frozen=True)
class Scale:
    """The x axis: limits, ticks with their labels, words under the two ends, a line to compare with."""

    low: float
    high: float
    ticks: tuple[float, ...]
    labels: tuple[str, ...]
    ends: tuple[str, str] = ("", "")
    zero: float | None = None
    title: str = ""


def forest(view: View, head: tuple[str, str], lines: Sequence[Line], scale: Scale) -> Figure:
    """Draw `lines` from top to bottom on `scale`."""
    with rc_context(SETTINGS):
        frame = _frame(lines, scale)
        figure, axes = framed(view, *head, frame)
        _prepare(axes, scale, len(lines))
        for y, line in enumerate(lines):
            _draw_line(axes, y, line, frame, row_height(len(lines)))
        _write_ends(axes, scale)
    return figure


def row_height(n: int) -> float:
    """Inches of each of `n` rows."""
    return max(LEAST_ROW, min(ROW, TALLEST / max(n, 1)))


def text_size(row: float) -> float:
    """Of the names in rows of that height."""
    return TEXT if row >= TWO_LINES else TEXT * (0.4 + 0.6 * row / TWO_LINES)


def write_name(axes: Axes, y: float, name: str, right: float, row: float) -> None:
    """`name` left of the drawing, up to `right` inches from the page's edge, in a row of that height."""
    across = blended_transform_factory(axes.figure.dpi_scale_trans, axes.transData)
    room, size = right - PAD, text_size(row)
    text, size = style.fitted(name, room, size) if row >= TWO_LINES else (name, size)
    text = text if "\n" in text else style.shortened(text, size, room)
    place: dict[str, Any] = {"transform": across, "ha": "right", "va": "center", "linespacing": 0.95}
    axes.text(right, y, text, size=size, **place)


def even_ticks(low: float, high: float, count: int = 5) -> tuple[float, ...]:
    """Round tick positions within [low, high]."""
    from matplotlib.ticker import MaxNLocator

    ticks = MaxNLocator(count, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    return tuple(float(round(t, 10)) for t in ticks if low - 1e-9 <= t <= high + 1e-9)


def tick_label(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _frame(lines: Sequence[Line], scale: Scale) -> Frame:
    row = row_height(len(lines))
    badge = max((style.text_width(x.badge, SMALL) for x in lines if x.badge), default=-PAD) + PAD
    note = max((style.text_width(x.note, SMALL) for x in lines), default=0)
    bottom = 0.24 + (0.14 if _second_line(scale) else 0) + (0.15 if scale.title else 0)
    right = note + badge + 2 * PAD
    left, width = name_room([x.label for x in lines if x.marks], row, COLUMN - right - LEAST_DRAWING)
    bottom += 0.1 if "\n" in "".join(_end_words(scale, width - left - right)) else 0
    return Frame(row * max(len(lines), 1) + 0.06, left, right, bottom, width)


def name_room(names: Sequence[str], row: float, most: float) -> tuple[float, float]:
    """Inches for `names` and of the whole figure: two columns where one has not `most` inches for them."""
    size = text_size(row)
    widest = max((style.text_width(name, size) for name in names), default=0.3) + 2 * PAD
    if widest <= most:
        return min(widest, MOST_LEFT) if _all_fit(names, row, MOST_LEFT) else widest, COLUMN
    narrow = min(most, MOST_LEFT)
    return (narrow, COLUMN) if _all_fit(names, row, narrow) else (min(widest, MOST_LEFT_WIDE), PAGE)


def _all_fit(names: Sequence[str], row: float, left: float) -> bool:
    """Whether every name can be written in full within `left` inches."""
    room, size = left - 2 * PAD, text_size(row)
    if row < TWO_LINES or room <= 0:
        return all(style.text_width(name, size) <= room for name in names)
    return all(style.fitted(name, room, size)[0].count("…") == name.count("…") for name in names)


def _second_line(scale: Scale) -> bool:
    return any(scale.ends) or any("\n" in label for label in scale.labels)


def _prepare(axes: Axes, scale: Scale, n: int) -> None:
    axes.set_xlim(scale.low, scale.high)
    axes.set_ylim(max(n, 1) - 0.5, -0.5)
    axes.set_yticks([])
    axes.set_xticks(scale.ticks, scale.labels, size=SMALL)
    axes.grid(axis="x", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    if scale.zero is not None:
        axes.axvline(scale.zero, color=FAINT, linewidth=0.9, zorder=1)


def _draw_line(axes: Axes, y: float, line: Line, frame: Frame, row: float) -> None:
    across = blended_transform_factory(axes.figure.dpi_scale_trans, axes.transData)
    if not line.marks:
        room = frame.width - 2 * PAD
        text = style.shortened(line.label, SMALL, room)
        axes.text(PAD, y + 0.1, text, transform=across, size=SMALL, weight="bold", va="center")
        return
    write_name(axes, y, line.label, frame.left - PAD, row)
    right = frame.width - PAD / 2
    badge = style.text_width(line.badge, SMALL) + PAD if line.badge else 0
    start = frame.width - frame.right + PAD
    axes.text(start, y, line.note, transform=across, size=min(SMALL, text_size(row)), ha="left", va="center")
    if badge:
        size = min(SMALL, text_size(row))
        axes.text(right, y, line.badge, transform=across, size=size, color=SOFT, ha="right", va="center")
    for mark in line.marks:
        draw_mark(axes, y + mark.offset, mark)


def draw_mark(axes: Axes, y: float, mark: Mark) -> None:
    """Point, interval and thin interval; arrow heads where the interval leaves the axis."""
    low, high = mark.thin
    if low is not None and high is not None:
        level = [y + mark.below] * 2
        _add(axes, Line2D([low, high], level, color=FAINT, linewidth=0.9, marker="|", markersize=3.2))
    if mark.value is None:
        return
    if mark.low is not None and mark.high is not None:
        ends = [mark.low, mark.high]
        _add(axes, Line2D(ends, [y, y], color=mark.colour, linewidth=1.9, solid_capstyle="butt"))
        _draw_beyond(axes, y, mark.low, mark.high, mark.colour)
    size = 8.0 if mark.marker == style.REFERENCE_MARKER else 5.2
    point: dict[str, Any] = {"marker": mark.marker, "markersize": size, "mec": PAPER, "mew": 0.6}
    _add(axes, Line2D([mark.value], [y], color=mark.colour, **point))


def _draw_beyond(axes: Axes, y: float, low: float, high: float, colour: str) -> None:
    """Arrow heads at the axis' ends where an interval goes on beyond them."""
    left, right = axes.get_xlim()
    for end, beyond, head in ((left, low < left, "<"), (right, high > right, ">")):
        if beyond:
            tip = Line2D([end], [y], color=colour, marker=head, markersize=4.5, mew=0, clip_on=False)
            _add(axes, tip)


def _add(axes: Axes, line: Line2D) -> None:
    """Quicker than axes.plot: the limits stand already."""
    line.set_transform(axes.transData)
    axes.add_artist(line)


def _end_words(scale: Scale, width: float) -> tuple[str, str]:
    """On one line each; on two where they would meet."""
    if sum(style.text_width(word, TINY) for word in scale.ends) + PAD < width:
        return scale.ends
    return scale.ends[0].replace(" ", "\n"), scale.ends[1].replace(" ", "\n")


def _write_ends(axes: Axes, scale: Scale) -> None:
    down = -0.24
    below = blended_transform_factory(axes.transAxes, axes.transAxes)
    width, height = drawing_size(axes)
    words = _end_words(scale, width)
    for x, word, side in ((0.0, words[0], "left"), (1.0, words[1], "right")):
        if word:
            axes.text(
                x,
                down / height,
                word,
                transform=below,
                linespacing=1.0,
                size=TINY,
                color=SOFT,
                ha=side,
                va="top",
            )
    if scale.title:
        at = (down - (0.14 if _second_line(scale) else 0)) / height
        axes.text(0.5, at, scale.title, transform=below, size=SMALL, color=SOFT, ha="center", va="top")
