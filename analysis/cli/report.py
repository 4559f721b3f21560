"""`analysis report`: the statistics of a study and its report."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from analysis import RESULTS_FILE
from analysis.cli.folder import VAR, Place, place_of, replacing, say, timed
from analysis.cli.record import origin_of
from analysis.cli.statistics import add_statistics, asked_of, options_of, read_source

if TYPE_CHECKING:
    from analysis.cli.arguments import Commands
    from analysis.load import StudyData

FORMATS = ("html", "ipynb", "tex", "csv", "json", "pdf")
DEFAULT_FORMATS = frozenset(FORMATS) - {"pdf"}
FILES = {  # what to look at first, in this order
    "html": "report.html",
    "pdf": "report.pdf",
    "ipynb": "report.ipynb",
    "tex": "tables/all.tex",
    "csv": "tables",
    "json": RESULTS_FILE,
}


def add_command(commands: Commands) -> None:
    report = commands.add_parser(
        "report",
        help="compute the statistics of a study and write its report",
        description="Compute the statistics of a study and write its report.",
        epilog="Files in DIR of formats that were not asked for stay where they tell the same results, and "
        "are removed where they tell older ones; files that this program did not write always stay.",
    )
    report.set_defaults(run=_run)
    report.add_argument(
        "source",
        metavar="SOURCE",
        help="bundle folder or zip, ratings.csv (rater,item,method,score), comparisons.csv "
        "(left,right,choice or winner,loser), the address of a study's page, or a study's id on the "
        "platform in MOS_PLATFORM_URL, else on the one installed here",
    )
    report.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help=f"default: ${VAR}/reports/STUDY_ID, or var/reports/STUDY_ID where {VAR} is not set; STUDY_ID-2, "
        "-3 … where that holds the report of another source",
    )
    report.add_argument(
        "--format",
        type=_formats,
        action="append",
        metavar="LIST",
        help=f"comma-separated, of {','.join(FORMATS)}; default: all but pdf; "
        f"json alone writes {RESULTS_FILE} only",
    )
    report.add_argument(
        "--title", metavar="TEXT", help="where SOURCE has no study file; default: the name of the source"
    )
    add_statistics(report)


def _formats(text: str) -> frozenset[str]:
    formats = frozenset(part.strip() for part in text.split(",") if part.strip())
    unknown = sorted(formats - set(FORMATS))
    if unknown or not formats:
        what = f"{unknown[0]!r} is not one" if unknown else "none is named"
        raise argparse.ArgumentTypeError(f"{what} of {', '.join(FORMATS)}")
    return formats


def _run(arguments: argparse.Namespace) -> str:
    """Load, compute and write. Returns what there is to tell, and last the file to look at first."""
    from analysis.checking.summary import held
    from analysis.results import compute

    formats = frozenset[str]().union(*(arguments.format or [DEFAULT_FORMATS]))
    _check_formats(formats)
    say(f"Reading {arguments.source}")
    data = read_source(arguments, title=arguments.title)
    place = _place(arguments, data)
    with timed(), replacing(place, asked_of(arguments)) as folder:
        say(f"Computing the statistics of {data.study}: {held(data)}")
        results = compute(data, options_of(arguments, data), say)
        _write(results, data, folder, formats)
        _say_limits(results, data, formats)
    return "\n".join([*place.told, str(place.out / _first_of(formats))])


def _place(arguments: argparse.Namespace, data: StudyData) -> Place:
    return place_of(
        arguments.out, "reports", data.study, lambda folder: origin_of(data, arguments.source, folder)
    )


def _first_of(formats: frozenset[str]) -> str:
    return next(FILES[name] for name in FILES if name in formats)


def _say_limits(results: dict[str, object], data: StudyData, formats: frozenset[str]) -> None:
    """Who reads only this line learns that there is something to bear in mind."""
    from analysis.report import study_view
    from analysis.report.limits import NOTHING, limits

    if "html" not in formats:
        return
    (_, told), *_ = limits(study_view(results, data)).blocks
    number = len([sentence for sentence in told if sentence != NOTHING])
    if number:
        say(f"{number} {'limit stands' if number == 1 else 'limits stand'} at the top of the report", "")


def _check_formats(formats: frozenset[str]) -> None:
    """What cannot be written is refused before anything is computed."""
    if "pdf" in formats:
        from analysis.report.pdf import find_browser

        find_browser()


def _write(results: dict[str, object], data: StudyData, folder: Path, formats: frozenset[str]) -> None:
    from analysis.results import to_json

    (folder / RESULTS_FILE).write_text(to_json(results), encoding="utf-8")
    if formats - {"json"}:
        from analysis.report import write_report

        write_report(results, data, folder, set(formats), say)
