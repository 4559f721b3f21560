"""What attention checks ask for, and what gold clips expect: pure and seeded, no Django."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mos_platform.assignments.trials import Expected
from studies.config import Gold, Part, Question
from studies.scales import Scale

# A slider need not be put exactly on a word: this share of the scale to either side counts as right.
TOLERANCE = 0.1


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
