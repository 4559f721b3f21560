"""Where a release is written: in place of an older release, never of anything else."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from studies.errors import InputError

CHECKSUMS = "CHECKSUMS.sha256"
DATA = "data"
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})


@contextmanager
def replaced(out: Path) -> Iterator[Path]:
    """A new folder that takes the place of `out` at the end; after a failure `out` is as before."""
    out = out.absolute()
    _check_target(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as scratch:
            fresh = Path(scratch) / "release"
            fresh.mkdir()
            yield fresh
            _swap(out, fresh, Path(scratch) / "old")
    except OSError as error:
        ours = error.filename and Path(error.filename).is_relative_to(out.parent)
        if error.errno not in NO_ROOM and not ours:
            raise
        raise InputError(
            f"{out} cannot be written ({error.strerror or error}); name another folder with --out."
        ) from None


def _check_target(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise InputError(f"{out} is a file; name a folder with --out.")
    if not out.is_dir() or not any(out.iterdir()):
        return
    listed = _listed(out)
    foreign = [
        name
        for name in sorted(str(file.relative_to(out)) for file in out.rglob("*") if not file.is_dir())
        if name not in listed
    ]
    if foreign:
        raise InputError(
            f"{out} holds {foreign[0]}, which is not of a release; remove it, or name a new folder with "
            "--out."
        )


def _listed(out: Path) -> set[str]:
    """What the checksums of an older release name, and they themselves."""
    try:
        lines = (out / CHECKSUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return set()
    return {CHECKSUMS, *(line.partition("  ")[2] for line in lines)}


def _swap(out: Path, fresh: Path, old: Path) -> None:
    if out.exists():
        out.rename(old)
    try:
        fresh.rename(out)
    except OSError:
        if old.exists():
            old.rename(out)
        raise
