"""A table of values measured elsewhere, read into typed lines; every mistake is told, with its row.

Cells are parted by commas; or by semicolons or tabs, where 0,5 is 0.5. Columns as in the bundle's
metrics.csv, in any order: metric and value; `stimulus`, or method and item, or method alone for a value of
the whole method; and, where wanted, direction, unit, implementation, version, parameters. `status`
and `imported`, which exported tables have, are not looked at.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from studies.bundle import LARGEST_NUMBER
from studies.errors import InputError

NEEDED = ("metric", "value")
TEXTS = ("stimulus", "method", "item", "direction", "unit", "implementation", "version", "parameters")
IGNORED = ("status", "imported")
COLUMNS = (*NEEDED, *TEXTS, *IGNORED)
LONGEST = {
    "metric": 64,
    "unit": 64,
    "implementation": 200,
    "version": 100,
    "parameters": 500,
}
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+")
MOST_BYTES = 256 * 1024**2


@dataclass(frozen=True)
class Line:
    """One value as the table has it; `row` counts as spreadsheets do, the header being row 1."""

    row: int
    metric: str
    value: float
    stimulus: str
    method: str
    item: str
    direction: str
    unit: str
    implementation: str
    version: str
    parameters: str


@dataclass(frozen=True)
class Sheet:
    """The lines that could be read, and what is wrong with the others."""

    name: str
    lines: list[Line]
    mistakes: list[str]


def read_sheet(file: Path) -> Sheet:
    """Raises InputError where the file is no table of values at all."""
    text = _text(file)
    mark = _separator(text)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    try:
        header = [name.strip().lower() for name in next(rows, [])]
        _check_header(header, file.name)
        lines: list[Line] = []
        mistakes: list[str] = []
        for row, cells in enumerate(rows, start=2):
            if any(cell.strip() for cell in cells):
                _take(
                    row, cells if mark == "," else _pointed(cells, header), header, file.name, lines, mistakes
                )
    except csv.Error as error:
        raise InputError(f"{file.name} is no CSV file ({error}); save it as CSV, UTF-8.") from None
    if not lines and not mistakes:
        raise InputError(f"{file.name} holds no values; add a row for each value under its header.")
    return Sheet(file.name, lines, mistakes)


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise InputError(f"{file} is larger than 256 MB; give a table of metric values.")
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{file} is not UTF-8; save it as CSV, UTF-8.") from None
    except OSError as error:
        raise InputError(
            f"{file} cannot be read ({error.strerror}); name a CSV file of metric values."
        ) from None


def _separator(text: str) -> str:
    """Comma; or the semicolon or tab of a header without commas, as spreadsheets write them."""
    header = text.split("\n", 1)[0]
    return next((mark for mark in (";", "\t") if mark in header and "," not in header), ",")


def _pointed(cells: list[str], header: list[str]) -> list[str]:
    """The value's decimal comma as a point."""
    place = header.index("value")
    return [
        cell.replace(",", ".") if at == place and _DECIMAL_COMMA.fullmatch(cell.strip()) else cell
        for at, cell in enumerate(cells)
    ]


def _check_header(header: list[str], name: str) -> None:
    for column, count in Counter(header).items():
        if count > 1:
            raise InputError(f"{name}: column {column!r} stands there {count} times; keep one.")
        if column not in COLUMNS:
            near = get_close_matches(column, COLUMNS, 1)
            mend = (
                f"did you mean {near[0]!r}?" if near else f"remove it. Known are {', '.join(COLUMNS[:-2])}."
            )
            raise InputError(f"{name}: column {column!r} is unknown; {mend}")
    for column in NEEDED:
        if column not in header:
            raise InputError(
                f"{name}: column {column!r} is missing; add it, and stimulus or method and item."
            )
    if "stimulus" not in header and "method" not in header:
        raise InputError(
            f"{name}: neither column 'stimulus' nor 'method' is there; add stimulus, or method and item."
        )


def _take(
    row: int, cells: list[str], header: list[str], name: str, lines: list[Line], mistakes: list[str]
) -> None:
    where = f"{name} row {row}"
    if len(cells) != len(header):
        mistakes.append(f"{where} has {len(cells)} cells under {len(header)} columns; correct it.")
        return
    given = {column: cell.strip() for column, cell in zip(header, cells, strict=True)}
    found = [*_text_mistakes(given), *_value_mistakes(given["value"])]
    mistakes.extend(f"{where}: {mistake}" for mistake in found)
    if not found:
        texts = {column: given.get(column, "") for column in TEXTS}
        lines.append(Line(row=row, metric=given["metric"], value=float(given["value"]), **texts))


def _text_mistakes(given: dict[str, str]) -> Iterator[str]:
    if not given["metric"]:
        yield "no metric is named; fill in column 'metric'."
    for column, most in LONGEST.items():
        if len(given.get(column, "")) > most:
            yield f"column {column!r} has more than {most} characters; shorten it."
    if given.get("direction", "") not in ("", "higher", "lower"):
        yield f"direction is {given['direction']!r}; write higher or lower (which values are better)."
    if not given.get("stimulus") and not given.get("method"):
        yield "neither stimulus nor method is given; fill in one of them."
    if given.get("item") and not given.get("method") and not given.get("stimulus"):
        yield "an item is given without its method; fill in column 'method'."


def _value_mistakes(text: str) -> Iterator[str]:
    if not text:
        yield "the value is missing; fill it in, or leave the row out."
        return
    try:
        value = float(text)
    except ValueError:
        yield f"value {text!r} is no number; write it like 0.731."
        return
    if not math.isfinite(value) or "_" in text:
        yield f"value {text!r} is no finite number; leave the row out."
    elif abs(value) > LARGEST_NUMBER:
        largest = f"{LARGEST_NUMBER:g}"
        yield f"value {text!r} is not between -{largest} and {largest}; correct it, or leave the row out."
