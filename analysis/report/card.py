"""The reporting card as text: rows for the page, Markdown and LaTeX; what is not reported stands last."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from typing import Any

from analysis.report.card_design import analysis_lines, design_lines, material_lines, reliability_lines
from analysis.report.card_people import Line, rater_lines, study_lines, viewing_lines
from analysis.report.latex import escaped, portions

Row = dict[str, Any]
Lines = list[tuple[str, str]]
SECTIONS = (
    ("Study", study_lines),
    ("Raters", rater_lines),
    ("Method of test", design_lines),
    ("Material", material_lines),
    ("Viewing", viewing_lines),
    ("Reliability", reliability_lines),
    ("Analysis", analysis_lines),
)
TEXTS = ("welcome", "consent", "instructions", "debriefing")
NOT_REPORTED = "Not reported"
LINE, LABEL = 32, 10  # characters in a line of text and of its label, in a column of two
MOST_IN_ROW = 40  # lines
LONGEST_PIECE = 16  # characters of a name between two separators that stay together
WITHOUT_STUDY_FILE = (
    "For answers that were collected without a study file, a study.json beside the tables may hold what "
    'stands under `reporting`: {"schema_version": 1, "reporting": {"payment": "none"}}.'
)


def card_sections(card: Row) -> list[tuple[str, Lines]]:
    """Headings and their rows of label and text, in reading order; empty ones are left out."""
    found = [(heading, _told(make(card))) for heading, make in SECTIONS]
    found.append((NOT_REPORTED, _told([(NOT_REPORTED, missing_text(card))])))
    return [(heading, lines) for heading, lines in found if lines]


def _told(lines: list[Line]) -> Lines:
    return [(label, text) for label, text in lines if text]


def card_rows(card: Row) -> Lines:
    """All rows of label and text."""
    return [line for _, lines in card_sections(card) for line in lines]


def missing_text(card: Row) -> str:
    """`payment; display; …`, or an empty string."""
    return "; ".join(fact["label"] for fact in card["missing"])


def card_markdown(card: Row) -> str:
    """Headings and tables, what raters read in full, and what is missing with the place to declare it."""
    lines = ["# Reporting card", ""]
    for heading, rows in card_sections(card):
        if heading != NOT_REPORTED:
            table = [f"| **{_cell(label)}** | {_cell(text)} |" for label, text in rows]
            lines += [f"## {heading}", "", "| | |", "|---|---|", *table, ""]
    return "\n".join([*lines, *_texts(card["protocol"]["texts"]), *_missing(card)])


def _texts(texts: Row | None) -> list[str]:
    if texts is None:
        return []
    lines = ["## What raters read", ""]
    for name in TEXTS:
        quoted = [f"> {line}".rstrip() for line in texts[name].strip().splitlines()]
        lines += [f"### {name.capitalize()}", "", *quoted, ""]
    return lines


def _missing(card: Row) -> list[str]:
    if not card["missing"]:
        return []
    facts = [f"- **{fact['label']}**: {fact['why']} ({_cell(fact['declare'])})." for fact in card["missing"]]
    told = [] if card["protocol"]["texts"] else [WITHOUT_STUDY_FILE, ""]
    return [f"## {NOT_REPORTED}", "", *told, *facts, ""]


def card_tex(card: Row) -> str:
    """One booktabs tabular per section, so that pages and columns can break between them.

    A section that is higher than a page is continued in further ones.
    """
    blocks = [
        _tabular(f"{heading} (continued)" if n else heading, rows)
        for heading, lines in card_sections(card)
        for n, rows in enumerate(_parts(lines))
    ]
    parts = "\n\\par\\vspace{6pt}\n".join(blocks)
    return f"% Reporting card\n{{\\footnotesize\\setlength{{\\parindent}}{{0pt}}\n{parts}\\par}}\n"


def _parts(rows: Lines) -> list[tuple[tuple[str, str], ...]]:
    """Rows in portions that one column of a page holds; a long text is continued in rows without a label."""
    pieces = [
        ("" if n else label, piece)
        for label, text in rows
        for n, piece in enumerate(textwrap.wrap(text, LINE * MOST_IN_ROW, break_long_words=False))
    ]
    return portions(pieces, [1 + max(len(text) // LINE, len(label) // LABEL) for label, text in pieces])


def _tabular(heading: str, rows: Sequence[tuple[str, str]]) -> str:
    body = [rf"{_breakable(label, 14)} & {_breakable(text)} \\" for label, text in rows]
    lines = [
        r"\begin{tabular}{@{}>{\raggedright}p{0.22\linewidth}>{\raggedright\arraybackslash}p{0.69\linewidth}@{}}",
        r"\toprule",
        rf"\multicolumn{{2}}{{@{{}}l}}{{\textbf{{{escaped(heading)}}}}} \\",
        r"\midrule",
        *body,
        r"\bottomrule",
        r"\end{tabular}",
    ]
    return "\n".join(lines) + "\n"


def _breakable(text: str, longest: int = 25) -> str:
    """Long words may break behind their separators, hashes anywhere; others only where LaTeX breaks them."""
    parts = re.split(rf"(\S{{{longest},}})", text)
    return "".join(_in_pieces(part) if n % 2 else escaped(part) for n, part in enumerate(parts))


def _in_pieces(word: str) -> str:
    pieces = [_in_eights(piece) for piece in re.findall(r"[^-_./:]*[-_./:]+|[^-_./:]+", word)]
    return r"\allowbreak{}".join(escaped(piece) for whole in pieces for piece in whole)


def _in_eights(piece: str) -> list[str]:
    if len(piece) <= LONGEST_PIECE:
        return [piece]
    return [piece[start : start + 8] for start in range(0, len(piece), 8)]


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
