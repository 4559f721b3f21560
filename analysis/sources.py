"""Where the facts come from: a bundle folder or zip, one bare CSV file, or a study on a platform."""

from __future__ import annotations

import hashlib
import json
import lzma
import os
import reprlib
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Any

from analysis import remote
from analysis.csvfile import IN_EXCEL, separator
from studies.bundle import COMPARISONS, MANIFEST_FILE, RATINGS, SCHEMA_VERSION, STUDY_FILE, TABLES, TEXTS_FILE
from studies.errors import InputError

ENTRY_POINTS = "analysis.sources"
KNOWN_FILES = frozenset({table.file for table in TABLES} | {STUDY_FILE, MANIFEST_FILE, TEXTS_FILE})
ANSWERS = (RATINGS.file, COMPARISONS.file)
SPREADSHEETS = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})
GENERIC = frozenset({"ratings", "comparisons", "pairs", "data"})
LARGEST = 2 * 1024**3  # what is read of a zip may unpack to so much
PIECE = 4096  # packed bytes of bzip2 and LZMA unpack to thousands of times as many, all at once
IN_MEMORY = 8 * 1024**2  # of a download; the rest goes to a temporary file
DEEPEST = 100  # levels of JSON: a study file has about ten
DAMAGED = (
    zipfile.BadZipFile,
    RuntimeError,
    NotImplementedError,
    EOFError,
    ValueError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
)


@dataclass(frozen=True)
class Source:
    """The bytes of a bundle's files by name, and how to call each file, and all of it, in a message."""

    name: str
    files: dict[str, bytes]
    labels: dict[str, str]
    where: str

    def label(self, file: str) -> str:
        return self.labels.get(file, file)

    def digests(self) -> dict[str, str]:
        """sha256 of each file, by what it is called; the manifest, which lists the others, is left out."""
        read = {name: raw for name, raw in self.files.items() if name != MANIFEST_FILE}
        return {Path(self.label(name)).name: sha256(raw) for name, raw in sorted(read.items())}


def sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


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
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as content:
        remote.fetch(study, content)
        return _open_zip(content, study.study, study.bundle)


