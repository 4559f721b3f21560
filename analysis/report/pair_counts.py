"""How many pairs of methods are resolved, how many are not, and how many nobody could test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.figures.numbers import counted, listed
from analysis.figures.pairs import resolved
from analysis.figures.view import Row, View
from analysis.report.text import escaped

MOST_FURTHER = 6
MOST_GROUPS = 5
MOST_IN_GROUPS = 12
ADJUSTED = "(interval unadjusted; p after Holm's correction)"


def testable(row: Row) -> bool:
    """Whether the pair has a test; without one it is neither resolved nor unresolved."""
    return row["p_holm"] is not None


def none_resolved(view: View, rows: Sequence[Row]) -> bool:
    """Whether there are several pairs, all can be tested, and none is resolved."""
    return len(rows) > 1 and all(map(testable, rows)) and not any(resolved(view, row) for row in rows)


@dataclass(frozen=True)
class Difference:
    """`key` is the difference of a pair, `even` its value where there is none.

    `by` says what differs, where pairs are counted by another difference, too.
    """

    key: str
    even: float
    by: str = ""


def pair_counts(view: View, rows: Sequence[Row], told: Sequence[Row], difference: Difference) -> list[str]:
    """Counts over the pairs that can be tested, and the resolved ones that no sentence was about."""
    tested = [row for row in rows if testable(row)]
    if not tested:
        return [_none_testable(rows)] if rows else []
    if len(rows) < 2:
        return []
    clear = [row for row in tested if resolved(view, row)]
    further = [_ordered(row, row[difference.key] - difference.even) for row in clear if row not in told]
    rest = _further(view, rows, further, said=bool(told)) if len(clear) < len(tested) else ""
    count = _resolved(len(clear), len(tested))
    count = f"{difference.by}, {count[0].lower()}{count[1:]}" if difference.by else count
    return [" ".join(filter(None, (count, _untestable(rows, tested), rest)))]


def _resolved(clear: int, tested: int) -> str:
    if tested == 1:
        verdict = "is" if clear else "is not"
        return f"The one pair of methods that can be tested {verdict} resolved."
    if clear in (0, tested):
        who = f"All {tested}" if clear else f"None of {tested}"
        return f"{who} pairs of methods {'are' if clear else 'is'} resolved {ADJUSTED}."
    return f"{clear} of {tested} pairs of methods {'is' if clear == 1 else 'are'} resolved {ADJUSTED}."


def _none_testable(rows: Sequence[Row]) -> str:
    who = "The pair of methods cannot" if len(rows) == 1 else f"None of {len(rows)} pairs of methods can"
    reason = _reason(rows)
    return f"{who} be tested{': ' + reason if reason else ''}."


def _untestable(rows: Sequence[Row], tested: Sequence[Row]) -> str:
    """What the design leaves out of the count."""
    n = len(rows) - len(tested)
    reason = _reason([row for row in rows if not testable(row)])
    told = f" ({reason})" if reason else ""
    return f"{counted(n, 'further pair')} of methods cannot be tested{told}." if n else ""


def _reason(rows: Sequence[Row]) -> str:
    """What the procedure says of it: `not resolved: fewer than two raters or two items judged this pair`."""
    told = (str(row["procedure"]).partition(": ")[2] for row in rows)
    reasons = dict.fromkeys(text.replace("this pair", "each of them") for text in told if text)
    return listed(list(reasons))


def _further(view: View, rows: Sequence[Row], pairs: Sequence[str], *, said: bool) -> str:
    if not pairs:
        return ""
    if len(pairs) <= MOST_FURTHER:
        return f"{'Further resolved' if said else 'Resolved'}: {listed(list(pairs))}."
    letters = {row["method"]: row["letters"] for row in view.rows("letters", rows[0]["question"])}
    if not {row[side] for row in rows for side in ("method_a", "method_b")} <= set(letters):
        shown = [*pairs[: MOST_FURTHER - 1], f"{len(pairs) - MOST_FURTHER + 1} more"]
        return f"{'Further resolved' if said else 'Resolved'}: {listed(shown)}."
    return _groups(letters)


def _groups(letters: dict[str, str]) -> str:
    """Those that share a letter are not told apart; all others are."""
    groups = [
        [escaped(name) for name, own in letters.items() if letter in own]
        for letter in sorted(set("".join(letters.values())))
    ]
    shared = [group for group in groups if len(group) > 1]
    if len(letters) > MOST_IN_GROUPS or len(shared) > MOST_GROUPS:
        return "Resolved are those that share no letter in the table of means."
    return f"Not told apart from each other: {'; '.join(map(listed, shared))}."


def _ordered(row: Row, ahead: float) -> str:
    """`a over b`, the better one first."""
    names = (row["method_a"], row["method_b"]) if ahead >= 0 else (row["method_b"], row["method_a"])
    return f"{escaped(names[0])} over {escaped(names[1])}"
