"""Plain files beside the report: every list as CSV, the printed tables as LaTeX, card and exclusions."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis.card import SCHEMA_FILE
from analysis.figures.view import CARD_FILE, VALUES_FILE, View
from analysis.report import latex
from analysis.report.card import card_markdown, card_tex
from analysis.report.tables import all_tables

Row = dict[str, Any]
EXCLUSION_COLUMNS = ("rater", "rule", "question", "value", "threshold", "flagged", "applied", "reason")


def write_card(view: View, out: Path) -> None:
    """card.json with its schema, and card.md."""
    text = json.dumps(view.card, ensure_ascii=False, indent=1, allow_nan=False)
    (out / CARD_FILE).write_text(text + "\n", encoding="utf-8")
    (out / SCHEMA_FILE.name).write_bytes(SCHEMA_FILE.read_bytes())
    (out / "card.md").write_text(card_markdown(view.card), encoding="utf-8")


def write_exclusions(view: View, out: Path) -> None:
    """exclusions.csv: every flag, and whether it was applied; only the header where nobody was flagged."""
    rows = [row for row in view.rows("screening") if row["flagged"]]
    _write(out / "exclusions.csv", EXCLUSION_COLUMNS, rows)


def write_values(view: View, out: Path) -> None:
    """The metric values that figures draw as single points."""
    if len(view.values):
        file = out / VALUES_FILE
        file.parent.mkdir(exist_ok=True)
        view.values.to_csv(file, index=False, lineterminator="\n")


def write_csv(view: View, out: Path) -> None:
    """tables/NAME.csv for every list of the results that has rows; numbers unrounded, empty = not defined."""
    folder = out / "tables"
    folder.mkdir(exist_ok=True)
    for name, rows in view.results.items():
        if isinstance(rows, list) and rows:
            columns = dict.fromkeys(key for row in rows for key in row)
            _write(folder / f"{name}.csv", tuple(columns), rows)


def write_tex(view: View, out: Path) -> None:
    """tables/NAME.tex for every printed table, and tables/all.tex, a document that holds them."""
    folder = out / "tables"
    folder.mkdir(exist_ok=True)
    tables, note = all_tables(view), view.simulated_note
    for table in tables:
        (folder / f"{table.file}.tex").write_text(table.tex(note), encoding="utf-8")
    (folder / "card.tex").write_text(card_tex(view.card), encoding="utf-8")
    document = latex.document([table.file for table in tables], "card", note)
    (folder / "all.tex").write_text(document, encoding="utf-8")


def _write(file: Path, columns: Sequence[str], rows: Sequence[Row]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_field(row.get(column)) for column in columns] for row in rows)


def _field(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else value
