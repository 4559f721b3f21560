"""How good is each method: means with intervals, and how the scores spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes

from analysis.figures import style
from analysis.figures.forest import (
    PAD,
    Line,
    Mark,
    Scale,
    even_ticks,
    forest,
    name_room,
    row_height,
    tick_label,
    write_name,
)
from analysis.figures.numbers import listed, number, percent, with_interval
from analysis.figures.plot import Frame, Plot, file_name, framed, heading
from analysis.figures.style import COLUMN, FAINT, SETTINGS, SOFT, TINT_INK, TINY, tint
from analysis.figures.view import Question, Row, View

BAR = 0.66
LEAST_BARS = 2.0  # inches
FEW_GRADES = 8
LOWEST_LABELLED = 0.055


def mos(view: View, question: str, measure: str | None = None) -> Plot:
    """Mean and interval of every method on one question; the naive interval as a thin mark below."""
    rows = view.mos(question, measure)
    shown = rows[0]["measure"] if rows else "MOS"
    letters = {row["method"]: row["letters"] for row in view.rows("letters", question)}
    letters = letters if shown in ("MOS", "DCR") else {}
    lines = [_mean_line(view, row, letters) for row in rows]
    title, text = heading(view.question(question))
    title = title if shown == "MOS" else f"{title}: {shown}"
    info = view.question(question)
    info = info if shown != "DMOS" else replace(info, labels={})  # the grades' words are those of MOS
    scale = mean_scale(info, rows)
    scale = replace(scale, zero=0.0) if shown == "CMOS" else scale
    figure = forest(view, (title, text), lines, scale)
    return Plot(
        file_name("mos", question, *_suffix(shown)),
        _mean_caption(view, rows, letters),
        _mean_alt(rows),
        figure,
    )


def distribution(view: View, question: str) -> Plot:
    """Share of every grade per method, diverging around the middle grade."""
    rows = view.mos(question)
    grades = view.grades(question)
    if grades is None:
        return _quartiles(view, question, rows)
    with rc_context(SETTINGS):
        height = row_height(len(rows) + 1)
        left, width = name_room([row["method"] for row in rows], height, COLUMN - LEAST_BARS)
        frame = Frame(height * (len(rows) + 1), left, 0.06, 0.08, width)
        figure, axes = framed(view, *heading(view.question(question)), frame)
        _draw_bars(axes, rows, grades, frame)
        _draw_key(axes, grades, view.question(question))
    caption = "Share of ratings per grade, in per cent, centred on the middle of the scale"
    caption += "; best mean on top." if len(rows) > 1 else "."
    top = [f"{row['method']}: median {number(row['median'], 1)}" for row in rows]
    return Plot(file_name("scores", question), caption, f"Score distributions. {listed(top)}.", figure)


def _mean_line(view: View, row: Row, letters: dict[str, str]) -> Line:
    ink = view.inks[row["method"]]
    thin = (row.get("naive_ci_low"), row.get("naive_ci_high"))
    mark = Mark(row["mean"], row["ci_low"], row["ci_high"], thin, ink.colour, ink.marker)
    note = with_interval(row["mean"], row["ci_low"], row["ci_high"])
    return Line(row["method"], (mark,), note, letters.get(row["method"], ""))


def _suffix(measure: str) -> tuple[str, ...]:
    return () if measure == "MOS" else (measure,)


def mean_scale(question: Question, rows: Sequence[Row]) -> Scale:
    """The question's scale, and more where intervals go beyond it."""
    ends = [row[key] for row in rows for key in ("mean", "ci_low", "ci_high") if row[key] is not None]
    low, high = _reach(question, ends)
    ticks = _ticks(question, low, high)
    labels = [tick_label(tick) for tick in ticks]
    words = [question.labels.get(tick, "") if tick in (ticks[0], ticks[-1]) else "" for tick in ticks]
    named = tuple(f"{label}\n{word}" if word else label for label, word in zip(labels, words, strict=True))
    room = (high - low or 1.0) * 0.04
    return Scale(low - room, high + room, ticks, named)


def _ticks(question: Question, low: float, high: float) -> tuple[float, ...]:
    """The grades themselves where they are few whole numbers."""
    if question.low is None or question.high is None or question.high - question.low > FEW_GRADES:
        return even_ticks(low, high)
    return tuple(float(grade) for grade in range(int(question.low), int(question.high) + 1))


def _reach(question: Question, ends: Sequence[float]) -> tuple[float, float]:
    """The scale, and up to a quarter more where intervals go beyond; without a scale, the values."""
    if question.low is None or question.high is None or question.low == question.high:
        return (min(ends), max(ends)) if ends else (0.0, 1.0)
    beyond = (question.high - question.low) / 4
    low = max(min([question.low, *ends]), question.low - beyond)
    return low, min(max([question.high, *ends]), question.high + beyond)


def _mean_caption(view: View, rows: Sequence[Row], letters: dict[str, str]) -> str:
    who = "raters and items" if any(row["target"] == "raters+items" for row in rows) else "raters"
    graded = any(row["measure"] == "CMOS" for row in rows)
    what = f"Mean score relative to {view.reference} (0: the same)" if graded else "Mean"
    text = f"{what} and {percent(view.confidence)} interval over {who}."
    if any(row.get("naive_ci_low") is not None for row in rows):
        text += (
            " The thin grey interval below takes all ratings as independent and is too narrow; "
            "it stands for comparison only."
        )
    if letters:
        text += " Methods that share a letter are not told apart."
    return text


