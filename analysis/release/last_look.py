"""The finished folder, searched for the ids that raters had before: none of them may stand in any text."""

from __future__ import annotations

import csv
import html
import json
from collections.abc import Iterator
from pathlib import Path

from analysis.release.identifying import MEND, shown, strings
from analysis.release.telling import Ids, plain
from studies.errors import InputError

JSON = frozenset({".json", ".ipynb"})
CHOSEN = "CITATION.cff"  # the authors, whom the researcher named


def look_over(folder: Path, ids: Ids, apart: frozenset[str]) -> None:
    """Raise InputError for the first text with an id; `apart`: folders that tell nothing of the study."""
    if ids.serial or not ids.words:
        return
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = file.relative_to(folder)
        if name.parts[0] in apart or name.name == CHOSEN:
            continue
        for place, text in _texts(file):
            if ids.within(plain(text)):
                raise InputError(
                    f"{name.as_posix()}, {place}, would hold the id of a rater, {MEND}; take it out of the "
                    "source's names, titles and texts, then release again."
                )


def _texts(file: Path) -> Iterator[tuple[str, str]]:
    """Where and what; of a file that holds no text, nothing."""
    try:
        content = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    if file.suffix in JSON:
        yield from ((shown(place), text) for place, text in strings(json.loads(content)))
    elif file.suffix == ".csv":
        for n, row in enumerate(csv.reader(content.splitlines()), start=1):
            yield f"row {n}", "\n".join(row)
    else:
        for n, line in enumerate(content.splitlines(), start=1):
            yield f"line {n}", html.unescape(line).replace("\\", "")
