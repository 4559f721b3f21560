"""What identifies a person: found in a carried cell, it stops the release."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from analysis.release.carried import ABOUT_PEOPLE, TEXTS, TIMES, Frames
from studies.bundle import TABLES
from studies.errors import InputError

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
CONTACT = {
    "an e-mail address": EMAIL,
    "a telephone number": re.compile(r"(?<![\w+])\+\d[\d ()/.-]{6,}\d|\(?\b\d{3}\)?[ -]\d{3}[ -]\d{4}\b"),
}
PERSON = {
    "a web address": re.compile(r"https?://|\bwww\.\w", re.IGNORECASE),
    "an IP address": re.compile(
        r"\b\d{1,3}(\.\d{1,3}){3}\b|\b([0-9a-f]{1,4}:){7}[0-9a-f]{1,4}\b", re.IGNORECASE
    ),
    "an Amazon Mechanical Turk WorkerId": re.compile(r"\bA(?=[A-Z0-9]*\d)[A-Z0-9]{11,20}\b"),
    "a Prolific id": re.compile(r"\b[0-9a-f]{24}\b"),
    "a user name": re.compile(r"(?<!\S)@\w{2,}"),
}
OF_CLIPS = frozenset({"stimulus", "method", "item", "left", "right", "winner", "loser", "first", "sha256"})
NEW_NAMES = frozenset({"rater", "sitting"})
SHORTEST_ID = 5
LONGEST = 60
WORD = re.compile(r"[\w.@+-]+")
TYPED = {
    table.file: frozenset(column.name for column in table.columns if column.kind != "text")
    for table in TABLES
}


@dataclass(frozen=True)
class Suspect:
    """A cell that may identify somebody, and as what."""

    file: str
    row: int
    column: str
    what: str


def refuse_identifying(frames: Frames, raters: Sequence[str], labels: Mapping[str, str]) -> None:
    """Raise InputError for the first cell that holds a contact, an account, an old id or a free text.

    Looked at are all cells that are carried as text, but for the ids of raters and sittings, which are given
    anew. Clips may be named and described as one likes, by e-mail addresses and telephone numbers excepted.
    """
    ids = frozenset(rater for rater in raters if len(rater) >= SHORTEST_ID and not rater.isdecimal())
    found = list(_suspects(frames, ids))
    if not found:
        return
    first = found[0]
    more = f" ({len(found) - 1} more such cells)" if len(found) > 1 else ""
    raise InputError(
        f"{labels.get(first.file, first.file)} row {first.row}: column '{first.column}' holds {first.what}"
        f"{more}, which could identify a rater; empty the cell or recode it, then release again."
    )


def _suspects(frames: Frames, ids: frozenset[str]) -> Iterator[Suspect]:
    for file, frame in frames.items():
        skipped = TYPED.get(file, frozenset()) | TIMES | NEW_NAMES
        for column in [str(name) for name in frame.columns if name not in skipped]:
            reasons = {cell: _reason(cell, file, column, ids) for cell in frame[column].unique()}
            rows = frame.index[frame[column].map(reasons).notna()]
            yield from (Suspect(file, int(row), column, str(reasons[frame[column][row]])) for row in rows)


def _reason(cell: str, file: str, column: str, ids: frozenset[str]) -> str | None:
    about_people = file in ABOUT_PEOPLE and column not in OF_CLIPS
    for what, pattern in {**CONTACT, **(PERSON if about_people else {})}.items():
        if pattern.search(cell):
            return what
    if ids and column not in OF_CLIPS and not ids.isdisjoint(_words(cell)):
        return "the id of a rater"
    if about_people and file != TEXTS and (len(cell) > LONGEST or "\n" in cell):
        return "free text"
    return None


def _words(cell: str) -> set[str]:
    return {cell, *WORD.findall(cell), *re.findall(r"[^\W_]+", cell)}


def contacts(config: object) -> list[str]:
    """E-mail addresses in a study file, where they stand for the raters to read."""
    if isinstance(config, dict):
        return contacts(list(config.values()))
    if isinstance(config, list):
        return list(dict.fromkeys(address for inner in config for address in contacts(inner)))
    return [found[0] for found in EMAIL.finditer(config)] if isinstance(config, str) else []
