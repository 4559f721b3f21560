"""Do metrics follow MOS: scatter of each metric against MOS, and all correlations with intervals."""

from __future__ import annotations

from analysis.figures.forest import Line, Mark, Scale, forest, tick_label
from analysis.figures.numbers import coefficient_text, percent, procedures
from analysis.figures.plot import Plot, file_name
from analysis.figures.style import INK, SOFT
from analysis.figures.view import Row, View

COEFFICIENTS = {"SROCC": (INK, "o", -0.2), "PLCC": (SOFT, "s", 0.22)}
MOST_DRAWN = 8
MOST_DETAILED = 12
WANTING = "no procedure, for want of data"
LEVELS = {"stimulus": "stimuli", "within_item": "within item", "method": "methods"}


def correlation_row(view: View, question: str, metric: str, level: str, coefficient: str) -> Row | None:
    """The correlation with the raw metric, or None where the results have none."""
    for row in view.rows("correlation", question):
        key = (row["metric"], row["level"], row["coefficient"], row["mapping"])
        if key == (metric, level, coefficient, "raw"):
            return row
    return None


def correlated_metrics(view: View, question: str) -> list[str]:
    return list(dict.fromkeys(row["metric"] for row in view.rows("correlation", question)))


def drawn_metrics(view: View, question: str) -> list[str]:
    """Those that get a scatter plot each: all where they are few, else those closest to MOS by SROCC."""
    found = correlated_metrics(view, question)
    if len(found) <= MOST_DRAWN:
        return found
    closest = sorted(found, key=lambda metric: -_closeness(view, question, metric))[:MOST_DRAWN]
    return [metric for metric in found if metric in closest]


def _closeness(view: View, question: str, metric: str) -> float:
    """Over stimuli; metrics of whole methods, with few points, come last."""
    row = correlation_row(view, question, metric, "stimulus", "SROCC")
    return -1.0 if row is None or row["value"] is None else abs(row["value"])


def correlations(view: View, question: str) -> Plot:
    """Every metric's correlations, at each level where metrics are few; thin: stimuli as independent."""
    lines = _lines(view, question)
    ticks = (-1.0, -0.5, 0.0, 0.5, 1.0)
    scale = Scale(-1.05, 1.05, ticks, tuple(tick_label(t) for t in ticks), zero=0.0)
    subtitle = "● SROCC (number on the right), ■ PLCC"
    asked = view.question(question).title
    title = f"{asked} Correlation with MOS" if asked.endswith("?") else f"{asked}: correlation with MOS"
    figure = forest(view, (title, subtitle), lines, scale)
    caption = (
        f"{percent(view.confidence)} intervals, of SROCC by {_procedures(view, question)}. The thin grey one "
        "takes stimuli as independent, for comparison. Signs are those of the raw numbers; KROCC stands in "
        f"the table.{_drawn(view, question)}"
    )
    return Plot(file_name("correlation", question), caption, f"{title}. {caption}", figure)


def _lines(view: View, question: str) -> list[Line]:
    """A line for each level; only the first level, beside the metric's name, where metrics are many."""
    lines: list[Line] = []
    metrics = correlated_metrics(view, question)
    for metric in metrics:
        levels = {
            level: {c: correlation_row(view, question, metric, level, c) for c in COEFFICIENTS}
            for level in LEVELS
        }
        found = {level: rows for level, rows in levels.items() if any(rows.values())}
        if len(metrics) > MOST_DETAILED:
            lines += [
                _correlation_line(_arrowed(view.metric(metric)), rows) for rows in list(found.values())[:1]
            ]
        else:
            lines.append(Line(directed(view.metric(metric))))
            lines += [_correlation_line(LEVELS[level], rows) for level, rows in found.items()]
    return lines


def _arrowed(about: Row) -> str:
    arrow = {"higher": " ↑", "lower": " ↓"}.get(about["direction"] or "", "")
    return f"{about['title']}{arrow}"


def _drawn(view: View, question: str) -> str:
    """What is left out where metrics are many: plots of their own, levels."""
    number = len(correlated_metrics(view, question))
    plots = f" The {MOST_DRAWN} closest to MOS over stimuli have plots of their own."
    levels = " ↑, ↓: higher, lower values are better. Other levels stand in the table."
    return (plots if number > MOST_DRAWN else "") + (levels if number > MOST_DETAILED else "")


def _procedures(view: View, question: str) -> str:
    """How the intervals of SROCC came about, level by level."""
    rows = [row for row in view.rows("correlation", question) if row["coefficient"] == "SROCC"]
    found = {LEVELS[level]: _distinct(rows, level) for level in LEVELS}
    return "; ".join(f"{procedure} ({words})" for words, procedure in found.items() if procedure)


def _distinct(rows: list[Row], level: str) -> str:
    of_level = [row for row in rows if row["level"] == level]
    named = [name.replace("; ", ", ") for name in procedures(of_level)]
    return " or ".join(named) or (WANTING if of_level else "")


def directed(about: Row) -> str:
    """The metric's title and which way is better."""
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
    return Line(f"{words}, {_counted(main)}", tuple(marks), note)


def _counted(row: Row) -> str:
    """Within items: of how many methods in how many items, where every item has all."""
    items, methods = row.get("n_items"), row.get("n_methods")
    if row["level"] == "within_item" and items and methods and items * methods == row["n"]:
        return f"{items} items × {methods} methods"
    return f"n = {row['n']}"
