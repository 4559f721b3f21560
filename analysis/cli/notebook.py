"""`analysis notebook`: the report's notebook, starting from the data and not yet executed."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.cli.folder import VAR, Place, place_of, replacing, say
from analysis.cli.record import origin_of
from analysis.cli.statistics import add_statistics, asked_of, options_of, read_source, scales_of

if TYPE_CHECKING:
    from analysis.cli.arguments import Commands
    from analysis.load import StudyData

FILE = "report.ipynb"
READERS = ("jupyterlab", "notebook")


def add_command(commands: Commands) -> None:
    notebook = commands.add_parser(
        "notebook",
        help="open the report's notebook, to change a cell and run it again",
        description="Write the report's notebook, not yet executed, and open it in Jupyter. Its first cells "
        "load SOURCE and compute the statistics.",
        epilog="A notebook that is there already is opened as it is.",
    )
    notebook.set_defaults(run=_run)
    notebook.add_argument("source", metavar="SOURCE", help="as for report")
    notebook.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help=f"for {FILE} and the figures it draws; default: ${VAR}/notebooks/STUDY_ID, "
        f"or var/notebooks/STUDY_ID where {VAR} is not set",
    )
    notebook.add_argument("--no-open", action="store_true", help="write the notebook and tell where it is")
    add_statistics(notebook)


def _run(arguments: argparse.Namespace) -> str:
    data = read_source(arguments)
    place = place_of(
        arguments.out, "notebooks", data.study, lambda folder: origin_of(data, arguments.source, folder)
    )
    file, told = place.out / FILE, place.told
    if file.exists():
        told.append(f"{FILE} was there already and stays as it is; remove it for a fresh one.")
    else:
        _write(data, arguments, place)
    if not arguments.no_open:
        told += _opened(file)
    return "\n".join([*told, str(file)])


def _opened(file: Path) -> list[str]:
    """Open in the Jupyter of this interpreter, which has the package; else say how to open it."""
    reader = next((name for name in READERS if _installed(name)), None)
    if reader is None or not sys.stdout.isatty():
        return [_how(reader)]
    say(f"Opening {file}; leave with Ctrl-C")
    subprocess.run([sys.executable, "-m", reader, str(file)], check=False)  # noqa: S603 -- this interpreter
    return []


def _installed(name: str) -> bool:
    try:
        return bool(version(name))
    except PackageNotFoundError:
        return False


def _write(data: StudyData, arguments: argparse.Namespace, place: Place) -> None:
    """Which sections there are follows from the results, so that they are computed here too."""
    from analysis.report import notebook, study_view
    from analysis.report.start import from_data
    from analysis.results import compute

    options, out = options_of(arguments, data), place.out
    metrics = arguments.metrics and Path(_from(out, arguments.metrics))
    start = from_data(
        _source(out, arguments.source),
        options,
        metrics=metrics,
        question_column=arguments.question_column,
        reference=arguments.reference,
        scale=scales_of(arguments),
    )
    say(f"Computing the statistics of {data.study}")
    view = study_view(compute(data, options, say), data)
    with replacing(place, asked_of(arguments)) as folder:
        notebook.write(notebook.build(view, start), folder / FILE)


def _source(out: Path, source: str) -> str:
    """SOURCE as the notebook's cells can open it: a study of the platform here as its exported bundle.

    A running notebook may not ask the platform itself, and looks for its data elsewhere.
    """
    from analysis import remote
    from analysis.sources import open_unchecked

    if Path(source).exists():
        return _from(out, source)
    if "://" in source or remote.configured(source):
        return source
    return _from(out, open_unchecked(source).where)


def _from(out: Path, path: str | Path) -> str:
    """A path as the notebook's cells see it."""
    return Path(os.path.relpath(Path(path).resolve(), out.resolve())).as_posix()


def _how(reader: str | None) -> str:
    if reader is None:
        return (
            "Jupyter is not installed beside this program: open the notebook in an editor that runs "
            "notebooks, or install jupyterlab."
        )
    return f"Open it with: {Path(sys.executable).name} -m {reader}"
