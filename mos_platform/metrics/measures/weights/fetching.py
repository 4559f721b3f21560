"""Weights fetched from where their authors publish them: whole and right, or not at all.

What was fetched of a file before the connection broke is kept, and the next try goes on from there, where the
hash is known and tells whether both parts belong together. Processes that fetch at the same time take turns.
"""

from __future__ import annotations

import fcntl
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pooch

from mos_platform.metrics.measures.weights.archive import member
from mos_platform.metrics.measures.weights.found import damage
from mos_platform.metrics.measures.weights.registry import WeightFile
from studies.errors import InputError

TIMEOUT_S = 60
SHA256_DIGITS = 64
CHUNK_BYTES = 1 << 16

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Fetched:
    """What came of fetching. `problem`: why the file could not be had; "" where it is there now."""

    file: WeightFile
    problem: str = ""
    was_there: bool = False


def fetch(wanted: WeightFile, folder: Path) -> Path:
    """The file in `folder`, fetched where it is not there. Raises InputError where it cannot be had."""
    (found,) = fetch_all([wanted], folder)
    if found.problem:
        raise InputError(found.problem)
    return folder / wanted.name


def fetch_all(wanted: Iterable[WeightFile], folder: Path, progress: Progress | None = None) -> list[Fetched]:
    """Each file into `folder`, in the order asked; an archive that holds several is fetched once.

    `progress` gets the name of what is fetched, and how many of how many bytes are there (0: not known).
    """
    wanted = list(wanted)
    of_address: dict[str, list[WeightFile]] = {}
    for file in wanted:
        of_address.setdefault(file.url, []).append(file)
    found: dict[str, Fetched] = {}
    with _alone(folder):
        for files in of_address.values():
            found |= {one.file.name: one for one in _together(files, folder, progress)}
    return [found[file.name] for file in wanted]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _together(files: list[WeightFile], folder: Path, progress: Progress | None) -> Iterator[Fetched]:
    """Files that come from one address."""
    lacking = [file for file in files if not _is_there(file, folder)]
    yield from (Fetched(file, was_there=True) for file in files if file not in lacking)
    if not lacking:
        return
    with tempfile.TemporaryDirectory(dir=folder, prefix=".fetching-") as scratch:
        try:
            download = _downloaded(lacking[0], Path(scratch), folder, progress)
        except InputError as error:
            yield from (Fetched(file, str(error)) for file in lacking)
            return
        yield from (Fetched(file, _placed(file, download, folder)) for file in lacking)


def _is_there(file: WeightFile, folder: Path) -> bool:
    path = folder / file.name
    return path.is_file() and not damage(path, file)


def _placed(file: WeightFile, download: Path, folder: Path) -> str:
    """Put the file at its place where it is right; what speaks against it otherwise."""
    try:
        taken = member(file, download)
    except InputError as error:
        return str(error)
    if problem := damage(taken, file):
        return f"{file.name} from {file.url} {problem}; {_by_hand(file)}"
    taken.replace(folder / file.name)
    return ""


def _downloaded(wanted: WeightFile, scratch: Path, folder: Path, progress: Progress | None) -> Path:
    known = wanted.archive_sha256 if wanted.member else wanted.sha256
    label = wanted.url.rpartition("/")[2] if wanted.member else wanted.name
    pooch.get_logger().setLevel("WARNING")
    try:
        path = pooch.retrieve(
            wanted.url,
            known_hash=f"sha256:{known}" if len(known) == SHA256_DIGITS else None,
            fname="download",
            path=scratch,
            downloader=_Download(folder / _partial_name(wanted) if known else None, label, progress),
        )
    except (OSError, ValueError, httpx.HTTPError, httpx.InvalidURL) as error:
        raise InputError(
            f"{wanted.name} cannot be fetched from {wanted.url} ({_why(error)}); {_by_hand(wanted)}"
        ) from None
    return Path(path)


def _partial_name(wanted: WeightFile) -> str:
    return f".{re.sub('[^A-Za-z0-9.]+', '_', wanted.url)[-100:]}.part"


def _by_hand(wanted: WeightFile) -> str:
    return f"get it by hand from {wanted.page} and put it into the weights folder as {wanted.name}."


def _why(error: Exception) -> str:
    if isinstance(error, httpx.HTTPStatusError):
        return f"{error.response.status_code} {error.response.reason_phrase}"
    if isinstance(error, ValueError):  # what pooch says of a wrong hash names temporary files
        return "what came has another sha256 than the published one"
    return " ".join(str(error).split())[:200] or type(error).__name__


@dataclass(frozen=True)
class _Download:
    """A downloader for pooch. What came before a break stays in `partial`; None: nothing is kept."""

    partial: Path | None
    label: str
    progress: Progress | None

    def __call__(self, url: str, output_file: str, _pooch: object) -> None:
        target = self.partial or Path(output_file)
        self._stream(url, target)
        if target != Path(output_file):
            target.replace(output_file)

    def _stream(self, url: str, target: Path) -> None:
        there = target.stat().st_size if target.exists() and self.partial else 0
        # Of a file that a server sends compressed, no part can be asked for.
        headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={there}-"} if there else {})}
        with httpx.stream("GET", url, headers=headers, follow_redirects=True, timeout=TIMEOUT_S) as answer:
            if answer.status_code != httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                answer.raise_for_status()
                self._keep(answer, target, there if answer.status_code == httpx.codes.PARTIAL_CONTENT else 0)
                return
        target.unlink()
        self._stream(url, target)

    def _keep(self, answer: httpx.Response, target: Path, there: int) -> None:
        """Write what comes behind the bytes that are there."""
        total = there + int(answer.headers.get("Content-Length", 0))
        with target.open("ab" if there else "wb") as file:
            for chunk in answer.iter_bytes(CHUNK_BYTES):
                there += file.write(chunk)
                if self.progress:
                    self.progress(self.label, there, total)
