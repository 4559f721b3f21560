"""The `analysis` program. Heavy libraries are imported where they are used, so that --help is immediate."""

from __future__ import annotations

import argparse
import errno
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from analysis import RESULTS_FILE
from studies.errors import InputError

if TYPE_CHECKING:
    from analysis.load import StudyData
    from analysis.options import Options

FORMATS = ("html", "ipynb", "tex", "csv", "json", "pdf")
DEFAULT_FORMATS = frozenset(FORMATS) - {"pdf"}
VAR = "MOS_VAR"  # the platform's environment variable for the folder of all that it writes
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})


class Parser(argparse.ArgumentParser):
    """Wrong arguments are bad input like any other: one sentence."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message[:1].upper()}{message[1:].rstrip('.')}; see {self.prog} --help.")


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status: 0 done, 2 bad input with one sentence on stderr."""
    try:
        arguments = _parser().parse_args(argv)
        written = _report(arguments)
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{written}\n")
    return 0


def _parser() -> Parser:
    parser = Parser(prog="analysis", description="Statistics and reports for perceptual studies.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    report = commands.add_parser(
        "report",
        help="compute the statistics of a study and write its report",
        description="Compute the statistics of a study and write its report.",
        epilog="Files of formats that were not asked for stay as they are in DIR.",
    )
    report.add_argument(
        "source",
        metavar="SOURCE",
        help="bundle folder or zip, ratings.csv (rater,item,method,score), comparisons.csv "
        "(left,right,choice or winner,loser), or the id of a study on the platform installed here",
    )
    report.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help=f"default: ${VAR}/reports/STUDY_ID, or var/reports/STUDY_ID where {VAR} is not set",
    )
    report.add_argument(
        "--format",
        type=_formats,
        default=DEFAULT_FORMATS,
        metavar="LIST",
        help=f"comma-separated, of {','.join(FORMATS)}; default: all but pdf; "
        f"json alone writes {RESULTS_FILE} only",
    )
    _add_statistics(report)
    return parser


def _add_statistics(report: argparse.ArgumentParser) -> None:
    report.add_argument(
        "--target",
        choices=("raters+items", "raters"),
        help="population that the intervals speak of; default: as the study declares, else raters+items",
    )
    report.add_argument(
        "--confidence", type=_confidence, help="level of the intervals; default: the study's, else 0.95"
    )
    report.add_argument(
        "--metrics",
        type=Path,
        metavar="FILE",
        help="CSV of objective values: stimulus (or item,method), metric, value",
    )
    report.add_argument(
        "--question-column", metavar="NAME", help="column that says which question a rating answers"
    )
    report.add_argument(
        "--margin", type=_margin, metavar="GRADES", help="equivalence margin, set before the data were seen"
    )
    report.add_argument("--seed", type=_seed, metavar="N", help="default: the study's, else 0")


def _formats(text: str) -> frozenset[str]:
    formats = frozenset(part.strip() for part in text.split(",") if part.strip())
    unknown = sorted(formats - set(FORMATS))
    if unknown or not formats:
        what = f"{unknown[0]!r} is not one" if unknown else "none is named"
        raise argparse.ArgumentTypeError(f"{what} of {', '.join(FORMATS)}")
    return formats


def _confidence(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not 0.5 < value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number between 0.5 and 1, such as 0.95")
    return value


def _margin(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of grades above 0, such as 0.3")
    return value


def _seed(text: str) -> int:
    if not text.isascii() or not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number, 0 or more")
    return int(text)


def _report(arguments: argparse.Namespace) -> Path:
    """Load, compute and write. Returns the file to look at first."""
    from analysis.load import load_source
    from analysis.results import compute

    data = load_source(arguments.source, metrics=arguments.metrics, question_column=arguments.question_column)
    out: Path = arguments.out or _reports() / _folder_name(data.study)
    with _replacing(out) as folder:
        _say(f"Computing the statistics of {data.study}")
        results = compute(data, _options(arguments, data))
        _write(results, data, folder, arguments.format)
    return out / ("report.html" if "html" in arguments.format else RESULTS_FILE)


def _reports() -> Path:
    return Path(os.environ.get(VAR) or "var") / "reports"


def _folder_name(study: str) -> str:
    """A study id as one safe path component."""
    return re.sub(r"[^\w.-]", "_", study).lstrip(".") or "study"


def _options(arguments: argparse.Namespace, data: StudyData) -> Options:
    from analysis.options import Options
    from studies.config import Analysis

    declared = data.config.analysis if data.config else Analysis()
    seed = arguments.seed if arguments.seed is not None else data.seed
    return Options(
        target=arguments.target or declared.target,
        confidence=arguments.confidence or declared.confidence,
        seed=seed or 0,
        margin=arguments.margin or declared.margin,
    )


def _write(results: dict[str, object], data: StudyData, folder: Path, formats: frozenset[str]) -> None:
    from analysis.results import to_json

    (folder / RESULTS_FILE).write_text(to_json(results), encoding="utf-8")
    if formats - {"json"}:
        from analysis.report import write_report

        write_report(results, data, folder, set(formats), _say)


def _say(step: str) -> None:
    """Long steps are told on a terminal; a program that reads stderr sees only failures."""
    if sys.stderr.isatty():
        sys.stderr.write(f"{step} …\n")


@contextmanager
def _replacing(out: Path) -> Iterator[Path]:
    """A temporary folder whose content moves to `out` at the end; after a failure `out` is as before."""
    new = not out.exists()
    try:
        out.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=out, prefix=".writing-"))
    except OSError as error:
        raise _unwritable(out, error) from None
    try:
        yield folder
        _move(folder, out)
    except OSError as error:
        if error.errno in NO_ROOM or (error.filename and Path(error.filename).is_relative_to(out)):
            raise _unwritable(out, error) from None
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if new and not any(out.iterdir()):
            out.rmdir()


def _unwritable(out: Path, error: OSError) -> InputError:
    return InputError(f"{out} cannot be written ({error.strerror or error}); name another folder with --out.")


def _move(folder: Path, out: Path) -> None:
    """Entry by entry, results.json last; a folder of the same name is replaced as a whole."""
    for entry in sorted(folder.iterdir(), key=lambda path: (path.name == RESULTS_FILE, path.name)):
        target = out / entry.name
        if target.is_dir():
            target.rename(folder / f".old-{entry.name}")
        entry.replace(target)
