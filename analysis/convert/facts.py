"""What a foreign file says, in this project's words: typed, checked, and with nothing lost unsaid."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from analysis.csvfile import DECIMAL_COMMA, LARGEST, MISSING
from analysis.tables import DEFAULT_QUESTION
from studies.errors import InputError

Scale = tuple[float, float]


@dataclass(frozen=True)
class Clip:
    """One stimulus. `attributes` describe it beyond the columns of every bundle."""

    stimulus: str
    method: str
    item: str
    is_reference: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rating:
    """One score. `place` says where it stands in the source; `expected`: the range of a known answer."""

    rater: str
    clip: Clip
    score: float
    place: str
    question: str = DEFAULT_QUESTION
    kind: str = "scored"
    expected: Scale | None = None
    sitting: str = ""
    position: int | None = None


@dataclass(frozen=True)
class Comparison:
    """One CCR answer: `score` is of the second clip relative to the first, which is the left one."""

    rater: str
    item: str
    left: str
    right: str
    score: float
    place: str
    sitting: str = ""
    position: int | None = None


@dataclass(frozen=True)
class LeftOut:
    """Why something of the source is not in the bundle; `place` is where the first of `count` stands."""

    what: str
    count: int
    place: str


@dataclass(frozen=True)
class Facts:
    """One foreign file. `format` and `read` say in words what it is and how much it held.

    What is in the file and not here stands in `left_out` (answers) and `unused_columns`.
    """

    study: str
    format: str
    read: str
    ratings: tuple[Rating, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    clips: tuple[Clip, ...] = ()
    raters: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    scales: Mapping[str, Scale] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()
    unused_columns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def number(text: str, where: str, place: str, *, comma: bool) -> float | None:
    """A score from a cell; None where the cell is empty. `comma`: 4,5 is 4.5."""
    if text.lower() in MISSING:
        return None
    pointed = re.sub(DECIMAL_COMMA, r"\1.\2", text) if comma else text
    try:
        value = float(pointed)
    except ValueError:
        value = LARGEST * 10
    if not abs(value) <= LARGEST:
        raise InputError(
            f"{where} {place}: {text!r} is not a score; correct the cell, empty it, or leave the column out "
            "with --leave-out."
        )
    return value


def gathered(missing: Iterable[tuple[str, str]]) -> tuple[LeftOut, ...]:
    """(what, place) of all that is left out, counted by what, in the order of first appearance."""
    count: Counter[str] = Counter()
    first: dict[str, str] = {}
    for what, place in missing:
        count[what] += 1
        first.setdefault(what, place)
    return tuple(LeftOut(what, count[what], place) for what, place in first.items())


def with_reference(facts: Facts, method: str | None) -> Facts:
    """Mark the clips of one method as the reference."""
    if method is None:
        return facts
    known = sorted({clip.method for clip in facts.clips})
    if method not in known:
        raise InputError(f"--reference {method!r} is not one of the methods {', '.join(known)}; name one.")
    marked = tuple(replace(clip, is_reference=clip.method == method) for clip in facts.clips)
    return replace(facts, clips=marked)


def with_scale(facts: Facts, scale: Scale | None, where: str) -> Facts:
    """Declare the scale of every question, and check that the scores lie in it."""
    asked = dict.fromkeys(rating.question for rating in facts.ratings)
    scales = {question: scale or facts.scales.get(question) for question in asked}
    declared = {question: ends for question, ends in scales.items() if ends is not None}
    for rating in facts.ratings:
        low, high = declared.get(rating.question, (rating.score, rating.score))
        if not low <= rating.score <= high:
            raise InputError(
                f"{where} {rating.place}: score {rating.score:g} lies outside {low:g} to {high:g}, the "
                "scale; correct the cell, or give the right --scale."
            )
    return replace(facts, scales=declared)


def with_repeats(facts: Facts, where: str, *, mark: bool) -> Facts:
    """Two scores of one rater for one stimulus and question: refused, or the later ones are repeats."""
    first: dict[tuple[str, str, str], Rating] = {}
    ratings, doubles = [], []
    for rating in facts.ratings:
        key = (rating.rater, rating.clip.stimulus, rating.question)
        double = rating.kind == "scored" and first.setdefault(key, rating) is not rating
        ratings.append(replace(rating, kind="repeat") if double else rating)
        doubles.extend([rating] if double else [])
    if doubles and not mark:
        raise _doubled(first, doubles, where)
    if not doubles:
        return facts
    note = (
        f"{len(doubles)} later scores of the same rater and stimulus are marked as repeats, the first counts"
    )
    return replace(facts, ratings=tuple(ratings), notes=(*facts.notes, note))


def _doubled(first: Mapping[tuple[str, str, str], Rating], doubles: list[Rating], where: str) -> InputError:
    second = doubles[0]
    earlier = first[second.rater, second.clip.stimulus, second.question]
    more = f" ({len(doubles) - 1} more such scores)" if len(doubles) > 1 else ""
    return InputError(
        f"{where}: rater {second.rater!r} scored {second.clip.stimulus!r} twice on {second.question!r}, at "
        f"{earlier.place} and {second.place}{more}; remove one, or mark later ones as repeats with "
        "--mark-repeats."
    )
