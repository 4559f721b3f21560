"""STUDY_FILE.md: every key of a study file, what it holds, its default and what it is, from the schema."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from studies.config.base import NAME_PATTERN
from studies.schema import SCHEMA_FILE, study_schema

KEYS_FILE = Path(__file__).with_name("STUDY_FILE.md")
Schema = dict[str, Any]

HEADING = f"""# Keys of `study.yaml`

Made by `python -m studies` from the types; `{SCHEMA_FILE.name}` says the same to editors. With the line
`# yaml-language-server: $schema=PATH/TO/{SCHEMA_FILE.name}` at the top of a study file, they complete
and check it. Ready-made files are in [protocols](protocols/README.md).

*words* are a text, or one for each language of the study: `{{en: …, de: …}}`. A *name* has letters, digits,
`.`, `_` and `-`, begins with a letter or digit, and has 64 characters at most. Keys in bold are needed;
**—** stands for no default.
"""
WORDS = {"string", "object"}


def keys_text() -> str:
    """What `python -m studies` writes into the package: a table for the file and for each object in it."""
    schema = study_schema()
    places = dict(_places(schema, schema, ""))
    parts = [HEADING, *(_table(place, part, schema) for place, part in places.items())]
    return "\n".join(parts)


def _places(part: Schema, schema: Schema, path: str) -> Iterator[tuple[str, Schema]]:
    """Every object of the file by the keys that lead to it, outer ones first."""
    yield path, part
    for key, inner in part["properties"].items():
        for suffix, found in _objects(inner, schema):
            yield from _places(found, schema, f"{path}.{key}{suffix}".lstrip("."))


def _objects(part: Schema, schema: Schema) -> Iterator[tuple[str, Schema]]:
    for choice in [part, *part.get("anyOf", ())]:
        if "$ref" in choice:
            yield "", _resolved(choice, schema)
        for key, suffix in (("items", "[]"), ("additionalProperties", ".*")):
            if isinstance(choice.get(key), dict):
                yield from ((suffix + more, found) for more, found in _objects(choice[key], schema))


def _resolved(part: Schema, schema: Schema) -> Schema:
    found: Schema = schema["$defs"][part["$ref"].rsplit("/", 1)[-1]]
    return found


def _table(place: str, part: Schema, schema: Schema) -> str:
    title = f"## `{place}`" if place else "## The file"
    rows = [
        _row(key, inner, key in part.get("required", ()), schema) for key, inner in part["properties"].items()
    ]
    head = ["| key | holds | default | what it is |", "|---|---|---|---|"]
    return "\n".join([title, "", _cell(part.get("description", "")), "", *head, *rows, ""])


def _row(key: str, part: Schema, needed: bool, schema: Schema) -> str:
    name = f"**`{key}`**" if needed else f"`{key}`"
    told = part.get("description") or (
        _resolved(part, schema).get("description", "") if "$ref" in part else ""
    )
    return f"| {name} | {_cell(_holds(part))} | {_default(part)} | {_cell(told)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _default(part: Schema) -> str:
    value = part.get("default")
    if value in (None, "", []):
        return "—"
    return ", ".join(f"`{_plain(one)}`" for one in (value if isinstance(value, list) else [value]))


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def _holds(part: Schema) -> str:
    choices = [one for one in part.get("anyOf", [part]) if one.get("type") != "null"]
    if {one.get("type") for one in choices} == WORDS and "propertyNames" in choices[1]:
        return "*words*"
    return " or ".join(_kind(one) for one in choices)


def _kind(part: Schema) -> str:
    if "enum" in part:
        return ", ".join(f"`{one}`" for one in part["enum"])
    match part.get("type", "keys"):
        case "array":
            return _list(part)
        case "object":
            return f"{{…: {_holds(part['additionalProperties'])}}}"
        case "integer" | "number":
            return _number(part)
        case "string":
            return "*name*" if part.get("pattern") == NAME_PATTERN else "text"
        case kind:
            return "`true`, `false`" if kind == "boolean" else str(kind)


def _list(part: Schema) -> str:
    if "prefixItems" in part:
        return "[" + ", ".join(_holds(one) for one in part["prefixItems"]) + "]"
    return f"list of {_holds(part['items'])}"


def _number(part: Schema) -> str:
    even = "even " if part.get("multipleOf") == 2 else ""
    kind = "whole number" if part["type"] == "integer" else "number"
    words = {"minimum": "from", "exclusiveMinimum": "above", "maximum": "to", "exclusiveMaximum": "below"}
    limits = [f" {word} {part[key]}" for key, word in words.items() if key in part]
    return even + kind + "".join(limits)
