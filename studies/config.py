"""StudyConfig: `study.yaml` as a typed, frozen object, and its stimuli as found on disk."""

from __future__ import annotations

import hashlib
import json
from math import comb
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from studies.bundle import STIMULI
from studies.errors import InputError
from studies.metrics import CATALOGUE
from studies.scales import ScaleName

CONFIG_FILE = "study.yaml"

Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
TestMethod = Literal["ACR", "ACR-HR", "PC"]
ScreeningRule = Literal["attention"]
Target = Literal["raters+items", "raters"]


class Strict(BaseModel):
    """Unknown keys are errors; objects do not change once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Consent(Strict):
    version: str
    body: Annotated[str, Field(min_length=20)]


class Texts(Strict):
    """What raters read. Paragraphs are separated by an empty line."""

    welcome: str
    consent: Consent
    instructions: str
    debriefing: str


class Method(Strict):
    """The system under evaluation that made a clip (ITU: HRC)."""

    name: Identifier
    reference: bool = False
    description: str = ""


class Item(Strict):
    """One piece of source content (ITU: SRC). Attributes are free and go into the report's subgroups."""

    name: Identifier
    split: str | None = None
    attributes: dict[str, str] = {}

    @model_validator(mode="after")
    def _attributes_are_columns(self) -> Item:
        taken = sorted(set(self.attributes) & set(STIMULI.header))
        if taken:
            raise ValueError(f"attribute {taken[0]!r} has the name of a column of stimuli.csv; rename it")
        return self


class Stimuli(Strict):
    """Where the clips lie, relative to the study file; `{method}` and `{item}` are filled in."""

    pattern: str = "clips/{method}/{item}.mp4"

    @model_validator(mode="after")
    def _names_both(self) -> Stimuli:
        if "{method}" not in self.pattern or "{item}" not in self.pattern:
            raise ValueError("pattern must contain {method} and {item}")
        if Path(self.pattern).is_absolute() or ".." in Path(self.pattern).parts:
            raise ValueError("pattern must stay inside the study's folder")
        return self


class Question(Strict):
    """One question on a trial's screen; `scale` names the grades and their words."""

    id: Identifier
    text: str
    scale: ScaleName = "acr5"


class Part(Strict):
    """One block of a sitting: rating trials (ACR, ACR-HR) or pairs (PC)."""

    id: Identifier
    test_method: TestMethod
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]
    trials_per_sitting: Annotated[int, Field(gt=0)] | None = None
    attention_checks: Annotated[int, Field(ge=0, le=10)] = 1
    tie: bool = True

    @model_validator(mode="after")
    def _questions_fit(self) -> Part:
        if self.test_method == "PC" and len(self.questions) != 1:
            raise ValueError("a PC part asks exactly one question")
        return self

    def n_trials(self, n_methods: int, n_items: int) -> int:
        """How many trials of this part one sitting holds, attention checks included."""
        units = n_items * (comb(n_methods, 2) if self.test_method == "PC" else n_methods)
        return min(self.trials_per_sitting or units, units) + self.attention_checks


class Targets(Strict):
    raters_per_method: Annotated[int, Field(gt=0)] = 30


class Screening(Strict):
    """Pre-declared rules: only these are applied, everything else is reported."""

    apply: tuple[ScreeningRule, ...] = ("attention",)


class Analysis(Strict):
    target: Target = "raters+items"
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95


class StudyConfig(Strict):
    """One study, as its `study.yaml` describes it."""

    study: Identifier
    title: str
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")] = "en"
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    texts: Texts
    methods: Annotated[tuple[Method, ...], Field(min_length=1)]
    items: Annotated[tuple[Item, ...], Field(min_length=1)]
    stimuli: Stimuli = Stimuli()
    parts: Annotated[tuple[Part, ...], Field(min_length=1)]
    metrics: tuple[str, ...] = ()
    targets: Targets = Targets()
    screening: Screening = Screening()
    analysis: Analysis = Analysis()

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
                raise ValueError(f"{what} {doubles[0]!r} is named twice")
        if sum(method.reference for method in self.methods) > 1:
            raise ValueError("only one method may be the reference")
        if any(part.test_method == "ACR-HR" for part in self.parts) and self.reference is None:
            raise ValueError("ACR-HR needs a method with reference: true")
        if any(part.test_method == "PC" for part in self.parts) and len(self.methods) < 2:
            raise ValueError("PC needs at least two methods")
        unknown = [name for name in self.metrics if name not in CATALOGUE]
        if unknown:
            raise ValueError(f"metric {unknown[0]!r} is not one of {', '.join(sorted(CATALOGUE))}")
        return self

    @property
    def reference(self) -> Method | None:
        return next((method for method in self.methods if method.reference), None)

    def part(self, part_id: str) -> Part:
        return next(part for part in self.parts if part.id == part_id)

    def clip_path(self, method: str, item: str) -> str:
        return self.stimuli.pattern.replace("{method}", method).replace("{item}", item)

    def sha256(self) -> str:
        """Hash of the canonical JSON form: the same study gives the same hash on every machine."""
        return hashlib.sha256(canonical_json(self.model_dump(mode="json")).encode()).hexdigest()


def canonical_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def load_study(path: Path) -> StudyConfig:
    """Read a study from its folder or its `study.yaml`. Raises InputError with one sentence."""
    file = path / CONFIG_FILE if path.is_dir() else path
    try:
        raw = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{file} does not exist; give a study folder or its {CONFIG_FILE}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read ({error}); it must be a UTF-8 text file.") from None
    except yaml.YAMLError as error:
        raise InputError(f"{file} is not valid YAML: {_yaml_problem(error)}.") from None
    return parse_study(raw, str(file))


def parse_study(raw: Any, where: str) -> StudyConfig:
    """Check a parsed study file. Raises InputError naming `where`, the first bad key and the mend."""
    if not isinstance(raw, dict):
        raise InputError(f"{where} must hold keys and values such as 'study: NAME', not {_kind(raw)}.")
    try:
        return StudyConfig.model_validate(raw)
    except ValidationError as error:
        raise InputError(f"{where}: {_first_problem(error)}") from None


def _first_problem(error: ValidationError) -> str:
    problems = error.errors(include_url=False)
    first = problems[0]
    key = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    mend = {
        "missing": f"key '{key}' is missing; add it",
        "extra_forbidden": f"key '{key}' is not known; remove it or correct its spelling",
    }.get(first["type"], f"key '{key}': {message}" if key else message)
    more = f" ({len(problems) - 1} more after it)" if len(problems) > 1 else ""
    return f"{mend}{more}."


def _yaml_problem(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    return f"{getattr(error, 'problem', None) or 'it cannot be parsed'}{where}"


def _kind(raw: Any) -> str:
    return "nothing" if raw is None else f"a {type(raw).__name__}"


def missing_clips(config: StudyConfig, folder: Path) -> list[str]:
    """Paths (relative to the study folder) of method × item cells that have no file."""
    cells = [config.clip_path(method.name, item.name) for method in config.methods for item in config.items]
    return [cell for cell in cells if not (folder / cell).is_file()]
