"""The tables of the report, from the rows of results.json."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.figures.metrics import LEVELS, correlation_row
from analysis.figures.numbers import (
    MISSING,
    coefficient_text,
    interval,
    number,
    p_value,
    percent,
    percents,
    plus_minus,
    titled,
    with_interval,
)
from analysis.figures.pairs import all_pairs
from analysis.figures.raters import coefficient_name
from analysis.figures.view import Row, View
from analysis.report.card import card_rows
from analysis.report.table import Cell, Table, cells

COEFFICIENTS = ("PLCC", "SROCC", "KROCC")


def mos(view: View) -> Table:
    """Methods × questions: mean ± half the interval, letters raised, best in bold."""
    questions = view.questions("mos")
    order = list(dict.fromkeys(name for question in questions for name in view.ranking(question)))
    columns = {question: _mos_column(view, question) for question in questions}
    rows = [(Cell(name), *(columns[q].get(name, Cell(MISSING)) for q in questions)) for name in order]
    caption = f"Means with {percent(view.confidence)} intervals; the best method under test in bold."
    if view.rows("letters"):
        caption += " Methods that share a letter within a column are not told apart."
    header = ("Method", *(_headed(view, question) for question in questions))
    return Table("mos", caption, header, tuple(rows))


def mos_details(view: View, question: str) -> Table:
    """Everything about the means on one question, all measures."""
    rows = [row for measure in view.measures(question) for row in view.mos(question, measure)]
    body = [
        cells(
            (
                row["method"],
                row["measure"],
                with_interval(row["mean"], row["ci_low"], row["ci_high"]),
                interval(row["naive_ci_low"], row["naive_ci_high"]) or MISSING,
                number(row["median"], 1),
                number(row["sd"]),
                *(number(row[key], 0) for key in ("n_ratings", "n_raters", "n_items")),
                row["procedure"],
            )
        )
        for row in rows
    ]
    header = (
        "Method",
        "Measure",
        "Mean",
        "Naive interval",
        "Median",
        "SD",
        "Ratings",
        "Raters",
        "Items",
        "Procedure",
    )
    caption = f"{view.question(question).title}: means in detail."
    return Table(f"mos-{question}", caption, header, tuple(body), frozenset({0, 1, 9}), folded=True)


def differences(view: View, question: str) -> Table:
    rows = all_pairs(view, question)
    margins = any(row["margin"] is not None for row in rows)
    header = (
        "Pair",
        "Difference",
        "p",
        "p (Holm)",
        *(("Equivalence p", "Non-inferiority p") if margins else ()),
    )
    body = [cells(_difference_cells(row, margins=margins)) for row in rows]
    caption = (
        f"{view.question(question).title}: differences of means (first minus second), {_procedures(rows)}."
    )
    return Table(f"differences-{question}", caption, header, tuple(body), folded=True)


def preference(view: View, question: str) -> Table:
    rows = view.strengths(question)
    grouped = any(row["group_strength"] is not None for row in rows)
    body = [cells(_strength_cells(row, grouped=grouped)) for row in rows]
    caption = f"{view.question(question).title}: preference strengths, {_procedures(rows)}."
    header = ("Method", "Strength", *(("Group", "Strength in group") if grouped else ()), "Won")
    return Table(f"preference-{question}", caption, header, tuple(body))


def preference_pairs(view: View, question: str) -> Table:
    body = [
        cells(
            (
                f"{row['method_a']} – {row['method_b']}",
                *(f"{row[key]:g}" for key in ("wins_a", "ties", "wins_b")),
                f"{percent(row['p_a'])} {percents(row['ci_low'], row['ci_high'])}".strip(),
                p_value(row["p_holm"]),
            )
        )
        for row in view.rows("preference_pairs", question)
    ]
    header = ("Pair", "First", "Tie", "Second", "First preferred", "p (Holm)")
    caption = f"{view.question(question).title}: comparisons won, pair by pair."
    return Table(f"preference_pairs-{question}", caption, header, tuple(body), folded=True)


def correlation(view: View, question: str) -> Table:
    """Metric × level: the three coefficients with their intervals."""
    keys = {(row["metric"], row["level"]): None for row in view.rows("correlation", question)}
    body = []
    for metric, level in keys:
        found = [correlation_row(view, question, metric, level, name) for name in COEFFICIENTS]
        n = next((row["n"] for row in found if row is not None), 0)
        values = [_coefficient(row) for row in found]
        body.append(cells((view.metric_title(metric), _level(level), str(n), *values)))
    caption = f"{view.question(question).title}: correlation of metrics with MOS, raw values."
    header = ("Metric", "Level", "n", *COEFFICIENTS)
    return Table(f"correlation-{question}", caption, header, tuple(body), frozenset({0, 1}))


def contests(view: View, question: str) -> Table:
    """Pairs of metrics: which follows MOS more closely."""
    body = [
        cells(
            (
                f"{view.metric_title(row['metric_a'])} – {view.metric_title(row['metric_b'])}",
                _level(row["level"]),
                row["coefficient"],
                with_interval(row["difference"], row["ci_low"], row["ci_high"], signed=True),
                p_value(row["p"]),
            )
        )
        for row in view.rows("metric_contest", question)
    ]
    header = ("Metrics", "Level", "Coefficient", "Difference", "p")
    caption = (
        f"{view.question(question).title}: differences of correlations, signs aligned (first minus second)."
    )
    return Table(
        f"metric_contest-{question}", caption, header, tuple(body), frozenset({0, 1, 2}), folded=True
    )


def metrics(view: View) -> Table:
    """Methods × metrics: median and quartiles."""
    rows = view.rows("metrics")
    names = list(dict.fromkeys(row["metric"] for row in rows))
    found = {(row["method"], row["metric"]): row for row in rows}
    methods = [name for name in view.methods if any((name, metric) in found for metric in names)]
    body = [
        (Cell(method), *(_metric_cell(found.get((method, metric))) for metric in names)) for method in methods
    ]
    header = ("Method", *(_metric_header(view, name) for name in names))
    return Table("metrics", "Metrics per method: median and quartiles.", header, tuple(body))


def agreement(view: View) -> Table:
    """Coefficients × questions, with intervals."""
    questions = view.questions("agreement")
    found = {(row["coefficient"], q): row for q in questions for row in view.screened("agreement", q)}
    names = list(dict.fromkeys(name for name, _ in found))
    body = [
        (Cell(coefficient_name(name)), *(Cell(_coefficient(found.get((name, q)))) for q in questions))
        for name in names
    ]
    header = ("Coefficient", *(view.question(question).title for question in questions))
    caption = f"Agreement and reliability with {percent(view.confidence)} intervals; units are stimuli."
    return Table("agreement", caption, header, tuple(body))


def variance(view: View) -> Table:
    questions = view.questions("variance")
    found = {(row["component"], q): row for q in questions for row in view.rows("variance", q)}
    body = []
    for name in dict.fromkeys(component for component, _ in found):
        shares = (found.get((name, q), {}).get("share") for q in questions)
        body.append(cells((name.replace(":", " × "), *(percent(share) for share in shares))))
    header = ("Component", *(view.question(question).title for question in questions))
    return Table("variance", "Shares of the variance of single ratings.", header, tuple(body))


def card(view: View) -> Table:
    rows = tuple(cells(row) for row in card_rows(view.card))
    return Table("card", "Reporting card.", ("", ""), rows, frozenset({0, 1}))


def all_tables(view: View) -> list[Table]:
    """Every table that has rows, for the files."""
    per_question = (
        ("mos", mos_details),
        ("differences", differences),
        ("preference", preference),
        ("preference_pairs", preference_pairs),
        ("correlation", correlation),
        ("metric_contest", contests),
    )
    tables = [mos(view), metrics(view), agreement(view), variance(view)]
    tables += [make(view, question) for name, make in per_question for question in view.questions(name)]
    return [table for table in tables if table.rows]


def _headed(view: View, question: str) -> str:
    rows = view.mos(question)
    measure = rows[0]["measure"] if rows else "MOS"
    title = view.question(question).title
    return title if measure == "MOS" else f"{title} ({measure})"


def _mos_column(view: View, question: str) -> dict[str, Cell]:
    rows = view.mos(question)
    letters = {row["method"]: row["letters"] for row in view.rows("letters", question)}
    tested = [row for row in rows if row["method"] != view.reference and row["mean"] is not None]
    best = max((row["mean"] for row in tested), default=None)
    return {
        row["method"]: Cell(
            plus_minus(row), letters.get(row["method"], ""), bold=row in tested and row["mean"] == best
        )
        for row in rows
    }


def _strength_cells(row: Row, *, grouped: bool) -> Sequence[str]:
    """Strengths within groups stand beside where not all methods share one scale."""
    own = (row["group_strength"], row["group_ci_low"], row["group_ci_high"])
    group = (number(row["group"], 0), with_interval(*own, signed=True)) if grouped else ()
    strength = with_interval(row["strength"], row["ci_low"], row["ci_high"], signed=True)
    return [row["method"], strength, *group, percent(row["win_rate"])]


def _difference_cells(row: Row, *, margins: bool) -> Sequence[str]:
    found = [
        f"{row['method_a']} – {row['method_b']}",
        with_interval(row["mean"], row["ci_low"], row["ci_high"], signed=True),
        p_value(row["p"]),
        p_value(row["p_holm"]),
    ]
    return [*found, p_value(row["p_equivalence"]), p_value(row["p_noninferiority"])] if margins else found


def _procedures(rows: Sequence[Row]) -> str:
    return ", ".join(dict.fromkeys(str(row["procedure"]) for row in rows))


def _level(level: str) -> str:
    return LEVELS.get(level, level)


def _coefficient(row: Row | None) -> str:
    return MISSING if row is None else coefficient_text(row)


def _metric_header(view: View, name: str) -> str:
    about = view.metric(name)
    unit = f", {about['unit']}" if about["unit"] not in (None, "", "1") else ""
    return titled(f"{about['title']}{unit}")


def _metric_cell(row: Row | None) -> Cell:
    if row is None or row["median"] is None:
        return Cell(MISSING)
    digits = 2 if abs(row["median"]) >= 10 else 3
    return Cell(with_interval(row["median"], row["q1"], row["q3"], digits))
