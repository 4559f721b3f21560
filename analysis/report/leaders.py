"""Who leads, and from whom the leader is not told apart: no method is said to lead where none is resolved."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.figures.numbers import listed, number, percent, with_interval
from analysis.figures.pairs import CMOS, all_pairs, resolved
from analysis.figures.view import Row, View
from analysis.report.pair_counts import testable
from analysis.report.text import escaped

MOST_NAMED = 5
MOST_GROUPS = 6
TESTED = " of the methods under test"
NOBODY, FROM_NONE = "No method", "is told apart from another"


def highest(view: View, question: str) -> str:
    """The highest mean of the methods under test."""
    rows = [row for row in view.mos(question) if row["mean"] is not None]
    if not rows:
        return ""
    tested = _tested(view, rows)
    best = tested[0]
    value = with_interval(best["mean"], best["ci_low"], best["ci_high"])
    value += "" if best["ci_low"] is not None else " (no interval can be given)"
    measure = best["measure"]
    among = TESTED if len(tested) < len(rows) else ""
    among = f" (score relative to {escaped(str(view.reference))})" if measure == CMOS else among
    if len(tested) == 1:
        return f"{escaped(best['method'])}: {measure}{among if measure == CMOS else ''} {value}."
    ends = [number(row["mean"]) for row in (tested[-1], best)]
    span = f"{measure} {ends[0]} to {ends[1]}" + (among if measure == CMOS else "")
    claim = f"the highest {measure}{among}, {value}"
    return _leader(view, all_pairs(view, question), tested, claim, span)


def nobody_leads(sentence: str) -> bool:
    """Whether a sentence of this module says that no two methods are told apart."""
    return sentence.startswith(NOBODY) and FROM_NONE in sentence


def strongest(view: View, question: str) -> str:
    """The highest strength, where all methods share one scale of strengths."""
    rows = view.strengths(question)
    if len(rows) < 3 or rows[0]["strength"] is None:
        return ""
    tested = _tested(view, [row for row in rows if row["strength"] is not None])
    best = tested[0]
    among = TESTED if len(tested) < len(rows) else ""
    value = with_interval(best["strength"], best["ci_low"], best["ci_high"], signed=True)
    half = (
        ", ties as half wins" if any(row["ties"] for row in view.rows("preference_pairs", question)) else ""
    )
    won = f"; preferred in {percent(best['win_rate'])} of its comparisons{half}" if best["win_rate"] else ""
    ends = [number(row["strength"], signed=True) for row in (tested[-1], best)]
    span = f"preference strengths {ends[0]} to {ends[1]} (log-worth)"
    claim = f"the highest preference strength{among}, {value} (log-worth{won})"
    return _leader(view, view.rows("preference_pairs", question), tested, claim, span)


def strongest_within_groups(view: View, question: str) -> list[str]:
    """Where comparisons do not connect all methods: the strongest of each group that they do connect."""
    found: dict[int, list[Row]] = {}
    for row in view.strengths(question):
        if row["group_strength"] is not None:
            found.setdefault(row["group"], []).append(row)
    if not found:
        return []
    told = [_strongest_of(group, rows) for group, rows in sorted(found.items())[:MOST_GROUPS]]
    more = f"; and so on, {len(found) - MOST_GROUPS} more in the table" if len(found) > MOST_GROUPS else ""
    return [f"Strengths compare within connected groups only. The highest: {'; '.join(told)}{more}."]


def _strongest_of(group: int, rows: Sequence[Row]) -> str:
    best = max(rows, key=lambda row: row["group_strength"])
    value = with_interval(best["group_strength"], best["group_ci_low"], best["group_ci_high"], signed=True)
    return f"{escaped(best['method'])} ({value}; group {group}, {len(rows)} methods)"


def _tested(view: View, rows: list[Row]) -> list[Row]:
    return [row for row in rows if row["method"] != view.reference] or rows


def _leader(view: View, pairs: Sequence[Row], tested: Sequence[Row], claim: str, span: str) -> str:
    """tested: best first. Without pairs between them nothing is said of who is told apart."""
    names = [str(row["method"]) for row in tested]
    among = [row for row in pairs if {row["method_a"], row["method_b"]} <= set(names)]
    apart = [{row["method_a"], row["method_b"]} for row in among if resolved(view, row)]
    known = {name for row in among for name in (row["method_a"], row["method_b"])}
    alike = [name for name in names[1:] if name in known and {names[0], name} not in apart]
    best = escaped(names[0])
    own = [row for row in among if names[0] in (row["method_a"], row["method_b"])]
    if own and not any(map(testable, own)):
        return f"{best} has {claim}; no pair with it can be tested."
    if not alike:
        return f"{best} has {claim}."
    if not apart:
        under = " under test" if claim.count(TESTED) else ""
        return f"{NOBODY}{under} {FROM_NONE}: {span}."
    if len(alike) == len(names) - 1:
        return f"No method is told apart from {best}, which has {claim}."
    return f"{best} has {claim}; it is not told apart from {_named(alike, len(names) - 1)}."


def _named(names: Sequence[str], others: int) -> str:
    if len(names) > MOST_NAMED:
        return f"{len(names)} of the {others} others"
    return listed([escaped(name) for name in names])
