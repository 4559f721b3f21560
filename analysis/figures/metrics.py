"""Do metrics follow MOS: scatter of each metric against MOS, and all correlations with intervals."""

from __future__ import annotations

from matplotlib import rc_context
from matplotlib.axes import Axes

from analysis.figures import style
from analysis.figures.forest import Line, Mark, Scale, forest, tick_label
from analysis.figures.labels import Box, Label, place_labels
from analysis.figures.numbers import coefficient_text, percent
from analysis.figures.plot import Frame, Plot, file_name, framed
from analysis.figures.style import BLUE, INK, PAPER, RULE, SETTINGS, SMALL, SOFT
from analysis.figures.view import Row, View

COEFFICIENTS = {"SROCC": (INK, "o", -0.2), "PLCC": (BLUE, "s", 0.22)}
LEVELS = {"stimulus": "stimuli", "within_item": "within item", "method": "methods"}
MOST_LABELLED = 12


def correlation_row(view: View, question: str, metric: str, level: str, coefficient: str) -> Row | None:
    """The correlation with the raw metric, or None where the results have none."""
    for row in view.rows("correlation", question):
        key = (row["metric"], row["level"], row["coefficient"], row["mapping"])
        if key == (metric, level, coefficient, "raw"):
            return row
    return None


def correlated_metrics(view: View, question: str) -> list[str]:
    return list(dict.fromkeys(row["metric"] for row in view.rows("correlation", question)))


def scatter(view: View, question: str, metric: str) -> Plot:
    """MOS against one metric: faint points are stimuli, marks are methods with intervals both ways."""
    about, info = view.metric(metric), view.question(question)
    row = correlation_row(view, question, metric, "stimulus", "SROCC")
    finding = _finding(row)
    with rc_context(SETTINGS):
        title = f"{info.title} against {about['title']}"
        figure, axes = framed(view, title, finding, Frame(2.25, 0.42, 0.08, 0.42, top=0.16))
        _prepare(axes, about)
        _draw_stimuli(axes, view, question, metric)
        labels = _draw_methods(axes, view, question, metric)
        _limit(axes, info.low, info.high)
        place_labels(axes, labels if len(labels) <= MOST_LABELLED else [])
        axes.set_title("MOS", size=SMALL, color=SOFT, loc="left", pad=3)
    caption = (
        f"Faint points: stimuli. Marks: methods, with the {percent(view.confidence)} interval of the MOS and "
        "the quartiles of the metric. Hollow: reference, not in the correlation."
    )
    return Plot(file_name("scatter", question, metric), caption, f"{title}: {finding}.", figure)


def correlations(view: View, question: str) -> Plot:
    """Every metric's correlations at each level; thin intervals take stimuli as independent."""
    lines: list[Line] = []
    for metric in correlated_metrics(view, question):
        lines.append(Line(_directed(view.metric(metric))))
        for level, words in LEVELS.items():
            found = {c: correlation_row(view, question, metric, level, c) for c in COEFFICIENTS}
            if any(found.values()):
                lines.append(_correlation_line(words, found))
    ticks = (-1.0, -0.5, 0.0, 0.5, 1.0)
    scale = Scale(-1.05, 1.05, ticks, tuple(tick_label(t) for t in ticks), zero=0.0)
    subtitle = "● SROCC (number on the right), ■ PLCC"
    title = f"{view.question(question).title}: correlation with MOS"
    figure = forest(view, (title, subtitle), lines, scale)
    caption = (
        f"{percent(view.confidence)} intervals, of SROCC by {_procedures(view, question)}. The thin grey one "
        "takes stimuli as independent, for comparison. Signs are those of the raw numbers; KROCC stands in "
        "the table."
    )
    return Plot(file_name("correlation", question), caption, f"{title}. {caption}", figure)


