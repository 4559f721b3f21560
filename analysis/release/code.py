"""The program itself, as it lies in a release: whoever has the libraries needs no other source of it."""

from __future__ import annotations

import shutil
from importlib.metadata import Distribution, distribution
from importlib.resources import files
from pathlib import Path, PurePosixPath

from analysis.release.requirements import PROGRAM

CODE = "code"
PACKAGES = ("analysis", "studies")
SUFFIXES = frozenset({".py", ".csv", ".json", ".css", ".j2"})
NOT_CARRIED = frozenset({"__pycache__", "demo"})  # the demo is a study, and no part of the program
LICENCE = "LICENSE"


def write_code(out: Path) -> None:
    """The packages, and beside them what importlib.metadata tells of the program: version and licence."""
    for package in PACKAGES:
        source = Path(str(files(package)))
        for file in sorted(source.rglob("*")):
            inner = file.relative_to(source)
            if file.suffix in SUFFIXES and not NOT_CARRIED & set(inner.parts):
                _copy(file, out / package / inner)
    of = distribution(PROGRAM)
    told = out / f"{PROGRAM.replace('-', '_')}-{of.version}.dist-info"
    told.mkdir(parents=True)
    (told / "METADATA").write_text(_metadata(of), encoding="utf-8")
    licence = licence_text(of)
    if licence is not None:
        (out / LICENCE).write_text(licence, encoding="utf-8")


def _copy(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, target)


def _metadata(of: Distribution) -> str:
    """Without the description, which is about installing."""
    said = [("Metadata-Version", "2.4"), ("Name", PROGRAM), ("Version", of.version)]
    carried = ("License-Expression", "Requires-Python", "Requires-Dist", "Provides-Extra")
    fields = [(name, value) for name in carried for value in of.metadata.get_all(name) or ()]
    return "".join(f"{name}: {value}\n" for name, value in [*said, *fields])


def licence_text(of: Distribution) -> str | None:
    """In the distribution's metadata, or beside the packages, as in a release; None where it is not found."""
    listed = [file for file in of.files or () if PurePosixPath(file).name == LICENCE]
    found = [Path(str(file.locate())) for file in listed if ".dist-info" in str(file)]
    found.append(Path(str(files(PACKAGES[0]))).parent / LICENCE)
    return next((file.read_text(encoding="utf-8") for file in found if file.is_file()), None)
