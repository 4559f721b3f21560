"""JSON Schema of study.yaml (2020-12), made from its types: editors complete and check study files by it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from studies.config import StudyConfig

SCHEMA_FILE = Path(__file__).with_name("study.schema.json")
DIALECT = "https://json-schema.org/draft/2020-12/schema"
TITLE = "Study file (study.yaml)"
WHOLE_NUMBER = r"^-?[0-9]+$"  # as a key: JSON has texts only


RULES: dict[str, dict[str, Any]] = {
    "Question": {
        "if": {"properties": {"type": {"const": "choice"}}, "required": ["type"]},
        "then": {"required": ["options"], "properties": {"options": {"minProperties": 2}}},
        "else": {"properties": {"options": {"maxProperties": 0}}},
    },
    "Part": {
        "if": {"properties": {"test_method": {"const": "PC"}}},
        "then": {"properties": {"questions": {"maxItems": 1}}},
    },
    "Recruitment": {
        "if": {"properties": {"by": {"const": "prolific"}}, "required": ["by"]},
        "then": {"required": ["prolific"]},
        "else": {"properties": {"prolific": {"type": "null"}}},
    },
}  # what keys of one object ask of each other


class _ForEditors(GenerateJsonSchema):
    """Without what only repeats the name of a key, and with rules for keys that are names or grades."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        made = super().dict_schema(schema)
        patterns: dict[str, Any] = made.pop("patternProperties", {})
        for pattern, values in patterns.items():
            made |= {"propertyNames": {"pattern": pattern}, "additionalProperties": values}
        if schema.get("keys_schema", {}).get("type") == "int":
            made["propertyNames"] = {"pattern": WHOLE_NUMBER}
        return made


def study_schema() -> dict[str, Any]:
    """The schema; `description` of each key is what the types say of it."""
    made: dict[str, Any] = _lean(StudyConfig.model_json_schema(schema_generator=_ForEditors))
    for name, rule in RULES.items():
        made["$defs"][name] |= rule
    return {"$schema": DIALECT, **made, "title": TITLE}


def schema_text() -> str:
    """What `python -m studies` writes into the package."""
    return json.dumps(study_schema(), ensure_ascii=False, indent=1) + "\n"


def _lean(part: Any) -> Any:
    """Defaults that are objects, or lists of them, or absent would be written out by editors: left out."""
    if isinstance(part, list):
        return [_lean(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {
        key: _lean(one)
        for key, one in part.items()
        if key != "default" or not (one is None or _holds_objects(one))
    }


def _holds_objects(default: Any) -> bool:
    return isinstance(default, dict) or (isinstance(default, list) and any(map(_holds_objects, default)))
