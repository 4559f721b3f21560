"""What raters are asked about themselves before the first clip: known questions by name, and own ones."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from studies.bundle import RATERS
from studies.config.base import Identifier, Strict, Words

Known = Literal["expertise", "age_group", "gender", "language_skill", "knows_faces", "vision", "hearing"]
KNOWN: tuple[Known, ...] = get_args(Known)
Options = Annotated[dict[Identifier, Words], Field(min_length=2, max_length=30)]
MOST_ASKED = 20


def _named(given: Any) -> Any:
    return {"id": given} if isinstance(given, str) else given


class AskedOfRaters(Strict):
    """One question about the rater. A known one needs nothing but its name."""

    id: Identifier
    """Known: expertise, age_group, gender, language_skill, knows_faces, vision, hearing; any other is an own
    question and a column of raters.csv."""
    text: Words | None = None
    """An own question as raters read it. Ask for nothing that names a person."""
    options: Options | None = None
    """The answers to choose from, {id: words}; without them raters write up to 200 characters."""
    optional: bool = False
    """Whether it may be left unanswered."""

    @property
    def is_known(self) -> bool:
        return self.id in KNOWN

    @model_validator(mode="after")
    def _known_or_own(self) -> AskedOfRaters:
        if self.is_known and (self.text is not None or self.options is not None):
            raise ValueError(
                f"{self.id!r} is a known question with words of its own; remove 'text' and 'options', "
                "or give your question another id"
            )
        if self.is_known:
            return self
        if self.text is None:
            raise ValueError(f"{self.id!r} is no known question ({', '.join(KNOWN)}); give its 'text'")
        if self.id in RATERS.header:
            raise ValueError(f"{self.id!r} is the name of a column of raters.csv; rename the question")
        return self


class _OrName:
    """For editors: the name of a known question alone, or the whole object."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"anyOf": [{"type": "string", "enum": list(KNOWN)}, handler(schema)]}


AskedOrName = Annotated[AskedOfRaters, BeforeValidator(_named), _OrName()]
Questionnaire = Annotated[tuple[AskedOrName, ...], Field(max_length=MOST_ASKED)]
DEFAULT: tuple[AskedOfRaters, ...] = (
    AskedOfRaters(id="expertise"),
    AskedOfRaters(id="age_group", optional=True),
)
