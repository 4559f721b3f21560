"""Labels beside points, placed where they hide neither each other nor a point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from analysis.figures import style
from analysis.figures.plot import drawing_size
from analysis.figures.style import PAPER, SMALL

GAP = 0.085  # inches from the point's centre
HEIGHT = 0.12
_SIDES = (
    (1, 0),
    (-1, 0),
    (1, 1),
    (1, -1),
    (-1, 1),
    (-1, -1),
    (0, 1.4),
    (0, -1.4),
    (1, 2),
    (1, -2),
    (-1, 2),
    (-1, -2),
)
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Label:
    """`bars`: boxes (x low, y low, x high, y high) that labels should leave free; all in data units."""

    text: str
    x: float
    y: float
    bars: tuple[Box, ...] = ()


def place_labels(axes: Axes, labels: Sequence[Label]) -> None:
    """Write each label at the first free place around its point; at the least crowded one if none is free.

    A label without text only keeps its point free.
    """
    axes.set_xlim(axes.get_xlim())
    axes.set_ylim(axes.get_ylim())
    spots = [_inches(axes, label.x, label.y) for label in labels]
    room = _inches(axes, axes.get_xlim()[1], axes.get_ylim()[1])
    taken: list[Box] = [(x - 0.05, y - 0.05, x + 0.05, y + 0.05) for x, y in spots]
    bars = [_bar(axes, bar) for label in labels for bar in label.bars]
    for i, label in enumerate(labels):
        if not label.text:
            continue
        width = style.text_width(label.text, SMALL)
        boxes = [_box(spots[i], side, width) for side in _SIDES]
        others = bars + taken[:i] + taken[i + 1 :]
        best = min(boxes, key=lambda box: _crowding(box, others, room))
        taken.append(best)
        _write(axes, label, spots[i], best)


def _inches(axes: Axes, x: float, y: float) -> tuple[float, float]:
    """Position in inches from the lower left corner of the drawing area."""
    (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
    width, height = drawing_size(axes)
    return float((x - x0) / (x1 - x0) * width), float((y - y0) / (y1 - y0) * height)


def _bar(axes: Axes, bar: Box) -> Box:
    low, high = _inches(axes, bar[0], bar[1]), _inches(axes, bar[2], bar[3])
    return low[0] - 0.02, low[1] - 0.02, high[0] + 0.02, high[1] + 0.02


def _box(spot: tuple[float, float], side: tuple[float, float], width: float) -> Box:
    x, y = spot
    left = {1: x + GAP, -1: x - GAP - width}.get(int(side[0]), x - width / 2)
    middle = y + side[1] * 0.105
    return left, middle - HEIGHT / 2, left + width, middle + HEIGHT / 2


def _crowding(box: Box, others: Sequence[Box], room: tuple[float, float]) -> float:
    outside = max(0.0, -box[0]) + max(0.0, box[2] - room[0]) + max(0.0, -box[1]) + max(0.0, box[3] - room[1])
    return outside * 10 + sum(_overlap(box, other) for other in others)


def _overlap(a: Box, b: Box) -> float:
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    return wide * high if wide > 0 and high > 0 else 0.0


def _write(axes: Axes, label: Label, spot: tuple[float, float], box: Box) -> None:
    offset = ((box[0] - spot[0]) * 72, ((box[1] + box[3]) / 2 - spot[1]) * 72)
    axes.annotate(
        label.text,
        (label.x, label.y),
        offset,
        textcoords="offset points",
        size=SMALL,
        va="center",
        zorder=5,
        bbox={"boxstyle": "square,pad=0.05", "facecolor": PAPER, "edgecolor": "none", "alpha": 0.7},
    )
