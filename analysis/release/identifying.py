"""What identifies a person: found in a cell, a column's name or study.json, it stops the release."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from analysis.release.carried import ABOUT_PEOPLE, TIMES, Frames
from analysis.release.telling import CONTACT, NETWORK, PANELS, PERSON, WEB, Ids, plain, telling_name
from studies.bundle import RATERS, STUDY_FILE, TABLES, TEXTS_FILE
from studies.errors import InputError

OF_CLIPS = frozenset({"stimulus", "method", "item", "left", "right", "winner", "loser", "first", "sha256"})
NEW_NAMES = frozenset({"rater", "sitting"})
LONGEST = 60
CONTROLLED = re.compile(r"[\w.\-/+<> ]{0,40}")
TYPED = {
    table.file: frozenset(column.name for column in table.columns if column.kind != "text")
    for table in TABLES
}
MEND = "which could identify a rater"


@dataclass(frozen=True)
class Suspect:
    """A cell that may identify somebody, and as what."""

    file: str
    row: int
    column: str
    what: str


def refuse_identifying(frames: Frames, ids: Ids, labels: Mapping[str, str]) -> None:
    """Raise InputError for the first cell that holds a contact, an account, an old id or a free text.

    Looked at are all cells that are carried as text, but for the ids of raters and sittings, which are given
    anew. Clips may be named and described as one likes, by contacts and ids of raters excepted.
    """
    _refuse_names(frames, ids, labels)
    found = list(_suspects(frames, ids))
    if not found:
        return
    first = found[0]
    more = f" ({len(found) - 1} more such cells)" if len(found) > 1 else ""
    raise InputError(
        f"{labels.get(first.file, first.file)} row {first.row}: column '{first.column}' holds {first.what}"
        f"{more}, {MEND}; empty the cell or recode it, then release again."
    )


def _refuse_names(frames: Frames, ids: Ids, labels: Mapping[str, str]) -> None:
    known = {name for table in TABLES for name in table.header}
    for file, frame in frames.items():
        for place, column in enumerate(map(str, frame.columns), start=1):
            what = None if column in known else telling_name(column, ids, of_people=True)
            if what:
                raise InputError(
                    f"{labels.get(file, file)}: the name of column {place} of those to be published is or "
                    f"holds {what}, {MEND}; rename the column or take it out, then release again."
                )


def _suspects(frames: Frames, ids: Ids) -> Iterator[Suspect]:
    for file, frame in frames.items():
        skipped = TYPED.get(file, frozenset()) | TIMES | NEW_NAMES
        for column in [str(name) for name in frame.columns if name not in skipped]:
            reasons = {cell: _reason(plain(cell), file, column, ids) for cell in frame[column].unique()}
            rows = frame.index[frame[column].map(reasons).notna()]
            yield from (Suspect(file, int(row), column, str(reasons[frame[column][row]])) for row in rows)


def _reason(cell: str, file: str, column: str, ids: Ids) -> str | None:
    about_people = file in ABOUT_PEOPLE and column not in OF_CLIPS
    for patterns in (CONTACT, PERSON if about_people else {}):
        for what, pattern in patterns.items():
            if pattern.search(cell):
                return what
    if _names_rater(cell, column, ids) or (about_people and ids.inside(cell)):
        return "the id of a rater"
    long = len(cell) > LONGEST or "\n" in cell
    if file == RATERS.file and not CONTROLLED.fullmatch(cell):
        return "free text"
    return "free text" if about_people and file != TEXTS_FILE and long else None


def _names_rater(cell: str, column: str, ids: Ids) -> bool:
    """Clips may be numbered as raters are, but not be called by the very name of one."""
    if column in OF_CLIPS:
        return not ids.serial and ids.equals(cell)
    return ids.equals(cell) or ids.within(cell)


def refuse_in_study(study: Mapping[str, Any], ids: Ids, label: str = STUDY_FILE) -> None:
    """Raise InputError for the first text of study.json, names of keys too, that holds what a cell must not.

    Contacts that raters were shown stay, and the README names them; web addresses stay everywhere.
    """
    for place, text in strings(study):
        what = _reason_in_study(plain(text), place, ids)
        if what:
            raise InputError(
                f"{label}: {shown(place)} holds {what}, {MEND}; take it out of the study's file, then "
                "release again."
            )


def _reason_in_study(text: str, place: tuple[str, ...], ids: Ids) -> str | None:
    shown_to_raters = place[0] == "config" and "reporting" not in place[:2]
    looked_for = (NETWORK, PANELS) if shown_to_raters else (CONTACT, PERSON)
    for what, pattern in (pair for patterns in looked_for for pair in patterns.items()):
        if what != WEB and pattern.search(text):
            return what
    if ids.serial:
        return None
    named = ids.within(text) or ids.called(text) or (ids.equals(text) and place[0] != "config")
    return "the id of a rater" if named else None


def strings(content: object, place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every text of a JSON value with the keys that lead to it; a key is a text too."""
    if isinstance(content, str):
        yield place or ("",), content
    elif isinstance(content, dict):
        for key, inner in content.items():
            yield (*place, "a key") if place else ("a key",), str(key)
            yield from strings(inner, (*place, str(key)))
    elif isinstance(content, list):
        for n, inner in enumerate(content):
            yield from strings(inner, (*place, str(n)))


def shown(place: tuple[str, ...]) -> str:
    return " / ".join(part[:40] for part in place if part)


def contacts(config: object) -> list[str]:
    """E-mail addresses and telephone numbers in a study file, where they stand for the raters to read."""
    texts = [text for place, text in strings(config) if place[0] != "reporting"]
    return list(dict.fromkeys(found[0] for text in texts for found in _contacts(text)))


def _contacts(text: str) -> Iterator[re.Match[str]]:
    for pattern in CONTACT.values():
        yield from pattern.finditer(text)
