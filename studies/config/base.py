"""What all parts of a study file share: strict objects, names, and words in several languages."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from studies.reading import no_text
from studies.text import Text, printable

NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"
Identifier = Annotated[str, Field(pattern=NAME_PATTERN)]
END_MARKS = " .,;:…"
LANGUAGE_RULE = r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$"
Language = Annotated[str, Field(pattern=LANGUAGE_RULE)]

__all__ = ["Identifier", "Language", "Strict", "Text", "Words", "words_of"]


class Strict(BaseModel):
    """Unknown keys are errors; objects do not change once read."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, use_attribute_docstrings=True
    )


class Words(str):
    """A text in the study's language, with its `translations` by language where there are any.

    Written as a text, or as {language: text}; the study's own language comes first once the file is read.
    """

    translations: Mapping[str, str]

    def __new__(cls, text: str, translations: Mapping[str, str] | None = None) -> Words:
        made = super().__new__(cls, text)
        made.translations = dict(translations or {})
        return made

    def __reduce__(self) -> tuple[type[Words], tuple[str, dict[str, str]]]:
        return Words, (str(self), dict(self.translations))

    def in_language(self, language: str) -> str:
        """The text in that language, or else in the study's own."""
        return self.translations.get(language, str(self))

    def reads_like(self, other: Words) -> bool:
        """Whether raters cannot tell the two apart in some language; case and end marks do not count."""
        languages = {*self.translations, *other.translations} or {""}
        return any(_plainly(self.in_language(one)) == _plainly(other.in_language(one)) for one in languages)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _words,
            serialization=core_schema.plain_serializer_function_ser_schema(_plain, when_used="always"),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        by_language = {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": LANGUAGE_RULE},
            "additionalProperties": {"type": "string", "minLength": 1},
        }
        return {"anyOf": [{"type": "string", "minLength": 1}, by_language]}


def _words(given: Any) -> Words:
    if isinstance(given, Words):
        return given
    if isinstance(given, str):
        return Words(_said(given))
    if not isinstance(given, dict):
        raise ValueError(
            no_text(given) or "it is no text; write one in quotes, or one per language as {en: …, de: …}"
        )
    if not given or not all(isinstance(one, str) for pair in given.items() for one in pair):
        raise ValueError("each language needs its text: write {en: …, de: …}")
    texts = {str(language): _said(text) for language, text in given.items()}
    return Words(next(iter(texts.values())), texts)


def _said(text: str) -> str:
    text = unicodedata.normalize("NFC", printable(text)).strip()
    if not text:
        raise ValueError("it is empty; write what raters shall read")
    return text


def _plainly(text: str) -> str:
    folded = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return folded.strip(END_MARKS) or folded


def _plain(words: Words) -> str | dict[str, str]:
    return dict(words.translations) if words.translations else str(words)


def words_of(value: Any, path: str = "") -> list[tuple[str, Words]]:
    """All words below an object of the study, each with its key."""
    if isinstance(value, Words):
        return [(path, value)]
    if isinstance(value, BaseModel):
        value = {name: getattr(value, name) for name in type(value).model_fields}
    if isinstance(value, tuple | list):
        value = dict(enumerate(value))
    if not isinstance(value, Mapping):
        return []
    return [found for key, one in value.items() for found in words_of(one, f"{path}.{key}".lstrip("."))]
