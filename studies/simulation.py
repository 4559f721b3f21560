"""SimulationModel: the stated opinions of simulated raters, read from a study's `simulation.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from studies.config import Identifier, Strict, StudyConfig
from studies.errors import InputError
from studies.reading import parse
from studies.yamlfile import read_yaml_file

SIMULATION_FILE = "simulation.yaml"
HINT = f"give a {SIMULATION_FILE} or its folder"

Deviation = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class OpinionModel(Strict):
    """Opinion = mean of the method + normal effects of item, rater, rater × method and residual.

    All in grades of the question's scale; the `_sd` fields are standard deviations of effects with mean 0.
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


class SimulationModel(Strict):
    """Simulated raters of one study. `expertise` maps each level to its share; shares sum to 1."""

    simulated: Literal[True]
    seed: Annotated[int, Field(ge=0, lt=2**32)]
    raters: Annotated[int, Field(gt=0)]
    inattentive_share: Share = 0.0
    expertise: Annotated[Mapping[str, Share], Field(min_length=1)]
    questions: Annotated[Mapping[Identifier, OpinionModel], Field(min_length=1)]
    preferences: Mapping[Identifier, PreferenceModel] = {}

    @model_validator(mode="after")
    def _consistent(self) -> SimulationModel:
        if abs(sum(self.expertise.values()) - 1) > 1e-9:
            raise ValueError(f"shares of expertise must sum to 1, not {sum(self.expertise.values()):g}")
        for question, preference in self.preferences.items():
            if preference.by not in self.questions:
                raise ValueError(
                    f"preference {question!r} refers to question {preference.by!r}, which has no opinions"
                )
        return self

    def check_fits(self, config: StudyConfig, where: str) -> None:
        """Raise InputError unless every method and question of the study has its opinions."""
        asked = [(part.test_method, question.id) for part in config.parts for question in part.questions]
        for test_method, question in asked:
            known = self.preferences if test_method == "PC" else self.questions
            if question not in known:
                section = "preferences" if test_method == "PC" else "questions"
                raise InputError(
                    f"{where}: question {question!r} of the study is missing; add it under '{section}'."
                )
        for question, opinion in self.questions.items():
            for method in config.methods:
                if method.name not in opinion.means:
                    raise InputError(
                        f"{where}: questions.{question}.means lacks {method.name!r}; add its true mean."
                    )


def load_simulation(path: Path) -> SimulationModel:
    """Read a simulation from a study folder or its `simulation.yaml`. Raises InputError with one sentence."""
    file = path / SIMULATION_FILE if path.is_dir() else path
    return parse(SimulationModel, read_yaml_file(file, HINT).content, str(file))
