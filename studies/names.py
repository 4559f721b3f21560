"""Find an entry by the name that somebody gave it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Generic, Protocol, TypeVar

_FILLERS = re.compile(r"[\s\-‐‑_.]")


class Named(Protocol):
    @property
    def name(self) -> str: ...


Entry = TypeVar("Entry", bound=Named)


def folded(name: str) -> str:
    """The name without case, spaces, hyphens, underscores and dots; a plus sign stays."""
    return _FILLERS.sub("", name.casefold())


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A clause that asks for the known name most like the one given; "" where none is like it."""
    by_case = {one.casefold(): one for one in known}
    near = get_close_matches(name.casefold(), by_case, n=1)
    return f" (did you mean {by_case[near[0]]!r}?)" if near else ""


@dataclass(frozen=True)
class Index(Generic[Entry]):
    """Entries by exact name, then by spelling; a spelling that several entries share finds none of them."""

    exact: dict[str, Entry]
    spelt: dict[str, tuple[Entry, ...]]

    @classmethod
    def of(cls, entries: Iterable[Entry], spellings: Callable[[Entry], Iterable[str]]) -> Index[Entry]:
        exact = {entry.name: entry for entry in entries}
        spelt: dict[str, tuple[Entry, ...]] = {}
        for entry in exact.values():
            for spelling in sorted(set(spellings(entry))):
                spelt[spelling] = (*spelt.get(spelling, ()), entry)
        return cls(exact, spelt)

    def find(self, name: str) -> Entry | None:
        if name in self.exact:
            return self.exact[name]
        found = self.spelt.get(folded(name), ())
        return found[0] if len(found) == 1 else None