def _open_path(path: Path) -> Source:
    try:
        if path.is_dir():
            return _open_folder(path)
        if path.suffix.lower() in SPREADSHEETS:
            raise InputError(f"{path} is a spreadsheet program's own file; save it as CSV ({IN_EXCEL}).")
        if zipfile.is_zipfile(path):
            with path.open("rb") as content:
                return _open_zip(content, _name(path), str(path))
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
            files = _members(archive, where)
    except (*DAMAGED, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk's, not the content's
        locked = "password" in str(error)
        what = "locked with a password; unpack it and give" if locked else "damaged; export again, or give"
        raise InputError(f"{where} is {what} the bundle's folder.") from None
    return Source(name, files, {}, where)


def _members(archive: zipfile.ZipFile, where: str) -> dict[str, bytes]:
    """Those of a bundle's files at the top of the zip or of its one folder. Nothing is unpacked to disk."""
    entries = _entries(archive, where)
    tops = {inner.parts[0] for inner in entries}
    depth = 2 if len(tops) == 1 and all(len(inner.parts) > 1 for inner in entries) else 1
    found = {inner.name: info for inner, info in entries.items() if len(inner.parts) == depth}
    manifest = _unpacked(archive, {name: found[name] for name in found if name == MANIFEST_FILE}, where)
    known = KNOWN_FILES | {*_listed(manifest, where)}
    return _unpacked(archive, {name: found[name] for name in found if name in known}, where)


def _entries(archive: zipfile.ZipFile, where: str) -> dict[PurePosixPath, zipfile.ZipInfo]:
    entries = {}
    for info in archive.infolist():
        inner = PurePosixPath(info.filename.replace("\\", "/"))
        if inner.is_absolute() or ".." in inner.parts or not (inner.parts or info.filename.endswith("/")):
            raise InputError(f"{where} holds the unsafe path {info.filename!r}; export the bundle again.")
        if not info.filename.endswith("/") and "__MACOSX" not in inner.parts:
            entries[inner] = info
    return entries


def _unpacked(archive: zipfile.ZipFile, wanted: dict[str, zipfile.ZipInfo], where: str) -> dict[str, bytes]:
    """Contents by name; zipfile hands out no more of a member than the size that counts here."""
    total = 0
    for name, info in wanted.items():
        total += info.file_size
        if total > LARGEST:
            raise InputError(
                f"{where} unpacks to more than 2 GiB with {name}; give the bundle's folder instead."
            )
    return {name: _content(archive, info) for name, info in wanted.items()}


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    content = BytesIO()
    with archive.open(info) as member:
        while piece := member.read(PIECE):
            content.write(piece)
    if content.tell() != info.file_size:
        raise zipfile.BadZipFile
    return content.getvalue()


def _open_csv(path: Path) -> Source:
    """One bare CSV file: comparisons where its header says so, else ratings."""
    raw = path.read_bytes()
    first_line = raw.split(b"\n", 1)[0].decode("utf-8", errors="replace").lstrip("\ufeff")
    header = {cell.strip().strip('"') for cell in first_line.split(separator(first_line))}
    compared = header >= {"left", "right"} or bool(header & {"winner", "loser"})
    name = COMPARISONS.file if compared else RATINGS.file
    return Source(_name(path), {name: raw}, {name: str(path)}, str(path))


def _name(path: Path) -> str:
    """What the file is called; where that says nothing, what its folder is called."""
    return (path.stem in GENERIC and path.resolve().parent.name) or path.stem


def _checked(source: Source, where: str) -> Source:
    if not any(name in source.files for name in ANSWERS):
        raise InputError(f"{where} holds neither {ANSWERS[0]} nor {ANSWERS[1]}; give a study bundle.")
    for name, expected in read_manifest(source.files, where).items():
        if name not in source.files:
            raise InputError(f"{where}: {name} is listed in {MANIFEST_FILE} but missing; export again.")
        if sha256(source.files[name]) != expected:
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
    value = _parsed(raw, where)
    if not isinstance(value, dict):
        raise InputError(f"{where} must hold a JSON object; export the bundle again.")
    return value


def _parsed(raw: bytes, where: str) -> Any:
    deep = InputError(f"{where} is nested more than {DEEPEST} levels deep; export the bundle again.")
    try:
        value = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise InputError(f"{where} is not UTF-8 text; export the bundle again.") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise InputError(f"{where} is not valid JSON ({place}); export the bundle again.") from None
    except ValueError:
        raise InputError(
            f"{where} holds a number of thousands of digits; correct it, or export the bundle again."
        ) from None
    except RecursionError:
        raise deep from None
    if not _within(value, DEEPEST):
        raise deep
    return value


def _within(value: Any, levels: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels >= 0 and all(_within(one, levels - 1) for one in inner)


def read_study(source: Source) -> dict[str, Any]:
    """study.json, {} without one. Raises InputError where a key of its own holds what it cannot hold."""
    if STUDY_FILE not in source.files:
        return {}
    where = source.label(STUDY_FILE)
    content = parse_json(source.files[STUDY_FILE], where)
    check_version(content, where)
    for key, (holds, sound) in STUDY_KEYS.items():
        value = content.get(key)
        if value is not None and not sound(value):
            raise InputError(f"{where}: key '{key}' is {reprlib.repr(value)}; it must be {holds}.")
    return content


def older_version(opened: Source) -> str:
    """Where answers may be that were given before the study was changed."""
    content = read_study(opened)
    study, version = content.get("study"), content.get("version")
    if not study or type(version) is not int or version < 2:
        return ""
    return (
        f" of this version {version}, or name an older one, which keeps its own answers: "
        f"'{study}@{version - 1}'"
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_seed(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_versions(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(version, str) for version in value.values())


STUDY_KEYS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "study": ("text", _is_text),
    "title": ("text", _is_text),
    "config_sha256": ("text", _is_text),
    "reference": ("the name of a method", _is_text),
    "seed": ("a whole number, 0 or more", _is_seed),
    "simulated": ("true or false", lambda value: isinstance(value, bool)),
    "reporting": ("an object", lambda value: isinstance(value, dict)),
    "collected_with": ("an object of versions, each a text, by name", _is_versions),
}


def check_version(content: dict[str, Any], where: str) -> None:
    version = content.get("schema_version", SCHEMA_VERSION)
    if version != SCHEMA_VERSION:
        raise InputError(
            f"{where} has schema version {version!r}, but this program reads version {SCHEMA_VERSION}; "
            "use the matching release."
        )
