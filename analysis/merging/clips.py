"""One list of stimuli: the same clip under different ids, as two installations give them, becomes one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from analysis.merging.parts import Part
from studies.bundle import STIMULI
from studies.errors import InputError

Row = dict[str, str]
Cell = tuple[str, str]


class Clips:
    """`rows` by id; `ids` of each bundle as they are called here."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.rows: dict[str, Row] = {}
        self._origin: dict[str, str] = {}
        self.ids = [self._add(part) for part in parts]

    def _add(self, part: Part) -> Mapping[str, str]:
        rows = part.frames[STIMULI.file].to_dict("records")
        theirs = [{str(key): str(value) for key, value in row.items()} for row in rows]
        single = {cell for cell, count in Counter(map(_cell, theirs)).items() if count == 1}
        ours = {cell: names for cell, names in self._by_cell().items() if cell in single and len(names) == 1}
        called = {row["stimulus"]: ours.get(_cell(row), [row["stimulus"]])[0] for row in theirs}
        for row in theirs:
            self._take(called[row["stimulus"]], row, part)
        return called

    def _by_cell(self) -> dict[Cell, list[str]]:
        cells: dict[Cell, list[str]] = {}
        for name, row in self.rows.items():
            cells.setdefault(_cell(row), []).append(name)
        return cells

    def _take(self, name: str, row: Row, part: Part) -> None:
        """A clip that is known already must be the same one; empty cells are filled in."""
        known = self.rows.get(name, {})
        for column, cell in row.items():
            if column != "stimulus" and known.get(column) and cell and not same(known[column], cell):
                raise InputError(
                    f"{STIMULI.file}: {column} of stimulus {name!r} ({row['method']!r}, {row['item']!r}) is "
                    f"{known[column]!r} in {self._origin[name]} and {cell!r} in {part.name}; correct one of "
                    "them, or leave one bundle out."
                )
        filled = {column: cell for column, cell in row.items() if cell}
        self.rows[name] = {**known, **filled, "stimulus": name}
        self._origin.setdefault(name, part.name)


def _cell(row: Row) -> Cell:
    return row["method"], row["item"]


def same(first: str, second: str) -> bool:
    """Equal as text, or as numbers: 30 is 30.0."""
    if first == second:
        return True
    try:
        return float(first) == float(second)
    except ValueError:
        return False
