"""How far raters agree, where the variance lies, and who stood out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from matplotlib import rc_context
from matplotlib.axes import Axes

from analysis.figures import style
from analysis.figures.forest import PAD, ROW, Line, Mark, Scale, even_ticks, forest, tick_label
from analysis.figures.labels import Box, Label, place_labels
from analysis.figures.numbers import coefficient_text, counted, number, percent
from analysis.figures.plot import Frame, Plot, file_name, framed, heading
from analysis.figures.style import ALARM, FAINT, INK, RULE, SETTINGS, SMALL, SOFT, TEXT
from analysis.figures.view import Row, View

MOST_WHISKERS = 40  # raters whose intervals are drawn
MOST_NAMED = 6
LITTLE_BELOW, FAR_BELOW, CROWDED = -0.1, -1.0, -8.0  # of coefficients that agreement by chance makes 0
LOWEST_END = -4.0  # of intervals drawn in full
LEAST_BIAS = 0.25  # grades shown on both sides at least
ON_UNIT_SCALE = (
    "ICC(1)",
    "ICC(A,1)",
    "ICC(C,1)",
    "ICC(k)",
    "ICC(A,k)",
    "ICC(C,k)",
    "ICC(Q,k)",
    "alpha_ordinal",
    "alpha_interval",
    "alpha_nominal",
    "kendall_w",
    "fleiss_kappa",
    "repeat_consistency",
    "generalizability",
)
COEFFICIENT_NAMES = {
    "alpha_ordinal": "α ordinal",
    "alpha_interval": "α interval",
    "alpha_nominal": "α nominal",
    "kendall_w": "Kendall's W",
    "kendall_u": "Kendall's u",
    "fleiss_kappa": "κ (Fleiss)",
    "repeat_consistency": "repeats",
    "sos_a": "SOS a",
    "generalizability": "generalizability",
}


def coefficient_name(coefficient: str) -> str:
    return COEFFICIENT_NAMES.get(coefficient, coefficient)


def agreement(view: View, question: str) -> Plot:
    """Reliability and agreement coefficients with intervals, on a common scale from 0 to 1."""
    rows = [row for row in view.agreement(question) if row["coefficient"] in ON_UNIT_SCALE]
    lines = []
    for row in rows:
        mark = Mark(row["value"], row["ci_low"], row["ci_high"])
        note = coefficient_text(row)
        lines.append(Line(coefficient_name(row["coefficient"]), (mark,), note))
    end = min([0.0, *(row["ci_low"] for row in rows if row["ci_low"] is not None)])
    low = max(end, LOWEST_END)
    low = min([low, *(row["value"] for row in rows)])
    figure = forest(view, heading(view.question(question)), lines, _up_to_one(low))
    caption = (
        f"{percent(view.confidence)} intervals where one can be given. Forms with 1 speak of a single rater, "
        "forms with k of the mean of all; units are stimuli."
    )
    caption += " Arrow heads: an interval goes on beyond the axis." if end < low else ""
    alt = "; ".join(f"{coefficient_name(r['coefficient'])} {number(r['value'])}" for r in rows)
    return Plot(file_name("agreement", question), caption, f"Agreement: {alt}.", figure)


def _up_to_one(low: float) -> Scale:
    """From 0, or as far below it as values go; words tell where agreement is none and where perfect."""
    ticks: tuple[float, ...] = (0.0, 0.25, 0.5, 0.75, 1.0)
    words = ("no agreement", "perfect")
    if FAR_BELOW <= low < LITTLE_BELOW:
        ticks, words = (-0.5, 0.0, 0.5, 1.0), ("", "perfect")
    elif low < FAR_BELOW:
        below = even_ticks(low, 0.0, 3)
        ticks, words = (*(below if low > CROWDED else below[:-1]), 1.0), ("", "0 none, 1 perfect")
    none = FAR_BELOW <= low < LITTLE_BELOW
    labels = tuple(tick_label(t) + ("\nnone" if none and t == 0 else "") for t in ticks)
    room = 0.03 * (1 - min(low, ticks[0]))
    return Scale(min(low, ticks[0]) - room, 1 + room, ticks, labels, words)


def variance(view: View, question: str) -> Plot:
    """Share of each source of variance."""
    rows = view.variance(question)
    with rc_context(SETTINGS):
        names = [row["component"].replace(":", " × ") for row in rows]
        left = max((style.text_width(name, TEXT) for name in names), default=0.5) + 2 * PAD
        figure, axes = framed(
            view, *heading(view.question(question)), Frame(ROW * len(rows), left, 0.45, 0.08)
        )
        _bars(
            axes,
            [(name, row["share"], percent(row["share"])) for name, row in zip(names, rows, strict=True)],
        )
        for patch, row in zip(axes.patches, rows, strict=True):
            patch.set_color(INK if row["component"] == "method" else FAINT)
    caption = "Share of the variance of single ratings."
    if any(row["component"] == "method" for row in rows):
        caption += " Dark: what the methods differ in."
    alt = "; ".join(f"{row['component']} {percent(row['share'])}" for row in rows)
    return Plot(file_name("variance", question), caption, f"Variance shares: {alt}.", figure)


def placed(view: View, question: str) -> list[Row]:
    """Raters whose bias and inconsistency are defined."""
    rows = view.rows("raters", question)
    return [row for row in rows if row["bias"] is not None and row["inconsistency"] is not None]


def habits(view: View, question: str) -> Plot:
    """Every rater's bias against the spread left around the stimulus means."""
    rows = placed(view, question)
    excluded = {row["rater"] for row in view.rows("screening") if row["applied"]}
    with rc_context(SETTINGS):
        frame = Frame(1.75, 0.42, 0.1, 0.42, top=0.16)
        figure, axes = framed(view, *heading(view.question(question)), frame)
        axes.spines["left"].set_visible(True)
        axes.grid(color=RULE, linewidth=0.5)
        axes.set_axisbelow(True)
        axes.tick_params(labelsize=SMALL)
        axes.axvline(0, color=FAINT, linewidth=0.9)
        _limit(axes, rows)
        for row in rows:
            _draw_rater(axes, row, bad=row["rater"] in excluded, whisker=len(rows) <= MOST_WHISKERS)
        place_labels(axes, _names(rows, excluded, axes.get_ylim()[1]))
        axes.set_xlabel("bias (score minus stimulus mean)", size=SMALL, labelpad=2)
        axes.set_title("inconsistency (SD after bias)", size=SMALL, color=SOFT, loc="left", pad=3)
    caption = "One point per rater: how far above or below the others, and how erratically."
    if len(rows) <= MOST_WHISKERS:
        caption += f" Thin: {percent(view.confidence)} interval of the inconsistency."
        ends = [row["inconsistency_ci_high"] for row in rows]
        beyond = any(end is not None and end > _top(rows) for end in ends)
        caption += " Arrow heads: it goes on beyond the axis." if beyond else ""
    gone = sum(row["rater"] in excluded for row in rows)
    if gone:
        caption += " Crosses: excluded."
    alt = f"Bias and inconsistency of {counted(len(rows), 'rater')}, {gone} of them excluded."
    return Plot(file_name("raters", question), caption, alt, figure)


