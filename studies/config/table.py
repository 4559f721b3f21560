"""stimuli.csv of a study folder: one row per clip, in place of a pattern."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from studies.config.base import NAME_PATTERN
from studies.config.places import file_inside, inside
from studies.errors import InputError, MistakesError
from studies.reading import NAME_RULE, quoted

LARGEST = 64 * 1024**2  # bytes
NEEDED = ("method", "item", "file")
OF_ITEMS = ("dataset", "split", "role")
Row = dict[str, str]


def with_table(raw: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The study with the table's files, and with its items where the file names none.

    Raises InputError about what key 'stimuli.table' holds, MistakesError naming the table's rows.
    """
    stimuli = raw.get("stimuli")
    name = stimuli.get("table") if isinstance(stimuli, dict) else None
    if not isinstance(name, str) or not isinstance(stimuli, dict):
        return raw
    if "files" in stimuli:
        raise InputError("'stimuli' has both 'table' and 'files'; remove one.")
    rows = _rows(folder, name)
    files: dict[str, dict[str, str]] = {}
    for row in rows:
        files.setdefault(row["method"], {})[row["item"]] = row["file"]
    named = raw if raw.get("items") else {**raw, "items": _items(rows)}
    return {**named, "stimuli": {**stimuli, "files": files}}


def _rows(folder: Path, name: str) -> list[Row]:
    try:
        with file_inside(folder, name, LARGEST).open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, restkey="")
            lacking = [column for column in NEEDED if column not in (reader.fieldnames or [])]
            if lacking:
                raise InputError(f"{name} has no column {lacking[0]!r}; {_columns(reader.fieldnames)}.")
            rows = [{key: (value or "").strip() for key, value in row.items() if key} for row in reader]
    except FileNotFoundError:
        raise InputError(f"{name} does not exist; add it, or correct 'stimuli.table'.") from None
    except OSError as error:
        raise InputError(f"{name} cannot be read ({error.strerror}); make it readable.") from None
    except (ValueError, csv.Error) as error:
        raise InputError(f"{name} cannot be read ({error}); it must be CSV in UTF-8.") from None
    problems = list(_problems(rows, name))
    if problems:
        raise MistakesError(problems)
    return rows


def _columns(header: Sequence[str] | None) -> str:
    if any(";" in one or "\t" in one for one in header or ()):
        return "separate its columns by commas"
    return f"it needs {', '.join(NEEDED)}"


def _problems(rows: list[Row], name: str) -> Iterator[str]:
    if not rows:
        yield f"{name} holds no clip; add a row for each."
    first: dict[tuple[str, str], int] = {}
    told: dict[tuple[str, str], tuple[str, int]] = {}
    for number, row in enumerate(rows, start=2):
        empty = [column for column in NEEDED if not row[column]]
        if empty:
            yield f"{name}, row {number}: {empty[0]!r} is empty; fill it in."
            continue
        yield from (f"{name}, row {number}: {problem}." for problem in _malformed(row))
        cell = (row["method"], row["item"])
        if first.setdefault(cell, number) != number:
            yield (
                f"{name}, row {number}: {cell[0]} × {cell[1]} is in row {first[cell]} already; remove one."
            )
        for column, value in _about_item(row).items():
            known, where = told.setdefault((row["item"], column), (value, number))
            if known != value:
                yield (
                    f"{name}, row {number}: item {row['item']!r} has {column} {value!r} here and {known!r} "
                    f"in row {where}; correct one."
                )


def _malformed(row: Row) -> Iterator[str]:
    for column in ("method", "item"):
        if not re.fullmatch(NAME_PATTERN, row[column], re.ASCII):
            yield f"{column} {quoted(row[column])} cannot be used as it is; {NAME_RULE}"
    try:
        inside(row["file"])
    except ValueError as error:
        yield f"file {quoted(row['file'])}: {error}"


def _about_item(row: Row) -> Row:
    return {column: value for column, value in row.items() if column not in NEEDED}


def _items(rows: list[Row]) -> list[dict[str, Any]]:
    """Each item once, in the order of the table; other columns are attributes."""
    about: dict[str, Row] = {}
    for row in rows:
        about.setdefault(row["item"], _about_item(row))
    return [
        {
            "name": name,
            **{column: facts[column] for column in OF_ITEMS if facts.get(column)},
            "attributes": {
                column: value for column, value in facts.items() if column not in OF_ITEMS and value
            },
        }
        for name, facts in about.items()
    ]
