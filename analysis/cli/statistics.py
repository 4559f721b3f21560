"""Options of the commands that compute the statistics of a study."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.cli import arguments as values

if TYPE_CHECKING:
    from analysis.load import StudyData
    from analysis.options import Options


def add_statistics(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--target",
        choices=values.TARGETS,
        help="population that the intervals speak of; default: as the study declares, else raters+items",
    )
    command.add_argument(
        "--confidence", type=values.confidence, help="level of the intervals; default: the study's, else 0.95"
    )
    command.add_argument(
        "--metrics",
        type=Path,
        metavar="FILE",
        help="CSV of objective values: stimulus (or item,method), metric, value",
    )
    command.add_argument(
        "--question-column", metavar="NAME", help="column that says which question a rating answers"
    )
    add_reference(command)
    command.add_argument(
        "--margin",
        type=values.grades,
        metavar="GRADES",
        help="equivalence margin, set before the data were seen",
    )
    command.add_argument(
        "--regularised-preference",
        action="store_true",
        help="penalised preference strengths where maximum likelihood has none; default: the study's choice",
    )
    command.add_argument("--seed", type=values.seed, metavar="N", help="default: the study's, else 0")


def add_reference(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--reference",
        metavar="METHOD",
        help="the method that is the real video, where SOURCE has no study file that names it",
    )


def options_of(arguments: argparse.Namespace, data: StudyData) -> Options:
    """What the user asked for; else what the study declares."""
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
