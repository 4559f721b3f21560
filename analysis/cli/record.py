"""What a command wrote into a folder earlier, and of what: nothing is lost, and nothing is mixed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis import RESULTS_FILE
from studies.bundle import REPORT_RECORD, SCHEMA_VERSION

if TYPE_CHECKING:
    from analysis.load import StudyData

SURE = ("place:", "data:", "assumed:")  # marks that tell a source whatever the study is called
METHODS = "methods"  # counts beside results.json alone, where nothing else tells of a source that grew


@dataclass(frozen=True)
class Origin:
    """What files are made of. One source: the same place or rows, or the same id and study file."""

    study: str
    marks: frozenset[str]

    def is_of(self, other: Origin) -> bool:
        shared = self.marks & other.marks
        return any(mark.startswith(SURE) for mark in shared) or (self.study == other.study and bool(shared))


@dataclass(frozen=True)
class Record:
    """One folder's files by their path in it, with their sha256. `content` changes with what they tell.

    `asked`: the options that the user gave, as text by name.
    """

    origin: Origin
    content: str
    files: Mapping[str, str]
    asked: Mapping[str, str] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        told = {
            "schema_version": SCHEMA_VERSION,
            "study": self.origin.study,
            "marks": sorted(mark for mark in self.origin.marks if not mark.startswith(METHODS)),
            "content": self.content,
            "asked": dict(self.asked),
            "files": dict(sorted(self.files.items())),
        }
        text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
        (folder / REPORT_RECORD).write_text(text, encoding="utf-8")


def read_record(folder: Path) -> Record | None:
    """None where no command wrote anything here that is still there. results.json alone needs no record."""
    told = _json(folder / REPORT_RECORD)
    try:
        origin = Origin(str(told["study"]), frozenset(told["marks"]))
        files = {str(name): str(digest) for name, digest in told["files"].items()}
        record = Record(origin, str(told["content"]), files, dict(told["asked"]))
    except (KeyError, TypeError, ValueError, AttributeError):
        return _of_results(folder)
    return record if any((folder / name).is_file() for name in files) else None


def _of_results(folder: Path) -> Record | None:
    results = _json(folder / RESULTS_FILE)
    study = results.get("study")
    if not isinstance(study, dict) or "schema_version" not in results:
        return None
    known = ("config", "config_sha256"), ("data", "data_sha256"), (METHODS, "methods")
    marks = {_mark(kind, json.dumps(study.get(key))) for kind, key in known if study.get(key)}
    content = sha256(folder / RESULTS_FILE)
    return Record(Origin(str(study.get("study")), frozenset(marks)), content, {RESULTS_FILE: content})


def origin_of(data: StudyData, source: str, folder: Path) -> Origin:
    """Of a study as it was read from `source`, whose place is marked as seen from the folder."""
    place = os.path.relpath(os.path.realpath(source), folder.absolute()) if os.path.exists(source) else source
    marks = {
        _mark("place", place),
        _mark("data", json.dumps(data.data_sha256)),
        _mark(METHODS, json.dumps(list(data.methods))),
    }
    marks |= {_mark("config", json.dumps(data.config_sha256))} if data.config_sha256 else set()
    return Origin(data.study, frozenset(marks))


def assumed_origin(name: str, *assumed: object) -> Origin:
    """Of files that are made from assumptions, not from data."""
    return Origin(name, frozenset({_mark("assumed", repr(assumed))}))


def _mark(kind: str, text: str) -> str:
    return f"{kind}:{hashlib.sha256(text.encode('utf-8', 'surrogateescape')).hexdigest()}"


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _json(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}
