"""The stated opinion model as simulated minds: one per rater, seeded, the same at every run.

A mind is shown a trial as a rater's browser is (`mos_platform.ratings.presentation` says how), and is told
one thing besides: whose clips they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np

from mos_platform import words
from mos_platform.simulate.shown import Cell, Reply, View
from studies.simulation import SimulationModel

AGE_GROUPS = ("18-24", "25-34", "35-44", "45-54", "55-64")
CHECKS = ("checks.rating", "checks.rating_again", "checks.pair", "checks.slider")
REMARK = "A simulated rater's remark."
REMARKS = 0.3  # of optional texts are written


class Mind:
    """One simulated rater. Effects of items are shared by all raters of a model, all others are its own."""

    def __init__(self, model: SimulationModel, items: Sequence[str], number: int) -> None:
        self._model = model
        self._rng = np.random.default_rng([model.seed, number])
        self._items = _item_effects(model, items)
        self._biases = {
            name: float(self._rng.normal(0, opinion.rater_sd)) for name, opinion in model.questions.items()
        }
        self._tastes = {
            (name, method): float(self._rng.normal(0, opinion.rater_method_sd))
            for name, opinion in model.questions.items()
            for method in sorted(opinion.means)
        }
        self._known = {
            (question, gold.method, gold.item): bounds
            for gold in model.gold
            for question, bounds in gold.expected.items()
        }
        self.attentive = bool(self._rng.random() >= model.inattentive_share)
        self.expertise = self._draw(model.expertise)
        self.age_group = AGE_GROUPS[int(self._rng.integers(len(AGE_GROUPS)))]
        self.device = self._draw(model.devices)

    def reply(self, trial: View, cells: Sequence[Cell]) -> Reply:
        """Answer a trial as it is shown; whoever pays no attention answers anything, and fast.

        `cells` are whose clips are shown, in the order of the trial's clips.
        """
        questions = trial["questions"]
        if not self.attentive:
            answers = {question["id"]: self._anything(question) for question in questions}
            return Reply(answers, 0.4 + float(self._rng.exponential(0.4)))
        shown = {clip["role"]: cell for clip, cell in zip(trial["clips"], cells, strict=True)}
        given = {question["id"]: self._answer(question, trial, shown) for question in questions}
        answers = {name: answer for name, answer in given.items() if answer is not None}
        return Reply(answers, len(questions) * float(self._rng.lognormal(0.5, 0.4)))

    def _answer(self, question: View, trial: View, cells: Mapping[str, Cell]) -> str | None:
        """None where an optional question is left unanswered."""
        instructed = _instructed(question)
        if instructed is not None:
            return instructed
        match question["type"]:
            case "digits":
                return str(question["heard"])
            case "preference":
                return self._prefer(question, cells["left"], cells["right"])
            case "choice":
                return self._choose(question, cells["clip"])
            case "text":
                silent = question["optional"] and self._rng.random() >= REMARKS
                return None if silent else REMARK
        return on_scale(question, self._rate(question, trial, cells))

    def _rate(self, question: View, trial: View, cells: Mapping[str, Cell]) -> float:
        """The opinion of one clip; in CCR how much better the second is; in DCR what is left of the best."""
        name = question["id"]
        if trial["type"] == "ccr":
            second = "right" if trial["first"] == "left" else "left"
            return self._opinion(name, cells[second]) - self._opinion(name, cells[trial["first"]])
        if trial["type"] == "dcr":
            lack = self._level(name, cells["reference"]) - self._level(name, cells["clip"])
            return self._known_answer(name, cells["clip"], float(question["high"]) - lack + self._noise(name))
        return self._known_answer(name, cells["clip"], self._opinion(name, cells["clip"]))

    def _known_answer(self, question: str, cell: Cell, opinion: float) -> float:
        """The opinion, or the nearest that is right where the answer is known."""
        bounds = self._known.get((question, cell.method, cell.item))
        if bounds is None:
            return opinion
        low = -np.inf if bounds.low is None else np.ceil(bounds.low)
        high = np.inf if bounds.high is None else np.floor(bounds.high)
        return float(min(max(opinion, low), high))

    def _prefer(self, question: View, left: Cell, right: Cell) -> str:
        preference = self._model.preferences[question["id"]]
        on_left, on_right = (self._opinion(preference.by, cell) for cell in (left, right))
        may_tie = any(grade["value"] == "tie" for grade in question["grades"])
        if may_tie and abs(on_left - on_right) < preference.tie_width:
            return "tie"
        return "left" if on_left >= on_right else "right"

    def _choose(self, question: View, cell: Cell) -> str:
        return self._draw(self._model.choices[question["id"]].shares[cell.method])

    def _opinion(self, question: str, cell: Cell) -> float:
        return self._level(question, cell) + self._noise(question)

    def _level(self, question: str, cell: Cell) -> float:
        """Mean of the method + effects of item, rater and rater × method, in grades."""
        opinion = self._model.questions[question]
        return (
            opinion.means[cell.method]
            + self._items[question, cell.item]
            + self._biases[question]
            + self._tastes[question, cell.method]
        )

    def _noise(self, question: str) -> float:
        return float(self._rng.normal(0, self._model.questions[question].residual_sd))

    def _anything(self, question: View) -> str:
        if question["type"] == "text":
            return REMARK
        if question["type"] == "digits":
            return str(self._rng.integers(100, 1000))
        if question["type"] == "continuous":
            return on_scale(question, float(self._rng.uniform(question["low"], question["high"])))
        grades = question["grades"]
        return str(grades[int(self._rng.integers(len(grades)))]["value"])

    def _draw(self, shares: Mapping[str, float]) -> str:
        names = sorted(shares)
        return str(self._rng.choice(names, p=[shares[name] for name in names]))


def _item_effects(model: SimulationModel, items: Sequence[str]) -> dict[tuple[str, str], float]:
    rng = np.random.default_rng([model.seed, 0])
    return {
        (question, item): float(rng.normal(0, opinion.item_sd))
        for question, opinion in sorted(model.questions.items())
        for item in sorted(items)
    }


def on_scale(question: View, opinion: float) -> str:
    """The nearest that can be answered: a whole grade, or on a slider any number."""
    within = min(max(opinion, float(question["low"])), float(question["high"]))
    return f"{within:.1f}" if question["type"] == "continuous" else str(round(within))


def _instructed(question: View) -> str | None:
    """The value that an attention check asks for, read as a person reads it: from its text."""
    found = next((one for pattern in _instructions() if (one := pattern.fullmatch(question["text"]))), None)
    if found is None:
        return None
    by_label = {grade["label"]: str(grade["value"]) for grade in question["grades"] if grade["label"]}
    return by_label.get(found["label"], found["label"])


@cache
def _instructions() -> tuple[re.Pattern[str], ...]:
    """The sentences of attention checks in all languages of the interface."""
    mark = "LABEL"
    said = [words.say(check, language, {"label": mark}) for language in words.LANGUAGES for check in CHECKS]
    return tuple(re.compile(re.escape(one).replace(mark, "(?P<label>.+)")) for one in said)
