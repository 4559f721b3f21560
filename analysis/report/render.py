"""Which files are written for which format, and in which order."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.card import build_card
from analysis.figures.view import VALUE_COLUMNS, View, empty_values
from analysis.report import files

if TYPE_CHECKING:
    import pandas as pd

    from analysis.load import StudyData
    from analysis.report.start import Start

DRAWN = frozenset({"html", "ipynb", "pdf", "tex"})


def render_report(
    results: dict[str, Any],
    data: StudyData,
    out: Path,
    formats: set[str],
    progress: Callable[[str], None],
    start: Start,
) -> None:
    """See analysis.report.write_report."""
    view = view_of(results, data)
    out.mkdir(parents=True, exist_ok=True)
    files.write_card(view, out)
    files.write_exclusions(view, out)
    if formats & {"csv", *DRAWN}:
        files.write_values(view, out)
    if "csv" in formats:
        files.write_csv(view, out)
    if "tex" in formats:
        files.write_tex(view, out)
    if formats & DRAWN:
        _write_drawn(view, out, formats, progress, start)


def _write_drawn(
    view: View, out: Path, formats: set[str], progress: Callable[[str], None], start: Start
) -> None:
    """What the executed notebook gives: figures, the notebook itself, the page, its print."""
    from analysis.report import notebook as made
    from analysis.report.page import render

    progress("Starting the notebook, which draws the figures")
    notebook = made.execute(made.build(view, start), out, progress)
    if "ipynb" in formats:
        made.write(notebook, out / "report.ipynb")
    if formats & {"html", "pdf"}:
        progress("Writing the page")
        _write_page(render(notebook), out, formats, progress)


def _write_page(page: str, out: Path, formats: set[str], progress: Callable[[str], None]) -> None:
    if "html" in formats:
        (out / "report.html").write_text(page, encoding="utf-8")
    if "pdf" in formats:
        from analysis.report.page import unfolded
        from analysis.report.pdf import print_pdf

        progress("Printing the PDF")
        with tempfile.TemporaryDirectory(prefix="report-page-") as scratch:
            file = Path(scratch) / "report.html"
            file.write_text(unfolded(page), encoding="utf-8")
            print_pdf(file, out / "report.pdf")


def view_of(results: dict[str, Any], data: StudyData) -> View:
    return View(results, build_card(results, data), stimulus_values(data.metrics))


def stimulus_values(metrics: pd.DataFrame) -> pd.DataFrame:
    """Values of single stimuli; those of whole methods and those not computed have no point to draw."""
    if metrics.empty:
        return empty_values()
    known = metrics["value"].notna() & (metrics["stimulus"] != "")
    return metrics.loc[known, VALUE_COLUMNS].reset_index(drop=True)