def _limit(axes: Axes, rows: Sequence[Row]) -> None:
    """All points with room around them; zero of both axes in sight. Whiskers may run out at the top."""
    biases = [float(row["bias"]) for row in rows]
    low, high = min([*biases, -LEAST_BIAS]), max([*biases, LEAST_BIAS])
    room = (high - low) * 0.07
    axes.set_xlim(low - room, high + room)
    axes.set_ylim(0, _top(rows))
    axes.locator_params(nbins=6)


def _top(rows: Sequence[Row]) -> float:
    """Above all points, and above their intervals as far as that leaves the points apart."""
    highest = max([float(row["inconsistency"]) for row in rows], default=1.0) or 1.0
    ends = [row["inconsistency_ci_high"] for row in rows if row["inconsistency_ci_high"] is not None]
    return min(1.05 * max([*ends, highest]), 1.5 * highest) if len(rows) <= MOST_WHISKERS else 1.1 * highest


def _draw_rater(axes: Axes, row: Row, *, bad: bool, whisker: bool) -> None:
    marker, colour = ("X", ALARM) if bad else ("o", INK)
    low, high = row["inconsistency_ci_low"], row["inconsistency_ci_high"]
    if whisker and low is not None and high is not None:
        axes.plot([row["bias"]] * 2, [low, high], color=FAINT, linewidth=0.6, zorder=1.5)
        top = axes.get_ylim()[1]
        if high > top:
            axes.plot([row["bias"]], [top], "^", color=FAINT, markersize=4.0, mew=0, clip_on=False)
    spot = ([row["bias"]], [row["inconsistency"]])
    axes.plot(*spot, marker, color=colour, alpha=0.75, markersize=6.0 if bad else 4.5, mew=0, clip_on=False)


