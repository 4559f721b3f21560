"""A table in LaTeX: a float with caption and label, booktabs rules, panels and parts where it is large.

A document needs `\\usepackage[T1]{fontenc}` and `\\usepackage{array,booktabs}`; names in other than Latin
letters need LuaLaTeX or XeLaTeX and a font that has them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from analysis.report.table import Cell, Table

T = TypeVar("T")
COLUMN_WIDTH = 54  # characters that fit one column of two at \footnotesize, with 4 pt between columns
PAGE_WIDTH = 108
MOST_LINES = 54  # of a table, that one page holds
HEAD_LINES = 5
WRAPPED = 36
LEAST_WRAPPED = 14

_PIECES = re.compile(r"(?<=[-_./,)])|\s")
_SPECIAL = {
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
    "|": "$|$",
    "α": r"$\alpha$",
    "β": r"$\beta$",
    "κ": r"$\kappa$",
    "ρ": r"$\rho$",
    "σ": r"$\sigma$",
    "τ": r"$\tau$",
    "∞": r"$\infty$",
    "√": r"$\surd$",
    "°": r"$^\circ$",
    "²": r"$^2$",
    "·": r"$\cdot$",
    "…": r"\ldots{}",
    "“": "``",
    "”": "''",
    "‘": "`",
    "’": "'",
    '"': r"\textquotedbl{}",
    "\u2009": r"\,",
    "\u202f": r"\,",
    "\u00a0": "~",
}

PREAMBLE = r"""% All tables of the report, one after another: pdflatex all.tex
% (lualatex or xelatex, and a font that has them, for names in other than Latin letters).
\documentclass[twocolumn]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage[margin=18mm]{geometry}
\usepackage{array,booktabs}
\raggedbottom
\ifdefined\extrafloats\extrafloats{500}\fi
\makeatletter
\@fptop=0pt \@dblfptop=0pt % floats from the top of a page on, evenly apart
\@fpsep=18pt \@dblfpsep=18pt
"""


def document(floats: Sequence[str], last: str, note: str = "") -> str:
    """A document of the tables in `floats` and of `last` (files without ending), for a look or for copying.

    `note` heads every page: what is to be known of all of them.
    """
    head = f"\\def\\@oddhead{{\\hfil\\textbf{{{escaped(note)}}}\\hfil}}\n" if note else ""
    inputs = "".join(f"\\input{{{file}}}\n" for file in floats)
    body = f"{inputs}\\clearpage\n\\input{{{last}}}\n"
    return f"{PREAMBLE}{head}\\makeatother\n\\begin{{document}}\n{body}\\end{{document}}\n"


def escaped(text: str) -> str:
    """Plain text with LaTeX's special characters defused; one line."""
    line = re.sub(r"[ \x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", text)
    return "".join(_SPECIAL.get(character, character) for character in line)


def float_of(table: Table, note: str = "") -> str:
    """One float; several that continue each other where one page does not hold the rows. `note` ends each."""
    pieces = [
        replace(panel, rows=rows)
        for panel in table.panels(PAGE_WIDTH)
        for rows in portions(panel.rows, [_lines(panel, row) for row in panel.rows])
    ]
    heights = [HEAD_LINES + sum(_lines(piece, row) for row in piece.rows) for piece in pieces]
    parts = portions(pieces, heights)
    return "\n".join(_float(part, f"{i + 1} of {len(parts)}", note) for i, part in enumerate(parts))


