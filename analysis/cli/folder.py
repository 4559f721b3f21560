"""Where a command writes: a folder that is as before after a failure, and holds all files after success."""

from __future__ import annotations

import errno
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analysis import RESULTS_FILE
from studies.errors import InputError

VAR = "MOS_VAR"  # the platform's environment variable for the folder of all that it writes
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})


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
def replacing(out: Path) -> Iterator[Path]:
    """A temporary folder whose content moves to `out` at the end; after a failure `out` is as before."""
    new = not out.exists()
    try:
        out.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=out, prefix=".writing-"))
    except OSError as error:
        raise _unwritable(out, error) from None
    try:
        yield folder
        _move(folder, out)
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


def _move(folder: Path, out: Path) -> None:
    """Entry by entry, results.json last; a folder of the same name is replaced as a whole."""
    for entry in sorted(folder.iterdir(), key=lambda path: (path.name == RESULTS_FILE, path.name)):
        target = out / entry.name
        if target.is_dir():
            target.rename(folder / f".old-{entry.name}")
        entry.replace(target)