def _names(rows: Sequence[Row], excluded: set[str], top: float) -> list[Label]:
    """Points of all raters; names of those excluded, where they are few, beside intervals and zero line."""
    named = sum(row["rater"] in excluded for row in rows) <= MOST_NAMED
    return [
        Label(
            style.shortened(row["rater"], SMALL, 0.6) if named and row["rater"] in excluded else "",
            row["bias"],
            row["inconsistency"],
            (*_whisker(row, len(rows)), (0.0, 0.0, 0.0, top)),
        )
        for row in rows
    ]


def _whisker(row: Row, raters: int) -> tuple[Box, ...]:
    low, high = row["inconsistency_ci_low"], row["inconsistency_ci_high"]
    drawn = raters <= MOST_WHISKERS and low is not None and high is not None
    return ((row["bias"], low, row["bias"], high),) if drawn else ()


def attention(view: View) -> Plot:
    """How many raters missed how many attention checks."""
    rows = [row for row in view.rows("screening") if row["rule"] == "attention"]
    missed = Counter(row["value"] for row in rows if row["value"] is not None)
    bars = [(f"{int(value)} missed", float(count), str(count)) for value, count in sorted(missed.items())]
    none = sum(row["value"] is None for row in rows)
    bars += [("none answered", float(none), str(none))] if none else []
    limit = next((row["threshold"] for row in rows if row["threshold"] is not None), None)
    with rc_context(SETTINGS):
        left = max((style.text_width(bar[0], TEXT) for bar in bars), default=0.5) + 2 * PAD
        figure, axes = framed(
            view, "Attention checks", "Raters by checks missed", Frame(ROW * len(bars), left, 0.45, 0.08)
        )
        _bars(axes, bars)
        for patch, value in zip(axes.patches, sorted(missed), strict=False):
            patch.set_color(ALARM if limit is not None and value > limit else FAINT)
    rule = f" Flagged: more than {number(limit, 0)}." if limit is not None else ""
    rule += " Gold trials are among the checks." if view.card["checks"]["n_gold"] else ""
    alt = "; ".join(f"{bar[0]}: {counted(int(bar[1]), 'rater')}" for bar in bars)
    return Plot("attention", f"Number of raters.{rule}", f"Attention checks: {alt}.", figure)


def _bars(axes: Axes, bars: Sequence[tuple[str, float, str]]) -> None:
    values = [value for _, value, _ in bars]
    axes.barh(range(len(bars)), values, 0.62, color=FAINT)
    axes.set_ylim(max(len(bars), 1) - 0.5, -0.5)
    axes.set_xlim(0, max([*values, 1e-9]))
    axes.spines[:].set_visible(False)
    axes.set_xticks([])
    axes.tick_params(length=0)
    axes.set_yticks(range(len(bars)), [label for label, _, _ in bars], size=TEXT, color=INK)
    for y, (_, value, text) in enumerate(bars):
        axes.annotate(text, (value, y), (4, 0), textcoords="offset points", size=SMALL, va="center")
