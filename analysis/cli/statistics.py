"""Options of the commands that compute the statistics of a study."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.cli import arguments as values

if TYPE_CHECKING:
    from analysis.load import AskedScale, StudyData
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
    add_scale(command)
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


def add_scale(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--scale",
        type=values.scale_of,
        action="append",
        metavar="LOW:HIGH",
        help="ends of the rating scale, such as 0:100, or of one question, such as sync=1:7 (may be given "
        "several times), where SOURCE does not declare them; default: 1:5 where it fits, else as observed",
    )


def scales_of(arguments: argparse.Namespace) -> AskedScale:
    """None where none is asked for."""
    asked: list[tuple[str, tuple[float, float]]] = arguments.scale or []
    return asked[0][1] if len(asked) == 1 and not asked[0][0] else dict(asked) or None


def read_source(arguments: argparse.Namespace, title: str | None = None) -> StudyData:
    """The study at SOURCE, read as its options say; InputError where it cannot be."""
    from analysis.load import load_source

    return load_source(
        arguments.source,
        metrics=arguments.metrics,
        question_column=arguments.question_column,
        reference=arguments.reference,
        title=title,
        scale=scales_of(arguments),
    )


READING = ("metrics", "question_column", "reference", "scale", "title")
COMPUTING = ("target", "confidence", "margin", "regularised_preference", "seed")


def asked_of(arguments: argparse.Namespace) -> dict[str, str]:
    """The options that change the results, as far as the user gave them, as text by name."""
    given = {name: getattr(arguments, name, None) for name in (*READING, *COMPUTING)}
    return {name: as_text(value) for name, value in given.items() if value is not None and value is not False}


def as_text(value: object) -> str:
    """A parsed value as an option's text; of a path the name only, as it is told to others."""
    if isinstance(value, Path):
        return value.name
    if isinstance(value, dict):
        return ",".join(f"{name}={as_text(part)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(f"{name}={as_text(ends)}" if name else as_text(ends) for name, ends in value)
    if isinstance(value, tuple):
        mark = ":" if all(isinstance(part, float) for part in value) else ","
        return mark.join(as_text(part) for part in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


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