def portions(values: Sequence[T], heights: Sequence[int]) -> list[tuple[T, ...]]:
    """In as few portions as pages that hold `heights`, about equally high; one empty portion of nothing."""
    fewest = _filled(values, heights, MOST_LINES)
    evenly = (_filled(values, heights, room) for room in range(sum(heights) // len(fewest), MOST_LINES))
    return next((found for found in evenly if len(found) == len(fewest)), fewest)


def _filled(values: Sequence[T], heights: Sequence[int], most: int) -> list[tuple[T, ...]]:
    """As many values together as `most` lines hold."""
    portions, room = [list[T]()], most
    for value, height in zip(values, heights, strict=True):
        if portions[-1] and height > room:
            portions.append([])
            room = most
        portions[-1].append(value)
        room -= height
    return [tuple(portion) for portion in portions]


def _lines(table: Table, row: Sequence[Cell]) -> int:
    """Lines that a row takes where long words are wrapped."""
    rooms = _rooms(table)
    return max([1, *(math.ceil(len(row[i].text) / (0.85 * room)) for i, room in rooms.items())])


def _float(panels: Sequence[Table], place: str, note: str) -> str:
    """`place` among the parts: `1 of 3`."""
    first = panels[0]
    wide = sum(n + 2 for n in first.widths) > COLUMN_WIDTH or len(panels) > 1
    environment = "table*" if wide else "table"
    number = place.partition(" ")[0]
    part = "" if place == "1 of 1" else f" (part {place})"
    suffix = "" if number == "1" else f"-{number}"
    lines = [
        f"\\begin{{{environment}}}[tp]",
        "\\centering\\footnotesize\\setlength{\\tabcolsep}{4pt}",
        f"\\caption{{{escaped(first.caption.rstrip('.') + part)}.}}",
        f"\\label{{tab:{first.file}{suffix}}}",
        "\\vspace{4pt}",
        "\n\\par\\medskip\n".join(_tabular(panel) for panel in panels),
        *([f"\\par\\smallskip\\textbf{{{escaped(note)}}}"] if note else []),
        f"\\end{{{environment}}}",
    ]
    return "\n".join(lines) + "\n"


def _tabular(table: Table) -> str:
    lines = [
        f"\\begin{{tabular}}{{@{{}}{''.join(_columns(table))}@{{}}}}",
        "\\toprule",
        *_groups(table),
        " & ".join(_heading(table, i) for i in range(len(table.header))) + r" \\",
        "\\midrule",
        *(" & ".join(_cell(table, i, cell) for i, cell in enumerate(row)) + r" \\" for row in table.rows),
        "\\bottomrule",
        "\\end{tabular}",
    ]
    return "\n".join(lines)


def _columns(table: Table) -> list[str]:
    """Left for words, right for numbers; long words are wrapped in what room the other columns leave."""
    columns = ["l" if i in table.texts else "r" for i in range(len(table.header))]
    for i, room in _rooms(table).items():
        columns[i] = f">{{\\raggedright\\arraybackslash}}p{{{room / PAGE_WIDTH:.3f}\\textwidth}}"
    return columns


def _rooms(table: Table) -> dict[int, float]:
    """Characters that fit side by side in each wrapped column."""
    wrapped = _wrapped(table)
    others = sum(n + 2 for i, n in enumerate(table.widths) if i not in wrapped)
    total = sum(table.widths[i] for i in wrapped)
    rooms = {i: (PAGE_WIDTH - others) * table.widths[i] / total - 2 for i in wrapped}
    return {
        i: min(max(room, LEAST_WRAPPED, _longest_piece(table, i)), table.widths[i])
        for i, room in rooms.items()
    }


def _longest_piece(table: Table, column: int) -> int:
    """Characters between two places where a name may be broken; no more than a page has room for."""
    texts = [row[column].text for row in table.rows]
    return min(max((len(piece) for text in texts for piece in _PIECES.split(text)), default=0), WRAPPED)


def _wrapped(table: Table) -> list[int]:
    return [i for i in sorted(table.texts) if table.widths[i] > WRAPPED]


def _groups(table: Table) -> list[str]:
    if not table.groups:
        return []
    heads, rules, at = [""], [], 2
    for group in table.groups:
        end = at + group.columns - 1
        widest = sum(n + 2 for n in table.widths[at - 1 : end]) - 2
        heads.append(f"\\multicolumn{{{group.columns}}}{{c}}{{{_stacked(group.title, 'c', widest)}}}")
        rules += [f"\\cmidrule(lr){{{at}-{end}}}"] if group.title else []
        at = end + 1
    return [" & ".join(heads) + r" \\", "".join(rules)]


def _heading(table: Table, column: int) -> str:
    """Words of a heading stand one under another where it is wider than its column."""
    widest = max([12, *(len(row[column].text) for row in table.rows)])
    if column in _wrapped(table):
        return escaped(table.header[column])
    return _stacked(table.header[column], "l" if column in table.texts else "r", widest)


def _stacked(title: str, side: str, widest: int) -> str:
    """Its words one under another where it has more than `widest` characters."""
    lines = _broken(title, widest)
    if len(lines) < 2:
        return escaped(title)
    stacked = "\\\\".join(escaped(line) for line in lines)
    return f"\\shortstack[{side}]{{{stacked}}}"


def _broken(title: str, widest: int) -> list[str]:
    """Lines of at most `widest` characters; a longer word is broken behind its separators."""
    lines = [""]
    for word in title.split():
        pieces = [word] if len(word) <= widest else re.split(r"(?<=[-_./])(?!$)", word)
        for n, piece in enumerate(pieces):
            longer = f"{lines[-1]}{'' if n else ' '}{piece}".strip()
            if lines[-1] and len(longer) > widest:
                lines.append(piece)
            else:
                lines[-1] = longer
    return lines


def _cell(table: Table, column: int, cell: Cell) -> str:
    text = escaped(cell.text)
    if column in _wrapped(table):
        text = re.sub(r"(\\_|[-./,)])(?=\S)", r"\1\\allowbreak{}", text)
    text += f"\\textsuperscript{{{escaped(cell.mark)}}}" if cell.mark else ""
    return f"\\textbf{{{text}}}" if cell.bold else text
