"""Did the clips play well, and how did raters answer: one dot per rater for each fact."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib import rc_context
from matplotlib.axes import Axes

from analysis.figures import style
from analysis.figures.forest import PAD, even_ticks, tick_label, write_name
from analysis.figures.numbers import counted, number, percent
from analysis.figures.plot import Frame, Plot, framed
from analysis.figures.style import ALARM, COLUMN, INK, RULE, SETTINGS, SMALL, TEXT
from analysis.figures.view import View

STRIP = 0.3  # inches
SMALLEST_DOT, LARGEST_DOT = 3.0, 11.0  # points, of one rater and of most raters
STEPS = 60  # places on the axis at which raters are counted together
FACTS = {
    "trials_cut": "not played to the end",
    "trials_stalled": "stalled",
    "trials_hidden": "hidden",
    "trials_dropped": "frames dropped",  # last, as the playback rule does not judge it
}
DASHED = (0, (3, 2))
DOTS = "Dots: raters, the larger the more of them at one place."
JUDGED = ("trials_cut", "trials_stalled", "trials_hidden")


@dataclass(frozen=True)
class _Strip:
    """One row: a value per rater, and what they come to."""

    name: str
    values: tuple[float, ...]
    note: str


def played(view: View) -> list[str]:
    """Facts on playback that were recorded of anybody."""
    rows = view.rows("presentation")
    return [fact for fact in FACTS if any(row[fact] is not None for row in rows)]


def playback(view: View) -> Plot:
    """Share of every rater's trials that did not play as meant."""
    strips = [_strip(view, fact) for fact in played(view)]
    limit = _limit(view)
    judged = any(fact in JUDGED for fact in played(view))
    with rc_context(SETTINGS):
        frame = _frame(strips, bottom=0.24)
        head = ("Playback", "Share of each rater's trials; on the right, of all trials")
        figure, axes = framed(view, *head, frame)
        top = max(max((max(strip.values) for strip in strips if strip.values), default=0.0), 0.1)
        _prepare(axes, len(strips), -0.03 * top, 1.04 * top)
        ticks = even_ticks(0.0, top, 3)
        axes.set_xticks(ticks, [percent(tick) for tick in ticks], size=SMALL)
        for y, strip in enumerate(strips):
            _draw(axes, y, strip, frame)
        if limit is not None and judged and limit <= top:
            last = sum(fact in JUDGED for fact in played(view)) - 0.5
            axes.plot([limit] * 2, [-0.5, last], color=ALARM, linewidth=0.9, linestyle=DASHED, zorder=1)
    caption = DOTS + _told(view, limit if judged else None)
    alt = "; ".join(f"{strip.name}: {strip.note}" for strip in strips)
    return Plot("playback", caption, f"Playback: {alt}.", figure)


def pace(view: View) -> Plot:
    """Every rater's median time from the end of the clips to the answer."""
    values = tuple(row["response_s"] for row in view.rows("presentation") if row["response_s"] is not None)
    strip = _Strip("raters", values, counted(len(values), "rater"))
    with rc_context(SETTINGS):
        frame = _frame([strip], bottom=0.38)
        figure, axes = framed(view, "Time to answer", "Median seconds from the end of the clips", frame)
        top = max([*values, 0.5])
        _prepare(axes, 1, -0.02 * top, 1.04 * top)
        ticks = even_ticks(0.0, top, 5)
        axes.set_xticks(ticks, [tick_label(tick) for tick in ticks], size=SMALL)
        axes.set_xlabel("s", size=SMALL, labelpad=1)
        _draw(axes, 0, strip, frame)
    ends = f"{number(min(values, default=None), 1)} to {number(max(values, default=None), 1)} s"
    return Plot("pace", DOTS, f"Median time to answer of {strip.note}: {ends}.", figure)


def _strip(view: View, fact: str) -> _Strip:
    rows = [row for row in view.rows("presentation") if row[fact] is not None and row["trials"]]
    found, trials = sum(row[fact] for row in rows), sum(row["trials"] for row in rows)
    note = f"{_share(found, trials)} of {counted(trials, 'trial')}"
    return _Strip(FACTS[fact], tuple(row[fact] / row["trials"] for row in rows), note)


def _share(found: int, all_of: int) -> str:
    share = found / all_of if all_of else 0.0
    return f"{number(100 * share, 1)}\u00a0%" if 0 < share < 0.1 else percent(share)


def _limit(view: View) -> float | None:
    """From which share of faulty trials on the playback rule flags a rater."""
    rows = (row for row in view.rows("screening") if row["rule"] == "playback")
    return next((float(row["threshold"]) for row in rows if row["threshold"] is not None), None)


def _told(view: View, limit: float | None) -> str:
    if limit is None:
        return ""
    flagged = sum(row["flagged"] for row in view.rows("screening") if row["rule"] == "playback")
    line = f" The playback rule flags whoever has more than {percent(limit)} of trials with a fault"
    return f"{line} other than dropped frames (dashed line, where in sight): {counted(flagged, 'rater')}."


def _frame(strips: Sequence[_Strip], bottom: float) -> Frame:
    left = max((style.text_width(strip.name, TEXT) for strip in strips), default=0.5) + 2 * PAD
    right = max((style.text_width(strip.note, SMALL) for strip in strips), default=0.3) + 2 * PAD
    return Frame(STRIP * max(len(strips), 1), left, right, bottom, COLUMN)


def _prepare(axes: Axes, n: int, low: float, high: float) -> None:
    axes.set_xlim(low, high)
    axes.set_ylim(max(n, 1) - 0.5, -0.5)
    axes.set_yticks([])
    axes.grid(axis="x", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)


def _draw(axes: Axes, y: float, strip: _Strip, frame: Frame) -> None:
    write_name(axes, y, strip.name, frame.left - PAD, STRIP)
    low, high = axes.get_xlim()
    step = (high - low) / STEPS
    places = Counter(round(value / step) for value in strip.values)
    for place, count in sorted(places.items()):
        size = (
            SMALLEST_DOT
            + (LARGEST_DOT - SMALLEST_DOT) * (count - 1) ** 0.5 / max(len(strip.values) - 1, 1) ** 0.5
        )
        axes.plot([place * step], [y], "o", color=INK, alpha=0.75, markersize=size, mew=0, clip_on=False)
    at = (1, y)
    axes.annotate(
        strip.note,
        at,
        (72 * PAD, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        size=SMALL,
        va="center",
    )