def _procedures(view: View, question: str) -> str:
    """How the intervals of SROCC came about, level by level."""
    rows = [row for row in view.rows("correlation", question) if row["coefficient"] == "SROCC"]
    found = {LEVELS[level]: _distinct(rows, level) for level in LEVELS}
    return "; ".join(f"{procedure} ({words})" for words, procedure in found.items() if procedure)


def _distinct(rows: list[Row], level: str) -> str:
    named = dict.fromkeys(str(row["procedure"]).replace("; ", ", ") for row in rows if row["level"] == level)
    return " or ".join(named)


def _directed(about: Row) -> str:
    direction = {"higher": "higher is better", "lower": "lower is better"}.get(about["direction"] or "")
    return f"{about['title']} ({direction})" if direction else str(about["title"])


def _correlation_line(words: str, found: dict[str, Row | None]) -> Line:
    marks = []
    for coefficient, row in found.items():
        if row is not None:
            colour, marker, offset = COEFFICIENTS[coefficient]
            naive = (
                (row["independent_ci_low"], row["independent_ci_high"])
                if coefficient == "SROCC"
                else (None, None)
            )
            marks.append(
                Mark(row["value"], row["ci_low"], row["ci_high"], naive, colour, marker, offset, 0.18)
            )
    main = found["SROCC"] or next(row for row in found.values() if row is not None)
    note = coefficient_text(main) if main["value"] is not None else "not defined"
    return Line(f"{words}, n = {main['n']}", tuple(marks), note)


def _finding(row: Row | None) -> str:
    if row is None or row["value"] is None:
        return "correlation not defined"
    return f"SROCC {coefficient_text(row)}, n = {row['n']}"


def _prepare(axes: Axes, about: Row) -> None:
    unit = f" ({about['unit']})" if about["unit"] not in (None, "", "1") else ""
    axes.set_xlabel(_directed({**about, "title": f"{about['title']}{unit}"}), size=SMALL, labelpad=2)
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
        row["stimulus"]: row["mean"]
        for row in view.screened("stimulus_mos", question)
        if row["measure"] != "DMOS"
    }
    values = view.values[view.values["metric"] == metric]
    for stimulus, method, value in zip(values["stimulus"], values["method"], values["value"], strict=True):
        if means.get(stimulus) is not None and method in view.inks:
            ink = view.inks[method]
            axes.plot(
                float(value), means[stimulus], ink.marker, color=ink.colour, alpha=0.3, markersize=3, mew=0
            )


def _draw_methods(axes: Axes, view: View, question: str, metric: str) -> list[Label]:
    summary = {row["method"]: row for row in view.rows("metrics") if row["metric"] == metric}
    labels = []
    for row in view.mos(question):
        values = summary.get(row["method"])
        if values is None or values["median"] is None or row["mean"] is None:
            continue
        x, y, ink = values["median"], row["mean"], view.inks[row["method"]]
        bars = _bars(x, y, row, values)
        for left, bottom, right, top in bars:
            axes.plot([left, right], [bottom, top], color=ink.colour, linewidth=1.3)
        _draw_method(axes, x, y, ink, hollow=row["method"] == view.reference)
        labels.append(Label(row["method"], float(x), float(y), bars))
    return labels


def _bars(x: float, y: float, row: Row, values: Row) -> tuple[Box, ...]:
    """The interval of the mean and the quartiles of the metric, as far as they are defined."""
    bars = []
    if row["ci_low"] is not None and row["ci_high"] is not None:
        bars.append((x, row["ci_low"], x, row["ci_high"]))
    if values["q1"] is not None and values["q3"] is not None:
        bars.append((values["q1"], y, values["q3"], y))
    return tuple(bars)


def _draw_method(axes: Axes, x: float, y: float, ink: style.Ink, *, hollow: bool) -> None:
    face, edge = (PAPER, ink.colour) if hollow else (ink.colour, PAPER)
    size = 8.5 if ink.marker == style.REFERENCE_MARKER else 6.0
    axes.plot([x], [y], ink.marker, markersize=size, mfc=face, mec=edge, mew=0.8, zorder=4)
