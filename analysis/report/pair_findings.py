"""Sentences on pairs of methods: what is resolved, what is not, and how many of each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from analysis.figures.numbers import counted, listed, number, p_phrase, percent, percents, with_interval
from analysis.figures.pairs import all_pairs, resolved
from analysis.figures.view import Row, View
from analysis.report.leaders import highest, nobody_leads, strongest, strongest_within_groups
from analysis.report.pair_counts import ADJUSTED, Difference, none_resolved, pair_counts, testable
from analysis.report.text import escaped

MOST_PAIRS = 6
MOST_OPEN = 3
AGAINST_REFERENCE = "all against the reference"


def rated(view: View, question: str, order: Sequence[str]) -> list[str]:
    """Who leads, neighbours in the order of the means, then how many pairs are resolved."""
    rows = all_pairs(view, question)
    by_pair = {frozenset((row["method_a"], row["method_b"])): row for row in rows}
    found = [(above, below, by_pair.get(frozenset((above, below)))) for above, below in pairwise(order)]
    known = [(above, below, row) for above, below, row in found if row and testable(row)]
    clear = [one for one in known if resolved(view, one[2])][:MOST_PAIRS]
    open_ones = [one for one in known if not resolved(view, one[2])]
    by = "By mean scores" if view.rows("preference_pairs", question) else ""
    leader = highest(view, question)
    if nobody_leads(leader) and none_resolved(view, rows):
        return [_with_count(leader, rows), _neighbours("Differences", [_whether(*one) for one in open_ones])]
    return [
        leader,
        " ".join(f"{_above(*one)}." for one in clear),
        _not_resolved([_whether(*one) for one in open_ones], "is rated above"),
        *pair_counts(view, rows, [row for _, _, row in clear], Difference("mean", 0.0, by)),
    ]


def preferred(view: View, question: str) -> list[str]:
    """Neighbours in the order of the strengths, then how many pairs are resolved."""
    pairs = view.rows("preference_pairs", question)
    by_pair = {frozenset((row["method_a"], row["method_b"])): row for row in pairs}
    order = [row["method"] for row in view.strengths(question)]
    found = [(a, b, by_pair.get(frozenset((a, b)))) for a, b in pairwise(order)]
    known = [_ahead(a, b, row) for a, b, row in found if row and row["p_a"] is not None and testable(row)]
    clear = [one for one in known if resolved(view, one[2])][:MOST_PAIRS]
    open_ones = [one for one in known if not resolved(view, one[2])]
    by = "By who was preferred, however clearly" if all_pairs(view, question) else ""
    leader = strongest(view, question)
    if nobody_leads(leader) and none_resolved(view, pairs):
        return [_with_count(leader, pairs), _neighbours("Shares", [_whether_won(*one) for one in open_ones])]
    return [
        leader,
        *strongest_within_groups(view, question),
        " ".join(_won(*one) for one in clear),
        _not_resolved([_whether_won(*one) for one in open_ones], "is preferred to"),
        *pair_counts(view, pairs, [row for _, _, row in clear], Difference("p_a", 0.5, by)),
    ]


def as_good(view: View, question: str) -> list[str]:
    """Which methods are as good as the reference: not worse by the declared margin, one-sided."""
    rows = [
        row
        for row in view.screened("differences", question)
        if row["method_b"] == view.reference
        and row["family"] == AGAINST_REFERENCE
        and row["p_noninferiority"] is not None
    ]
    if not rows:
        return []
    good = [row for row in rows if row["p_noninferiority"] < view.alpha]
    worse = [row for row in rows if row["ci_high"] < -row["margin"]]
    unsure = [row for row in rows if row not in good and row not in worse]
    reference = escaped(str(view.reference))
    parts = [
        _those(good, f"as good as {reference}"),
        _those(worse, f"worse than {reference} by more than that"),
        _those(unsure, f"as good as {reference}", "whether ", " is not resolved"),
    ]
    told = "; ".join(part for part in parts if part)
    margin = number(rows[0]["margin"])
    return [f"With the declared margin of {margin} grades (tests one-sided, unadjusted): {told}."]


def _those(rows: Sequence[Row], what: str, before: str = "", after: str = "") -> str:
    """`a (−0.05 [−0.20, 0.10], p = 0.012) and b (0.10 [0.02, 0.18], p < 0.001) are as good as real`."""
    if not rows:
        return ""
    shown = [f"{escaped(row['method_a'])} ({_beside(row)})" for row in rows[:MOST_PAIRS]]
    verb = "is" if len(rows) == 1 else "are"
    return f"{before}{_truncated(shown, len(rows))} {verb} {what}{after}"


def _beside(row: Row) -> str:
    """The difference from the reference; its test where it is not plainly worse."""
    value = with_interval(row["mean"], row["ci_low"], row["ci_high"], signed=True)
    plainly = row["ci_high"] < -row["margin"]
    return value if plainly else f"{value}, {p_phrase(row['p_noninferiority'])}"


def _truncated(shown: Sequence[str], n: int) -> str:
    return listed([*shown, *([f"{n - len(shown)} more"] if n > len(shown) else [])])


def _with_count(leader: str, rows: Sequence[Row]) -> str:
    return f"{leader[:-1]}; none of {counted(len(rows), 'pair')} of methods is resolved {ADJUSTED}."


def _neighbours(what: str, found: Sequence[tuple[str, str, str]]) -> str:
    """`Differences of neighbours: a over b 0.20 [−0.50, 0.90], p = 0.400; …`, for what is not resolved."""
    if not found:
        return ""
    shown = found if len(found) == MOST_OPEN + 1 else found[:MOST_OPEN]
    told = [f"{above} over {below} {value}" for above, below, value in shown]
    more = len(found) - len(shown)
    rest = [f"{counted(more, 'further pair')} in the table"] if more else []
    return f"{what} of neighbours: {'; '.join([*told, *rest])}."


def _not_resolved(found: Sequence[tuple[str, str, str]], verb: str) -> str:
    """`Whether a is rated above b (…), or c above d (…), is not resolved here.`"""
    if not found:
        return ""
    above, below, value = found[0]
    if len(found) == 1:
        return f"Whether {above} {verb} {below} is not resolved here: {value}."
    shown = found if len(found) == MOST_OPEN + 1 else found[:MOST_OPEN]
    short = verb.split()[-1]
    told = [f"{above} {verb} {below} ({value})"]
    told += [f"{above} {short} {below} ({value})" for above, below, value in shown[1:]]
    more = len(found) - len(shown)
    rest = f" Nor are {counted(more, 'further pair')} of neighbours resolved." if more else ""
    return f"Whether {', '.join(told[:-1])} or {told[-1]} is not resolved here.{rest}"


def _above(above: str, below: str, row: Row) -> str:
    value, p = _difference(above, row)
    return f"{escaped(above)} is rated above {escaped(below)} by {value} ({p})"


def _whether(above: str, below: str, row: Row) -> tuple[str, str, str]:
    value, p = _difference(above, row)
    return escaped(above), escaped(below), f"{value}, {p}"


def _difference(above: str, row: Row) -> tuple[str, str]:
    sign = 1 if row["method_a"] == above else -1
    low, high = sorted((sign * row["ci_low"], sign * row["ci_high"]))
    return with_interval(sign * row["mean"], low, high), p_phrase(row["p_holm"])


def _ahead(a: str, b: str, row: Row) -> tuple[str, str, Row]:
    """The one that was preferred more often first."""
    return (a, b, row) if _share(a, row)[0] >= 0.5 else (b, a, row)


def _won(a: str, b: str, row: Row) -> str:
    return f"{escaped(a)} is preferred to {escaped(b)} ({_share(a, row)[1]})."


def _whether_won(a: str, b: str, row: Row) -> tuple[str, str, str]:
    return escaped(a), escaped(b), _share(a, row)[1]


def _share(a: str, row: Row) -> tuple[float, str]:
    """How often `a` was preferred, and that in words with its interval and test."""
    straight = row["method_a"] == a
    share = row["p_a"] if straight else 1 - row["p_a"]
    low, high = row["ci_low"], row["ci_high"]
    if low is not None and high is not None and not straight:
        low, high = 1 - high, 1 - low
    test = p_phrase(row["p_holm"]) if row["p_holm"] is not None else "no test can be given"
    return share, f"{percent(share)} {percents(low, high)}".strip() + f" of {_compared(row)}, {test}"


def _compared(row: Row) -> str:
    """`112 comparisons, 10 ties among them as half wins`."""
    n = counted(int(row["wins_a"] + row["wins_b"] + row["ties"]), "comparison")
    ties = int(row["ties"])
    if not ties:
        return n
    return f"{n}, {'1 tie among them as half a win' if ties == 1 else f'{ties} ties among them as half wins'}"
