"""Does a metric follow MOS: stimuli and methods against one metric, with the fitted curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation

from analysis.figures import style
from analysis.figures.labels import Box, Label, place_labels
from analysis.figures.metrics import correlation_row, directed
from analysis.figures.numbers import coefficient_text, percent
from analysis.figures.plot import Frame, Plot, file_name, framed
from analysis.figures.style import COLUMN, PAGE, PAPER, RULE, SETTINGS, SMALL, SOFT, TINY
from analysis.figures.view import Row, View

MOST_LABELLED = 12  # methods; more are numbered, with a key beside
MOST_WHISKERS = 80  # stimuli whose intervals are drawn
MOST_VECTORS = 4000  # stimuli drawn as shapes; more become one picture
LABEL_WIDTH = 1.3  # inches
KEY_ROW, KEY_WIDTH = 0.145, 1.75  # inches
BODY, LEFT, BOTTOM, TOP = 2.25, 0.42, 0.42, 0.16


@dataclass(frozen=True)
class _Spot:
    """One method: where it stands, its intervals, and its number in the key, if any."""

    row: Row
    x: float
    y: float
    bars: tuple[Box, ...]
    number: int | None


def scatter(view: View, question: str, metric: str) -> Plot:
    """MOS against one metric: faint points are stimuli, marks are methods with intervals both ways."""
    about, info = view.metric(metric), view.question(question)
    spots = _spots(view, question, metric)
    title, finding = f"{info.title} against {about['title']}", _finding(view, question, metric)
    with rc_context(SETTINGS):
        figure, axes = framed(view, title, finding, _frame(len(spots)))
        _prepare(axes, about)
        _draw_stimuli(axes, view, question, metric)
        _draw_mapping(axes, view, question, metric)
        for spot in spots:
            _draw_spot(axes, view, spot)
        _limit(axes, info.low, info.high)
        place_labels(axes, [_label(spot) for spot in spots])
        if len(spots) > MOST_LABELLED:
            _write_key(axes, view, spots)
        axes.set_title("MOS", size=SMALL, color=SOFT, loc="left", pad=3)
    name = file_name("scatter", question, metric)
    return Plot(name, _caption(view, question, metric), f"{title}: {finding}.", figure)


def _frame(n: int) -> Frame:
    """One column; two, with a key on the right, where methods are many."""
    if n <= MOST_LABELLED:
        return Frame(BODY, LEFT, 0.08, BOTTOM, COLUMN, TOP)
    lines, columns = _key_shape(n)
    return Frame(max(3.0, lines * KEY_ROW), LEFT, columns * KEY_WIDTH + 0.1, BOTTOM, PAGE, TOP)


def _key_shape(n: int) -> tuple[int, int]:
    columns = 1 if n <= 24 else 2
    return -(-n // columns), columns


def _finding(view: View, question: str, metric: str) -> str:
    for level, unit in (("stimulus", "stimuli"), ("method", "methods")):
        row = correlation_row(view, question, metric, level, "SROCC")
        if row is not None and row["value"] is not None:
            return f"SROCC {coefficient_text(row)}, n = {row['n']} {unit}"
    return "correlation not defined"


def _caption(view: View, question: str, metric: str) -> str:
    text = (
        f"Faint points: stimuli. Marks: methods, with the {percent(view.confidence)} interval of the MOS and "
        "the quartiles of the metric."
    )
    if _mapping(view, question, metric):
        text += " Line: monotone third-order mapping (ITU-T P.1401), fitted to the stimuli."
    if any(spot.number is not None for spot in _spots(view, question, metric)):
        text += " Numbers: methods, the same in every scatter of this report."
    if view.reference is not None and any(
        s.row["method"] == view.reference for s in _spots(view, question, metric)
    ):
        text += " Hollow: reference, not in the correlation."
    return text


def _prepare(axes: Axes, about: Row) -> None:
    unit = f", {about['unit']}" if about["unit"] not in (None, "", "1") else ""
    axes.set_xlabel(directed({**about, "title": f"{about['title']}{unit}"}), size=SMALL, labelpad=2)
    axes.spines["left"].set_visible(True)
    axes.tick_params(labelsize=SMALL)
    axes.grid(color=RULE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.locator_params(nbins=5)


def _limit(axes: Axes, low: float | None, high: float | None) -> None:
    if low is None or high is None:
        return
    room = (high - low) * 0.04
    bottom, top = axes.get_ylim()
    axes.set_ylim(min(low - room, bottom), max(high + room, top))


def _draw_stimuli(axes: Axes, view: View, question: str, metric: str) -> None:
    means = {
        row["stimulus"]: row for row in view.screened("stimulus_mos", question) if row["measure"] != "DMOS"
    }
    values = view.values[view.values["metric"] == metric]
    of_method: dict[str, list[tuple[float, Row]]] = {}
    for stimulus, method, value in zip(values["stimulus"], values["method"], values["value"], strict=True):
        row = means.get(stimulus)
        if row is not None and row["mean"] is not None and method in view.inks:
            of_method.setdefault(method, []).append((float(value), row))
    count = sum(map(len, of_method.values()))
    for method, points in of_method.items():
        _draw_points(axes, view.inks[method], points, count)


def _draw_points(axes: Axes, ink: style.Ink, points: Sequence[tuple[float, Row]], count: int) -> None:
    drawn: dict[str, Any] = {"color": ink.colour, "rasterized": count > MOST_VECTORS, "zorder": 1.5}
    known = [(x, row) for x, row in points if row["ci_low"] is not None and row["ci_high"] is not None]
    if count <= MOST_WHISKERS and known:
        low, high = [row["ci_low"] for _, row in known], [row["ci_high"] for _, row in known]
        axes.vlines([x for x, _ in known], low, high, linewidth=0.7, alpha=0.22, **drawn)
    marks = ([x for x, _ in points], [row["mean"] for _, row in points])
    size = 3.4 if count <= 400 else 2.4
    axes.plot(*marks, ink.marker, alpha=0.4, markersize=size, mew=0, **drawn)


def _mapping(view: View, question: str, metric: str) -> list[Row]:
    return [row for row in view.rows("mapping", question) if row["metric"] == metric]


def _draw_mapping(axes: Axes, view: View, question: str, metric: str) -> None:
    rows = _mapping(view, question, metric)
    if rows:
        points = ([row["value"] for row in rows], [row["fitted"] for row in rows])
        axes.plot(*points, color=SOFT, linewidth=0.9, zorder=2)


def _spots(view: View, question: str, metric: str) -> list[_Spot]:
    """Methods with both means, the best first."""
    summary = {row["method"]: row for row in view.rows("metrics") if row["metric"] == metric}
    found = [
        (row, summary[row["method"]])
        for row in view.mos(question)
        if row["mean"] is not None and summary.get(row["method"], {}).get("median") is not None
    ]
    numbers = {name: i for i, name in enumerate(view.methods, 1)} if len(found) > MOST_LABELLED else {}
    return [
        _Spot(row, values["median"], row["mean"], _bars(row, values), numbers.get(row["method"]))
        for row, values in found
    ]


def _bars(row: Row, values: Row) -> tuple[Box, ...]:
    """The interval of the mean and the quartiles of the metric, as far as they are defined."""
    x, y, bars = values["median"], row["mean"], []
    if row["ci_low"] is not None and row["ci_high"] is not None:
        bars.append((x, row["ci_low"], x, row["ci_high"]))
    if values["q1"] is not None and values["q3"] is not None:
        bars.append((values["q1"], y, values["q3"], y))
    return tuple(bars)


def _draw_spot(axes: Axes, view: View, spot: _Spot) -> None:
    ink, hollow = view.inks[spot.row["method"]], spot.row["method"] == view.reference
    for left, bottom, right, top in spot.bars:
        width = 1.2 if spot.number is None else 0.8
        axes.plot([left, right], [bottom, top], color=ink.colour, linewidth=width, zorder=3)
    face, edge = (PAPER, ink.colour) if hollow else (ink.colour, PAPER)
    size = 6.0 if spot.number is None else 4.5
    size = size * 1.4 if ink.marker == style.REFERENCE_MARKER else size
    axes.plot([spot.x], [spot.y], ink.marker, markersize=size, mfc=face, mec=edge, mew=0.8, zorder=4)


def _label(spot: _Spot) -> Label:
    if spot.number is not None:
        return Label(str(spot.number), spot.x, spot.y)
    return Label(style.shortened(spot.row["method"], SMALL, LABEL_WIDTH), spot.x, spot.y, spot.bars)


def _write_key(axes: Axes, view: View, spots: Sequence[_Spot]) -> None:
    """Marks, numbers and names beside the drawing, in the order of the numbers."""
    lines, _ = _key_shape(len(spots))
    at: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "center"}
    for i, spot in enumerate(sorted(spots, key=lambda spot: spot.number or 0)):
        x, y = 72 * (0.2 + (i // lines) * KEY_WIDTH), -72 * KEY_ROW * (i % lines + 0.5)
        axes.annotate(str(spot.number), (1, 1), (x + 9, y), size=TINY, ha="right", color=SOFT, **at)
        ink, hollow = view.inks[spot.row["method"]], spot.row["method"] == view.reference
        beside = axes.transAxes + ScaledTranslation((x - 3) / 72, y / 72, axes.figure.dpi_scale_trans)
        mark: dict[str, Any] = {"mec": ink.colour, "mfc": PAPER if hollow else ink.colour, "mew": 0.8}
        key = Line2D([1], [1], marker=ink.marker, markersize=4.0, transform=beside, clip_on=False, **mark)
        axes.add_artist(key)
        name = style.shortened(spot.row["method"], SMALL, KEY_WIDTH - 0.31)
        axes.annotate(name, (1, 1), (x + 13, y), size=SMALL, **at)
