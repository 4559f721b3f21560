"""StudyConfig: one study, as its `study.yaml` describes it."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, Field, model_validator

from studies.config.base import Identifier, Language, Strict, Words
from studies.config.counts import with_dummies
from studies.config.damage import Made
from studies.config.material import Clips, Item, ItemOrName, Method, MethodOrName, Stimuli
from studies.config.people import Design, Devices, Gold, Payment, Recruitment, Stop, Targets
from studies.config.questionnaire import DEFAULT, Questionnaire
from studies.config.questions import Part
from studies.config.setup import Setup
from studies.config.texts import Texts
from studies.metrics import known_metric
from studies.reporting import Reporting
from studies.screening import Screening

Target = Literal["raters+items", "raters"]
Cell = tuple[str, str]


LONGEST_TITLE = 300


def _short(title: Words) -> Words:
    if any(len(text) > LONGEST_TITLE for text in (title, *title.translations.values())):
        raise ValueError(f"it is not a text of at most {LONGEST_TITLE} characters; shorten it")
    return title


RESERVED = frozenset({"new"})  # pages of the console have these names


def _free(name: str) -> str:
    if name.casefold() in RESERVED:
        raise ValueError(f"{name!r} is the name of a page of the console; name the study otherwise")
    return name


def _catalogued(name: str) -> str:
    """The catalogue's name of a metric that is computed here, given as papers print it or so."""
    known = known_metric(name)
    return known.name if known and known.computed else name


