"""Where the facts come from: a bundle folder or zip, one bare CSV file, or a study on a platform."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path, PurePosixPath
from typing import IO, Any

from analysis import remote
from analysis.csvfile import IN_EXCEL, separator
from studies.bundle import COMPARISONS, MANIFEST_FILE, RATINGS, SCHEMA_VERSION, STUDY_FILE, TABLES
from studies.errors import InputError

ENTRY_POINTS = "analysis.sources"
KNOWN_FILES = frozenset({table.file for table in TABLES} | {STUDY_FILE, MANIFEST_FILE})
ANSWERS = (RATINGS.file, COMPARISONS.file)
SPREADSHEETS = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})
LARGEST_FILE = 2 * 1024**3  # a zip member that unpacks to more is refused


@dataclass(frozen=True)
class Source:
    """The bytes of a bundle's files by name, and how to call each file, and all of it, in a message."""

    name: str
    files: dict[str, bytes]
    labels: dict[str, str]
    where: str

    def label(self, file: str) -> str:
        return self.labels.get(file, file)


def open_source(source: str) -> Source:
    """Read SOURCE: an existing path, else the address of a study's page, else a study id.

    The id is asked of the platform in MOS_PLATFORM_URL where the user has set that, else of the one installed
    here. Raises InputError, also for an unsound manifest.
    """
    found = open_unchecked(source)
    return _checked(found, found.where)


def open_unchecked(source: str) -> Source:
    """Read SOURCE as it is, whatever its manifest says. Raises InputError where it cannot be read."""
    path = Path(source)
    if not source.strip():
        raise InputError("SOURCE has no name; give a bundle folder, a bundle zip or a CSV file.")
    if os.path.exists(source):
        return _open_path(path)
    if "://" in source:
        return _open_remote(remote.parse_address(source))
    if path.suffix.lower() in {".csv", ".zip"} or len(path.parts) > 1:
        raise InputError(f"{source} does not exist; give a bundle folder, a bundle zip or a CSV file.")
    elsewhere = remote.configured(source)
    return _open_remote(elsewhere) if elsewhere else _open_folder(_study_folder(source))


def _open_remote(study: remote.Remote) -> Source:
    return _open_zip(remote.fetch(study), study.study, study.bundle)


def _open_path(path: Path) -> Source:
    try:
        if path.is_dir():
            return _open_folder(path)
        if path.suffix.lower() in SPREADSHEETS:
            raise InputError(f"{path} is a spreadsheet program's own file; save it as CSV ({IN_EXCEL}).")
        if zipfile.is_zipfile(path):
            with path.open("rb") as content:
                return _open_zip(content, path.stem, str(path))
        if path.suffix.lower() == ".zip":
            raise InputError(f"{path} is not a readable zip file; export the bundle again.")
        return _open_csv(path)
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror or error}); check its permissions."
        ) from None


def _study_folder(study: str) -> Path:
    openers = [_opener(point, study) for point in sorted(entry_points(group=ENTRY_POINTS), key=str)]
    try:
        found = [opener(study) for opener in openers]
    except InputError as error:
        raise InputError(f"{study!r} is no file or folder here, and {error}") from None
    if not found:
        raise InputError(
            f"{study!r} is neither an existing path nor a study of a platform installed here; give a bundle "
            f"folder, a bundle zip or a CSV file, or name a platform in {remote.URL}."
        )
    return Path(found[0])


def _opener(point: EntryPoint, study: str) -> Any:
    try:
        return point.load()
    except ImportError as error:
        raise InputError(
            f"{study!r} is not an existing path, and reading a study by its id needs a platform (not "
            f"installed: {error.name}); install mos-platform[platform], name a platform in {remote.URL}, or "
            "give a bundle."
        ) from None


def _open_folder(folder: Path) -> Source:
    files = {name: (folder / name).read_bytes() for name in sorted(KNOWN_FILES) if (folder / name).is_file()}
    for name in _listed(files, str(folder)):
        if name not in files and (folder / name).is_file():
            files[name] = (folder / name).read_bytes()
    return Source(folder.resolve().name, files, {}, str(folder))


def _listed(files: dict[str, bytes], where: str) -> list[str]:
    """Names in the manifest; none where it cannot be read, which is told when it is checked."""
    try:
        return list(read_manifest(files, where))
    except InputError:
        return []


