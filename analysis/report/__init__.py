"""The report: results as a paper's results section, with its tables, figures and reporting card."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.figures.view import View
    from analysis.load import StudyData
    from analysis.report.start import Start
    from analysis.report.text import Text

__all__ = ["reproduced", "study_view", "write_report"]


def write_report(
    results: dict[str, Any],
    data: StudyData,
    out: Path,
    formats: set[str],
    progress: Callable[[str], None] = lambda _: None,
    start: Start | None = None,
) -> None:
    """Render `results` into the folder `out`, which holds them as results.json for the notebook to read.

    formats: any of html, ipynb, tex, csv, pdf; json has no effect here. card.json, card.md and
    exclusions.csv are always written, figures with every format but csv. `progress` is told each step.
    `start`: the notebook's first cells; by default it reads results.json.
    The same results give the same bytes (report.pdf excepted). Raises InputError where PDF is asked for and
    no browser is installed.
    """
    from analysis.report.render import render_report
    from analysis.report.start import FROM_RESULTS

    render_report(results, data, out, formats, progress, start or FROM_RESULTS)


def study_view(results: dict[str, Any], data: StudyData) -> View:
    """What the report's figures, tables and sentences are made from."""
    from analysis.report.render import view_of

    return view_of(results, data)


def reproduced(results: dict[str, Any], file: str) -> Text:
    """Whether the results are those in `file`, byte for byte; where not, what differs first."""
    from analysis.report.sameness import compared

    return compared(results, Path(file))
