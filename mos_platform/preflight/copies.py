"""Files that are byte for byte the same, although the study takes them for different clips."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import combinations
from pathlib import Path

from mos_platform.preflight.findings import Finding, named, passed, warned
from studies.config import Cell, StudyConfig


def copy_findings(config: StudyConfig, folder: Path, names: Mapping[Cell, str]) -> Iterator[Finding]:
    """`names` are the paths, below `folder`, of the clips that are there."""
    training = {item.name for item in config.items if item.role == "training"}
    pairs = defaultdict[str, list[str]](list)
    for alike in _alike(folder, names.values()):
        for one, other in combinations([cell for cell in names if names[cell] in alike], 2):
            pairs[_what(one, other, training)].append(f"{names[one]} = {names[other]}")
    for what, found in pairs.items():
        yield warned("copies", f"{what}, byte for byte: {named(found)}; put the right files there.")
    if not pairs:
        yield passed("copies", "no clip is a copy of another.")


def _what(one: Cell, other: Cell, training: set[str]) -> str:
    if one[1] == other[1]:
        return "methods have the same clip of an item"
    if (one[1] in training) != (other[1] in training):
        return "a clip for training is also scored"
    return "items have the same clip"


def _alike(folder: Path, paths: Iterable[str]) -> list[set[str]]:
    """Paths of the same content; only files of the same size are read."""
    of_size = _grouped(dict.fromkeys(paths), lambda path: (folder / path).stat().st_size)
    return [alike for same in of_size for alike in _grouped(same, lambda path: _sha256(folder / path))]


def _grouped(paths: Iterable[str], key: Callable[[str], Hashable]) -> list[set[str]]:
    """Those that share their key with another; a file that cannot be read is told elsewhere."""
    found: dict[Hashable, set[str]] = defaultdict(set)
    for path in paths:
        with suppress(OSError):
            found[key(path)].add(path)
    return [same for same in found.values() if len(same) > 1]


def _sha256(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