def _mean_alt(rows: Sequence[Row]) -> str:
    parts = [f"{r['method']} {with_interval(r['mean'], r['ci_low'], r['ci_high'])}" for r in rows]
    return f"Mean score of each method, best first: {'; '.join(parts)}."


def grade_colours(grades: int) -> list[str]:
    """Orange below the middle, grey in it, blue above; the further from the middle, the darker."""
    half = (grades - 1) / 2
    out = []
    for i in range(grades):
        away = (i - half) / half
        hue = style.BLUE if away > 0 else style.VERMILLION
        out.append("#d3d7db" if away == 0 else tint(hue, 0.25 + 0.6 * abs(away)))
    return out


def _draw_bars(axes: Axes, rows: Sequence[Row], grades: Sequence[float], frame: Frame) -> None:
    shares = [_shares(row, grades) for row in rows]
    starts = [
        -sum(share[: len(grades) // 2]) - (share[len(grades) // 2] / 2 if len(grades) % 2 else 0)
        for share in shares
    ]
    width = frame.width - frame.left - frame.right
    low, high = min(starts, default=-1), max((s + 1 for s in starts), default=1)
    axes.set_xlim(low, high)
    axes.set_ylim(len(rows) - 0.5, -1.5)
    axes.axis("off")
    axes.plot([0, 0], [-0.5, len(rows) - 0.5], color=FAINT, linewidth=0.6, zorder=0)
    _draw_shares(axes, shares, starts)
    for y, (row, share, start) in enumerate(zip(rows, shares, starts, strict=True)):
        write_name(axes, y, row["method"], frame.left - PAD, frame.body / (len(rows) + 1))
        _write_shares(axes, y, share, start, (high - low) / width)


def _draw_shares(axes: Axes, shares: Sequence[Sequence[float]], starts: Sequence[float]) -> None:
    """One grade of all methods after the other."""
    left, heights = list(starts), range(len(shares))
    for i, colour in enumerate(grade_colours(len(shares[0])) if shares else []):
        widths = [share[i] for share in shares]
        axes.barh(heights, widths, BAR, left=left, color=colour, edgecolor=style.PAPER, linewidth=0.5)
        left = [start + width for start, width in zip(left, widths, strict=True)]


def _write_shares(axes: Axes, y: float, shares: Sequence[float], start: float, per_inch: float) -> None:
    colours = grade_colours(len(shares))
    for i, share in enumerate(shares):
        text = f"{share * 100:.0f}"
        if share > LOWEST_LABELLED and share / per_inch > style.text_width(text, TINY) + 0.02:
            ink = style.WHITE if _is_dark(colours[i]) else TINT_INK
            axes.text(start + share / 2, y, text, size=TINY, color=ink, ha="center", va="center")
        start += share


def _shares(row: Row, grades: Sequence[float]) -> list[float]:
    counts = {float(grade): count for grade, count in (row["counts"] or {}).items()}
    total = sum(counts.values()) or 1
    return [counts.get(grade, 0) / total for grade in grades]


def _is_dark(colour: str) -> bool:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue < 140


def _draw_key(axes: Axes, grades: Sequence[float], question: Question) -> None:
    """Grades as squares above the bars, with the scale's words at both ends."""
    colours = grade_colours(len(grades))
    step = min(0.2, 1.8 / len(grades))
    first, last = question.labels.get(grades[0], ""), question.labels.get(grades[-1], "")
    at: dict[str, Any] = {
        "xycoords": ("axes fraction", "data"),
        "textcoords": "offset points",
        "size": TINY,
        "va": "center",
    }
    x = style.text_width(first, TINY) + 0.05 if first else 0.0
    if first:
        axes.annotate(first, (0, -1), (0, 0), color=SOFT, **at)
    for i, (grade, colour) in enumerate(zip(grades, colours, strict=True)):
        ink = style.WHITE if _is_dark(colour) else TINT_INK
        box = {"boxstyle": "square,pad=0.25", "facecolor": colour, "edgecolor": "none"}
        axes.annotate(
            tick_label(grade),
            (0, -1),
            (72 * (x + step * (i + 0.5)), 0),
            color=ink,
            ha="center",
            bbox=box,
            **at,
        )
    if last:
        axes.annotate(last, (0, -1), (72 * (x + step * len(grades) + 0.05), 0), color=SOFT, **at)


def _quartiles(view: View, question: str, rows: Sequence[Row]) -> Plot:
    """Median and quartiles, for scales with too many grades to draw each."""
    lines = []
    for row in rows:
        ink = view.inks[row["method"]]
        mark = Mark(row["median"], row["q1"], row["q3"], colour=ink.colour, marker=ink.marker)
        lines.append(Line(row["method"], (mark,), with_interval(row["median"], row["q1"], row["q3"])))
    figure = forest(view, heading(view.question(question)), lines, mean_scale(view.question(question), rows))
    caption = "Median and quartiles of the scores of every method."
    return Plot(file_name("scores", question), caption, caption, figure)
