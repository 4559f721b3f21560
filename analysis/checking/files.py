"""The bundle's files: the manifest's checksums, study.json, and which tables there are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis import csvfile
from analysis.checking.problem import Problem, retold
from analysis.load import Scale, stated_reporting, stated_scales
from analysis.sources import ANSWERS, Source, read_manifest, read_study
from studies.bundle import COMPARISONS, MANIFEST_FILE, RATINGS, STUDY_FILE, TABLES, Table
from studies.config import StudyConfig, canonical_json, parse_study
from studies.errors import InputError


@dataclass(frozen=True)
class Bundle:
    """Tables as text, by the table's name; `label` is how to call the table's file."""

    source: Source
    frames: dict[str, pd.DataFrame]
    config: StudyConfig | None
    scales: dict[str, Scale]

    def label(self, table: Table) -> str:
        return self.source.label(table.file)

    def frame(self, table: Table) -> pd.DataFrame | None:
        return self.frames.get(table.name)


def read_bundle(source: Source, question_column: str | None) -> tuple[Bundle, list[Problem]]:
    """What can be read, and what is wrong with the files themselves."""
    problems = list(_manifest_problems(source))
    config, scales, said = _study(source)
    frames = {}
    for table in TABLES:
        if table.file not in source.files:
            continue
        try:
            frames[table.name] = csvfile.read_table(source.files[table.file], source.label(table.file))
        except InputError as error:
            said.append(retold(error))
    said.extend(_name_questions(source, frames, question_column))
    return Bundle(source, frames, config, scales), [*problems, *said]


def _name_questions(source: Source, frames: dict[str, pd.DataFrame], column: str | None) -> Iterator[Problem]:
    """The column that the user names says which question was answered: of ratings, else of comparisons."""
    name = next((table.name for table in (RATINGS, COMPARISONS) if table.name in frames), None)
    if column is None or name is None:
        return
    if column in frames[name]:
        frames[name] = frames[name].assign(question=frames[name][column])
    else:
        yield Problem(source.where, f"column '{column}' named by --question-column is missing; name another")


def _manifest_problems(source: Source) -> Iterator[Problem]:
    if not any(name in source.files for name in ANSWERS):
        yield Problem("", f"{source.where} holds neither {ANSWERS[0]} nor {ANSWERS[1]}; give a study bundle")
    try:
        listed = read_manifest(source.files, source.where)
    except InputError as error:
        yield retold(error)
        return
    for name, digest in listed.items():
        if name not in source.files:
            yield Problem(name, f"it is listed in {MANIFEST_FILE} but missing; export the bundle again")
        elif hashlib.sha256(source.files[name]).hexdigest() != digest:
            yield Problem(
                name,
                f"it was changed after the export (its sha256 differs from {MANIFEST_FILE}); export again, "
                f"or remove {MANIFEST_FILE} if the change is meant",
            )
    if listed:
        for name in sorted(set(source.files) - set(listed) - {MANIFEST_FILE}):
            yield Problem(name, f"it is not listed in {MANIFEST_FILE}; export again, or remove it")


def _study(source: Source) -> tuple[StudyConfig | None, dict[str, Scale], list[Problem]]:
    if STUDY_FILE not in source.files:
        return None, {}, []
    file = source.label(STUDY_FILE)
    try:
        content = read_study(source)
        scales = stated_scales(content, file)
        config = parse_study(content["config"], file, "config") if content.get("config") else None
        stated_reporting(content, config, file)
    except InputError as error:
        return None, {}, [retold(error)]
    for question in (question for part in config.parts for question in part.ratings) if config else ():
        scales[question.id] = (float(question.grades.low), float(question.grades.high))
    return config, scales, list(_hash_problems(content, config, file))


def _hash_problems(content: dict[str, Any], config: StudyConfig | None, file: str) -> Iterator[Problem]:
    """The hash is the study's own, or that of the config as written, which holds every default."""
    written = hashlib.sha256(canonical_json(content.get("config")).encode()).hexdigest()
    known = {None, written, config.sha256() if config else None}
    if content.get("config_sha256") not in known:
        yield Problem(
            file,
            "key 'config_sha256' does not belong to 'config', which was changed; export the bundle again",
        )
