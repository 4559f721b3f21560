"""Do metrics follow MOS: scatter of each metric against MOS, and all correlations with intervals."""

from __future__ import annotations

from analysis.figures.forest import Line, Mark, Scale, forest, tick_label
from analysis.figures.numbers import coefficient_text, percent
from analysis.figures.plot import Plot, file_name
from analysis.figures.style import INK, SOFT
from analysis.figures.view import Row, View

COEFFICIENTS = {"SROCC": (INK, "o", -0.2), "PLCC": (SOFT, "s", 0.22)}
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


def correlations(view: View, question: str) -> Plot:
    """Every metric's correlations at each level; thin intervals take stimuli as independent."""
    lines: list[Line] = []
    for metric in correlated_metrics(view, question):
        lines.append(Line(directed(view.metric(metric))))
        for level, words in LEVELS.items():
            found = {c: correlation_row(view, question, metric, level, c) for c in COEFFICIENTS}
            if any(found.values()):
                lines.append(_correlation_line(words, found))
    ticks = (-1.0, -0.5, 0.0, 0.5, 1.0)
    scale = Scale(-1.05, 1.05, ticks, tuple(tick_label(t) for t in ticks), zero=0.0)
    subtitle = "● SROCC (number on the right), ■ PLCC"
    asked = view.question(question).title
    title = f"{asked} Correlation with MOS" if asked.endswith("?") else f"{asked}: correlation with MOS"
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
