"""A table as printed: made once, rendered to HTML, LaTeX (booktabs) and plain text."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from analysis.report import latex

PAGE_WIDTH = 112  # characters of a table's small print that fit beside each other on A4 and Letter
PADDING = 2
LONG_NAME = 32
NAME = 18
SHORT = 24
LONG_TABLE = 30
MOST_PRINTED = 120


@dataclass(frozen=True)
class Cell:
    """Text with an optional raised mark (significance letters), bold where it is the best."""

    text: str
    mark: str = ""
    bold: bool = False


@dataclass(frozen=True)
class Group:
    """A heading over neighbouring columns; empty where a column stands alone."""

    title: str
    columns: int


@dataclass(frozen=True)
class Table:
    """`name` is the file's name; the first column holds names, the others numbers unless in `texts`.

    `groups` covers the columns after the first. A folded table shows its caption first and its rows on
    demand. What is too wide for a page is printed as panels, one under another.
    """

    name: str
    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    texts: frozenset[int] = frozenset({0})
    folded: bool = False
    groups: tuple[Group, ...] = ()

    @property
    def file(self) -> str:
        """The name as a file name: letters and digits of any script, no spaces."""
        return re.sub(r"[^\w-]+", "_", self.name)

    @cached_property
    def widths(self) -> tuple[int, ...]:
        """Characters that each column needs at least: its cells, and the longest word of its heading."""
        found = []
        for i, title in enumerate(self.header):
            words = [len(word) for word in title.split()]
            found.append(
                max([*words, *(len(row[i].text) + len(row[i].mark) for row in self.rows)], default=0)
            )
        return tuple(found)

    def panels(self, width: int = PAGE_WIDTH) -> tuple[Table, ...]:
        """The table, or its columns in several tables that each begin with the names."""
        widths = [n + PADDING for n in self.widths]
        if sum(widths) <= width or self.texts - {0}:
            return (self,)
        room = width - min(widths[0], LONG_NAME + PADDING)
        fewest = len(self._filled(widths, room))
        evenly = range(sum(widths[1:]) // fewest, room + 1)
        filled = (self._filled(widths, tried) for tried in evenly)
        return self._cut(next((panels for panels in filled if len(panels) == fewest), [self._groups()]))

    def _filled(self, widths: Sequence[int], room: int) -> list[list[Group]]:
        """Groups of columns, as many side by side as `room` characters hold."""
        panels, taken = [list[Group]()], 0
        for group, needed in zip(self._groups(), self._needs(widths), strict=True):
            if taken and taken + needed > room:
                panels.append([])
                taken = 0
            panels[-1].append(group)
            taken += needed
        return panels

    def _groups(self) -> tuple[Group, ...]:
        return self.groups or tuple(Group("", 1) for _ in self.header[1:])

    def _needs(self, widths: Sequence[int]) -> list[int]:
        """Characters that each group of columns needs."""
        needs, at = [], 1
        for group in self._groups():
            needs.append(sum(widths[at : at + group.columns]))
            at += group.columns
        return needs

    def _cut(self, panels: Sequence[Sequence[Group]]) -> tuple[Table, ...]:
        cut, at = [], 1
        for panel in panels:
            end = at + sum(group.columns for group in panel)
            rows = tuple((row[0], *row[at:end]) for row in self.rows)
            groups = tuple(panel) if self.groups else ()
            header = (self.header[0], *self.header[at:end])
            cut.append(replace(self, header=header, rows=rows, groups=groups))
            at = end
        return tuple(cut)

    def html(self) -> str:
        caption = html.escape(self.caption)
        whole = " whole" if len(self.rows) <= LONG_TABLE else ""
        drawn = "\n".join(
            f'<div class="scroll{whole}" tabindex="0" role="region" aria-label="{caption}">'
            f"{panel._grid()}</div>"
            for panel in self.panels()
        )
        if self.folded:
            return self._folded(caption, drawn)
        long = " long" if len(self.rows) * len(self.panels()) > LONG_TABLE else ""
        return f'<div class="table{long}"><p class="caption">{caption}</p>{drawn}</div>'

    def _folded(self, caption: str, drawn: str) -> str:
        """In print it is open, unless it would fill pages: then its file is named."""
        huge = len(self.rows) * len(self.panels()) > MOST_PRINTED
        file = html.escape(f"tables/{self.name.partition('-')[0]}.csv")
        instead = f'<span class="instead"> In print: see {file}.</span>' if huge else ""
        kind = "table huge" if huge else "table"
        return f'<details class="{kind}"><summary>{caption}{instead}</summary>{drawn}</details>'

    def tex(self, note: str = "") -> str:
        """A booktabs float with caption and label; see analysis.report.latex for what it needs.

        `note` stands below the rows: what a reader of the table alone has to know.
        """
        return latex.float_of(self, note)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": self.plain()}

    def plain(self) -> str:
        texts = [list(self.header), *([cell.text + cell.mark for cell in row] for row in self.rows)]
        widths = [max(len(row[i]) for row in texts) for i in range(len(self.header))]
        return "\n".join(
            "  ".join(w.ljust(n) for w, n in zip(row, widths, strict=True)).rstrip() for row in texts
        )

    def _grid(self) -> str:
        head = "".join(
            f'<th scope="col"{self._align(i)}>{html.escape(title)}</th>'
            for i, title in enumerate(self.header)
        )
        body = "\n".join(
            f"<tr>{''.join(self._html_cell(i, c) for i, c in enumerate(r))}</tr>" for r in self.rows
        )
        spanned = self._spanned() if self.groups else ""
        return f"<table>\n<thead>{spanned}<tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"

    def _spanned(self) -> str:
        cells = "".join(
            f'<th scope="colgroup" colspan="{group.columns}">{html.escape(group.title)}</th>'
            for group in self.groups
        )
        return f'<tr class="groups"><td></td>{cells}</tr>'

    def _align(self, column: int) -> str:
        return "" if column in self.texts else ' class="n"'

    def _kind(self, column: int, cell: Cell) -> str:
        if column not in self.texts:
            return self._align(column)
        return ' class="short"' if len(cell.text) <= SHORT else ' class="words"'

    def _html_cell(self, column: int, cell: Cell) -> str:
        text = html.escape(cell.text) + (f"<sup>{html.escape(cell.mark)}</sup>" if cell.mark else "")
        text = f"<strong>{text}</strong>" if cell.bold else text
        if column == 0:
            return f'<th scope="row"{_length(cell.text)}>{text}</th>'
        return f"<td{self._kind(column, cell)}>{text}</td>"


def _length(name: str) -> str:
    """Names that a small screen, or any, has to wrap."""
    if len(name) <= NAME:
        return ""
    return ' class="long"' if len(name) > LONG_NAME else ' class="name"'


def cells(texts: Sequence[str]) -> tuple[Cell, ...]:
    return tuple(Cell(text) for text in texts)
