"""Whose answers count: sentences and tables from the verdicts on raters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from analysis.figures.numbers import counted, listed, number, percent
from analysis.figures.view import Row, View
from analysis.report.screened import effect
from analysis.report.table import Table, cells
from analysis.report.text import Text, escaped

MOST_NAMED = 8
MOST_EXCLUDED = 100
SHARES = frozenset({"playback", "speed", "straightlining", "bt500", "p913_bias"})
LOW_IS_BAD = frozenset({"p910", "loo_correlation"})


def summary(view: View) -> Text:
    """Who was excluded, by which rules, and whom other rules would have excluded."""
    rows = view.rows("screening")
    applied = [row for row in rows if row["applied"]]
    kept = [row for row in rows if row["flagged"] and not row["applied"]]
    everybody = len({row["rater"] for row in rows})
    sentences = [_excluded(applied, everybody, view.card["screening"]["declared"])]
    if kept:
        sentences.append(f"Rules that were not declared exclude nobody; they flag: {_by_rule(kept)}.")
    return Text((("", (*sentences, *_gold(view), *effect(view))),))


def _gold(view: View) -> list[str]:
    """That clips with known answers can exclude raters, too."""
    if not view.card["checks"]["n_gold"]:
        return []
    return ["The rule attention counts a gold trial not answered as expected as a missed attention check."]


def _excluded(applied: Sequence[Row], everybody: int, declared: Sequence[str] | None) -> str:
    if applied:
        out = len({row["rater"] for row in applied})
        raters = counted(everybody, "rater")
        return (
            f"{out} of {raters} excluded by rules that the study declared beforehand ({_by_rule(applied)}); "
            "rules on agreement look at those whom the other rules have left."
        )
    if declared:
        named = listed([escaped(rule) for rule in declared])
        return f"Nobody was excluded: no rater is flagged by what the study declared ({named})."
    return "Nobody was excluded: the study declared no rule beforehand."


def _by_rule(rows: Iterable[Row]) -> str:
    raters: dict[str, set[str]] = {}
    for row in rows:
        raters.setdefault(row["rule"], set()).add(row["rater"])
    return ", ".join(f"{escaped(rule)}\u00a0{len(names)}" for rule, names in raters.items())


def rules(view: View) -> Table:
    """What each rule found, the worst raters first; exclusions.csv names them all."""
    found: dict[tuple[str, str | None], list[Row]] = {}
    for row in view.rows("screening"):
        found.setdefault((row["rule"], row["question"]), []).append(row)
    declared = view.card["screening"]["declared"] or ()
    body = [
        cells(
            (
                rule,
                _question(view, question),
                "yes" if rule in declared else "no",
                _how_many(rows),
                _value(rule, rows[0]["threshold"]),
                _worst(rule, rows),
            )
        )
        for (rule, question), rows in found.items()
    ]
    header = ("Rule", "Question", "Declared", "Flagged", "Threshold", "Raters flagged (value)")
    caption = "What the screening rules found; only declared rules exclude anybody."
    return Table("screening", caption, header, tuple(body), frozenset({0, 1, 2, 3, 5}))


def _how_many(rows: Sequence[Row]) -> str:
    judged = sum(row["value"] is not None for row in rows)
    text = f"{sum(row['flagged'] for row in rows)} of {judged}"
    return text if judged == len(rows) else f"{text} ({len(rows) - judged} not judged)"


def _worst(rule: str, rows: Sequence[Row]) -> str:
    flagged = [row for row in rows if row["flagged"]]
    flagged.sort(key=lambda row: row["value"], reverse=rule not in LOW_IS_BAD)
    named = ", ".join(f"{row['rater']} ({_value(rule, row['value'])})" for row in flagged[:MOST_NAMED])
    more = len(flagged) - MOST_NAMED
    return f"{named} and {more} more" if more > 0 else named


def _value(rule: str, value: float) -> str:
    if rule in SHARES:
        return percent(value)
    return number(value, 2 if rule in LOW_IS_BAD else 0)


def excluded(view: View) -> Table:
    """Raters whose answers do not count, with the reason; the first MOST_EXCLUDED of many."""
    rows = [row for row in view.rows("screening") if row["applied"]]
    body = [
        cells((row["rater"], row["rule"], _question(view, row["question"]), row["reason"]))
        for row in rows[:MOST_EXCLUDED]
    ]
    caption = "Why raters were excluded."
    if len(rows) > MOST_EXCLUDED:
        caption = f"Why raters were excluded: the first {MOST_EXCLUDED} of {len(rows)} verdicts."
    header = ("Rater", "Rule", "Question", "Reason")
    return Table("exclusions", caption, header, tuple(body), frozenset(range(4)), folded=True)


def _question(view: View, question: str | None) -> str:
    return "all" if question is None else view.question(question).title
