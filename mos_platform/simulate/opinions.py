"""The stated opinion model as simulated minds: one per rater, seeded, the same at every run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mos_platform.simulate.client import Reply
from studies.simulation import OpinionModel, SimulationModel

AGE_GROUPS = ("18-24", "25-34", "35-44", "45-54", "55-64")
DEVICES = ("desktop", "phone", "tablet")
INSTRUCTION = re.compile(r"please choose “([^”]+)”")


@dataclass(frozen=True)
class Cell:
    """What a clip's address stands for; the key that only the operator of a simulation has."""

    method: str
    item: str


class Mind:
    """One simulated rater. Effects of items are shared by all raters of a model, all others are its own."""

    def __init__(self, model: SimulationModel, key: Mapping[str, Cell], number: int) -> None:
        self._model = model
        self._key = key
        self._rng = np.random.default_rng([model.seed, number])
        self._items = _item_effects(model, sorted({cell.item for cell in key.values()}))
        self._biases = {
            name: float(self._rng.normal(0, opinion.rater_sd)) for name, opinion in model.questions.items()
        }
        self._tastes = {
            (name, method): float(self._rng.normal(0, opinion.rater_method_sd))
            for name, opinion in model.questions.items()
            for method in sorted(opinion.means)
        }
        self.attentive = bool(self._rng.random() >= model.inattentive_share)
        self.expertise = self._draw(model.expertise)
        self.age_group = AGE_GROUPS[int(self._rng.integers(len(AGE_GROUPS)))]
        self.device = self._draw(dict(zip(DEVICES, (0.6, 0.35, 0.05), strict=True)))

    def reply(self, trial: dict[str, Any]) -> Reply:
        """Answer a trial as it is shown; whoever pays no attention answers anything, and fast."""
        questions = trial["questions"]
        if not self.attentive:
            answers = {question["id"]: self._anything(question) for question in questions}
            return Reply(answers, 0.4 + float(self._rng.exponential(0.4)))
        answers = {question["id"]: self._answer(question, trial["clips"]) for question in questions}
        return Reply(answers, len(questions) * float(self._rng.lognormal(0.5, 0.4)))

    def _answer(self, question: dict[str, Any], clips: list[dict[str, Any]]) -> str:
        instructed = _instructed(question)
        if instructed is not None:
            return instructed
        cells = [self._key[clip["url"]] for clip in clips]
        if len(cells) == 2:
            return self._prefer(question, cells)
        grades = [int(grade["value"]) for grade in question["grades"]]
        opinion = self._opinion(question["id"], cells[0])
        return str(min(max(round(opinion), min(grades)), max(grades)))

    def _prefer(self, question: dict[str, Any], cells: list[Cell]) -> str:
        preference = self._model.preferences[question["id"]]
        left, right = (self._opinion(preference.by, cell) for cell in cells)
        may_tie = any(grade["value"] == "tie" for grade in question["grades"])
        if may_tie and abs(left - right) < preference.tie_width:
            return "tie"
        return "left" if left >= right else "right"

    def _opinion(self, question: str, cell: Cell) -> float:
        """Mean of the method + effects of item, rater, rater × method + residual, in grades."""
        model: OpinionModel = self._model.questions[question]
        return (
            model.means[cell.method]
            + self._items[question, cell.item]
            + self._biases[question]
            + self._tastes[question, cell.method]
            + float(self._rng.normal(0, model.residual_sd))
        )

    def _anything(self, question: dict[str, Any]) -> str:
        grades = question["grades"]
        return str(grades[int(self._rng.integers(len(grades)))]["value"])

    def _draw(self, shares: Mapping[str, float]) -> str:
        names = sorted(shares)
        return str(self._rng.choice(names, p=[shares[name] for name in names]))


def _item_effects(model: SimulationModel, items: list[str]) -> dict[tuple[str, str], float]:
    rng = np.random.default_rng([model.seed, 0])
    return {
        (question, item): float(rng.normal(0, opinion.item_sd))
        for question, opinion in sorted(model.questions.items())
        for item in items
    }


def _instructed(question: dict[str, Any]) -> str | None:
    """The value that an attention check asks for, read as a person reads it: from its text."""
    found = INSTRUCTION.search(question["text"])
    if found is None:
        return None
    return next((str(grade["value"]) for grade in question["grades"] if grade["label"] == found[1]), None)
