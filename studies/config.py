"""StudyConfig: `study.yaml` as a typed, frozen object, and its stimuli as found on disk."""

from __future__ import annotations

import hashlib
import json
from math import comb
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from studies.bundle import STIMULI
from studies.metrics import COMPUTED, known_metric
from studies.reading import parse, read_yaml
from studies.reporting import Reporting
from studies.scales import ScaleName
from studies.screening import Screening
from studies.text import Text

CONFIG_FILE = "study.yaml"

Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]


TestMethod = Literal["ACR", "ACR-HR", "DCR", "CCR", "PC"]
PAIRED: tuple[TestMethod, ...] = ("CCR", "PC")
OWN_SCALE: dict[str, ScaleName] = {"DCR": "dcr5", "CCR": "ccr7"}
Target = Literal["raters+items", "raters"]


class Strict(BaseModel):
    """Unknown keys are errors; objects do not change once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Consent(Strict):
    version: Annotated[Text, Field(max_length=64)]
    body: Annotated[Text, Field(min_length=20)]


class Texts(Strict):
    """What raters read. Paragraphs are separated by an empty line."""

    welcome: Text
    consent: Consent
    instructions: Text
    debriefing: Text


def _named(value: Any) -> Any:
    """A bare name stands for an object that has nothing but its name."""
    return {"name": value} if isinstance(value, str) else value


class Method(Strict):
    """The system under evaluation that made a clip (ITU: HRC)."""

    name: Identifier
    reference: bool = False
    description: Text = ""


class Item(Strict):
    """One piece of source content (ITU: SRC). Attributes are free and go into the report's subgroups.

    `dataset`: where the content was taken from, by its name in the catalogue of studies or any other.
    """

    name: Identifier
    dataset: Annotated[Text, Field(min_length=1, max_length=64)] | None = None
    split: Annotated[Text, Field(max_length=64)] | None = None
    attributes: dict[Text, Text] = {}

    @model_validator(mode="after")
    def _attributes_are_columns(self) -> Item:
        taken = sorted(set(self.attributes) & set(STIMULI.header))
        if taken:
            raise ValueError(f"attribute {taken[0]!r} has the name of a column of stimuli.csv; rename it")
        if self.dataset is not None and self.attributes.get("dataset", self.dataset) != self.dataset:
            raise ValueError("attribute 'dataset' contradicts key 'dataset'; remove one of them")
        return self


class Stimuli(Strict):
    """Where the clips lie, relative to the study file; `{method}` and `{item}` are filled in."""

    pattern: str = "clips/{method}/{item}.mp4"

    @model_validator(mode="after")
    def _names_both(self) -> Stimuli:
        if "{method}" not in self.pattern or "{item}" not in self.pattern:
            raise ValueError("pattern must contain {method} and {item}; add what is missing")
        if Path(self.pattern).is_absolute() or ".." in Path(self.pattern).parts:
            raise ValueError("pattern must stay inside the study's folder; name a path below it")
        return self


class Question(Strict):
    """One question on a trial's screen; `scale` names the grades and their words."""

    id: Identifier
    text: Text
    scale: ScaleName = "acr5"


class Part(Strict):
    """One block of a sitting: rating trials (ACR, ACR-HR, DCR) or pairs (PC; CCR: graded)."""

    id: Identifier
    test_method: TestMethod
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]
    trials_per_sitting: Annotated[int, Field(gt=0)] | None = None
    attention_checks: Annotated[int, Field(ge=0, le=10)] = 1
    tie: bool = True

    @model_validator(mode="before")
    @classmethod
    def _own_scale(cls, raw: Any) -> Any:
        """DCR and CCR are defined with their scale: it need not be written."""
        scale = OWN_SCALE.get(str(raw.get("test_method"))) if isinstance(raw, dict) else None
        questions = raw.get("questions") if scale else None
        if not isinstance(questions, list | tuple):
            return raw
        return {**raw, "questions": [{"scale": scale, **q} if isinstance(q, dict) else q for q in questions]}

    @model_validator(mode="after")
    def _questions_fit(self) -> Part:
        if self.test_method == "PC" and len(self.questions) != 1:
            raise ValueError("a PC part asks exactly one question; give each question a part of its own")
        for question in self.questions:
            self._check_scale(question)
        return self

    def _check_scale(self, question: Question) -> None:
        own = OWN_SCALE.get(self.test_method)
        if own is not None and question.scale != own:
            raise ValueError(
                f"question {question.id!r}: the scale of {self.test_method} is {own}; remove 'scale'"
            )
        if own is None and question.scale in OWN_SCALE.values():
            raise ValueError(
                f"question {question.id!r}: no {self.test_method} question uses scale {question.scale}; "
                "correct 'scale' or 'test_method'"
            )

    @property
    def is_paired(self) -> bool:
        """Whether a trial shows two methods' clips of one item."""
        return self.test_method in PAIRED

    def n_trials(self, n_methods: int, n_items: int) -> int:
        """How many trials of this part one sitting holds, attention checks included."""
        units = n_items * (comb(n_methods, 2) if self.is_paired else n_methods)
        return min(self.trials_per_sitting or units, units) + self.attention_checks


