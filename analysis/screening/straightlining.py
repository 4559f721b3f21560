"""Who gave the same answer throughout, where the others saw differences."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from analysis.screening.verdict import Finding, counted
from analysis.screening.votes import Answers, Votes
from analysis.stats.rater_correlation import means_of_others
from analysis.tables import natural
from studies.screening import Screening, Straightlining

SIDE = {"left": "the left side", "right": "the right side", "tie": "no difference"}


def straightlining(answers: Answers, screening: Screening) -> list[Finding]:
    """Question by question, every rater who answered it in natural order.

    value: share of the commonest answer; for comparisons the side chosen, or no difference.
    """
    limits = screening.straightlining
    rated = [finding for one in answers.votes for finding in _rated(one, limits)]
    compared = _with_sides(answers.data.comparisons)
    asked = [question for question in answers.data.questions if question in set(compared["question"])]
    return rated + [
        finding
        for question in asked
        for finding in _compared(question, compared[compared["question"] == question], limits)
    ]


def _with_sides(comparisons: pd.DataFrame) -> pd.DataFrame:
    """Comparisons that are no checks, of named raters, whose sides are those that were shown."""
    shown = comparisons[(comparisons["expected_choice"] == "") & (comparisons["rater"] != "")]
    return shown[shown["sides_known"].astype(bool)] if len(shown) else shown


def _rated(one: Votes, limits: Straightlining) -> list[Finding]:
    frame = pd.DataFrame(
        {"rater": one.rater, "score": one.score, "others": means_of_others(one.stimulus, one.score)}
    )
    sizes = frame.groupby(["rater", "score"]).size()
    total, most = sizes.groupby("rater").sum(), sizes.groupby("rater").max()
    grade = sizes.groupby("rater").idxmax()
    others = frame.groupby("rater")["others"].agg(["min", "max"])
    span = (others["max"] - others["min"]).fillna(0.0)
    return [
        _finding(
            (one.question, name),
            (f"{grade[code][1]:g}", int(most[code]), int(total[code])),
            limits,
            differs=bool(span[code] >= limits.spread - 1e-9),
        )
        for code, name in enumerate(one.raters)
    ]


def _compared(question: str, frame: pd.DataFrame, limits: Straightlining) -> list[Finding]:
    sums = frame.groupby(["rater", "choice"])["n"].sum().astype(int)
    given = sums[sums > 0].reset_index()
    counts: dict[str, Counter[str]] = {}
    for rater, choice, n in zip(given["rater"], given["choice"], given["n"].tolist(), strict=True):
        counts.setdefault(str(rater), Counter())[str(choice)] = n
    everybody = sum(counts.values(), Counter[str]())
    found = []
    for rater in natural(counts):
        [(choice, most)] = counts[rater].most_common(1)
        others = everybody - counts[rater]
        differs = others.total() > 0 and others[choice] < limits.share * others.total()
        answers = (SIDE[choice], most, counts[rater].total())
        found.append(_finding((question, rater), answers, limits, differs=differs))
    return found


def _finding(
    who: tuple[str, str], answers: tuple[str, int, int], limits: Straightlining, *, differs: bool
) -> Finding:
    """`answers`: the commonest, how often it was given, and how many there were."""
    question, rater = who
    answer, most, total = answers
    uniform = total >= limits.answers and most >= limits.share * total
    reason = f"answered {answer} in {most} of {counted(total, 'case')}"
    if uniform and not differs:
        reason += ", as the others saw no difference either"
    return Finding(rater, question, most / total, limits.share, uniform and differs, reason)
