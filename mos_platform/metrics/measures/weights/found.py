"""The weights that are there, as a measure sees them: a folder, and a reason where a file is missing."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from mos_platform.metrics.measures.result import NoValueError
from mos_platform.metrics.measures.weights.registry import WEIGHT_FILES, WeightFile


@dataclass(frozen=True)
class Weights:
    """`folder` holds the files under the names of the registry (`python -m mos_platform weights`)."""

    folder: Path

    def file(self, name: str) -> Path:
        """The file of that name. Raises NoValueError where it is not there, or is not the published one."""
        path = self.folder / name
        if not path.is_file():
            raise NoValueError(missing([name]))
        if not os.access(path, os.R_OK):
            raise NoValueError(f"weights unreadable ({name}; let the program's user read it)")
        if problem := damage(path, WEIGHT_FILES.get(name)):
            raise NoValueError(f"weights damaged ({name} {problem}; fetch it again)")
        return path


def missing(names: Sequence[str]) -> str:
    """Why there is no value where these files are missing."""
    them = "it" if len(names) == 1 else "them"
    return f"weights missing ({', '.join(names)}; `python -m mos_platform weights` says how to get {them})"


def damage(path: Path, expected: WeightFile | None) -> str:
    """What speaks against a file being the published one; "" where nothing does."""
    if expected is None:
        return ""
    facts = path.stat()
    if expected.bytes is not None and facts.st_size != expected.bytes:
        return f"has {facts.st_size} bytes instead of {expected.bytes}"
    if not os.access(path, os.R_OK):
        return "cannot be read by this user"
    if expected.sha256 and not sha256_of(path, facts.st_size, facts.st_mtime_ns).startswith(expected.sha256):
        return "has another sha256 than the published one"
    return ""


@lru_cache(maxsize=256)
def sha256_of(path: Path, size: int, mtime_ns: int) -> str:
    """Of the file; size and time of change belong to the key, so that a changed file is read again."""
    del size, mtime_ns
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
