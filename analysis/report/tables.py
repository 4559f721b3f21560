"""The tables of the report, from the rows of results.json."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.figures.numbers import (
    MISSING,
    coefficient_text,
    headed,
    interval,
    number,
    p_value,
    percent,
    percents,
    plus_minus,
    procedures,
    with_interval,
)
from analysis.figures.pairs import all_pairs, in_groups
from analysis.figures.raters import coefficient_name
from analysis.figures.view import Row, View
from analysis.report.card import card_rows
from analysis.report.metric_tables import (
    attributes,
    classification,
    contests,
    correlation,
    group_metrics,
    literature,
    metrics,
)
from analysis.report.screened import COUNTED, EVERYBODY, compared, everybodys, rater_counts
from analysis.report.table import Cell, Group, Table, cells

__all__ = [
    "agreement",
    "all_tables",
    "attributes",
    "card",
    "classification",
    "contests",
    "correlation",
    "differences",
    "group_metrics",
    "halo",
    "literature",
    "metrics",
    "mos",
    "mos_details",
    "preference",
    "preference_pairs",
    "variance",
]


def mos(view: View) -> Table:
    """Methods × questions: mean ± half the interval, letters raised, best in bold; both screenings."""
    questions = view.questions("mos")
    order = list(dict.fromkeys(name for question in questions for name in view.ranking(question)))
    columns = [column for question in questions for column in _mos_columns(view, question)]
    rows = [(Cell(name), *(column.get(name, Cell(MISSING)) for column in columns)) for name in order]
    caption = f"Means with {percent(view.confidence)} intervals{_in_bold(view, order)}."
    if view.rows("letters"):
        caption += " Methods that share a letter within a column are not told apart."
    titles = [_headed(view, question) for question in questions]
    if not compared(view):
        return Table("mos", caption, ("Method", *titles), tuple(rows))
    header = ("Method", *(COUNTED, EVERYBODY) * len(questions))
    groups = tuple(Group(title, 2) for title in titles)
    return Table("mos", f"{caption} {rater_counts(view)}", header, tuple(rows), groups=groups)


def mos_details(view: View, question: str) -> Table:
    """Everything about the means on one question, all measures."""
    rows = [row for measure in view.measures(question) for row in view.mos(question, measure)]
    alike = {key: len({row[key] for row in rows}) < 2 for key in ("measure", "procedure")}
    body = [
        cells(
            (
                row["method"],
                *(() if alike["measure"] else (row["measure"],)),
                with_interval(row["mean"], row["ci_low"], row["ci_high"]),
                interval(row["naive_ci_low"], row["naive_ci_high"]) or MISSING,
                number(row["median"], 1),
                number(row["sd"]),
                *(number(row[key], 0) for key in ("n_ratings", "n_raters", "n_items")),
                *(() if alike["procedure"] else (*procedures([row]), MISSING)[:1]),
            )
        )
        for row in rows
    ]
    header = (
        "Method",
        *(() if alike["measure"] else ("Measure",)),
        "Mean",
        "Naive interval",
        "Median",
        "SD",
        "Ratings",
        "Raters",
        "Items",
        *(() if alike["procedure"] else ("Procedure",)),
    )
    same = [str(rows[0]["measure"])] if rows and alike["measure"] else []
    same += procedures(rows) if alike["procedure"] else []
    caption = headed(view.question(question).title, f"means in detail{_in_brackets(same)}.")
    texts = frozenset(i for i, name in enumerate(header) if name in ("Method", "Measure", "Procedure"))
    return Table(f"mos-{question}", caption, header, tuple(body), texts, folded=True)


def _in_brackets(texts: Sequence[str]) -> str:
    return f" ({', '.join(texts)})" if texts else ""


def differences(view: View, question: str) -> Table:
    """Every pair with its tests; beside it the difference with all raters where some were excluded."""
    rows = all_pairs(view, question)
    margins = any(row["margin"] is not None for row in rows)
    header = (
        "Pair",
        "Difference",
        "p",
        "p (Holm)",
        *(("Equivalence p", "Non-inferiority p") if margins else ()),
        *((EVERYBODY, "their p (Holm)") if compared(view) else ()),
    )
    beside = _with_all_raters(view, question)
    body = [
        cells((*_difference_cells(row, margins=margins), *beside.get(_pair(row), (MISSING,) * 2)))
        if compared(view)
        else cells(_difference_cells(row, margins=margins))
        for row in rows
    ]
    words = ", ".join(["differences of means (first minus second)", *procedures(rows)])
    caption = headed(view.question(question).title, f"{words}.")
    return Table(f"differences-{question}", caption, header, tuple(body), folded=True)


def preference(view: View, question: str) -> Table:
    """Strengths, and those within groups where not all methods share one scale; the columns that hold any."""
    rows = in_groups(view, question)
    scaled, grouped = (any(row[key] is not None for row in rows) for key in ("strength", "group_strength"))
    columns = {"Method": True, "Strength": scaled or not grouped, "Group": grouped}
    columns |= {"Strength in group": grouped, "Won": True}
    header = tuple(name for name, shown in columns.items() if shown)
    found = [dict(zip(columns, _strength_cells(row), strict=True)) for row in rows]
    body = [cells([texts[name] for name in header]) for texts in found]
    words = ", ".join(["preference strengths", *procedures(rows)])
    caption = headed(view.question(question).title, f"{words}.{_half_wins(view, question)}")
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
    words = f"comparisons won, pair by pair.{_half_wins(view, question)}"
    caption = headed(view.question(question).title, words)
    return Table(f"preference_pairs-{question}", caption, header, tuple(body), folded=True)


def agreement(view: View) -> Table:
    """Coefficients × questions, with intervals; beside them those of all raters: exclusions may flatter."""
    questions = view.questions("agreement")
    views = (view, everybodys(view)) if compared(view) else (view,)
    columns = [_coefficients(one, question) for question in questions for one in views]
    names = list(dict.fromkeys(name for column in columns for name in column))
    body = [
        (Cell(coefficient_name(name)), *(Cell(column.get(name, MISSING)) for column in columns))
        for name in names
    ]
    titles = [view.question(question).title for question in questions]
    caption = f"Agreement and reliability with {percent(view.confidence)} intervals; units are stimuli."
    if not compared(view):
        return Table("agreement", caption, ("Coefficient", *titles), tuple(body))
    header = ("Coefficient", *(COUNTED, EVERYBODY) * len(questions))
    groups = tuple(Group(title, 2) for title in titles)
    return Table("agreement", f"{caption} {rater_counts(view)}", header, tuple(body), groups=groups)


def variance(view: View) -> Table:
    questions = view.questions("variance")
    found = {(row["component"], q): row for q in questions for row in view.rows("variance", q)}
    body = []
    for name in dict.fromkeys(component for component, _ in found):
        shares = (found.get((name, q), {}).get("share") for q in questions)
        body.append(cells((name.replace(":", " × "), *(percent(share) for share in shares))))
    header = ("Component", *(view.question(question).title for question in questions))
    return Table("variance", "Shares of the variance of single ratings.", header, tuple(body))


def halo(view: View) -> Table:
    """Pairs of questions: how far answers go together, over stimuli and within them."""
    levels = ("stimulus", "rating", "within_stimulus")
    rows = [row for row in view.rows("question_correlation") if row["coefficient"] == "PLCC"]
    found = {(row["question_a"], row["question_b"], row["level"]): row for row in rows}
    pairs = dict.fromkeys((row["question_a"], row["question_b"]) for row in rows)
    body = [
        cells(
            (
                f"{view.question(a).title} – {view.question(b).title}",
                *(coefficient_text(found.get((a, b, level))) for level in levels),
            )
        )
        for a, b in pairs
    ]
    header = ("Questions", "MOS of stimuli", "Single ratings", "Within stimuli (halo)")
    caption = (
        f"Correlation between questions (PLCC, {percent(view.confidence)} intervals). What is left within "
        "stimuli is common to the answers of one rater: a halo."
    )
    return Table("question_correlation", caption, header, tuple(body))


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
        ("metric_classification", classification),
    )
    tables = [mos(view), agreement(view), variance(view), halo(view), metrics(view), literature(view)]
    tables += [group_metrics(view, attribute) for attribute in attributes(view)]
    tables += [make(view, question) for name, make in per_question for question in view.questions(name)]
    return [table for table in tables if table.rows]


def _in_bold(view: View, names: Sequence[str]) -> str:
    if len(set(names) - {view.reference}) < 2:
        return ""
    under = " of the methods under test" if view.reference in names else ""
    return f"; the highest{under} in bold, whether or not it is told apart"


def _headed(view: View, question: str) -> str:
    rows = view.mos(question)
    measure = rows[0]["measure"] if rows else "MOS"
    title = view.question(question).title
    return title if measure == "MOS" else f"{title} ({measure})"


def _mos_columns(view: View, question: str) -> list[dict[str, Cell]]:
    columns = [_mos_column(view, question)]
    if compared(view):
        rows = everybodys(view).mos(question)
        columns.append({row["method"]: Cell(plus_minus(row)) for row in rows})
    return columns


def _mos_column(view: View, question: str) -> dict[str, Cell]:
    rows = view.mos(question)
    letters = {row["method"]: row["letters"] for row in view.rows("letters", question)}
    tested = [row for row in rows if row["method"] != view.reference and row["mean"] is not None]
    best = max((row["mean"] for row in tested), default=None) if len(tested) > 1 else None
    return {
        row["method"]: Cell(
            plus_minus(row), letters.get(row["method"], ""), bold=row in tested and row["mean"] == best
        )
        for row in rows
    }


def _coefficients(view: View, question: str) -> dict[str, str]:
    return {row["coefficient"]: coefficient_text(row) for row in view.screened("agreement", question)}


def _strength_cells(row: Row) -> Sequence[str]:
    own = (row["group_strength"], row["group_ci_low"], row["group_ci_high"])
    strength = with_interval(row["strength"], row["ci_low"], row["ci_high"], signed=True)
    group = (number(row["group"], 0), with_interval(*own, signed=True))
    return [row["method"], strength, *group, percent(row["win_rate"])]


def _difference_cells(row: Row, *, margins: bool) -> Sequence[str]:
    found = [
        f"{row['method_a']} – {row['method_b']}",
        with_interval(row["mean"], row["ci_low"], row["ci_high"], signed=True),
        p_value(row["p"]),
        p_value(row["p_holm"]),
    ]
    return [*found, p_value(row["p_equivalence"]), p_value(row["p_noninferiority"])] if margins else found


def _pair(row: Row) -> tuple[str, str]:
    return str(row["method_a"]), str(row["method_b"])


def _with_all_raters(view: View, question: str) -> dict[tuple[str, str], tuple[str, str]]:
    """By pair: the difference and its adjusted p with nobody excluded."""
    return {
        _pair(row): (
            with_interval(row["mean"], row["ci_low"], row["ci_high"], signed=True),
            p_value(row["p_holm"]),
        )
        for row in all_pairs(everybodys(view), question)
    }


def _half_wins(view: View, question: str) -> str:
    """How ties enter the shares, where there are any."""
    ties = any(row["ties"] for row in view.rows("preference_pairs", question))
    return " In shares a tie counts as half a win." if ties else ""
