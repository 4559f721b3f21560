"""The study bundle: everything that passes from the platform to the analysis, written whole or not at all."""

from __future__ import annotations

import csv
import fcntl
import hashlib
import json
import os
import platform
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.utils import timezone

from mos_platform.exports.tables import Row, cell, header, tables_of
from mos_platform.raters.models import Rater
from mos_platform.stimuli.models import Study
from studies.bundle import MANIFEST_FILE, SCHEMA_VERSION, STUDY_FILE
from studies.config import canonical_json
from studies.errors import InputError

SOFTWARE = ("mos-platform", "django", "celery", "av", "numpy", "scipy")


@dataclass(frozen=True)
class ZippedBundle:
    """An open file without a name on disk: nothing is left behind when it is closed."""

    name: str
    file: BinaryIO
    fingerprint: str


def bundle_folder(study: Study) -> Path:
    """Where a study's bundle lies unless another folder is named."""
    return Path(settings.BUNDLES_ROOT) / study.folder


def export_bundle(study: Study, folder: Path) -> Path:
    """Write the study's bundle into `folder`, in place of an older bundle there; returns the folder.

    Raises InputError where the folder cannot be written or holds something other than a bundle.
    """
    folder = folder.resolve()
    _check_target(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch:
            fresh = Path(scratch) / "bundle"
            fresh.mkdir()
            _write_bundle(study, fresh)
            with _in_turn(folder.parent):
                _replace(folder, fresh, Path(scratch) / "old")
    except OSError as error:
        raise InputError(
            f"the bundle cannot be written to {folder} ({error.strerror}); name a folder that can be written."
        ) from None
    return folder


def zipped_bundle(study: Study) -> ZippedBundle:
    """The study's bundle as it is now, zipped; the caller closes the file. Raises InputError as above."""
    root = Path(settings.BUNDLES_ROOT)
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{study.folder}-", dir=root) as scratch:
            folder = export_bundle(study, Path(scratch) / study.folder)
            found = fingerprint(folder)
            archive = shutil.make_archive(str(Path(scratch) / "bundle"), "zip", folder)
            return ZippedBundle(f"{study.folder}.zip", Path(archive).open("rb"), found)
    except OSError as error:
        raise InputError(f"no bundle can be made in {root} ({error.strerror}); make room there.") from None


def fingerprint(bundle: Path) -> str:
    """Hash of the bundle's tables, config and software; not of when it was exported."""
    digests = json.loads((bundle / MANIFEST_FILE).read_text())["files"]
    facts = json.loads((bundle / STUDY_FILE).read_text())
    del digests[STUDY_FILE], facts["exported_at"]
    return hashlib.sha256(canonical_json([digests, facts]).encode()).hexdigest()


def _check_target(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; name a folder for the bundle.")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MANIFEST_FILE).is_file():
        raise InputError(f"{folder} holds something other than a study bundle; name a new folder.")


@contextmanager
def _in_turn(folder: Path) -> Iterator[None]:
    """Exports into one folder at the same moment take turns; the lock is the folder's own."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _replace(folder: Path, fresh: Path, old: Path) -> None:
    if folder.exists():
        folder.rename(old)
    try:
        fresh.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise


def _write_bundle(study: Study, folder: Path) -> None:
    for table, rows in tables_of(study):
        _write_table(folder / table.file, header(table, study), rows(study))
    _write_json(folder / STUDY_FILE, _study_facts(study))
    digests = {file.name: _sha256(file) for file in sorted(folder.iterdir())}
    _write_json(folder / MANIFEST_FILE, {"schema_version": SCHEMA_VERSION, "files": digests})


def _write_table(file: Path, columns: list[str], rows: Iterable[Row]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([cell(row.get(column)) for column in columns] for row in rows)


def _write_json(file: Path, content: dict[str, Any]) -> None:
    file.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _study_facts(study: Study) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "study": study.slug,
        "version": study.version,
        "title": study.title,
        "config": study.config,
        "config_sha256": study.config_sha256,
        "seed": study.parsed.seed,
        "processing": study.processing,
        "software": {"python": platform.python_version(), **{name: version(name) for name in SOFTWARE}},
        "simulated": Rater.objects.filter(study=study, simulated=True).exists(),
        "exported_at": cell(timezone.now()),
    }
