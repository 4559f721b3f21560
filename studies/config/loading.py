"""Read a study from its folder: study.yaml, and the table of its clips where it names one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from studies.config.checks import contradictions
from studies.config.model import StudyConfig
from studies.config.partly import LISTS, Some, some_of
from studies.config.table import with_table
from studies.errors import InputError, MistakesError
from studies.reading import mistakes, not_a_mapping
from studies.yamlfile import Location, YamlFile, read_yaml_file

CONFIG_FILE = "study.yaml"
ALMOST = ("study.yml", CONFIG_FILE)  # whatever their case
HINT = f"give a study folder or its {CONFIG_FILE}"


def load_study(path: Path) -> StudyConfig:
    """Read a study from its folder or its `study.yaml`. Raises InputError; MistakesError for several."""
    file = path / CONFIG_FILE if path.is_dir() else path
    read = read_yaml_file(file, _hint(file))
    raw, about_table = _with_table(read, file)
    return _parsed(raw, str(file), "", read, about_table)


def _hint(file: Path) -> str:
    """What to do where there is no such file: one beside it may be meant."""
    if file.name != CONFIG_FILE or not file.parent.is_dir():
        return HINT
    meant = (other.name for other in file.parent.iterdir() if other.name.casefold() in ALMOST)
    return next((f"rename {name} to {CONFIG_FILE}" for name in sorted(meant)), HINT)


def _with_table(read: YamlFile, file: Path) -> tuple[Any, list[str]]:
    """The study with its table, or without it and what is wrong with the table."""
    raw = read.content
    try:
        return (with_table(raw, file.parent) if isinstance(raw, dict) else raw), []
    except MistakesError as error:
        return raw, list(error.sentences)
    except InputError as error:
        text = f"key 'stimuli.table': {str(error).removesuffix('.')}"
        return raw, [_sentence(str(file), ("stimuli", "table"), text, read)]


def parse_study(raw: Any, where: str, under: str = "") -> StudyConfig:
    """Check a parsed study file. Raises InputError naming `where`, each bad key and the mend."""
    return _parsed(raw, where, under, YamlFile(None, {}))


def _parsed(raw: Any, where: str, under: str, read: YamlFile, about_table: Sequence[str] = ()) -> StudyConfig:
    if not isinstance(raw, dict):
        raise InputError(not_a_mapping(raw, where, under))
    problems = _malformed(raw, under) + _contradictory(raw, under)
    # Items may come from the table: where it cannot be read, they are not missing; and of it all is said.
    said = [
        _sentence(where, location, text, read)
        for location, text in problems
        if not (about_table and location in (("items",), ("stimuli", "table")))
    ]
    if about_table or said:
        raise MistakesError([*about_table, *said])
    return StudyConfig.model_validate(raw)


def _sentence(where: str, location: Location, text: str, read: YamlFile) -> str:
    line = read.line(location)
    return f"{where}, line {line}: {text}." if line else f"{where}: {text}."


def _malformed(raw: dict[str, Any], under: str) -> list[tuple[Location, str]]:
    try:
        StudyConfig.model_validate(raw)
    except ValidationError as error:
        found = mistakes(StudyConfig, error, under)
        # A contradiction ends the check of the whole at the first; all of them are listed apart.
        return [(location, text) for location, text in found if location]
    return []


def _contradictory(raw: dict[str, Any], under: str) -> list[tuple[Location, str]]:
    pieces = _well_formed(raw)
    some = _partly_formed(raw, pieces, under)
    for name, part in some.items():
        pieces[name] = tuple(part.entries.values())
    found = [problem for part in some.values() for problem in part.hidden]
    for key, message in contradictions(pieces, some):
        keys: list[str | int] = [int(part) if part.isdigit() else part for part in key.split(".")]
        if keys[0] in some and len(keys) > 1:
            keys[1] = [*some[str(keys[0])].entries][int(keys[1])]
        full = ".".join(map(str, [under, *keys] if under else keys))
        found.append((tuple(keys), f"key '{full}': {message}"))
    return found


def _partly_formed(raw: dict[str, Any], pieces: Mapping[str, Any], under: str) -> dict[str, Some]:
    """Lists that hold mistakes, as far as their entries can be read."""
    ordered = StudyConfig.in_own_language(raw)
    own, others = ordered.get("language", "en"), ordered.get("translations") or ()
    languages = [one for one in (own, *(others if isinstance(others, list) else ())) if isinstance(one, str)]
    broken = [name for name in LISTS if name in ordered and name not in pieces]
    found = {name: some_of(name, ordered[name], languages, under) for name in broken}
    return {name: part for name, part in found.items() if part.entries or part.hidden}


def _well_formed(raw: dict[str, Any]) -> dict[str, Any]:
    """The top-level keys that can be read on their own, defaults included."""
    pieces = {}
    ordered = StudyConfig.in_own_language(raw)
    for name, field in StudyConfig.model_fields.items():
        if name not in ordered:
            if not field.is_required():
                pieces[name] = field.get_default()
            continue
        try:
            pieces[name] = TypeAdapter(field.rebuild_annotation()).validate_python(ordered[name])
        except ValidationError:
            continue
    return pieces
