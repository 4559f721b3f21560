"""Minds that do not do what they are asked: those who attend half of the time, and those who always answer
the same."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mos_platform.simulate.minds import REMARK, Mind, on_scale
from mos_platform.simulate.shown import Cell, Reply, View
from studies.simulation import SimulationModel

HABIT = 2  # the stream of random numbers that habits draw from
ATTENDS = 0.5  # of trials
SAME_DIGITS = "111"
QUICK = 0.4  # of the time that a careful rater takes


class Lazy(Mind):
    """Attends half of the time and is quick; on the other trials it answers anything."""

    def __init__(self, model: SimulationModel, items: Sequence[str], number: int) -> None:
        super().__init__(model, items, number)
        self._habit = np.random.default_rng([model.seed, number, HABIT])

    def reply(self, trial: View, cells: Sequence[Cell]) -> Reply:
        self.attentive = bool(self._habit.random() < ATTENDS)
        reply = super().reply(trial, cells)
        return Reply(reply.answers, reply.seconds * QUICK)


class StraightLiner(Mind):
    """Gives every question the answer at one place of its scale, whatever is shown or asked, and is quick."""

    def __init__(self, model: SimulationModel, items: Sequence[str], number: int) -> None:
        super().__init__(model, items, number)
        habit = np.random.default_rng([model.seed, number, HABIT])
        self._place, self._pace = float(habit.random()), habit

    def reply(self, trial: View, _cells: Sequence[Cell]) -> Reply:
        answers = {question["id"]: self._always(question) for question in trial["questions"]}
        return Reply(answers, 0.5 + float(self._pace.exponential(0.3)))

    def _always(self, question: View) -> str:
        if question["type"] == "text":
            return REMARK
        if question["type"] == "digits":
            return SAME_DIGITS
        if question["type"] == "continuous":
            low, high = float(question["low"]), float(question["high"])
            return on_scale(question, low + self._place * (high - low))
        grades = question["grades"]
        return str(grades[int(self._place * len(grades))]["value"])
