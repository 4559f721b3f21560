"""Figures that stand together over one caption: neighbours that share it, up to half a printed page."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from analysis.figures.style import COLUMN, ROUNDING

PRINT_WIDTH = 7.0  # inches within the margins of A4 and Letter
HALF_PAGE = 4.05  # inches: two such figures with their captions fit a page
LEAST_SCALE = 0.75
SVG = "image/svg+xml"


@dataclass(frozen=True)
class _Figure:
    """`about` is what the page's template reads; `height` in inches on paper."""

    about: dict[str, Any]
    height: float

    @property
    def wide(self) -> bool:
        return bool(self.about["width"] > COLUMN + ROUNDING)


def with_captions(notebook: NotebookNode) -> NotebookNode:
    """A copy in which each figure knows whether it opens or closes a group, and its width on paper."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        for group in _groups([_figure(one) for one in cell.get("outputs", []) if SVG in one.get("data", {})]):
            for n, figure in enumerate(group):
                figure.about["shared"] = len(group) > 1
                figure.about["opens"] = len(group) > 1 and n == 0
                figure.about["closes"] = len(group) > 1 and n == len(group) - 1
    return notebook


def printed_width(svg: str) -> float:
    """Inches; a figure that is a little higher than half a page is printed so that two fit one page."""
    width, height = _size(svg)
    scale = min(1.0, PRINT_WIDTH / width)
    half = HALF_PAGE / height
    return round(width * (half if LEAST_SCALE * scale <= half < scale else scale), 3)


def _figure(output: NotebookNode) -> _Figure:
    svg, about = output["data"][SVG], output["metadata"][SVG]
    width, height = _size(svg)
    about["printed"] = printed_width(svg)
    return _Figure(about, height * about["printed"] / width)


def _size(svg: str) -> tuple[float, float]:
    """Inches."""
    width, height = (float(part) / 72 for part in svg.partition('viewBox="0 0 ')[2].split('"')[0].split())
    return width, height


def _groups(figures: Sequence[_Figure]) -> list[list[_Figure]]:
    groups: list[list[list[_Figure]]] = []
    for row in _rows(figures):
        if groups and _joins(groups[-1], row):
            groups[-1].append(row)
        else:
            groups.append([row])
    return [[figure for row in group for figure in row] for group in groups]


def _rows(figures: Sequence[_Figure]) -> list[list[_Figure]]:
    """As paper shows them: two narrow neighbours of one caption side by side."""
    rows: list[list[_Figure]] = []
    for figure in figures:
        last = rows[-1] if rows else []
        beside = len(last) == 1 and not (figure.wide or last[0].wide)
        if beside and last[0].about["caption"] == figure.about["caption"]:
            last.append(figure)
        else:
            rows.append([figure])
    return rows


def _joins(group: Sequence[Sequence[_Figure]], row: Sequence[_Figure]) -> bool:
    """Whether `row` has the group's caption and still fits above it; more would leave pages half empty."""
    height = sum(max(one.height for one in line) for line in [*group, row])
    same = group[-1][0].about["caption"] == row[0].about["caption"]
    return bool(same) and height <= HALF_PAGE + ROUNDING