def _open_zip(content: IO[bytes], name: str, where: str) -> Source:
    try:
        with zipfile.ZipFile(content) as archive:
            files = dict(_members(archive, where))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, zlib.error) as error:
        locked = "password" in str(error)
        what = "locked with a password; unpack it and give" if locked else "damaged; export again, or give"
        raise InputError(f"{where} is {what} the bundle's folder.") from None
    return Source(name, files, {}, where)


def _members(archive: zipfile.ZipFile, where: str) -> Iterator[tuple[str, bytes]]:
    """Files at the top of the zip or of its one folder. Nothing is unpacked to disk."""
    entries = [info for info in archive.infolist() if not info.is_dir() and "__MACOSX" not in info.filename]
    for info in entries:
        inner = PurePosixPath(info.filename.replace("\\", "/"))
        if inner.is_absolute() or ".." in inner.parts:
            raise InputError(f"{where} holds the unsafe path {info.filename!r}; export the bundle again.")
        if info.file_size > LARGEST_FILE:
            raise InputError(f"{where}: {info.filename} unpacks to more than 2 GiB; give the folder instead.")
    tops = {PurePosixPath(info.filename).parts[0] for info in entries}
    depth = 2 if len(tops) == 1 and len(PurePosixPath(entries[0].filename).parts) > 1 else 1
    for info in entries:
        inner = PurePosixPath(info.filename)
        if len(inner.parts) == depth and (inner.name in KNOWN_FILES or inner.suffix in {".csv", ".json"}):
            yield inner.name, archive.read(info)


def _open_csv(path: Path) -> Source:
    """One bare CSV file: comparisons where its header says so, else ratings."""
    raw = path.read_bytes()
    first_line = raw.split(b"\n", 1)[0].decode("utf-8", errors="replace").lstrip("\ufeff")
    header = {cell.strip().strip('"') for cell in first_line.split(separator(first_line))}
    compared = header >= {"left", "right"} or bool(header & {"winner", "loser"})
    name = COMPARISONS.file if compared else RATINGS.file
    return Source(path.stem, {name: raw}, {name: str(path)}, str(path))


def _checked(source: Source, where: str) -> Source:
    if not any(name in source.files for name in ANSWERS):
        raise InputError(f"{where} holds neither {ANSWERS[0]} nor {ANSWERS[1]}; give a study bundle.")
    for name, expected in read_manifest(source.files, where).items():
        if name not in source.files:
            raise InputError(f"{where}: {name} is listed in {MANIFEST_FILE} but missing; export again.")
        if hashlib.sha256(source.files[name]).hexdigest() != expected:
            raise InputError(
                f"{where}: {name} was changed after the export (its sha256 differs from {MANIFEST_FILE}); "
                f"export again, or remove {MANIFEST_FILE} if the change is meant."
            )
    return source


def read_manifest(files: dict[str, bytes], where: str) -> dict[str, str]:
    """sha256 by file name, empty without a manifest."""
    if MANIFEST_FILE not in files:
        return {}
    manifest = parse_json(files[MANIFEST_FILE], f"{where}: {MANIFEST_FILE}")
    check_version(manifest, f"{where}: {MANIFEST_FILE}")
    listed = manifest.get("files", {})
    if not isinstance(listed, dict) or not all(isinstance(digest, str) for digest in listed.values()):
        raise InputError(
            f"{where}: key 'files' of {MANIFEST_FILE} must map file names to sha256; export again."
        )
    return {name: digest for name, digest in listed.items() if PurePosixPath(name).name == name}


def parse_json(raw: bytes, where: str) -> dict[str, Any]:
    try:
        value = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise InputError(f"{where} is not UTF-8 text; export the bundle again.") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise InputError(f"{where} is not valid JSON ({place}); export the bundle again.") from None
    if not isinstance(value, dict):
        raise InputError(f"{where} must hold a JSON object; export the bundle again.")
    return value


def check_version(content: dict[str, Any], where: str) -> None:
    version = content.get("schema_version", SCHEMA_VERSION)
    if version != SCHEMA_VERSION:
        raise InputError(
            f"{where} has schema version {version!r}, but this program reads version {SCHEMA_VERSION}; "
            "use the matching release."
        )