class Analysis(Strict):
    """How the report is computed."""

    target: Target = "raters+items"
    """Whom the intervals speak of: all raters and items like these, or all raters for these items only."""
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Of all intervals."""
    margin: Annotated[float, Field(gt=0)] | None = None
    """Grades within which methods count as equivalent."""
    regularised_preference: bool = False
    """Where preference strengths have no finite maximum likelihood, a penalised estimate, named so."""


class StudyConfig(Strict):
    """One study: what is judged, by whom, how, and what is done with the answers."""

    study: Annotated[Identifier, AfterValidator(_free)]
    """The study's id."""
    title: Annotated[Words, AfterValidator(_short)]
    """Raters read it: let it hint at nothing."""
    language: Language = "en"
    """Of all texts."""
    translations: tuple[Language, ...] = ()
    """Further languages to choose from; each text is then written as {en: …, de: …}."""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    """Of everything random that can be repeated."""
    texts: Texts
    """What raters read besides the questions."""
    methods: Annotated[tuple[MethodOrName, ...], Field(min_length=1)]
    """The systems under evaluation; one may be the reference."""
    items: Annotated[tuple[ItemOrName, ...], Field(min_length=1)]
    """The source contents; each method has a clip of each."""
    stimuli: Stimuli = Stimuli()
    """Where the clips lie."""
    clips: Clips = Clips()
    """How the clips are prepared for browsers."""
    parts: Annotated[tuple[Part, ...], Field(min_length=1)]
    """Blocks of a sitting."""
    gold: tuple[Gold, ...] = ()
    """Clips with known answers, which count as attention checks; `gold` of a part says how many of them."""
    metrics: tuple[Annotated[str, AfterValidator(_catalogued)], ...] = ()
    """Objective metrics to compute, by name, such as psnr or LSE-C; studies/METRICS.md lists them all."""
    design: Design = Design()
    """Who sees what."""
    targets: Targets = Targets()
    """When there are enough ratings."""
    stop: Stop = Stop()
    """When no more trials are handed out."""
    recruitment: Recruitment = Recruitment()
    """How raters come to the study."""
    questionnaire: Questionnaire = DEFAULT
    """What raters are asked about themselves on the first page, in this order. expertise, and age_group as
    optional, by default; [] asks nothing."""
    devices: Devices = Devices()
    """What raters may use."""
    setup: Setup = Setup()
    """What is checked before the first clip."""
    payment: Payment | None = None
    """What raters get for a completed sitting; nothing is said of it by default."""
    screening: Screening = Screening()
    """Rules, declared beforehand, that exclude raters."""
    analysis: Analysis = Analysis()
    """How the report is computed."""
    reporting: Reporting = Reporting()
    """Facts for the report that only the researcher knows."""

    @model_validator(mode="before")
    @classmethod
    def _own_language_first(cls, raw: Any) -> Any:
        return cls.in_own_language(raw) if isinstance(raw, dict) else raw

    @classmethod
    def in_own_language(cls, raw: dict[str, Any]) -> dict[str, Any]:
        """A raw study with its own language first in all texts: databases reorder keys."""
        own = raw.get("language", "en")
        rest = raw.get("translations") or ()
        if not isinstance(own, str) or not isinstance(rest, list | tuple) or not rest:
            return raw
        return _reordered(raw, own, {own, *(one for one in rest if isinstance(one, str))})

    @model_validator(mode="after")
    def _begins_with_dummies(self) -> StudyConfig:
        parts = with_dummies(self.parts, self.methods, self.items, self.design)
        return self if parts == self.parts else self.model_copy(update={"parts": parts})

    @model_validator(mode="after")
    def _consistent(self) -> StudyConfig:
        from studies.config.checks import contradictions

        for key, message in contradictions(dict(self)):
            raise ValueError(f"key '{key}': {message}" if key else message)
        return self

    @property
    def languages(self) -> tuple[str, ...]:
        """The study's own language, then its translations."""
        return (self.language, *(one for one in self.translations if one != self.language))

    @property
    def reference(self) -> Method | None:
        return next((method for method in self.methods if method.reference), None)

    @property
    def scored_methods(self) -> tuple[Method, ...]:
        return tuple(method for method in self.methods if method.role == "scored")

    @property
    def scored_items(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.role == "scored")

    @property
    def shown_methods(self) -> set[str]:
        """Scored methods that some part shows; a list of pairs can leave one out."""
        listed = [part.pairs for part in self.parts if part.is_paired and isinstance(part.pairs, tuple)]
        if len(listed) < len(self.parts):
            return {method.name for method in self.scored_methods}
        return {name for pairs in listed for pair in pairs for name in pair}

    @property
    def excluding(self) -> tuple[str, ...]:
        """The rules by which answers do not count, all declared beforehand."""
        return (*(() if self.design.dropouts_count else ("completion",)), *self.screening.apply)

    def part(self, part_id: str) -> Part:
        return next(part for part in self.parts if part.id == part_id)

    def cells(self) -> list[Cell]:
        """All method × item cells that need a clip: of gold methods only those that `gold` names."""
        golden = {(one.method, one.item) for one in self.gold}
        return [
            (method.name, item.name)
            for method in self.methods
            for item in self.items
            if method.role == "scored" or (method.name, item.name) in golden
        ]

    def made(self, method: str) -> Made | None:
        """How clips of the method are made from those of another, None where they are given."""
        return next((one.made for one in self.methods if one.name == method), None)

    @property
    def made_methods(self) -> list[str]:
        """Names of the gold methods whose clips are made and shown."""
        golden = {one.method for one in self.gold}
        return [method.name for method in self.methods if method.made and method.name in golden]

    def given_cells(self) -> list[Cell]:
        """Those of `cells` whose clips lie in the study's folder; the others are made from them."""
        made = self.made_methods
        return [cell for cell in self.cells() if cell[0] not in made]

    def source_path(self, method: str, item: str) -> str | None:
        """The path of the clip, or of the one that it is made from; None where a table does not list it."""
        made = self.made(method)
        return self.stimuli.path(made.of if made else method, item)

    def clip_path(self, method: str, item: str) -> str:
        """The same. Raises KeyError where the table does not list it."""
        path = self.source_path(method, item)
        if path is None:
            raise KeyError(f"{method} × {item}")
        return path

    def in_language(self, language: str) -> StudyConfig:
        """The study with all words in one language; the study's own where it lacks that one."""
        if language not in self.languages:
            language = self.language
        return _spoken(self, language).model_copy(update={"language": language, "translations": ()})

    def sha256(self) -> str:
        """Hash of the canonical JSON form: the same study gives the same hash on every machine.

        Keys at their defaults do not enter it, so new keys of a later release leave old hashes as they are.
        """
        stated = self.model_dump(mode="json", exclude_defaults=True)
        return hashlib.sha256(canonical_json(stated).encode()).hexdigest()


Value = TypeVar("Value")


def _reordered(value: Value, own: str, languages: set[str]) -> Value:
    if isinstance(value, list | tuple):
        return type(value)(_reordered(one, own, languages) for one in value)
    if not isinstance(value, dict):
        return value
    if own in value and set(value) <= languages:
        return type(value)({own: value[own], **value})
    return type(value)({key: _reordered(one, own, languages) for key, one in value.items()})


def _spoken(value: Value, language: str) -> Value:
    if isinstance(value, Words):
        return type(value)(value.in_language(language))
    if isinstance(value, BaseModel):
        spoken = {name: _spoken(getattr(value, name), language) for name in type(value).model_fields}
        return value.model_copy(update=spoken)
    if isinstance(value, tuple):
        return type(value)(_spoken(one, language) for one in value)
    if isinstance(value, dict):
        return type(value)((key, _spoken(one, language)) for key, one in value.items())
    return value


def canonical_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
