"""A square of method pairs: one tinted cell per pair, with its number and interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from analysis.figures import style
from analysis.figures.forest import PAD
from analysis.figures.plot import Frame, framed
from analysis.figures.style import COLUMN, PAGE, RULE, SETTINGS, SMALL, SOFT, TEXT, TINT_INK, TINY
from analysis.figures.view import View

FULL_CELL, NUMBER_CELL, SMALLEST_CELL = 0.68, 0.36, 0.07  # inches


@dataclass(frozen=True)
class Cell:
    """`strength` from −1 (column's colour) to 1 (row's colour); unresolved cells stay untinted."""

    number: str
    detail: str
    strength: float
    resolved: bool


Cells = Mapping[tuple[str, str], Cell]


def matrix(
    view: View, head: tuple[str, str], rows: Sequence[str], columns: Sequence[str], cells: Cells
) -> Figure:
    """Draw the cells that are there; rows from the top, columns from the left, names turned where narrow."""
    with rc_context(SETTINGS):
        left = min(max((style.text_width(name, TEXT) for name in rows), default=0.3) + 2 * PAD, 1.25)
        cell = _cell_width(left, len(columns))
        names = _column_names(columns, cell)
        height = 0.38 if cell >= FULL_CELL else min(cell, 0.3)
        width = max(COLUMN, left + cell * len(columns) + 0.1)
        right = width - left - cell * len(columns)
        figure, axes = framed(view, *head, Frame(height * len(rows), left, right, names.height + 0.14, width))
        _prepare(axes, rows, names, min(TEXT, height * 72 * 0.85))
        for (row, column), value in cells.items():
            _draw(axes, columns.index(column), rows.index(row), value, cell)
    return figure


@dataclass(frozen=True)
class _Names:
    """Column names as written, and the inches they take."""

    labels: tuple[str, ...]
    height: float
    turned: bool


def _column_names(columns: Sequence[str], cell: float) -> _Names:
    broken = [style.broken(name, SMALL, cell - 0.04) for name in columns]
    level = [label for label in broken if label is not None]
    if len(level) == len(columns):
        return _Names(tuple(level), 0.13 * max(label.count("\n") + 1 for label in level), turned=False)
    labels = tuple(style.shortened(name, SMALL, 1.2) for name in columns)
    return _Names(labels, max(style.text_width(label, SMALL) for label in labels), turned=True)


def _cell_width(left: float, n: int) -> float:
    room = PAGE - left - 0.1
    for size in (FULL_CELL, NUMBER_CELL):
        if n * size <= room:
            return size
    return max(room / max(n, 1), SMALLEST_CELL)


def _prepare(axes: Axes, rows: Sequence[str], names: _Names, size: float) -> None:
    axes.set_xlim(0, len(names.labels))
    axes.set_ylim(len(rows), 0)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    labels = [style.shortened(name, TEXT, 1.11) for name in rows]
    axes.set_yticks([y + 0.5 for y in range(len(rows))], labels, size=size, color=style.INK)
    centres = [x + 0.5 for x in range(len(names.labels))]
    turn: dict[str, Any] = (
        {"rotation": 90, "rotation_mode": "anchor", "ha": "right", "va": "center"} if names.turned else {}
    )
    axes.set_xticks(centres, names.labels, size=min(SMALL, size), color=style.INK, **turn)


def _draw(axes: Axes, x: int, y: int, cell: Cell, width: float) -> None:
    hue = style.BLUE if cell.strength > 0 else style.VERMILLION
    fill = style.tint(hue, 0.12 + 0.5 * min(abs(cell.strength), 1)) if cell.resolved else "none"
    box = Rectangle((x + 0.02, y + 0.03), 0.96, 0.94, facecolor=fill, edgecolor=RULE, linewidth=0.6)
    axes.add_patch(box)
    if width < NUMBER_CELL:
        return
    ink = TINT_INK if cell.resolved else SOFT
    full = width >= FULL_CELL
    at: dict[str, Any] = {"ha": "center", "va": "center", "color": ink}
    axes.text(x + 0.5, y + (0.33 if full else 0.5), cell.number, size=TEXT if full else TINY, **at)
    if full:
        axes.text(x + 0.5, y + 0.72, cell.detail, size=5.8, **at)
