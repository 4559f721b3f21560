"""A file of what was done, one line each, to which is only appended."""

from __future__ import annotations

import io
from pathlib import Path
from types import TracebackType
from typing import Self


class Journal:
    """JSON by key. A line is with the system as soon as it is kept; one that was cut short is passed over.

    Keys hold no blank and no newline. The later of two lines with one key counts.
    """

    def __init__(self, path: Path) -> None:
        """Open it, made anew where it is not there. Raises OSError."""
        self._file = path.open("a+b")
        self._file.seek(0)
        self._known = dict(_split(line) for line in self._file if line.endswith(b"\n"))
        if _is_torn(self._file):
            self._file.write(b"\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._file.close()

    def known(self, key: str) -> bytes | None:
        """What was kept under the key before the journal was opened, as JSON; None where nothing was."""
        return self._known.get(key)

    def keep(self, key: str, content: bytes) -> None:
        """Append it. Raises OSError."""
        self._file.write(b"%s %s\n" % (key.encode(), content))
        self._file.flush()


def _split(line: bytes) -> tuple[str, bytes]:
    key, _, content = line.partition(b" ")
    return key.decode(errors="replace"), content


def _is_torn(file: io.BufferedRandom) -> bool:
    if file.seek(0, io.SEEK_END) == 0:
        return False
    file.seek(-1, io.SEEK_END)
    return file.read() != b"\n"
