"""How the answers came in: day by day, and over the course of a sitting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures.forest import Line, Mark, Scale, even_ticks, forest, tick_label
from analysis.figures.numbers import counted, number, percent, whole_number, with_interval
from analysis.figures.plot import Frame, Plot, file_name, framed, heading
from analysis.figures.style import COLUMN, FAINT, INK, RULE, SETTINGS, SMALL, SOFT, TINY, text_width
from analysis.figures.view import Row, View

PANEL, BETWEEN = 0.62, 0.3  # inches
LEFT, RIGHT = 0.5, 0.1
LEAST_BAR = 0.012  # inches
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LABELLED = 14  # bars that carry their number
LEAST_DRIFT = 0.25  # grades that the axis shows at least

Stack = tuple[str, str, str]  # key of the list, its name, its colour
RATERS: tuple[Stack, ...] = (("n_new", "in their first sitting", SOFT), ("n_back", "again", FAINT))
ANSWERS: tuple[Stack, ...] = (("n_ratings", "ratings", SOFT), ("n_comparisons", "comparisons", FAINT))


def timeline(view: View) -> Plot:
    """Raters and answers per day on which sittings began."""
    rows = [{**row, "n_back": row["n_raters"] - row["n_new"]} for row in view.rows("timeline")]
    days = [date.fromisoformat(row["day"]) for row in rows]
    with rc_context(SETTINGS):
        body = 2 * PANEL + BETWEEN
        head = ("Answers over time", "By the day (UTC) on which the sitting began")
        figure, whole = framed(view, *head, Frame(body, LEFT, RIGHT, 0.24, COLUMN, 0.16))
        for place, (what, stacks) in enumerate((("raters", RATERS), ("answers", ANSWERS))):
            axes = _panel(figure, whole, place)
            _draw(axes, rows, days, [stack for stack in stacks if any(row[stack[0]] for row in rows)], what)
            if place == 1:
                _date_axis(axes, days)
        whole.remove()
    total = sum(row["n_ratings"] + row["n_comparisons"] for row in rows)
    span = f"{counted(len(rows), 'day')} between {days[0]} and {days[-1]}" if days else "no day"
    caption = f"Answers came in on {span}. A sitting counts whole to the day on which it began."
    return Plot("timeline", caption, f"Answers over time: {counted(total, 'answer')} on {span}.", figure)


def drifting(view: View) -> list[str]:
    """Questions of which it is known how scores go over the sitting."""
    asked = view.questions("sitting_drift")
    return [q for q in asked if any(row["mean"] is not None for row in view.rows("sitting_drift", q))]


def drift(view: View, question: str) -> Plot:
    """How far scores lie above or below the rest, by the position of the trial in its sitting."""
    rows = view.rows("sitting_drift", question)
    lines = []
    for row in rows:
        mark = Mark(row["mean"], row["ci_low"], row["ci_high"])
        note = with_interval(row["mean"], row["ci_low"], row["ci_high"], signed=True)
        lines.append(Line(_trials(row), (mark,), note))
    ends = [abs(row[key]) for row in rows for key in ("mean", "ci_low", "ci_high") if row[key] is not None]
    high = max([*ends, LEAST_DRIFT])
    ticks = even_ticks(-high, high, 5)
    words = ("lower", "higher")
    labels = tuple(tick_label(tick) for tick in ticks)
    scale = Scale(-1.06 * high, 1.06 * high, ticks, labels, words, zero=0.0)
    title, text = heading(view.question(question))
    figure = forest(view, (f"{title} over the sitting", text), lines, scale)
    caption = (
        "Scores by the trial's position in its sitting, in grades above or below the rest, given the rater "
        f"and the stimulus, with {percent(view.confidence)} intervals."
    )
    told = "; ".join(f"{_trials(row)} {number(row['mean'], signed=True)}" for row in rows)
    return Plot(file_name("position", question), caption, f"Scores over the sitting: {told}.", figure)


def _trials(row: Row) -> str:
    low, high = row["position_low"], row["position_high"]
    return f"trial {low}" if low == high else f"trials {low}–{high}"


def _panel(figure: Figure, whole: Axes, place: int) -> Axes:
    width, height = (float(inches) for inches in figure.get_size_inches())
    top = whole.get_position().y1 * height - place * (PANEL + BETWEEN)
    box = (LEFT / width, (top - PANEL) / height, (width - LEFT - RIGHT) / width, PANEL / height)
    axes: Axes = figure.add_axes(box)
    axes.spines[["top", "right", "left"]].set_visible(False)
    return axes


def _draw(axes: Axes, rows: Sequence[Row], days: Sequence[date], stacks: Sequence[Stack], what: str) -> None:
    first, last = days[0], days[-1]
    span = (last - first).days + 1
    at = [(day - first).days for day in days]
    width = max(0.8, LEAST_BAR * span / (COLUMN - LEFT - RIGHT))
    base = [0] * len(rows)
    for key, _, colour in stacks:
        heights = [row[key] for row in rows]
        axes.bar(at, heights, width, bottom=base, color=colour)
        base = [low + height for low, height in zip(base, heights, strict=True)]
    axes.set_xlim(-0.6, max(span - 0.4, 2.4))
    axes.set_ylim(0, max([*base, 1]) * 1.18)
    axes.set_xticks([])
    ticks = [tick for tick in even_ticks(0, max([*base, 1]), 3) if tick == int(tick)]
    axes.set_yticks(ticks, [whole_number(int(tick)) for tick in ticks], size=SMALL)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    if span <= LABELLED:
        at_top: dict[str, Any] = {"textcoords": "offset points", "ha": "center", "size": TINY}
        for x, total in zip(at, base, strict=True):
            axes.annotate(whole_number(total), (x, total), (0, 1.5), **at_top)
    _write_key(axes, stacks, what)


def _write_key(axes: Axes, stacks: Sequence[Stack], what: str) -> None:
    """What the bars count, and the parts' colours where they have several."""
    at: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "size": SMALL}
    if len(stacks) < 2:
        name = stacks[0][1] if what == "answers" and stacks else what
        axes.annotate(name, (0, 1), (0, 4), color=SOFT, **at)
        return
    x = 0.0
    lead = f"{what}: " if what == "raters" else ""
    axes.annotate(lead, (0, 1), (0, 4), color=SOFT, **at)
    x += 72 * text_width(lead, SMALL) + (3 if lead else 0)
    for _, name, colour in stacks:
        axes.annotate("■", (0, 1), (x, 4), color=colour, **at)
        axes.annotate(name, (0, 1), (x + 8, 4), color=INK, **at)
        x += 72 * text_width(name, SMALL) + 16


def _date_axis(axes: Axes, days: Sequence[date]) -> None:
    """Dates under the bars, as many as have room."""
    first, span = days[0], (days[-1] - days[0]).days + 1
    room = COLUMN - LEFT - RIGHT
    most = max(1, int(room / (text_width("30 Sep 2026", SMALL) + 0.1)))
    step = max(1, -(-(span - 1) // max(most - 1, 1))) if span > 1 else 1
    places = list(range(0, span, step))
    shown = [first + timedelta(days=place) for place in places]
    axes.set_xticks(places, [_day(day, i == 0) for i, day in enumerate(shown)], size=SMALL)


def _day(day: date, with_year: bool) -> str:
    name = f"{day.day} {MONTHS[day.month - 1]}"
    return f"{name} {day.year}" if with_year else name
