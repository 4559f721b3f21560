"""A square of method pairs: one tinted cell per pair, with its number and interval."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.transforms import blended_transform_factory

from analysis.figures import style
from analysis.figures.forest import PAD
from analysis.figures.plot import Frame, framed
from analysis.figures.style import COLUMN, FAINT, PAGE, RULE, SETTINGS, SMALL, SOFT, TEXT, TINT_INK, TINY
from analysis.figures.view import View

FULL_CELL, NUMBER_CELL, SHORT_CELL, SMALLEST_CELL = 0.68, 0.36, 0.2, 0.07  # inches
FEW = 9  # rows from which on names are not broken
LEVEL_LEFT, MOST_LEFT = 1.25, 1.6  # inches for the rows' names
LEAST_WIDE = 5.1  # inches
KEY, KEY_STEP = 0.2, 0.62  # inches: height of the key, and from one of its tints to the next
STEPS = (-1.0, -0.5, -0.25, 0.25, 0.5, 1.0)


@dataclass(frozen=True)
class Cell:
    """`strength` from −1 (column's colour) to 1 (row's colour); unresolved cells stay untinted.

    `short` stands where `number` has no room. Cells that are not `tested` are dashed or, if small, hatched.
    """

    number: str
    short: str
    detail: str
    strength: float
    resolved: bool
    tested: bool = True


Cells = Mapping[tuple[str, str], Cell]
Told = Callable[[float], str]  # the number that a strength stands for


def matrix(
    view: View, head: tuple[str, str], rows: Sequence[str], columns: Sequence[str], cells: Cells, told: Told
) -> Figure:
    """Draw the cells that are there; rows from the top, columns from the left, names turned where narrow.

    Where cells are too small for numbers, a key says what tints stand for, as `told` in words.
    """
    with rc_context(SETTINGS):
        left = _left(rows)
        cell = _cell_width(left, len(columns))
        names = _column_names(columns, cell)
        height = 0.38 if cell >= FULL_CELL else min(cell, 0.3)
        width = _width(left + cell * len(columns) + 0.1)
        right = width - left - cell * len(columns)
        key = cell < SHORT_CELL and any(value.resolved for value in cells.values())
        body, bottom = height * len(rows), names.height + 0.14
        top = KEY + 0.06 if key else 0.0
        figure, axes = framed(view, *head, Frame(body, left, right, bottom, width, top))
        _prepare(axes, names, len(rows), min(SMALL, height * 72 * 0.85))
        size = min(TEXT, height * 72 * 0.85)
        for y, name in enumerate(rows):
            _write_row(axes, y + 0.5, name, left - PAD, size)
        placed = {(columns.index(at[1]), rows.index(at[0])): cell for at, cell in cells.items()}
        _fill(axes, placed, numbered=cell >= SHORT_CELL)
        for (x, y), value in placed.items():
            _write(axes, x, y, value, cell)
        if key:
            _write_key(axes, cells, told)
    return figure


def _width(needed: float) -> float:
    """One column, or so wide that the page shows it among the wide figures, in their size."""
    return COLUMN if needed <= COLUMN + style.ROUNDING else max(needed, LEAST_WIDE)


def _write_key(axes: Axes, cells: Cells, told: Told) -> None:
    """Tints above the matrix, with the numbers that they stand for."""
    signs = {1 if cell.strength > 0 else -1 for cell in cells.values() if cell.resolved}
    steps = [step for step in STEPS if (step > 0) - (step < 0) in signs]
    at: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "center"}
    for i, step in enumerate(steps):
        x, text = 72 * (0.08 + KEY_STEP * i), told(step)
        box = {"boxstyle": "square,pad=0.3", "facecolor": _tinted(step), "edgecolor": RULE}
        axes.annotate("  ", (0, 1), (x, 72 * KEY / 2 + 4), size=TINY, bbox=box, **at)
        axes.annotate(text, (0, 1), (x + 11, 72 * KEY / 2 + 4), size=TINY, **at)


def _left(rows: Sequence[str]) -> float:
    widest = max((style.text_width(name, TEXT) for name in rows), default=0.3) + 2 * PAD
    return min(widest, LEVEL_LEFT if len(rows) < FEW else MOST_LEFT)


def has_room(rows: Sequence[str], columns: Sequence[str]) -> bool:
    """Whether the cells are wide enough for their details."""
    return _cell_width(_left(rows), len(columns)) >= FULL_CELL


def has_numbers(rows: Sequence[str], columns: Sequence[str]) -> bool:
    """Whether the cells are wide enough for a number."""
    return _cell_width(_left(rows), len(columns)) >= SHORT_CELL


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
    labels = tuple(style.shortened(name, SMALL, 1.6) for name in columns)
    return _Names(labels, max(style.text_width(label, SMALL) for label in labels), turned=True)


def _cell_width(left: float, n: int) -> float:
    room = PAGE - left - 0.1
    for size in (FULL_CELL, NUMBER_CELL):
        if n * size <= room:
            return size
    return max(room / max(n, 1), SMALLEST_CELL)


def _write_row(axes: Axes, y: float, name: str, right: float, size: float) -> None:
    across = blended_transform_factory(axes.figure.dpi_scale_trans, axes.transData)
    room = right - PAD
    two_lines = size == TEXT and style.text_width(name, size) > room
    text, size = style.fitted(name, room) if two_lines else (style.shortened(name, size, room), size)
    axes.text(right, y, text, transform=across, size=size, ha="right", va="center", linespacing=0.95)


def _prepare(axes: Axes, names: _Names, n_rows: int, size: float) -> None:
    axes.set_xlim(0, len(names.labels))
    axes.set_ylim(n_rows, 0)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    axes.set_yticks([])
    centres = [x + 0.5 for x in range(len(names.labels))]
    turn: dict[str, Any] = (
        {"rotation": 90, "rotation_mode": "anchor", "ha": "right", "va": "center"} if names.turned else {}
    )
    axes.set_xticks(centres, names.labels, size=size, color=style.INK, **turn)


def _fill(axes: Axes, placed: Mapping[tuple[int, int], Cell], *, numbered: bool) -> None:
    """All squares of one kind at once: thousands of single patches take seconds."""
    tested = {at: cell for at, cell in placed.items() if cell.tested}
    colours = [_colour(cell) for cell in tested.values()]
    squares = PatchCollection(_boxes(tested), facecolors=colours, edgecolors=RULE, linewidths=0.6)
    axes.add_collection(squares, autolim=False)
    rest: dict[str, Any] = {"facecolors": "none", "edgecolors": FAINT, "linewidths": 0.5}
    kind = {"linestyle": (0, (2, 2))} if numbered else {"hatch": "//////"}
    untested = [at for at, cell in placed.items() if not cell.tested]
    if untested:
        axes.add_collection(PatchCollection(_boxes(untested), **rest, **kind), autolim=False)


def _boxes(places: Iterable[tuple[int, int]]) -> list[Rectangle]:
    return [Rectangle((x + 0.03, y + 0.04), 0.94, 0.92) for x, y in places]


def _colour(cell: Cell) -> str:
    if not cell.resolved:
        return "none"
    return _tinted(cell.strength)


def _tinted(strength: float) -> str:
    hue = style.BLUE if strength > 0 else style.VERMILLION
    return style.tint(hue, 0.12 + 0.5 * min(abs(strength), 1))


def _write(axes: Axes, x: int, y: int, cell: Cell, width: float) -> None:
    if width < SHORT_CELL:
        return
    ink = TINT_INK if cell.resolved else SOFT
    full = width >= FULL_CELL
    at: dict[str, Any] = {"ha": "center", "va": "center", "color": ink}
    text = cell.number if width >= NUMBER_CELL else cell.short
    both = full and bool(cell.detail)
    axes.text(x + 0.5, y + (0.33 if both else 0.5), text, size=TEXT if full else TINY, **at)
    if both:
        axes.text(x + 0.5, y + 0.72, cell.detail, size=5.8, **at)
