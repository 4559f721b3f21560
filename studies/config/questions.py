"""What is asked, and on which scale."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, ValidationInfo, field_validator, model_validator

from studies.config.base import Identifier, Strict, Words
from studies.scales import SCALES, Scale, ScaleName

TestMethod = Literal["ACR", "ACR-HR", "DCR", "CCR", "PC"]
PAIRED: tuple[TestMethod, ...] = ("CCR", "PC")
OWN_SCALE: dict[str, ScaleName] = {"DCR": "dcr5", "CCR": "ccr7"}
FEW_GRADES = 7  # up to here each grade has its word

QuestionType = Literal["rating", "choice", "text"]
Grade = Annotated[int, Field(ge=-1000, le=1000)]


class OwnScale(Strict):
    """A scale of one's own: whole grades from `low` to `high`, or any value between them."""

    low: Grade
    """The lowest grade."""
    high: Grade
    """The highest grade."""
    continuous: bool = False
    """A slider instead of buttons."""

    @model_validator(mode="after")
    def _ends(self) -> OwnScale:
        if self.low >= self.high:
            raise ValueError(f"low ({self.low}) must lie below high ({self.high}); correct them")
        if not self.continuous and self.high - self.low > 20:
            raise ValueError(f"{self.high - self.low + 1} buttons are too many; write continuous: true")
        return self


class Question(Strict):
    """One question on a trial's screen: a rating, a choice among named options, or free text."""

    id: Identifier
    """Its name in the tables and the report."""
    text: Words
    """The question as raters read it."""
    type: QuestionType = "rating"
    """`rating` on a scale; `choice` of one of the `options`; `text` in own words."""
    scale: ScaleName | OwnScale = "acr5"
    """acr5, acr9, acr11 or continuous (0-100), or {low: …, high: …}; DCR and CCR bring their own."""
    labels: dict[Grade, Words] = {}
    """Words of the grades in place of the scale's own, such as {5: Excellent, …, 1: Bad}."""
    options: dict[Identifier, Words] = {}
    """What can be chosen, {id: words}, in the order of the page."""
    optional: bool = False
    """Whether raters may leave it unanswered."""

    @field_validator("scale", mode="before")
    @classmethod
    def _known_scale(cls, given: Any, _info: ValidationInfo) -> Any:
        names = get_args(ScaleName)
        if isinstance(given, str) and given not in names:
            known = ", ".join(repr(name) for name in names)
            raise ValueError(f"{given[:40]!r} is not known; use {known}, or {{low: …, high: …}}")
        return given

    @model_validator(mode="after")
    def _fits_type(self) -> Question:
        if self.type == "choice" and len(self.options) < 2:
            raise ValueError(f"question {self.id!r}: a choice needs at least two 'options'; add them")
        if self.type != "choice" and self.options:
            raise ValueError(f"question {self.id!r}: only a choice has options; write 'type: choice'")
        if self.type != "rating" and (self.labels or self.scale != "acr5"):
            raise ValueError(f"question {self.id!r}: a {self.type} has no scale; remove 'scale' and 'labels'")
        if self.type == "rating":
            self._check_labels()
        self._check_alike("grades", self.labels)
        self._check_alike("options", self.options)
        return self

    def _check_alike(self, what: str, words: Mapping[Any, Words]) -> None:
        for one, other in combinations(words, 2):
            if words[one].reads_like(words[other]):
                raise ValueError(
                    f"question {self.id!r}: {what} {one} and {other} both read {str(words[one])!r}; "
                    "give each its own words"
                )

    def _check_labels(self) -> None:
        grades = self._unlabelled.grades
        foreign = sorted(set(self.labels) - set(grades))
        if foreign:
            raise ValueError(
                f"question {self.id!r}: grade {foreign[0]} under 'labels' is not on the scale from "
                f"{grades[0]} to {grades[-1]}; correct it"
            )
        wanted = grades if len(grades) <= FEW_GRADES else (grades[0], grades[-1])
        missing = [grade for grade in wanted if grade not in (self.labels or self._unlabelled.labels)]
        if missing and (self.labels or isinstance(self.scale, OwnScale)):
            raise ValueError(f"question {self.id!r}: 'labels' has no word for grade {missing[0]}; add it")

    @property
    def _unlabelled(self) -> Scale:
        if isinstance(self.scale, str):
            return SCALES[self.scale]
        return Scale("own", self.scale.low, self.scale.high, {}, continuous=self.scale.continuous)

    @property
    def grades(self) -> Scale:
        """The question's scale with its own labels; only for ratings."""
        scale = self._unlabelled
        labels = dict(self.labels) or scale.labels
        return Scale(scale.name, scale.low, scale.high, labels, scale.source, scale.continuous)


Few = Annotated[int, Field(ge=0, le=50)]


