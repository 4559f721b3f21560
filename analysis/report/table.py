"""A table as printed: made once, rendered to HTML, LaTeX (booktabs) and plain text."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

_TEX = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "−": "$-$",
    "–": "--",
    "—": "---",
    "±": r"$\pm$",
    "×": r"$\times$",
    "≥": r"$\ge$",
    "≤": r"$\le$",
    "<": "$<$",
    ">": "$>$",
    "α": r"$\alpha$",
    "κ": r"$\kappa$",
    "ρ": r"$\rho$",
    "σ": r"$\sigma$",
    "²": r"$^2$",
    "·": r"$\cdot$",
    "…": r"\ldots{}",
    "“": "``",
    "”": "''",
    "’": "'",
    "\u202f": r"\,",
    "\u00a0": "~",
}


@dataclass(frozen=True)
class Cell:
    """Text with an optional raised mark (significance letters), bold where it is the best."""

    text: str
    mark: str = ""
    bold: bool = False


@dataclass(frozen=True)
class Table:
    """`name` is the file's name; the first column holds names, the others numbers unless in `texts`. A
    folded table shows its caption first and its rows on demand."""

    name: str
    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    texts: frozenset[int] = frozenset({0})
    folded: bool = False

    @property
    def file(self) -> str:
        """The name as a file name: letters and digits of any script, no spaces."""
        return re.sub(r"[^\w-]+", "_", self.name)

    def html(self) -> str:
        head = "".join(
            f'<th scope="col"{self._align(i)}>{html.escape(title)}</th>'
            for i, title in enumerate(self.header)
        )
        body = "\n".join(
            f"<tr>{''.join(self._html_cell(i, c) for i, c in enumerate(r))}</tr>" for r in self.rows
        )
        table = f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"
        caption = html.escape(self.caption)
        scrolled = f'<div class="scroll" tabindex="0" role="region" aria-label="{caption}">{table}</div>'
        if self.folded:
            return f'<details class="table"><summary>{caption}</summary>{scrolled}</details>'
        return f'<div class="table"><p class="caption">{caption}</p>{scrolled}</div>'

    def tex(self) -> str:
        """A booktabs tabular with its caption as a comment; `\\usepackage{booktabs}` is all it needs."""
        columns = "".join("l" if i in self.texts else "r" for i in range(len(self.header)))
        lines = [
            f"% {' '.join(self.caption.split())}",
            f"\\begin{{tabular}}{{{columns}}}",
            "\\toprule",
            " & ".join(tex(title) for title in self.header) + r" \\",
            "\\midrule",
            *(" & ".join(_tex_cell(cell) for cell in row) + r" \\" for row in self.rows),
            "\\bottomrule",
            "\\end{tabular}",
        ]
        return "\n".join(lines) + "\n"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": self.plain()}

    def plain(self) -> str:
        texts = [list(self.header), *([cell.text + cell.mark for cell in row] for row in self.rows)]
        widths = [max(len(row[i]) for row in texts) for i in range(len(self.header))]
        return "\n".join(
            "  ".join(w.ljust(n) for w, n in zip(row, widths, strict=True)).rstrip() for row in texts
        )

    def _align(self, column: int) -> str:
        return "" if column in self.texts else ' class="n"'

    def _html_cell(self, column: int, cell: Cell) -> str:
        text = html.escape(cell.text) + (f"<sup>{html.escape(cell.mark)}</sup>" if cell.mark else "")
        text = f"<strong>{text}</strong>" if cell.bold else text
        if column == 0:
            return f'<th scope="row">{text}</th>'
        return f"<td{self._align(column)}>{text}</td>"


def tex(text: str) -> str:
    """Plain text with LaTeX's special characters defused; one line."""
    return "".join(_TEX.get(character, character) for character in re.sub(r"[ \t\r\n]+", " ", text))


def cells(texts: Sequence[str]) -> tuple[Cell, ...]:
    return tuple(Cell(text) for text in texts)


def _tex_cell(cell: Cell) -> str:
    text = tex(cell.text) + (f"\\textsuperscript{{{tex(cell.mark)}}}" if cell.mark else "")
    return f"\\textbf{{{text}}}" if cell.bold else text
