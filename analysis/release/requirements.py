"""The libraries that the analysis runs on, pinned as they are installed."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROGRAM = "mos-platform"


def pinned() -> list[str]:
    """`name==version` of all that the base install needs, sorted; the program itself is not among it."""
    found: dict[str, str] = {}
    waiting = [PROGRAM]
    while waiting:
        for needed in _needs(waiting.pop()):
            name = canonicalize_name(needed)
            if name not in found:
                try:
                    found[name] = version(needed)
                except PackageNotFoundError:
                    continue  # for another platform or Python
                waiting.append(needed)
    return sorted(f"{name}=={of}" for name, of in found.items())


def _needs(name: str) -> Iterator[str]:
    for text in requires(name) or ():
        needed = Requirement(text)
        if needed.marker is None or needed.marker.evaluate({"extra": ""}):
            yield needed.name
