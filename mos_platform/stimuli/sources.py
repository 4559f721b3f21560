"""A study's files as they lie in its folder: every clip and picture with its hash."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from studies.config import Cell, StudyConfig, is_file, missing_clips, told_missing
from studies.errors import InputError

Progress = Callable[[str, int, int], None]
READING = "Reading the files"
MOST_CELLS = 200_000  # method × item


@dataclass(frozen=True)
class Source:
    """One file; `name` is its path in the study's folder, `stamp` tells whether it was touched since."""

    name: str
    path: Path
    sha256: str
    stamp: tuple[int, int]

    def check_untouched(self) -> None:
        """Raises InputError where the file has changed since its hash was taken."""
        try:
            touched = _stamp(self.path) != self.stamp
        except OSError:
            touched = True
        if touched:
            raise InputError(f"{self.name} changed while it was imported; import the study again.")


@dataclass(frozen=True)
class Sources:
    """Clips by (method, item), in the order of the study file, and pictures by item, as far as there are any.

    `problems`: a sentence on those that are not there or cannot be read.
    """

    clips: dict[Cell, Source]
    pictures: dict[str, Source]
    problems: tuple[str, ...] = ()


def find_sources(config: StudyConfig, folder: Path, progress: Progress) -> Sources:
    """Every file of the study that is there. Raises InputError for a study of too many clips."""
    asked = len(config.methods) * len(config.items)
    if asked > MOST_CELLS:
        raise InputError(
            f"the study asks for {asked:,} clips; {MOST_CELLS:,} are the most that are imported."
        )
    problems = _missing(config, folder)
    cells = {cell: path for cell in config.cells() if (path := config.source_path(*cell)) is not None}
    pictures = {item.name: item.picture for item in config.items if item.picture is not None}
    names = list(dict.fromkeys([*cells.values(), *pictures.values()]))
    there = [name for name in names if is_file(folder / name)]
    read: dict[str, Source] = {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for done, source in enumerate(pool.map(lambda name: _source(folder, name), there), start=1):
            if isinstance(source, Source):
                read[source.name] = source
            else:
                problems.append(source)
            progress(READING, done, len(there))
    return Sources(
        {cell: read[name] for cell, name in cells.items() if name in read},
        {item: read[name] for item, name in pictures.items() if name in read},
        tuple(problems),
    )


def _missing(config: StudyConfig, folder: Path) -> list[str]:
    problems = []
    missing = missing_clips(config, folder)
    if missing:
        problems.append(
            f"{len(missing)} of {len(config.given_cells())} clips are missing in {folder}: "
            f"{told_missing(config, folder)}; add the files or correct 'stimuli', 'methods' or 'items'."
        )
    problems += [
        f"{item.picture}, the picture of item {item.name!r}, is missing in {folder}; add the file."
        for item in config.items
        if item.picture is not None and not is_file(folder / item.picture)
    ]
    return problems


def _source(folder: Path, name: str) -> Source | str:
    """The file, or what keeps it from being read."""
    path = folder / name
    try:
        with path.open("rb") as file:
            stamp = _stamp(path)
            return Source(name, path, hashlib.file_digest(file, "sha256").hexdigest(), stamp)
    except OSError as error:
        return f"{name} cannot be read ({error.strerror}); make it readable."


def _stamp(path: Path) -> tuple[int, int]:
    facts = path.stat()
    return facts.st_size, facts.st_mtime_ns
