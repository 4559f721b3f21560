"""What an import has done so far, kept until its rows stand: one that was killed goes on where it stopped.

Everything is named by what it was made from and by what (source, treatment, software): nothing that is found
here can be wrong, only unfinished, and what is unfinished has another name.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, TypeVar

from django.conf import settings
from pydantic import TypeAdapter, ValidationError

from mos_platform.clips.facts import ClipFacts
from mos_platform.clips.preparing import Prepared, libraries
from mos_platform.stimuli.journal import Journal
from studies.config import canonical_json

KEPT_S = 7 * 24 * 3600
Kept = TypeVar("Kept")
FACTS = TypeAdapter(ClipFacts)
PREPARED = TypeAdapter(Prepared)


@dataclass(frozen=True)
class Staging:
    """One study's folder; whoever holds it has the only hand on it."""

    folder: Path
    journal: Journal

    def facts(self, sha256: str) -> ClipFacts | None:
        """Of the source file with that hash, where it was decoded before."""
        return _parsed(self.journal.known(_facts(sha256)), FACTS)

    def keep_facts(self, sha256: str, facts: ClipFacts) -> None:
        self.journal.keep(_facts(sha256), FACTS.dump_json(facts))

    def target(self, sha256: str, recipe: str, suffix: str) -> Path:
        """Where the file belongs that is made from that source by that recipe."""
        return self.folder / f"{_key(sha256, recipe)}{suffix}"

    def made(self, target: Path) -> Prepared | None:
        """What is known of the file there, where it was made before."""
        return _parsed(self.journal.known(target.name), PREPARED) if target.is_file() else None

    def keep_made(self, target: Path, prepared: Prepared) -> None:
        self.journal.keep(target.name, PREPARED.dump_json(prepared))

    def scratch(self, name: str) -> Path:
        """An empty folder of that name."""
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder

    @property
    def storing(self) -> str:
        """The folder of the storage that an import which was killed had begun to fill, or ""."""
        try:
            return (self.folder / "storing").read_text()
        except OSError:
            return ""

    def note_storing(self, folder: str) -> None:
        (self.folder / "storing").write_text(folder)

    def clear(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def staging_of(slug: str) -> Iterator[Staging]:
    """The study's staging, once no other process imports the same study on this machine."""
    root = Path(settings.STAGING_ROOT)
    with _locked(root, slug):
        folder = root / "studies" / slug
        folder.mkdir(parents=True, exist_ok=True)
        folder.touch()
        with Journal(folder / "journal") as journal:
            yield Staging(folder, journal)


def remove_old_staging() -> None:
    """Of imports that nobody took up again within a week."""
    root = Path(settings.STAGING_ROOT)
    for folder in (root / "studies").glob("*"):
        with suppress(OSError):
            if folder.stat().st_mtime < time.time() - KEPT_S:
                with _locked(root, folder.name, wait=False):
                    shutil.rmtree(folder)


@contextmanager
def _locked(root: Path, slug: str, *, wait: bool = True) -> Iterator[None]:
    """The lock's file goes with the last who holds it; who waited for one that is gone takes a new one."""
    lock = root / "locks" / slug
    lock.parent.mkdir(parents=True, exist_ok=True)
    while True:
        with lock.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            if not _stands(lock, file):
                continue
            try:
                yield
            finally:
                lock.unlink(missing_ok=True)
            return


def _stands(lock: Path, file: IO[str]) -> bool:
    """Whether the file that is open is the one that others find by its path."""
    try:
        return os.path.samestat(lock.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


@cache
def _decoder() -> str:
    return canonical_json(libraries())


def _key(sha256: str, recipe: str) -> str:
    return hashlib.sha256(f"{sha256} {recipe}".encode()).hexdigest()[:40]


def _facts(sha256: str) -> str:
    return f"{_key(sha256, _decoder())}.facts"


def _parsed(content: bytes | None, kind: TypeAdapter[Kept]) -> Kept | None:
    try:
        return None if content is None else kind.validate_json(content)
    except ValidationError:
        return None
