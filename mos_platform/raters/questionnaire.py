"""The questionnaire about the rater as form fields, in the language of the page around it."""

from __future__ import annotations

from collections.abc import Iterator

from django import forms

from mos_platform.words import say
from studies.config import AskedOfRaters, StudyConfig

NOT_SAID = "not_said"
# The values of each known question; their words are questionnaire.QUESTION_VALUE.
VALUES = {
    "expertise": ("none", "some", "expert"),
    "age_group": ("18-24", "25-34", "35-44", "45-54", "55-64", "65+"),
    "gender": ("woman", "man", "other"),
    "language_skill": ("native", "fluent", "some", "none"),
    "knows_faces": ("no", "yes", "unsure"),
    "vision": ("normal", "corrected", "impaired"),
    "hearing": ("normal", "aided", "impaired"),
}
# Where an answer has to be given, it may be that one would rather not say.
PRIVATE = frozenset({"age_group", "gender", "vision", "hearing"})
LONGEST_TEXT = 200  # characters
OWN = "own-"


def field_name(asked: AskedOfRaters) -> str:
    """Own questions cannot have the name of another field."""
    return asked.id if asked.is_known else f"{OWN}{asked.id}"


def fields(study: StudyConfig, interface: str, *, simulated: bool) -> dict[str, forms.Field]:
    """Form fields by name; `study` is in the rater's language. A simulated rater may leave all out."""
    made = {}
    for asked in study.questionnaire:
        field = _field(asked, interface)
        field.label = str(asked.text) if asked.text else say(f"questionnaire.{asked.id}", interface)
        field.required = not (asked.optional or simulated)
        field.error_messages["required"] = say("welcome.answer_missing", interface, {"question": field.label})
        field.error_messages["invalid_choice"] = field.error_messages["required"]
        made[field_name(asked)] = field
    return made


def _field(asked: AskedOfRaters, interface: str) -> forms.Field:
    if not asked.is_known and asked.options is None:
        return forms.CharField(max_length=LONGEST_TEXT)
    unsaid = "not_said" if asked.optional else "choose"
    blank = ("", say(f"questionnaire.{unsaid}", interface))
    return forms.ChoiceField(choices=[blank, *_choices(asked, interface)])


def _choices(asked: AskedOfRaters, interface: str) -> Iterator[tuple[str, str]]:
    if asked.options is not None:
        yield from ((value, str(words)) for value, words in asked.options.items())
        return
    for value in VALUES[asked.id]:
        yield value, _words_of(asked.id, value, interface)
    if asked.id in PRIVATE and not asked.optional:
        yield NOT_SAID, say("questionnaire.not_said", interface)


def _words_of(question: str, value: str, interface: str) -> str:
    if question == "age_group":
        return say("questionnaire.over_65", interface) if value == "65+" else value.replace("-", "–")
    return say(f"questionnaire.{question}_{value}", interface)
