"""The report as a notebook: built from the sections, executed once by the running interpreter."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from analysis.figures.numbers import counted
from analysis.figures.view import View
from analysis.report.sections import Section, sections
from analysis.report.start import FROM_RESULTS, Start

ROOT = Path(__file__).resolve().parents[2]
CELL_TIMEOUT = 600
V4: Any = nbformat.v4
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def build(view: View, start: Start = FROM_RESULTS) -> NotebookNode:
    """The notebook, not yet executed. Cell ids are counted, so that equal reports are equal files."""
    cells = [_markdown(_title(view)), *([_markdown(start.words)] if start.words else [])]
    cells += [_code(source) for source in start.cells]
    shown = [*sections(view), *start.last]
    for section in shown:
        cells.append(_markdown(f"## {section.heading}", section))
        cells += [_code(source) for source in section.cells]
    for i, cell in enumerate(cells):
        cell["id"] = f"cell-{i:02d}"
    metadata = {"kernelspec": KERNEL, "report": _about(view, shown)}
    notebook: NotebookNode = V4.new_notebook(cells=cells, metadata=metadata)
    return notebook


def execute(
    notebook: NotebookNode, folder: Path, progress: Callable[[str], None] = lambda _: None
) -> NotebookNode:
    """Run all cells in `folder`, which holds results.json and card.json. RuntimeError if a cell fails.

    `progress` is told each section.
    """
    with tempfile.TemporaryDirectory(prefix="report-") as scratch:
        client = NotebookClient(
            notebook,
            km=_manager(Path(scratch)),
            timeout=CELL_TIMEOUT,
            record_timing=False,
            resources={"metadata": {"path": str(folder)}},
            on_cell_start=_telling(notebook, progress),
        )
        try:
            client.execute(cleanup_kc=True, env=_environment(Path(scratch)))
        except CellExecutionError as error:
            raise RuntimeError(f"A cell of the report failed:\n{error}") from error
    return _settled(notebook)


def _telling(notebook: NotebookNode, progress: Callable[[str], None]) -> Callable[..., None]:
    """A hook that tells each heading as its cell is reached."""
    sections = [index for index, cell in enumerate(notebook.cells) if "heading" in cell.metadata]

    def tell(cell: NotebookNode, cell_index: int) -> None:
        if cell_index in sections:
            place = f"{sections.index(cell_index) + 1} of {len(sections)}"
            progress(f"Section {place}: {cell.metadata['heading']}")

    return tell


def _manager(scratch: Path) -> Any:
    """A kernel of this interpreter, with no kernel specification installed and no file left behind."""
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    options = ["--HistoryManager.enabled=False", "-f", "{connection_file}"]
    manager = AsyncKernelManager(kernel_name=KERNEL["name"], connection_file=str(scratch / "kernel.json"))
    if os.name == "posix":  # sockets in a private folder: no port to clash over, nobody else listens
        manager.transport, manager.ip = "ipc", str(scratch / "kernel")
    manager._kernel_spec = KernelSpec(
        argv=[sys.executable, "-m", "ipykernel_launcher", *options],
        display_name=KERNEL["display_name"],
        language=KERNEL["language"],
    )
    return manager


def write(notebook: NotebookNode, file: Path) -> None:
    file.write_text(V4.writes(notebook) + "\n", encoding="utf-8")


def _environment(scratch: Path) -> dict[str, str]:
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "IPYTHONDIR": str(scratch),
        "MPLBACKEND": "agg",
        "PYTHONWARNINGS": "ignore",  # a library's warning names files of this machine
    }


def _settled(notebook: NotebookNode) -> NotebookNode:
    """Without what differs from run to run."""
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    return notebook


def _title(view: View) -> str:
    study = view.study
    title = " ".join(str(study["title"]).split())
    simulated = f"\n\n**{view.simulated_note}**" if view.simulated else ""
    return f"# {title}\n\n{byline(view)}{simulated}"


def byline(view: View) -> str:
    study = view.study
    parts = [
        counted(study["n_raters"], "rater"),
        counted(study["n_methods"], "method"),
    ]
    parts += [counted(study["n_items"], "item")] if study["n_items"] else []
    parts += [counted(study["n_ratings"], "rating")] if study["n_ratings"] else []
    parts += [counted(study["n_comparisons"], "comparison")] if study["n_comparisons"] else []
    return " · ".join(parts)


def _about(view: View, shown: Sequence[Section]) -> dict[str, Any]:
    study = view.study
    return {
        "title": study["title"],
        "study": study["study"],
        "byline": byline(view),
        "simulated": view.simulated_note,
        "language": view.card["protocol"]["language"] or "en",
        "contents": [[section.slug, section.heading] for section in shown],
    }


def _markdown(source: str, section: Section | None = None) -> NotebookNode:
    metadata = {"section": section.slug, "heading": section.heading} if section else {}
    cell: NotebookNode = V4.new_markdown_cell(source, metadata=metadata)
    return cell


def _code(source: str) -> NotebookNode:
    cell: NotebookNode = V4.new_code_cell(source)
    return cell
