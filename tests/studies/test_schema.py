"""The published schema: that of the types, true of every file that loads, and of help to an editor."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from studies.config import load_study, parse_study
from studies.keys import KEYS_FILE, keys_text
from studies.schema import SCHEMA_FILE, schema_text, study_schema

STUDIES = Path(__file__).resolve().parents[2] / "studies"
SHIPPED = [*sorted(STUDIES.glob("*/[0-9]*.yaml")), STUDIES / "demo" / "study.yaml"]
VALIDATOR = jsonschema.Draft202012Validator(study_schema())


def as_editors_see(value: Any) -> Any:
    """YAML as JSON: keys are texts."""
    if isinstance(value, dict):
        return {str(key): as_editors_see(one) for key, one in value.items()}
    return [as_editors_see(one) for one in value] if isinstance(value, list) else value


def read(file: Path) -> dict[str, Any]:
    raw: dict[str, Any] = as_editors_see(yaml.safe_load(file.read_text(encoding="utf-8")))
    return raw


def changed(raw: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    copied = copy.deepcopy(raw)
    target: Any = copied
    *parents, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    for key in parents:
        target = target[key]
    target[last] = value
    return copied


@pytest.fixture
def raw() -> dict[str, Any]:
    return read(STUDIES / "protocols" / "04_visual_lip_sync.yaml")


def test_schema_and_table_of_keys_are_those_of_the_types() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), "run python -m studies"
    assert KEYS_FILE.read_text(encoding="utf-8") == keys_text(), "run python -m studies"
    jsonschema.Draft202012Validator.check_schema(study_schema())


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_every_shipped_file_is_valid_and_names_the_schema(file: Path) -> None:
    VALIDATOR.validate(read(file))
    marker, path = file.read_text(encoding="utf-8").splitlines()[0].split("$schema=")
    assert marker == "# yaml-language-server: "
    assert (file.parent / path).resolve() == SCHEMA_FILE


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("title", {"en": "Lips"}),
        ("title", "x"),
        ("items", ["one", "two"]),
        ("methods", ["SadTalker", {"name": "real", "reference": True}, "other"]),
        ("parts.0.questions.0.scale", {"low": 1, "high": 3, "continuous": True}),
        ("parts.0.questions.0.scale", "acr11"),
        ("parts.0.questions.0.labels", {str(n): {"en": "x"} for n in range(1, 6)}),
        ("parts.0.questions.1", {"id": "x", "text": "y", "type": "choice", "options": {"a": "A", "b": "B"}}),
        ("parts.0.trials_per_sitting", None),
        ("recruitment", {"by": "invitation"}),
        (
            "recruitment",
            {
                "by": "prolific",
                "prolific": dict.fromkeys(("completed", "screened_out", "over_quota"), "C0DE"),
            },
        ),
        ("stimuli", {"files": {"real": {"one": "a.mp4"}}}),
        ("payment", {"amount": 3, "currency": "EUR", "fee": 0.33}),
        ("screening", {"apply": ["bt500"], "bt500": {"share": 0.1}}),
        ("clips", {"width": 512, "height": 512, "loudness_lufs": -23}),
        ("design", {"grouped_by": "item", "raters": "between"}),
    ],
)
def test_variations_that_are_right_are_valid(raw: dict[str, Any], path: str, value: Any) -> None:
    VALIDATOR.validate(changed(raw, path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("titel", "x"),
        ("title", 5),
        ("title", {"english": "Lips"}),
        ("study", "my study"),
        ("items.0", {"nam": "one"}),
        ("items.0", "one item"),
        ("parts.0.test_method", "MUSHRA"),
        ("parts.0.questions.0.scale", "likert"),
        ("parts.0.questions.0.labels", {"high": "Excellent"}),
        ("parts.0.questions.0.type", "choice"),
        ("parts.0.questions.0.options", {"a": "A", "b": "B"}),
        ("parts.0.questions.0.options", {"my option": "A", "b": "B"}),
        ("parts.0.test_method", "PC"),
        ("parts.0.pairs", [["a", "b", "c"]]),
        ("parts.0.gold", "two"),
        ("clips", {"width": 511}),
        ("recruitment", {"by": "prolific"}),
        ("recruitment", {"prolific": {"completed": "a", "screened_out": "b", "over_quota": "c"}}),
        ("seed", -1),
        ("screening", {"apply": ["gut feeling"]}),
        ("screening", {"aply": []}),
    ],
)
def test_variations_that_are_wrong_are_not(raw: dict[str, Any], path: str, value: Any) -> None:
    assert not VALIDATOR.is_valid(changed(raw, path, value))


def test_what_is_valid_in_a_study_stays_valid_when_it_is_written_out() -> None:
    """The frozen study in a bundle is a study file too."""
    for file in SHIPPED:
        written = load_study(file).model_dump(mode="json", exclude_none=True)
        VALIDATOR.validate(written)
        assert parse_study(written, "here") == load_study(file)


def properties(part: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, inner in [("", part), *part["$defs"].items()]:
        for key, one in inner.get("properties", {}).items():
            yield f"{name}.{key}", one


def test_every_key_is_described_and_no_object_takes_others() -> None:
    schema = study_schema()
    for key, one in properties(schema):
        described = one if "description" in one else schema["$defs"][one["$ref"].rsplit("/", 1)[-1]]
        assert len(described["description"]) > 10, key
    assert all(part["additionalProperties"] is False for part in [schema, *schema["$defs"].values()])
    assert json.loads(schema_text())["title"] == "Study file (study.yaml)"


def test_the_table_has_a_row_for_each_key() -> None:
    text = keys_text()
    for key, _one in properties(study_schema()):
        assert f"`{key.rpartition('.')[2]}`" in text, key
    assert "| **`study`** | *name* | — |" in text
    assert "| `encode` | `auto`, `always`, `never` | `auto` |" in text
