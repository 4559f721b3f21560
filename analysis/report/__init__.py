"""The report: results as a paper's results section, with its tables, figures and reporting card."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.load import StudyData

__all__ = ["write_report"]


def write_report(
    results: dict[str, Any],
    data: StudyData,
    out: Path,
    formats: set[str],
    progress: Callable[[str], None] = lambda _: None,
) -> None:
    """Render `results` into the folder `out`, which holds them as results.json for the notebook to read.

    formats: any of html, ipynb, tex, csv, pdf; json has no effect here. card.json, card.md and
    exclusions.csv are always written, figures with every format but csv. `progress` is told each step.
    The same results give the same bytes (report.pdf excepted). Raises InputError where PDF is asked for and
    no browser is installed.
    """
    from analysis.report.render import render_report

    render_report(results, data, out, formats, progress)
