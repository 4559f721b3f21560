"""Where the texts of a drawn figure lie: which overlap, which leave the page."""

from __future__ import annotations

from itertools import combinations

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from analysis.figures import Plot
from analysis.figures.style import SETTINGS, quiet_fonts

TOUCHING = 2.0  # pixels


def texts(plot: Plot) -> list[tuple[str, Bbox]]:
    """Every text that is drawn, with its box in pixels."""
    canvas = FigureCanvasAgg(plot.figure)
    with rc_context(SETTINGS), quiet_fonts():
        canvas.draw()
        idle = {text for axes in plot.figure.axes for text in _undrawn(axes)}
        found = [text for text in plot.figure.findobj(Text) if text.get_text().strip() and text not in idle]
        return [
            (text.get_text(), text.get_window_extent(canvas.get_renderer()))
            for text in found
            if text.get_visible()
        ]


def _undrawn(axes: Axes) -> set[Text]:
    """Labels of ticks beyond the limits, and of axes that are switched off."""
    kept: set[Text] = set()
    for axis in (axes.xaxis, axes.yaxis):
        ticks = axis._update_ticks() if axes.axison else []
        drawn = {text for tick in ticks for text in tick.findobj(Text)}
        kept |= {text for tick in axis.get_major_ticks(99) for text in tick.findobj(Text)} - drawn
    return kept


def outside(plot: Plot) -> list[str]:
    """Texts that reach beyond the page."""
    width, height = plot.figure.bbox.size
    return [
        text
        for text, box in texts(plot)
        if min(box.x0, box.y0) < -1 or box.x1 > width + 1 or box.y1 > height + 1
    ]


def overlapping(plot: Plot) -> list[tuple[str, str]]:
    """Pairs of texts that cover each other."""
    found = []
    for (a, first), (b, second) in combinations(texts(plot), 2):
        shared = Bbox.intersection(first, second)
        if shared is not None and min(shared.width, shared.height) >= TOUCHING:
            found.append((a, b))
    return found
