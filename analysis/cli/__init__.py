"""The `analysis` program: one module per command.

Heavy libraries are imported where they are used, so that --help is immediate.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from analysis.cli import check, convert, merge, notebook, plan, release, report, standing
from analysis.cli.arguments import Parser
from studies.errors import InputError


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status: 0 done, 2 bad input with one sentence on stderr."""
    try:
        arguments = _parser().parse_args(argv)
        said = arguments.run(arguments)
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{said}\n")
    return 0


def _parser() -> Parser:
    parser = Parser(prog="analysis", description="Statistics and reports for perceptual studies.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    report.add_command(commands)
    plan.add_command(commands)
    standing.add_command(commands)
    check.add_command(commands)
    convert.add_command(commands)
    merge.add_command(commands)
    notebook.add_command(commands)
    release.add_command(commands)
    return parser
