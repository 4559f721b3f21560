"""`analysis report`: the statistics of a study and its report."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from analysis import RESULTS_FILE
from analysis.cli import arguments as values
from analysis.cli.folder import VAR, default_folder, replacing, say

if TYPE_CHECKING:
    from analysis.cli.arguments import Commands
    from analysis.load import StudyData
    from analysis.options import Options

FORMATS = ("html", "ipynb", "tex", "csv", "json", "pdf")
DEFAULT_FORMATS = frozenset(FORMATS) - {"pdf"}


def add_command(commands: Commands) -> None:
    report = commands.add_parser(
        "report",
        help="compute the statistics of a study and write its report",
        description="Compute the statistics of a study and write its report.",
        epilog="Files of formats that were not asked for stay as they are in DIR.",
    )
    report.set_defaults(run=_run)
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


def _add_statistics(report: argparse.ArgumentParser) -> None:
    report.add_argument(
        "--target",
        choices=values.TARGETS,
        help="population that the intervals speak of; default: as the study declares, else raters+items",
    )
    report.add_argument(
        "--confidence", type=values.confidence, help="level of the intervals; default: the study's, else 0.95"
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
        "--margin",
        type=values.grades,
        metavar="GRADES",
        help="equivalence margin, set before the data were seen",
    )
    report.add_argument(
        "--regularised-preference",
        action="store_true",
        help="penalised preference strengths where maximum likelihood has none; default: the study's choice",
    )
    report.add_argument("--seed", type=values.seed, metavar="N", help="default: the study's, else 0")


def _formats(text: str) -> frozenset[str]:
    formats = frozenset(part.strip() for part in text.split(",") if part.strip())
    unknown = sorted(formats - set(FORMATS))
    if unknown or not formats:
        what = f"{unknown[0]!r} is not one" if unknown else "none is named"
        raise argparse.ArgumentTypeError(f"{what} of {', '.join(FORMATS)}")
    return formats


def _run(arguments: argparse.Namespace) -> Path:
    """Load, compute and write. Returns the file to look at first."""
    from analysis.load import load_source
    from analysis.results import compute

    data = load_source(arguments.source, metrics=arguments.metrics, question_column=arguments.question_column)
    out: Path = arguments.out or default_folder("reports", data.study)
    with replacing(out) as folder:
        say(f"Computing the statistics of {data.study}")
        results = compute(data, _options(arguments, data))
        _write(results, data, folder, arguments.format)
    return out / ("report.html" if "html" in arguments.format else RESULTS_FILE)


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
        regularised_preference=arguments.regularised_preference or declared.regularised_preference,
    )


def _write(results: dict[str, object], data: StudyData, folder: Path, formats: frozenset[str]) -> None:
    from analysis.results import to_json

    (folder / RESULTS_FILE).write_text(to_json(results), encoding="utf-8")
    if formats - {"json"}:
        from analysis.report import write_report

        write_report(results, data, folder, set(formats), say)
