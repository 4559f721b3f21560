"""The warnings of the analysis in print: limits first, then notes on the computation; each said once."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from analysis.figures.numbers import listed, titled
from analysis.figures.view import View
from analysis.report.text import Text, escaped

LONG = 40
NOTHING = "The rules of this report found nothing to warn of."
NOTES = "Notes on the computation"
COMPUTATION = frozenset(
    {
        "beyond_scale",
        "cells_averaged",
        "components_assumed",
        "components_not_identified",
        "contest_beyond_range",
        "contest_undefined",
        "correlation_not_mapped",
        "correlation_undefined",
        "incomplete",
        "many_categories",
        "no_inconsistency",
        "no_residual",
        "not_identified",
        "subject_model_undefined",
        "subject_model_unsettled",
    }
)
_PLACES = re.compile(r"(?P<head>.*) \((?P<places>.+)\)\.(?P<rest>(?: .+ not shown\.)?)", re.DOTALL)
_MORE = re.compile(r"and (\d+) more")


def limits(view: View) -> Text:
    """What a reader has to bear in mind, and how the numbers came about where that is not as usual."""
    asked = [str(name) for name in view.study["questions"]]
    rows = view.rows("warnings")
    kinds = [
        [row["message"] for row in rows if (row["code"] in COMPUTATION) is late] for late in (False, True)
    ]
    about, notes = (_told(messages, asked) for messages in kinds)
    return Text((("", about or (NOTHING,)), *(((NOTES, notes),) if notes else ())))


def _told(messages: Sequence[str], asked: Sequence[str]) -> tuple[str, ...]:
    return tuple(escaped(_placed(message, asked)) for message in _joined(messages, asked))


def _joined(messages: Sequence[str], asked: Sequence[str]) -> list[str]:
    """The same said of several questions is said once."""
    found: dict[tuple[str, str], list[str]] = {}
    for message in messages:
        names, verb, rest = _of_questions(message, asked)
        known = found.setdefault((verb, rest), [])
        known += [name for name in names if name not in known]
    return [_about(names, verb, rest, asked) for (verb, rest), names in found.items()]


def _of_questions(message: str, asked: Sequence[str]) -> tuple[list[str], str, str]:
    """`Questions 'a' and 'b': few.` as names, verb and rest; no names where it is not about questions."""
    if found := re.fullmatch(r"All \d+ questions(:) (.+)", message, re.DOTALL):
        return list(asked), found[1], found[2]
    names = "|".join(re.escape(repr(name)) for name in sorted(asked, key=len, reverse=True))
    found = re.fullmatch(rf"Questions? ((?:(?:{names})(?:, | and )?)+)(:| has) (.+)", message, re.DOTALL)
    if not found:
        return [], "", message
    return [name for name in asked if repr(name) in found[1]], found[2], found[3]


def _about(names: Sequence[str], verb: str, rest: str, asked: Sequence[str]) -> str:
    """Questions are named only where not all of them are meant."""
    if not names:
        return rest
    if set(names) == set(asked):
        return rest[:1].upper() + rest[1:] if verb == ":" else f"{_all(len(names))} {rest}"
    called = [repr(_short(name, asked)) for name in names]
    if len(names) == 1:
        return f"Question {called[0]}{verb} {rest}"
    return f"Questions {listed(called)}{' have' if verb == ' has' else verb} {rest}"


def _all(n: int) -> str:
    return {1: "The question has", 2: "Both questions have"}.get(n, f"All {n} questions have")


def _placed(message: str, asked: Sequence[str]) -> str:
    """`… (overall, psnr; sync, psnr).` without the names of questions that say nothing."""
    found = _PLACES.fullmatch(message)
    if not found:
        return message
    places = found["places"].split("; ")
    more = _MORE.fullmatch(places[-1])
    named = [_question_of(place, asked) for place in (places[:-1] if more else places)]
    if None in named:
        return message
    n = len(named) + (int(more[1]) if more else 0)
    if all(place == name for place, name in zip(places, named, strict=False)):
        about = "" if n == len(asked) else f" ({_questions([str(name) for name in named], n, asked)})"
        return f"{found['head']}{about}.{found['rest']}"
    shown = [_place(place, name or "", asked) for place, name in zip(places, named, strict=False)]
    return f"{found['head']} ({'; '.join([*shown, *places[len(named) :]])}).{found['rest']}"


def _questions(names: Sequence[str], n: int, asked: Sequence[str]) -> str:
    """`question 'Better'`, `questions 'A', 'B', 'C' and 2 more`."""
    called = [repr(_short(name, asked)) for name in names]
    more = [f"{n - len(names)} more"] if n > len(names) else []
    return f"question{'s' if n > 1 else ''} {listed([*called, *more])}"


def _question_of(place: str, asked: Sequence[str]) -> str | None:
    return next((name for name in asked if place == name or place.startswith(f"{name}, ")), None)


def _place(place: str, name: str, asked: Sequence[str]) -> str:
    detail = place[len(name) + 2 :]
    if detail and len(asked) == 1:
        return detail
    return f"{_short(name, asked)}, {detail}" if detail else _short(name, asked)


def _short(name: str, asked: Sequence[str]) -> str:
    """A question's title, cut where it is long and still tells it from the others."""
    cut = {one: textwrap.shorten(titled(one), LONG, placeholder=" …") for one in asked}
    return cut[name] if list(cut.values()).count(cut[name]) == 1 else titled(name)
