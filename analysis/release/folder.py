"""Where a release is written: in place of an older release, never of anything else."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analysis.bundles import take_place
from studies.bundle import MANIFEST_FILE, SCHEMA_VERSION
from studies.errors import InputError

CHECKSUMS = "CHECKSUMS.sha256"
MARK = "# A release made by `analysis release`: every file but this one, with its sha256."
UNFINISHED = "unfinished-release"
DATA = "data"
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})


@contextmanager
def replaced(out: Path) -> Iterator[Path]:
    """A new folder that takes the place of `out` at the end; after a failure `out` is as before."""
    out = out.absolute()
    _clear_leftovers(out)
    _check_target(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=_prefix(out), dir=out.parent) as scratch, _held(scratch):
            fresh = Path(scratch) / "release"
            fresh.mkdir()
            yield fresh
            take_place(out, fresh, Path(scratch) / "old")
    except OSError as error:
        ours = error.filename and Path(error.filename).is_relative_to(out.parent)
        if error.errno not in NO_ROOM and not ours:
            raise
        raise InputError(
            f"{out} cannot be written ({error.strerror or error}); name another folder with --out."
        ) from None


def seal(folder: Path) -> None:
    """Write the checksums, as sha256sum writes and checks them, under the line that marks a release."""
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    lines = [MARK, *(f"{_sha256(folder / name)}  {name}" for name in files), ""]
    (folder / CHECKSUMS).write_text("\n".join(lines), encoding="utf-8")


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _prefix(out: Path) -> str:
    return f".{out.name}-"


@contextmanager
def _held(scratch: str) -> Iterator[None]:
    """Marked as ours, and locked as long as this process lives."""
    with (Path(scratch) / UNFINISHED).open("w") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        yield


def _clear_leftovers(out: Path) -> None:
    """What a killed release left beside `out`; an older release that it had moved aside comes back."""
    for mark in sorted(out.parent.glob(f"{_prefix(out)}*/{UNFINISHED}")):
        try:
            with mark.open("r+") as held:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if (mark.parent / "old").is_dir() and not out.exists():
                    (mark.parent / "old").rename(out)
                shutil.rmtree(mark.parent, ignore_errors=True)
        except OSError:
            continue  # a release that is being written at this moment, or not ours to remove


def _check_target(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise InputError(f"{out} is a file; name a folder with --out.")
    if not out.is_dir() or not any(out.iterdir()):
        return
    changed = _changed(out)
    if changed:
        raise InputError(
            f"{out} holds {changed}, which is not of a release as it was written; remove it, or name a new "
            "folder with --out."
        )


def _changed(out: Path) -> str | None:
    """The first file that an untouched release would not hold; None where `out` is one."""
    found = sorted(
        file.relative_to(out).as_posix() for file in out.rglob("*") if file.is_symlink() or not file.is_dir()
    )
    listed = _listed(out)
    if not listed or not _ours(out):
        return next((name for name in found if name != CHECKSUMS), CHECKSUMS)
    for name in found:
        file = out / name
        if _compiled(name) and not file.is_symlink():
            continue
        if name != CHECKSUMS and (file.is_symlink() or listed.get(name) != _sha256(file)):
            return name
    return None


def _compiled(name: str) -> bool:
    """What Python leaves beside a release's program when that runs."""
    return name.startswith("code/") and "/__pycache__/" in name and name.endswith(".pyc")


def _listed(out: Path) -> dict[str, str]:
    """The sha256 of every file by its name, as an older release lists them; empty where there is none."""
    try:
        mark, *lines = (out / CHECKSUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return {}
    pairs = [line.partition("  ") for line in lines]
    return {name: digest for digest, _, name in pairs} if mark == MARK else {}


def _ours(out: Path) -> bool:
    try:
        manifest = json.loads((out / DATA / MANIFEST_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and manifest.get("schema_version") == SCHEMA_VERSION
