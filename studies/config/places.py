"""Paths that a study file names: they lie below its folder, which is known before anything is opened."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from studies.errors import InputError


def inside(path: str) -> str:
    """The path itself. Raises ValueError where it does not lie below the study's folder as it is written."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "\\" in path or ":" in parts[0]:
        raise ValueError("it must stay inside the study's folder; name a path below it")
    return path


def file_inside(folder: Path, name: str, most_bytes: int) -> Path:
    """The regular file called `name` below `folder`, also once links are followed.

    Raises InputError, which says nothing of what lies outside; FileNotFoundError where it does not exist.
    """
    try:
        file = (folder / inside(name)).resolve()
    except (OSError, ValueError, RuntimeError):
        raise InputError(f"{name!r} must stay inside the study's folder; name a path below it.") from None
    if not file.is_relative_to(folder.resolve()):
        raise InputError(f"{name} is a link that leaves the study's folder; put the file itself there.")
    if file.exists() and not file.is_file():
        raise InputError(f"{name} is not a file; put the file itself there.")
    if file.stat().st_size > most_bytes:
        raise InputError(f"{name} is larger than {most_bytes // 1024**2} MiB; make it smaller.")
    return file
