"""Which answers a trial's questions take, and a rater's answers checked against that."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from mos_platform.assignments.checks import is_sound_check
from mos_platform.assignments.models import Trial
from mos_platform.setup.sounds import typed_digits
from mos_platform.words import interface_language, say
from studies.bundle import SOUND_CHECK
from studies.config import Part, Question, Words
from studies.errors import InputError
from studies.wording import labels_in

AnswerType = Literal["rating", "continuous", "preference", "choice", "text", "digits"]
SIDES = {"left": "checks.left", "tie": "checks.tie", "right": "checks.right"}  # their words
LONGEST_TEXT = 2000  # characters
MOST_DIGITS = 9
DIGITS = Question(id=SOUND_CHECK, type="text", text=Words(SOUND_CHECK))  # what a sound check asks
PLAIN_NUMBER = frozenset("0123456789.-")


@dataclass(frozen=True)
class Given:
    """One answer that fits its question; `position` is the question's place on the page, from 1."""

    question: str
    position: int
    type: AnswerType
    value: str


def answer_type(part: Part, question: Question) -> AnswerType:
    if question.id == SOUND_CHECK:
        return "digits"
    if part.test_method == "PC":
        return "preference"
    if question.type != "rating":
        return question.type
    return "continuous" if question.grades.continuous else "rating"


def asked(part: Part, trial: Trial) -> list[Question]:
    """The trial's questions, in order; an attention check asks for scores only, or for what was heard."""
    if is_sound_check(trial.expected):
        return [DIGITS]
    return list(part.ratings if trial.kind == Trial.Kind.TRAP else part.questions)


def may_be_left_out(question: Question, trial: Trial) -> bool:
    return question.optional and trial.kind != Trial.Kind.TRAP


def words(part: Part, question: Question, language: str) -> dict[str, str]:
    """Values to choose from with their words, highest or left first; of a slider, the words along it.

    The study's own words are in `language` already; where it has none, the scale's are in it too.
    """
    kind = answer_type(part, question)
    if kind == "preference":
        interface = interface_language(language)
        return {side: say(name, interface) for side, name in SIDES.items() if part.tie or side != "tie"}
    if kind == "choice":
        return {option: str(label) for option, label in question.options.items()}
    if kind in ("text", "digits"):
        return {}
    scale = question.grades
    labels = question.labels or labels_in(scale, language)
    grades = sorted(scale.labels) if kind == "continuous" else scale.grades
    return {str(grade): str(labels.get(grade, "")) for grade in reversed(grades)}


def values(part: Part, question: Question) -> tuple[str, ...]:
    """What can be answered to a question whose answers are listed, highest or left first."""
    return tuple(words(part, question, "en"))


def check(part: Part, trial: Trial, answers: Mapping[str, str]) -> list[Given]:
    """The answers in the order of the page; optional ones that are missing or empty are left out.

    Raises InputError for the first answer that does not fit.
    """
    questions = asked(part, trial)
    unasked = sorted(set(answers) - {question.id for question in questions})
    if unasked:
        listed = ", ".join(question.id for question in questions)
        raise InputError(f"Question {_shown(unasked[0])} was not asked; answer {listed}.")
    given = []
    for position, question in enumerate(questions, start=1):
        value = answers.get(question.id, "").strip()
        if value:
            kind = answer_type(part, question)
            _refuse_unfit(part, question, kind, value)
            given.append(Given(question.id, position, kind, value))
        elif not may_be_left_out(question, trial):
            raise InputError(f"The answer to '{question.id}' is missing; answer every question.")
    return given


def number_typed(value: str) -> float:
    """The number that the typed digits make; 0, which no voice says, where there is no digit."""
    return float("".join(map(str, typed_digits(value))) or "0")


def preferred(score: float, first: str) -> str:
    """The side that a graded answer prefers; `score` is of the second clip relative to the first."""
    if score == 0:
        return "tie"
    second = "right" if first == "left" else "left"
    return first if score < 0 else second


def expected_choice(expected: Mapping[str, float | str], first: str) -> str:
    """The side that a check on a pair asks for; "" where nothing is expected."""
    if "low" in expected:
        return preferred(float(expected["low"]), first)
    return str(expected.get("choice", ""))


def _refuse_unfit(part: Part, question: Question, kind: AnswerType, value: str) -> None:
    if kind == "text":
        if len(value) > LONGEST_TEXT:
            raise InputError(
                f"The answer to '{question.id}' has {len(value)} characters; use at most {LONGEST_TEXT}."
            )
    elif kind == "digits":
        if len(typed_digits(value)) > MOST_DIGITS:
            raise InputError(f"The answer to '{question.id}' has too many digits; type those you heard.")
    elif kind == "continuous":
        low, high = question.grades.low, question.grades.high
        if not low <= _number(value) <= high:
            raise InputError(
                f"{_shown(value)} is no answer to '{question.id}'; give a number from {low} to {high}."
            )
    elif value not in (allowed := values(part, question)):
        raise InputError(
            f"{_shown(value)} is no answer to '{question.id}'; give one of {', '.join(allowed)}."
        )


def _number(value: str) -> float:
    """NaN for whatever is not written plainly."""
    try:
        return float(value) if set(value) <= PLAIN_NUMBER else math.nan
    except ValueError:
        return math.nan


def _shown(given: str) -> str:
    """What somebody sent, short and safe to send back."""
    return ascii(given[:40])
