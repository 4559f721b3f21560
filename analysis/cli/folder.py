"""Where a command writes: a folder that is as before after a failure, and holds all files after success.

Files that nobody but the user can have written, or changed since, are never lost: they are put aside.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from analysis import RESULTS_FILE
from analysis.cli.record import Origin, Record, read_record, sha256
from studies.bundle import REPORT_RECORD
from studies.errors import InputError

VAR = "MOS_VAR"  # the platform's environment variable for the folder of all that it writes
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
MOST_NAMED = 3  # files that a sentence names

OriginAt = Callable[[Path], Origin]


@dataclass(frozen=True)
class Place:
    """A folder to write into; `told`: what there is to say, more of which follows as it is written."""

    out: Path
    origin: Origin
    told: list[str] = field(default_factory=list)


def place_of(given: Path | None, kind: str, name: str, origin: OriginAt) -> Place:
    """The folder that the user names, else the first of var/KIND/NAME, NAME-2 … that is not another source's.

    Raises InputError where the folder that the user names holds what was made of another source.
    """
    if given is not None:
        _refuse_another(given, origin(given))
        return Place(given, origin(given))
    first = default_folder(kind, name)
    out = _own_or_free(first, origin)
    holds = f"{first} holds what was made of another source of that name; this is in {out}."
    return Place(out, origin(out), [holds] if out != first else [])


def _refuse_another(out: Path, origin: Origin) -> None:
    record = read_record(out)
    if record is not None and not origin.is_of(record.origin):
        named = f" ({record.origin.study!r})" if record.origin.study != origin.study else ""
        raise InputError(
            f"{out} holds what was made of another source{named}; name another folder with --out, or remove "
            "that one."
        )


def _own_or_free(first: Path, origin: OriginAt) -> Path:
    free = None
    for number in count(1):
        out = first if number == 1 else first.with_name(f"{first.name}-{number}")
        record = read_record(out)
        if record is not None and origin(out).is_of(record.origin):
            return out
        free = out if record is None and free is None else free
        if not out.exists():
            break
    return free or first


def default_folder(kind: str, name: str) -> Path:
    """The folder of one report or plan, where the user names none."""
    return Path(os.environ.get(VAR) or "var") / kind / _component(name)


def _component(name: str) -> str:
    """A study id as one safe path component."""
    return re.sub(r"[^\w.-]", "_", name).lstrip(".") or "study"


def say(step: str, mark: str = " …") -> None:
    """Long steps are told on a terminal; a program that reads stderr sees only failures."""
    if sys.stderr.isatty():
        sys.stderr.write(f"{step}{mark}\n")


@contextmanager
def timed() -> Iterator[None]:
    """Says at the end how long the work took."""
    began = time.monotonic()
    yield
    say(f"Done in {time.monotonic() - began:.0f} s", "")


@contextmanager
def replacing(place: Place, asked: Mapping[str, str] | None = None) -> Iterator[Path]:
    """A temporary folder whose files move to `place.out` at the end; after a failure that is as before.

    What stood there from an earlier run stays where it tells the same results, and goes where it does not.
    """
    out, new = place.out, not place.out.exists()
    try:
        out.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=out, prefix=".writing-"))
    except OSError as error:
        raise _unwritable(out, error) from None
    try:
        yield folder
        place.told.extend(_move(folder, place, asked or {}))
    except OSError as error:
        if error.errno in NO_ROOM or (error.filename and Path(error.filename).is_relative_to(out)):
            raise _unwritable(out, error) from None
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if new and not any(out.iterdir()):
            out.rmdir()


def _unwritable(out: Path, error: OSError) -> InputError:
    return InputError(f"{out} cannot be written ({error.strerror or error}); name another folder with --out.")


def _move(folder: Path, place: Place, asked: Mapping[str, str]) -> Iterator[str]:
    """File by file, results.json last. Yields what became of files that were there."""
    fresh = {name: sha256(folder / name) for name in _files(folder)}
    content = fresh.get(RESULTS_FILE) or "\n".join(fresh.values())
    old = read_record(place.out)
    same = old is not None and old.content == content
    if old is not None and dict(old.asked) != dict(asked) and old.files.keys() - {RESULTS_FILE}:
        yield f"{place.out} held what was made {_with(old.asked)}; this is made {_with(asked)}."
    before = dict(old.files) if old is not None else {}
    stale = [] if same else [name for name in before if name not in fresh]
    known = {name: {before.get(name), fresh.get(name)} for name in (*before, *fresh)}
    yield from _cleared(place.out, known, list(fresh), stale)
    for name in fresh:
        (place.out / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).replace(place.out / name)
    kept = {name: digest for name, digest in before.items() if same and (place.out / name).is_file()}
    record = Record(place.origin, content, {**kept, **fresh}, asked)
    if set(record.files) == {RESULTS_FILE}:
        (place.out / REPORT_RECORD).unlink(missing_ok=True)
    else:
        record.write(place.out)


def _files(folder: Path) -> list[str]:
    found = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    return sorted(found, key=lambda name: (name == RESULTS_FILE, name))


def _cleared(
    out: Path, known: Mapping[str, set[str | None]], fresh: Sequence[str], stale: Sequence[str]
) -> Iterator[str]:
    """Way is made for the fresh files: what is not as a command wrote it is put aside, what is stale goes."""
    touched = [*_in_the_way(out, fresh), *fresh, *stale]
    aside = [name for name in touched if _is_foreign(out / name, known.get(name, set()))]
    kept = {name: _put_aside(out / name) for name in aside}
    if kept:
        names = ", ".join(f"{name} as {path.relative_to(out).as_posix()}" for name, path in kept.items())
        yield f"Kept in {out}, as this program did not write it so: {names}."
    gone = sorted((name for name in stale if (out / name).is_file()), key=lambda name: ("/" in name, name))
    for name in gone:
        (out / name).unlink()
        _remove_empty((out / name).parent, out)
    if gone:
        more = f" and {len(gone) - MOST_NAMED} more" if len(gone) > MOST_NAMED else ""
        yield f"Removed from {out}, as it told older results: {', '.join(gone[:MOST_NAMED])}{more}."


def _in_the_way(out: Path, names: Sequence[str]) -> list[str]:
    """Files where folders are to be."""
    parents = {parent.as_posix() for name in names for parent in list(Path(name).parents)[:-1]}
    return [name for name in sorted(parents) if (out / name).is_file() or (out / name).is_symlink()]


def _is_foreign(file: Path, digests: set[str | None]) -> bool:
    """Whether something stands there that no command wrote, or that was changed since."""
    if file.is_symlink() or file.is_dir():
        return True
    return file.is_file() and sha256(file) not in digests


def _put_aside(file: Path) -> Path:
    """Under the first free name: report.ipynb becomes report.kept.ipynb, report.kept-2.ipynb …"""
    for number in count(1):
        to = file.with_name(f"{file.stem}.kept{'' if number == 1 else f'-{number}'}{file.suffix}")
        if not to.exists():
            break
    file.rename(to)
    return to


def _remove_empty(folder: Path, out: Path) -> None:
    while folder != out and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def _with(asked: Mapping[str, str]) -> str:
    options = ", ".join(f"--{name.replace('_', '-')} {value}" for name, value in sorted(asked.items()))
    return f"with {options}" if options else "without further options"
