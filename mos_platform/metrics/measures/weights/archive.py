"""A file out of the archive in which its authors publish it."""

from __future__ import annotations

import shutil
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from mos_platform.metrics.measures.weights.registry import WeightFile
from studies.errors import InputError


def member(file: WeightFile, download: Path) -> Path:
    """The file itself, taken out beside the archive where it came in one. InputError where that lacks it."""
    if not file.member:
        return download
    target = download.with_name(f"taken-{file.name}")
    try:
        with _opened(file.member, download) as source, target.open("wb") as out:
            shutil.copyfileobj(source, out)
    except (KeyError, OSError, EOFError, zipfile.BadZipFile, tarfile.TarError):
        raise InputError(f"{file.url} holds no {file.member}; get {file.name} from {file.page}.") from None
    return target


@contextmanager
def _opened(name: str, archive: Path) -> Iterator[IO[bytes]]:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as zipped, zipped.open(name) as content:
            yield content
        return
    with tarfile.open(archive) as tarred:
        found = tarred.extractfile(name)
        if found is None:
            raise KeyError(name)
        with found:
            yield found
