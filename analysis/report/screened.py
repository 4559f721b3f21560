"""Results of those whose answers count beside results of everybody, where anybody was excluded."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.figures.numbers import counted, listed, number
from analysis.figures.pairs import all_pairs, resolved
from analysis.figures.view import Row, View
from analysis.report.text import escaped

COUNTED, EVERYBODY = "After exclusions", "All raters"
MOST_NAMED = 4


def compared(view: View) -> bool:
    """Whether both are to be shown."""
    return view.screening == "applied"


def everybodys(view: View) -> View:
    """The same study, shown without exclusions."""
    rows = [{**row, "applied": False} for row in view.rows("screening")]
    return View({**view.results, "screening": rows}, view.card, view.values)


def rater_counts(view: View) -> str:
    """What the column After exclusions leaves out: how many raters, by declared rules."""
    out = len({row["rater"] for row in view.rows("screening") if row["applied"]})
    return f"{COUNTED}: without the {counted(out, 'rater')} that declared rules exclude."


def effect(view: View) -> list[str]:
    """What the exclusions change: the largest shift of a mean, and pairs whose verdict differs."""
    if not compared(view):
        return []
    return [*_shift(view), *_verdicts(view)]


def _shift(view: View) -> list[str]:
    found = []
    for question in view.questions("mos"):
        before = {row["method"]: row["mean"] for row in everybodys(view).mos(question)}
        for row in view.mos(question):
            if None not in (row["mean"], before.get(row["method"])):
                found.append((row["mean"] - before[row["method"]], question, row["method"]))
    if not found:
        return []
    shift, question, method = max(found, key=lambda one: abs(one[0]))
    where = f"{escaped(method)}, {escaped(view.question(question).title)}"
    return [f"The exclusions move means by {number(abs(shift))} at most ({where})."]


def _verdicts(view: View) -> list[str]:
    changed, n = list[str](), 0
    for question in view.questions("differences"):
        before = {_pair(row): row for row in all_pairs(everybodys(view), question)}
        for row in all_pairs(view, question):
            other = before.get(_pair(row))
            n += other is not None
            if other is not None and resolved(view, row) != resolved(view, other):
                changed.append(_changed(view, question, row))
    return [_changes(changed, n)] if n else []


def _pair(row: Row) -> frozenset[str]:
    return frozenset((row["method_a"], row["method_b"]))


def _changed(view: View, question: str, row: Row) -> str:
    when = "only after exclusions" if resolved(view, row) else "only with all raters"
    names = f"{escaped(row['method_a'])} and {escaped(row['method_b'])}"
    return f"{names} ({escaped(view.question(question).title)}) are told apart {when}"


def _changes(changed: Sequence[str], n: int) -> str:
    if not changed:
        return f"They change the verdict on none of {counted(n, 'pair')} of methods."
    more = [f"{len(changed) - MOST_NAMED} more"] if len(changed) > MOST_NAMED else []
    named = listed([*changed[:MOST_NAMED], *more])
    return f"They change the verdict on {len(changed)} of {counted(n, 'pair')} of methods: {named}."
