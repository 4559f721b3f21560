"""The files that networks need, as a measure sees them: a folder, and a reason where a file is missing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mos_platform.metrics.measures.result import NoValueError


@dataclass(frozen=True)
class Weights:
    """`folder` holds the files under the names of the registry (`python -m mos_platform weights`)."""

    folder: Path

    def file(self, name: str) -> Path:
        """The file of that name. Raises NoValueError where it is not there."""
        path = self.folder / name
        if not path.is_file():
            raise NoValueError(
                f"weights missing ({name}; `python -m mos_platform weights` says how to get it)"
            )
        return path
