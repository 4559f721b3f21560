"""`analysis check`: is this bundle sound?"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from analysis.cli.statistics import add_scale, scales_of
from studies.errors import InputError

if TYPE_CHECKING:
    from analysis.cli.arguments import Commands


def add_command(commands: Commands) -> None:
    check = commands.add_parser(
        "check",
        help="tell all that is wrong with a bundle at once",
        description="Check a bundle or spreadsheet: files, columns, ids, scores, references, metrics, times.",
        epilog="Exit status 0: sound, with a summary; 2: not sound, one sentence per problem on stderr.",
    )
    check.set_defaults(run=_run)
    check.add_argument("source", metavar="SOURCE", help="as for report")
    check.add_argument(
        "--question-column", metavar="NAME", help="column that says which question a rating answers"
    )
    add_scale(check)


def _run(arguments: argparse.Namespace) -> str:
    from analysis.checking.check import check_source

    verdict = check_source(arguments.source, arguments.question_column, scales_of(arguments))
    if verdict.problems:
        raise InputError("\n".join(problem.sentence for problem in verdict.problems))
    return "\n".join([*verdict.summary, "Sound: no problem found."])
