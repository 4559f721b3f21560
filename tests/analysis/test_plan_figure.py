"""The figure of a plan: nothing overlaps or leaves the page, and it shows what the tables say."""

from __future__ import annotations

from itertools import combinations

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from analysis.figures.plan import plan_figure
from analysis.figures.plot import Plot
from analysis.figures.style import COLUMN, PAGE
from analysis.planning.basis import assumed_basis
from analysis.planning.plan import Plan, make_plan
from analysis.planning.request import Request

FIVE_GRADES = (1.0, 5.0)
REQUESTS = {
    "default": Request(),
    "one method": Request(methods=1),
    "one design": Request(raters=(20,), items=(10,)),
    "two designs": Request(raters=(24, 25), items=(8,)),
    "many": Request(raters=(2, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 1000), items=tuple(range(4, 28, 2))),
    "fixed items": Request(items=(5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20, 24), target="raters"),
    "few ratings": Request(ratings_per_rater=1),
    "large numbers": Request(raters=(500, 100_000), items=(5, 100_000)),
}


def made(request: Request) -> Plan:
    return make_plan(assumed_basis({}, FIVE_GRADES), request)


def texts(plot: Plot) -> list[tuple[str, Bbox]]:
    """Every text that is drawn, with its box in pixels."""
    canvas = FigureCanvasAgg(plot.figure)
    canvas.draw()
    found = [text for text in plot.figure.findobj(Text) if text.get_text().strip() and text.get_visible()]
    return [(text.get_text(), text.get_window_extent(canvas.get_renderer())) for text in found]


@pytest.mark.parametrize("name", REQUESTS)
def test_labels_neither_overlap_nor_leave_the_figure(name: str) -> None:
    plot = plan_figure(made(REQUESTS[name]), alone=True)
    found = texts(plot)
    width, height = plot.figure.bbox.size
    for text, box in found:
        assert min(box.x0, box.y0) > -1, text
        assert box.x1 < width + 1, text
        assert box.y1 < height + 1, text
    for (a, first), (b, second) in combinations(found, 2):
        overlap = Bbox.intersection(first, second)
        if overlap is not None:
            assert min(overlap.width, overlap.height) < 2, (a, b)


@pytest.mark.parametrize("name", REQUESTS)
def test_it_fits_one_or_two_columns_and_has_words(name: str) -> None:
    plot = plan_figure(made(REQUESTS[name]), alone=True)
    assert plot.figure.get_figwidth() == pytest.approx(COLUMN if name == "one method" else PAGE)
    assert len(plot.alt) > 20
    assert plot.caption.endswith(".")


def test_points_are_the_designs_and_rings_what_items_alone_leave() -> None:
    plan = made(Request())
    axes = plan_figure(plan, alone=True).figure.axes[0]
    points = {
        line.get_marker(): line for line in axes.lines if len(line.get_xdata()) == len(plan.setting.raters)
    }
    rings = {line.get_marker(): line for line in axes.lines if line.get_markerfacecolor() == "#ffffff"}
    for marker, items in zip("os^D", plan.setting.items, strict=True):
        designs = [row for row in plan.designs if row["items"] == items]
        assert list(points[marker].get_xdata()) == [row["raters"] for row in designs]
        assert list(points[marker].get_ydata()) == [row["half_width"] for row in designs]
        alone = next(row["half_width"] for row in plan.items_alone if row["items"] == items)
        assert list(rings[marker].get_ydata()) == [alone]


def test_lines_are_named_at_their_ends_and_the_goal_is_drawn() -> None:
    svg = plan_figure(made(Request(half_width=0.3)), alone=True).svg()
    for name in ("5 items", "10 items", "20 items", "40 items", "goal 0.3", "items alone"):
        assert f">{name}<" in svg
