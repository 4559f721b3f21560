"""What attention checks ask for, and what gold clips expect: pure and seeded, no Django."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mos_platform.assignments.trials import Clip, Expected, PlannedTrial, spread
from studies.bundle import SOUND_CHECK
from studies.config import Gold, Part, Question
from studies.scales import Scale

# A slider need not be put exactly on a word: this share of the scale to either side counts as right.
TOLERANCE = 0.1
DIGITS_TO_TYPE = 3
UNSCORED_FIRST = ("training", "dummy")


def instructed(part: Part, rng: np.random.Generator) -> Expected:
    """The answers that one attention check of this part asks for; {} where nothing is rated."""
    if part.test_method == "PC":
        return {part.questions[0].id: {"choice": ("left", "right")[int(rng.integers(2))]}}
    return {question.id: _aim(question, rng) for question in part.ratings}


def _aim(question: Question, rng: np.random.Generator) -> Mapping[str, float]:
    scale = question.grades
    named = sorted(grade for grade in scale.grades if scale.labels.get(grade)) or list(scale.grades)
    grade = named[int(rng.integers(len(named)))]
    reach = reach_of(scale, named, grade) if scale.continuous else 0.0
    return {"low": max(grade - reach, scale.low), "high": min(grade + reach, scale.high)}


def reach_of(scale: Scale, named: Sequence[int], grade: int) -> float:
    """How far from a word a slider may stand: never nearer to another word."""
    gaps = [abs(grade - other) / 2 for other in named if other != grade]
    return min([TOLERANCE * (scale.high - scale.low), *gaps])


def wanted_grade(scale: Scale, expected: Mapping[str, float | str]) -> int:
    """The grade that an attention check's range stands for."""
    low, high = float(expected["low"]), float(expected["high"])
    inside = [grade for grade in scale.grades if low <= grade <= high]
    named = [grade for grade in inside if scale.labels.get(grade)] or inside
    return min(named, key=lambda grade: abs(2 * grade - low - high))


def gold_of(part: Part, gold: Sequence[Gold]) -> list[tuple[tuple[str, str], Expected]]:
    """The study's gold clips that this part can ask about: (method, item), and the answers expected."""
    asked = {question.id for question in part.ratings}
    found: list[tuple[tuple[str, str], Expected]] = []
    for one in gold:
        expected = {
            question: bounds.model_dump(exclude_none=True)
            for question, bounds in one.expected.items()
            if question in asked
        }
        if expected and not part.is_paired:
            found.append(((one.method, one.item), expected))
    return found


def with_sound_checks(
    planned: Sequence[PlannedTrial], n: int, rng: np.random.Generator, grouped_by: str | None = None
) -> list[PlannedTrial]:
    """The trials of a part with `n` sound checks among those that follow practice.

    Each shows one of the clips that are scored, in a part with pairs too, before the digits are said.
    """
    body = [trial for trial in planned if trial.kind not in UNSCORED_FIRST]
    clips = sorted({clip for trial in body if trial.kind == "scored" for clip in trial.shown}, key=_by_id)
    if not n or not clips:
        return list(planned)
    checks = [
        PlannedTrial(kind="trap", clip=clips[int(rng.integers(len(clips)))], expected=_digits(rng))
        for _ in range(n)
    ]
    return [*planned[: len(planned) - len(body)], *spread(body, checks, rng, grouped_by)]


def _by_id(clip: Clip) -> int:
    return clip.id


def _digits(rng: np.random.Generator) -> Expected:
    """Different digits without 0, so that each says one number."""
    digits = rng.permutation(np.arange(1, 10))[:DIGITS_TO_TYPE]
    number = float("".join(map(str, digits)))
    return {SOUND_CHECK: {"low": number, "high": number}}


def is_sound_check(expected: Expected) -> bool:
    return SOUND_CHECK in expected


def digits_said(expected: Expected) -> list[int]:
    """What the voice of a sound check says."""
    return [int(digit) for digit in f"{float(expected[SOUND_CHECK]['low']):.0f}"]
