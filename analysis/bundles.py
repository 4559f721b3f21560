"""Write a study bundle: a folder that is whole, with its manifest, or not there at all; tell two apart."""

from __future__ import annotations

import csv
import hashlib
import json
import platform
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from studies.bundle import COMPARISONS, MANIFEST_FILE, METRICS, RATINGS, SCHEMA_VERSION, STUDY_FILE
from studies.errors import InputError

READ = {  # columns that are read of tables that hold these; of the others, each says something
    ("rater", "question"): frozenset({*RATINGS.header, *COMPARISONS.header, "n"}),
    ("metric", "value"): frozenset({*METRICS.header, "item"}),
}
MADE_FROM = "made_from"  # key of study.json in bundles that a program made from other files


@dataclass(frozen=True)
class Written:
    """One table as text cells; `file` is its name in the bundle."""

    file: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


def software() -> dict[str, str]:
    return {"python": platform.python_version(), "mos-platform": version("mos-platform")}


def write_bundle(
    out: Path, study: Mapping[str, Any], tables: Iterable[Written], proof: Callable[[str], object]
) -> None:
    """Write the bundle in place of an older one that was made the same way; `proof` reads it beforehand.

    Raises InputError where `out` cannot be written or holds anything else; it is then as before.
    """
    _check_target(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as scratch:
            fresh = Path(scratch) / "bundle"
            fresh.mkdir()
            _write(fresh, study, tables)
            proof(str(fresh))
            take_place(out, fresh, Path(scratch) / "old")
    except OSError as error:
        raise InputError(
            f"{out} cannot be written ({error.strerror or error}); name another folder with --out."
        ) from None


def _check_target(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise InputError(f"{out} is a file; name a folder with --out.")
    if out.is_dir() and any(out.iterdir()) and not _was_made_from_others(out):
        raise InputError(f"{out} already holds other files; name a new folder with --out.")


def _was_made_from_others(folder: Path) -> bool:
    try:
        study = json.loads((folder / STUDY_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(study, dict) and MADE_FROM in study and (folder / MANIFEST_FILE).is_file()


def _write(folder: Path, study: Mapping[str, Any], tables: Iterable[Written]) -> None:
    for table in tables:
        with (folder / table.file).open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(table.header)
            writer.writerows(table.rows)
    _write_json(folder / STUDY_FILE, {"schema_version": SCHEMA_VERSION, **study})
    digests = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(folder.iterdir())}
    _write_json(folder / MANIFEST_FILE, {"schema_version": SCHEMA_VERSION, "files": digests})


def _write_json(file: Path, content: Mapping[str, Any]) -> None:
    file.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def take_place(out: Path, fresh: Path, old: Path) -> None:
    """Put `fresh` where `out` is, which moves to `old`; after a failure `out` is as before."""
    if out.exists():
        out.rename(old)
    try:
        fresh.rename(out)
    except OSError:
        if old.exists():
            old.rename(out)
        raise


def fingerprint(*frames: pd.DataFrame | None) -> str:
    """sha256 of the tables' cells, whatever the order of rows; columns that hold nothing do not count.

    Of answers and metrics, columns that no bundle has do not either. Rows are lines, cells parted by U+001F,
    sorted.
    """
    digest = hashlib.sha256()
    for frame in frames:
        for line in [] if frame is None else _lines(frame):
            digest.update(f"{line}\n".encode("utf-8", "surrogateescape"))
        digest.update(b"\x1d")
    return digest.hexdigest()


def _lines(frame: pd.DataFrame) -> list[str]:
    names = {str(name) for name in frame.columns}
    known = next((read for keys, read in READ.items() if names.issuperset(keys)), names)
    cells = {name: _cells(frame[name]) for name in sorted(known & names - {"row"})}
    filled = {name: column for name, column in cells.items() if any(column)}
    return ["\x1f".join(filled), *sorted("\x1f".join(row) for row in zip(*filled.values(), strict=True))]


def _cells(column: pd.Series) -> list[str]:
    """As text, each value once: columns mostly repeat few."""
    code, values = pd.factorize(column)
    texts = np.array([*(_cell(value) for value in values), ""], dtype=object)
    return list(texts[code])


def _cell(value: object) -> str:
    return repr(float(value)) if isinstance(value, float | int | np.number) else str(value)
