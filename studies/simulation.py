"""SimulationModel: the stated opinions of simulated raters, read from a study's `simulation.yaml`.

Where nobody has stated any, `studies.invention` makes them up for a rehearsal.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, get_args

import yaml
from pydantic import Field, model_validator

from studies.config import Gold, Identifier, Part, Question, Strict, StudyConfig
from studies.errors import InputError
from studies.reading import parse
from studies.yamlfile import read_yaml_file

SIMULATION_FILE = "simulation.yaml"
HINT = f"give a {SIMULATION_FILE} or its folder"

Deviation = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Profile = Literal["careful", "lazy", "straight_liner", "dropper", "cheater", "slow"]
PROFILES: tuple[Profile, ...] = get_args(Profile)


class OpinionModel(Strict):
    """Opinion = mean of the method + normal effects of item, rater, rater × method and residual.

    All in grades of the question's scale; the `_sd` fields are standard deviations of effects with mean 0. In
    DCR the answer is the highest grade less what the clip lacks of the reference; in CCR it is the second
    clip's opinion less the first's.
    """

    means: Annotated[Mapping[Identifier, float], Field(min_length=1)]
    item_sd: Deviation
    rater_sd: Deviation
    rater_method_sd: Deviation
    residual_sd: Deviation


class PreferenceModel(Strict):
    """The clip with the higher opinion on question `by` is chosen; less than `tie_width` apart is a tie."""

    by: Identifier
    tie_width: Deviation


class ChoiceModel(Strict):
    """`shares[method][option]`: how often it is chosen of that method's clips; a method's shares sum to 1."""

    shares: Annotated[Mapping[Identifier, Mapping[Identifier, Share]], Field(min_length=1)]

    @model_validator(mode="after")
    def _whole(self) -> ChoiceModel:
        for method, shares in self.shares.items():
            _check_whole(f"options of {method!r}", shares)
        return self


def _check_whole(what: str, shares: Mapping[str, float]) -> None:
    if abs(sum(shares.values()) - 1) > 1e-9:
        raise ValueError(f"shares of {what} must sum to 1, not {sum(shares.values()):g}; correct them")


class SimulationModel(Strict):
    """Simulated raters of one study. `expertise` and `devices` map each to its share; shares sum to 1.

    `preferences` are of questions in PC, `choices` of those with options, `questions` of all that are rated.
    Attentive raters give the answers that `gold` expects of its clips. `profiles` are shares of raters by how
    they behave (`mos_platform.simulate.profiles`); without any all are careful, but for `inattentive_share`,
    who answer anything.
    """

    simulated: Literal[True]
    seed: Annotated[int, Field(ge=0, lt=2**32)]
    raters: Annotated[int, Field(gt=0)]
    inattentive_share: Share = 0.0
    expertise: Annotated[Mapping[str, Share], Field(min_length=1)]
    devices: Annotated[Mapping[str, Share], Field(min_length=1)] = {
        "desktop": 0.6,
        "phone": 0.35,
        "tablet": 0.05,
    }
    questions: Mapping[Identifier, OpinionModel] = {}
    preferences: Mapping[Identifier, PreferenceModel] = {}
    choices: Mapping[Identifier, ChoiceModel] = {}
    gold: tuple[Gold, ...] = ()
    profiles: Mapping[Profile, Share] = {}

    @model_validator(mode="after")
    def _consistent(self) -> SimulationModel:
        _check_whole("expertise", self.expertise)
        _check_whole("devices", self.devices)
        if self.profiles:
            _check_whole("profiles", dict(self.profiles.items()))
            if self.inattentive_share:
                raise ValueError("'profiles' say who is inattentive; remove 'inattentive_share'")
        for question, preference in self.preferences.items():
            if preference.by not in self.questions:
                raise ValueError(
                    f"preference {question!r} refers to question {preference.by!r}, which has no opinions"
                )
        return self

    def check_fits(self, config: StudyConfig, where: str) -> None:
        """Raise InputError unless every method and question of the study has its opinions."""
        for part in config.parts:
            for question in part.questions:
                section = _section(part, question)
                if section is not None and question.id not in getattr(self, section):
                    missing = f"question {question.id!r} of the study is missing"
                    raise InputError(f"{where}: {missing}; add it under '{section}'.")
        for question_id, opinion in self.questions.items():
            self._check_methods(config, f"{where}: questions.{question_id}.means", opinion.means)
        for question_id, choice in self.choices.items():
            self._check_methods(config, f"{where}: choices.{question_id}.shares", choice.shares)

    def _check_methods(self, config: StudyConfig, where: str, known: Mapping[str, object]) -> None:
        for method in config.methods:
            if method.name not in known:
                raise InputError(f"{where} lacks {method.name!r}; add what is true of it.")

    def as_yaml(self) -> str:
        """As a `simulation.yaml` that reads back equal."""
        stated = self.model_dump(mode="json", exclude_defaults=True) | {"simulated": True}
        text: str = yaml.safe_dump(stated, allow_unicode=True, sort_keys=False)
        return f"# SIMULATED raters: the stated truth behind their answers. No person gave them.\n{text}"


def _section(part: Part, question: Question) -> str | None:
    """Where a question's opinions stand; free text has none."""
    if part.test_method == "PC":
        return "preferences"
    return {"rating": "questions", "choice": "choices"}.get(question.type)


def load_simulation(path: Path) -> SimulationModel:
    """Read a simulation from a study folder or its `simulation.yaml`. Raises InputError with one sentence."""
    file = path / SIMULATION_FILE if path.is_dir() else path
    return parse(SimulationModel, read_yaml_file(file, HINT).content, str(file))