class Part(Strict):
    """One block of a sitting: rating trials (ACR, ACR-HR, DCR) or pairs (PC; CCR: graded)."""

    id: Identifier
    """Its name in the tables and the console."""
    test_method: TestMethod
    """ACR, ACR-HR (hidden reference), DCR (after the shown reference), CCR (graded pairs) or PC (A/B)."""
    questions: Annotated[tuple[Question, ...], Field(min_length=1, max_length=12)]
    """All on one screen, in this order."""
    shown: tuple[Literal["context", "picture"], ...] = ()
    """What is shown beside the clip: the item's `context`, its `picture`."""
    trials_per_sitting: Annotated[int, Field(gt=0)] | None = None
    """All by default; else those that fewest sittings had so far."""
    attention_checks: Annotated[int, Field(ge=0, le=10)] = 1
    """Trials that ask for a certain answer."""
    sound_checks: Annotated[int, Field(ge=0, le=10)] = 0
    """Trials after whose clip a voice says digits to type; rule `attention` counts them as checks."""
    training: Few = 0
    """Practice trials with clips of items whose role is training, before anything else."""
    dummies: Few = 5
    """Unscored trials at the beginning, with clips of the study. The default is for the first part, and never
    more than its scored trials; later parts have none by default."""
    repeats: Few = 0
    """Clips shown a second time, unannounced, for the raters' consistency."""
    gold: Few = 0
    """Trials with a known answer, from key `gold` of the study; rule `attention` counts them as checks."""
    pairs: Literal["all", "with_reference"] | tuple[tuple[Identifier, Identifier], ...] = "all"
    """Which methods meet in PC and CCR: all, each with the reference, or [[one, other], …]."""
    tie: bool = True
    """Whether "no difference" may be answered in PC."""
    choice: Literal["balanced", "active"] = "balanced"
    """PC: pairs are chosen evenly, or, after a balanced round, those that earlier answers let expect to teach
    most (active sampling, for many methods)."""
    start: Annotated[int, Field(gt=0)] | None = None
    """How many trials the balanced round before `choice: active` has, of all raters together: by default each
    pair of methods once; three trials of each method at least."""
    plays: Literal["in_turn", "together"] = "in_turn"
    """PC: one clip after the other, or both side by side, frame by frame; raters choose whose sound."""
    replays: Few | None = None
    """How often raters may play each clip of a trial again: 0 never; unlimited by default."""
    again_after_stall_ms: Annotated[int, Field(ge=0, le=600_000)] | None = None
    """A trial that stood still for longer, loading, is not stored but shown again at the end, once."""

    @field_validator("pairs", mode="before")
    @classmethod
    def _listed_pairs(cls, given: Any) -> Any:
        if isinstance(given, list | tuple) and any(isinstance(one, str) for one in given):
            raise ValueError("each pair is a list of two methods; write [[one, other], …]")
        return given

    @model_validator(mode="before")
    @classmethod
    def _own_scale(cls, raw: Any) -> Any:
        """DCR and CCR are defined with their scale: it need not be written."""
        scale = OWN_SCALE.get(str(raw.get("test_method"))) if isinstance(raw, dict) else None
        questions = raw.get("questions") if scale else None
        if scale is None or not isinstance(questions, list | tuple):
            return raw
        return {**raw, "questions": [_with_scale(question, scale) for question in questions]}

    @model_validator(mode="after")
    def _questions_fit(self) -> Part:
        if self.test_method == "PC" and len(self.questions) != 1:
            raise ValueError("a PC part asks exactly one question; give each question a part of its own")
        for question in self.questions:
            self._check_question(question)
        if self.is_paired and self.repeats:
            raise ValueError("'repeats' is for rating parts; remove it from the pairs")
        if self.plays == "together" and self.test_method != "PC":
            raise ValueError("'plays: together' is for PC; remove it, or correct 'test_method'")
        if self.choice == "active" and self.test_method != "PC":
            raise ValueError("'choice: active' is for PC; remove it, or correct 'test_method'")
        if self.choice == "active" and any(question.optional for question in self.questions):
            raise ValueError("'choice: active' learns from each answer; remove 'optional', or 'choice'")
        if self.start is not None and self.choice != "active":
            raise ValueError("'start' is for 'choice: active'; remove it, or add that")
        if not self.is_paired and self.pairs != "all":
            raise ValueError("'pairs' is for PC and CCR; remove it, or correct 'test_method'")
        return self

    def _check_question(self, question: Question) -> None:
        if question.type != "rating":
            if self.is_paired:
                raise ValueError(
                    f"question {question.id!r}: {self.test_method} asks for ratings only; "
                    "ask it in a part of its own"
                )
            return
        if self.test_method == "PC" and (question.labels or question.scale != "acr5"):
            raise ValueError(
                f"question {question.id!r}: PC asks which of two clips is better and has no scale; remove "
                "'scale' and 'labels', or write 'test_method: CCR' for graded answers"
            )
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

    @property
    def ratings(self) -> tuple[Question, ...]:
        """The questions that are answered on a scale."""
        return tuple(question for question in self.questions if question.type == "rating")


def _with_scale(question: Any, scale: ScaleName) -> Any:
    is_rating = isinstance(question, dict) and question.get("type", "rating") == "rating"
    return {"scale": scale, **question} if is_rating else question
