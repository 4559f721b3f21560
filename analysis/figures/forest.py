"""The workhorse: values with intervals, one row each, labels left and numbers right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import blended_transform_factory

from analysis.figures import style
from analysis.figures.plot import Frame, drawing_size, framed
from analysis.figures.style import COLUMN, FAINT, INK, PAPER, RULE, SETTINGS, SMALL, SOFT, TEXT, TINY
from analysis.figures.view import View

ROW = 0.235
PAD = 0.07


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
            _draw_line(axes, y, line, frame)
        _write_ends(axes, scale)
    return figure


def even_ticks(low: float, high: float, count: int = 5) -> tuple[float, ...]:
    """Round tick positions within [low, high]."""
    from matplotlib.ticker import MaxNLocator

    ticks = MaxNLocator(count, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    return tuple(float(round(t, 10)) for t in ticks if low - 1e-9 <= t <= high + 1e-9)


def tick_label(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _frame(lines: Sequence[Line], scale: Scale) -> Frame:
    labels = [style.text_width(x.label, TEXT if x.marks else SMALL, not x.marks) for x in lines if x.marks]
    left = min(max(labels, default=0.3) + 2 * PAD, 1.25)
    badge = max((style.text_width(x.badge, SMALL) for x in lines if x.badge), default=-PAD) + PAD
    note = max((style.text_width(x.note, SMALL) for x in lines), default=0)
    bottom = 0.24 + (0.14 if _second_line(scale) else 0) + (0.15 if scale.title else 0)
    return Frame(ROW * max(len(lines), 1) + 0.06, left, note + badge + 2 * PAD, bottom, COLUMN)


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


def _draw_line(axes: Axes, y: float, line: Line, frame: Frame) -> None:
    across = blended_transform_factory(axes.figure.dpi_scale_trans, axes.transData)
    if not line.marks:
        room = frame.width - 2 * PAD
        text = style.shortened(line.label, SMALL, room)
        axes.text(PAD, y + 0.1, text, transform=across, size=SMALL, weight="bold", va="center")
        return
    label = style.shortened(line.label, TEXT, frame.left - 2 * PAD)
    axes.text(frame.left - PAD, y, label, transform=across, size=TEXT, ha="right", va="center")
    right = frame.width - PAD / 2
    badge = style.text_width(line.badge, SMALL) + PAD if line.badge else 0
    start = frame.width - frame.right + PAD
    axes.text(start, y, line.note, transform=across, size=SMALL, ha="left", va="center")
    if badge:
        axes.text(right, y, line.badge, transform=across, size=SMALL, color=SOFT, ha="right", va="center")
    for mark in line.marks:
        _draw_mark(axes, y + mark.offset, mark)


def _draw_mark(axes: Axes, y: float, mark: Mark) -> None:
    low, high = mark.thin
    if low is not None and high is not None:
        axes.plot([low, high], [y + mark.below] * 2, color=FAINT, linewidth=0.9, marker="|", markersize=3.2)
    if mark.value is None:
        return
    if mark.low is not None and mark.high is not None:
        axes.plot([mark.low, mark.high], [y, y], color=mark.colour, linewidth=1.9, solid_capstyle="butt")
        _draw_beyond(axes, y, mark.low, mark.high, mark.colour)
    size = 8.0 if mark.marker == style.REFERENCE_MARKER else 5.2
    axes.plot([mark.value], [y], mark.marker, color=mark.colour, markersize=size, mec=PAPER, mew=0.6)


def _draw_beyond(axes: Axes, y: float, low: float, high: float, colour: str) -> None:
    """Arrow heads at the axis' ends where an interval goes on beyond them."""
    left, right = axes.get_xlim()
    for end, beyond, head in ((left, low < left, "<"), (right, high > right, ">")):
        if beyond:
            axes.plot([end], [y], head, color=colour, markersize=4.5, mew=0, clip_on=False)


def _write_ends(axes: Axes, scale: Scale) -> None:
    down = -0.24
    below = blended_transform_factory(axes.transAxes, axes.transAxes)
    width, height = drawing_size(axes)
    fits = sum(style.text_width(word, TINY) for word in scale.ends) + PAD < width
    first = scale.ends[0] if fits else ""  # one end named tells the direction of both
    for x, word, side in ((0.0, first, "left"), (1.0, scale.ends[1], "right")):
        if word:
            axes.text(x, down / height, word, transform=below, size=TINY, color=SOFT, ha=side, va="top")
    if scale.title:
        at = (down - (0.14 if _second_line(scale) else 0)) / height
        axes.text(0.5, at, scale.title, transform=below, size=SMALL, color=SOFT, ha="center", va="top")
