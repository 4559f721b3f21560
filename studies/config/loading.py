"""Read a study from its folder: study.yaml, and the table of its clips where it names one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from studies.config.checks import contradictions
from studies.config.model import StudyConfig
from studies.config.table import with_table
from studies.errors import InputError, MistakesError
from studies.reading import mistakes, not_a_mapping
from studies.yamlfile import Location, YamlFile, read_yaml_file

CONFIG_FILE = "study.yaml"
HINT = f"give a study folder or its {CONFIG_FILE}"


def load_study(path: Path) -> StudyConfig:
    """Read a study from its folder or its `study.yaml`. Raises InputError; MistakesError for several."""
    file = path / CONFIG_FILE if path.is_dir() else path
    read = read_yaml_file(file, HINT)
    raw, about_table = _with_table(read.content, file.parent)
    return _parsed(raw, str(file), "", read, about_table)


def _with_table(raw: Any, folder: Path) -> tuple[Any, list[str]]:
    """The study with its table, or without it and what is wrong with the table."""
    try:
        return (with_table(raw, folder) if isinstance(raw, dict) else raw), []
    except MistakesError as error:
        return raw, list(error.sentences)
    except InputError as error:
        return raw, [str(error)]


def parse_study(raw: Any, where: str, under: str = "") -> StudyConfig:
    """Check a parsed study file. Raises InputError naming `where`, each bad key and the mend."""
    return _parsed(raw, where, under, YamlFile(None, {}))


def _parsed(raw: Any, where: str, under: str, read: YamlFile, about_table: Sequence[str] = ()) -> StudyConfig:
    if not isinstance(raw, dict):
        raise InputError(not_a_mapping(raw, where, under))
    problems = _malformed(raw, under) + _contradictory(raw, under)
    # Items may come from the table: where it cannot be read, they are not missing.
    said = [
        _sentence(where, location, text, read)
        for location, text in problems
        if not (about_table and location == ("items",))
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
    found = []
    for key, message in contradictions(_well_formed(raw)):
        location = tuple(int(part) if part.isdigit() else part for part in key.split("."))
        full = f"{under}.{key}" if under else key
        found.append((location, f"key '{full}': {message}"))
    return found


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


def missing_clips(config: StudyConfig, folder: Path) -> list[str]:
    """Method × item cells that have no file: the path (relative to the study folder), or the cell's names."""
    missing = []
    for method, item in config.cells():
        path = config.stimuli.path(method, item)
        if path is None:
            missing.append(f"{method} × {item}")
        elif not is_file(folder / path):
            missing.append(path)
    return missing


def is_file(path: Path) -> bool:
    """False also for a name that the file system cannot hold."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
