"""`analysis convert`: another program's file of ratings as a study bundle."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.cli import arguments as values

if TYPE_CHECKING:
    from analysis.cli.arguments import Commands
    from analysis.convert.names import Pattern

FORMATS = ("wide", "sureal", "p808", "p910", "webmushra")


def add_command(commands: Commands) -> None:
    convert = commands.add_parser(
        "convert",
        help="make a bundle of a wide spreadsheet or of another program's results",
        description="Make a study bundle of a wide spreadsheet (raters × stimuli), a sureal dataset (JSON), "
        "the answers or votes of the P.808 and P.910 toolkits, or a webMUSHRA result file.",
        epilog="What is left out, and why, is told and counted; the file itself stays as it is.",
    )
    convert.set_defaults(run=_run)
    convert.add_argument("input", type=Path, metavar="INPUT", help="CSV or JSON file")
    convert.add_argument("--out", type=Path, required=True, metavar="DIR", help="the bundle's folder")
    convert.add_argument(
        "--from", dest="format", choices=FORMATS, help="default: what the file's columns say"
    )
    _add_names(convert)
    _add_wide(convert)
    convert.add_argument("--question", metavar="NAME", help="what was asked, where the file does not say it")
    convert.add_argument(
        "--scale", type=values.scale, metavar="LOW:HIGH", help="ends of the rating scale, such as 1:9"
    )
    convert.add_argument("--reference", metavar="METHOD", help="the method that is the real video")
    convert.add_argument("--rater-column", metavar="NAME", help="webMUSHRA: column that tells raters apart")
    convert.add_argument(
        "--mark-repeats",
        action="store_true",
        help="mark later scores of the same rater and stimulus as repeats; default: refuse them",
    )


def _add_names(convert: argparse.ArgumentParser) -> None:
    convert.add_argument(
        "--stimulus-pattern",
        type=_pattern,
        metavar="PATTERN",
        help="where method and item stand in a stimulus' name: {method}_{item}, with {question} and {} for "
        "the rest, or a regular expression with (?P<method>…)",
    )


def _add_wide(convert: argparse.ArgumentParser) -> None:
    convert.add_argument(
        "--rows",
        choices=("raters", "stimuli"),
        help="wide: what its rows are; default: as the first column says",
    )
    convert.add_argument(
        "--attributes", type=_names, default=(), metavar="LIST", help="wide: columns that describe the row"
    )
    convert.add_argument(
        "--leave-out",
        type=_names,
        default=(),
        metavar="LIST",
        help="wide: columns that hold no scores, or rows by their names, such as Mean",
    )


def _pattern(text: str) -> Pattern:
    from analysis.convert.names import parse_pattern

    try:
        return parse_pattern(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _run(arguments: argparse.Namespace) -> str:
    from analysis.convert.formats import read_foreign
    from analysis.convert.telling import told
    from analysis.convert.wanted import Wanted
    from analysis.convert.writing import write_facts

    wanted = Wanted(
        pattern=arguments.stimulus_pattern,
        question=arguments.question,
        scale=arguments.scale,
        reference=arguments.reference,
        rows=arguments.rows,
        attributes=arguments.attributes,
        leave_out=arguments.leave_out,
        rater_column=arguments.rater_column,
        mark_repeats=arguments.mark_repeats,
    )
    facts = read_foreign(arguments.input, arguments.format, wanted)
    write_facts(facts, arguments.input, arguments.out)
    return f"{told(facts, arguments.input.name)}\n{arguments.out}"