class Targets(Strict):
    raters_per_method: Annotated[int, Field(gt=0)] = 30


class Analysis(Strict):
    """How the report is computed; `margin`: grades within which methods count as equivalent.

    `regularised_preference`: where preference strengths have no finite maximum likelihood, give a penalised
    estimate, named so, instead of none.
    """

    target: Target = "raters+items"
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    margin: Annotated[float, Field(gt=0)] | None = None
    regularised_preference: bool = False


class StudyConfig(Strict):
    """One study, as its `study.yaml` describes it."""

    study: Identifier
    title: Annotated[Text, Field(max_length=300)]
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")] = "en"
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    texts: Texts
    methods: Annotated[tuple[Annotated[Method, BeforeValidator(_named)], ...], Field(min_length=1)]
    items: Annotated[tuple[Annotated[Item, BeforeValidator(_named)], ...], Field(min_length=1)]
    stimuli: Stimuli = Stimuli()
    parts: Annotated[tuple[Part, ...], Field(min_length=1)]
    metrics: tuple[str, ...] = ()
    targets: Targets = Targets()
    screening: Screening = Screening()
    analysis: Analysis = Analysis()
    reporting: Reporting = Reporting()

    @model_validator(mode="after")
    def _consistent(self) -> StudyConfig:
        for what, names in (
            ("method", [method.name for method in self.methods]),
            ("item", [item.name for item in self.items]),
            ("part", [part.id for part in self.parts]),
            ("question", [question.id for part in self.parts for question in part.questions]),
        ):
            doubles = sorted({name for name in names if names.count(name) > 1})
            if doubles:
                raise ValueError(f"{what} {doubles[0]!r} is named twice; rename one")
        if sum(method.reference for method in self.methods) > 1:
            raise ValueError("only one method may be the reference; remove 'reference: true' from the others")
        for part in self.parts:
            if part.test_method in ("ACR-HR", "DCR") and self.reference is None:
                raise ValueError(
                    f"{part.test_method} needs a method with reference: true; mark the real video"
                )
            if part.is_paired and len(self.methods) < 2:
                raise ValueError(
                    f"{part.test_method} needs at least two methods; add one, or remove the part"
                )
        self._check_metrics()
        return self

    def _check_metrics(self) -> None:
        for name in self.metrics:
            if name not in COMPUTED:
                raise ValueError(_not_computed(name))
            if "reference" in COMPUTED[name].needs and self.reference is None:
                raise ValueError(f"metric {name!r} needs a method with reference: true; mark the real video")

    @property
    def reference(self) -> Method | None:
        return next((method for method in self.methods if method.reference), None)

    def part(self, part_id: str) -> Part:
        return next(part for part in self.parts if part.id == part_id)

    def clip_path(self, method: str, item: str) -> str:
        return self.stimuli.pattern.replace("{method}", method).replace("{item}", item)

    def sha256(self) -> str:
        """Hash of the canonical JSON form: the same study gives the same hash on every machine.

        Keys at their defaults do not enter it, so new keys of a later release leave old hashes as they are.
        """
        stated = self.model_dump(mode="json", exclude_defaults=True)
        return hashlib.sha256(canonical_json(stated).encode()).hexdigest()


def _not_computed(name: str) -> str:
    """Why a metric cannot stand under `metrics`, and what can be done."""
    choice, known = ", ".join(sorted(COMPUTED)), known_metric(name)
    if known is None:
        return f"metric {name!r} is not one of {choice}"
    if known.computed:
        return f"metric {name!r} is not one of {choice}; write {known.name!r}"
    return (
        f"metric {name!r} is not computed here (only {choice} are); remove it, and give its values to the "
        "report with --metrics FILE"
    )


def canonical_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def load_study(path: Path) -> StudyConfig:
    """Read a study from its folder or its `study.yaml`. Raises InputError with one sentence."""
    file = path / CONFIG_FILE if path.is_dir() else path
    return parse_study(read_yaml(file, f"give a study folder or its {CONFIG_FILE}"), str(file))


def parse_study(raw: Any, where: str, under: str = "") -> StudyConfig:
    """Check a parsed study file. Raises InputError naming `where`, the first bad key and the mend."""
    return parse(StudyConfig, raw, where, under)


def missing_clips(config: StudyConfig, folder: Path) -> list[str]:
    """Paths (relative to the study folder) of method × item cells that have no file."""
    cells = [config.clip_path(method.name, item.name) for method in config.methods for item in config.items]
    return [cell for cell in cells if not is_file(folder / cell)]


def is_file(path: Path) -> bool:
    """False also for a name that the file system cannot hold."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
