"""What became of a foreign file, in words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from analysis.convert.facts import Facts, LeftOut
from analysis.tables import DEFAULT_QUESTION, natural

MOST_NAMES = 30


def told(facts: Facts, where: str) -> str:
    return "\n".join(_sentences(facts, where))


def _sentences(facts: Facts, where: str) -> Iterator[str]:
    yield f"{where} is {facts.format}: {facts.read}."
    yield f"Written: {_answers(facts)} by {_whom(facts)}."
    yield f"Methods: {_listed(natural(clip.method for clip in facts.clips))}."
    yield f"Questions: {_listed(_asked(facts))}."
    for left in facts.left_out:
        yield f"Left out: {left.count} {_what(left)} (the first: {left.place})."
    if facts.unused_columns:
        yield f"Columns not carried: {_listed(facts.unused_columns)}."
    yield from (f"{note[:1].upper()}{note[1:]}." for note in facts.notes)


def _what(left: LeftOut) -> str:
    return (
        re.sub(r"\b(cell|score|row|trial|vote|pair)s\b", r"\1", left.what) if left.count == 1 else left.what
    )


def _answers(facts: Facts) -> str:
    kinds = Counter(rating.kind for rating in facts.ratings if rating.kind != "scored")
    special = ", ".join(f"{kinds[kind]} {kind}" for kind in sorted(kinds))
    ratings = counted(len(facts.ratings), "rating") + (f" (of these {special})" if special else "")
    comparisons = counted(len(facts.comparisons), "comparison")
    return " and ".join(
        text for text, answers in ((ratings, facts.ratings), (comparisons, facts.comparisons)) if answers
    )


def _whom(facts: Facts) -> str:
    raters = {rating.rater for rating in facts.ratings} | {answer.rater for answer in facts.comparisons}
    methods = {clip.method for clip in facts.clips}
    items = {clip.item for clip in facts.clips}
    return (
        f"{counted(len(raters), 'rater')} of {counted(len(facts.clips), 'stimulus')} "
        f"({counted(len(methods), 'method')}, {counted(len(items), 'item')})"
    )


def counted(number: int, word: str) -> str:
    plural = "stimuli" if word == "stimulus" else f"{word}s"
    return f"{number:,} {word if number == 1 else plural}"


def _asked(facts: Facts) -> list[str]:
    scores: dict[str, list[float]] = {}
    for rating in facts.ratings:
        scores.setdefault(rating.question, []).append(rating.score)
    asked = [_scale(facts, question, scores[question]) for question in natural(scores)]
    return [*asked, f"{DEFAULT_QUESTION} (CCR, -3 to 3)"] if facts.comparisons else asked


def _scale(facts: Facts, question: str, scores: list[float]) -> str:
    declared = facts.scales.get(question)
    said = "scale {:g} to {:g}".format(*declared) if declared else "no scale declared"
    return f"{question} ({said}, scores {min(scores):g} to {max(scores):g})"


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    more = f" and {len(every) - MOST_NAMES} more" if len(every) > MOST_NAMES else ""
    return ", ".join(every[:MOST_NAMES]) + more
