"""`analysis standing`: who counts in a study, how wide its intervals are, and whether it may stop."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from analysis.cli.statistics import add_statistics, options_of, read_source

if TYPE_CHECKING:
    from analysis.cli.arguments import Commands


def add_command(commands: Commands) -> None:
    standing = commands.add_parser(
        "standing",
        help="tell who counts in a study, how wide its intervals are and whether it may stop",
        description="Excluded raters with reasons, the half-width of every interval, and what the study's "
        "stop rule says of them; of simulated raters on their own.",
        epilog="The figures are those of `analysis report`, by the rules that the study file declares.",
    )
    standing.set_defaults(run=_run)
    standing.add_argument("source", metavar="SOURCE", help="as for report")
    standing.add_argument("--json", action="store_true", help="as one JSON object, for programs")
    add_statistics(standing)


def _run(arguments: argparse.Namespace) -> str:
    from analysis.lists.standing import standings
    from analysis.results import plain

    data = read_source(arguments)
    found = plain(standings(data, options_of(arguments, data)))
    if arguments.json:
        return json.dumps(found, ensure_ascii=False, allow_nan=False)
    groups = [(name, found[name]) for name in ("real", "simulated") if found[name]]
    return "\n".join(line for name, group in groups for line in _lines(name, group))


def _lines(name: str, group: dict[str, Any]) -> list[str]:
    people = "simulated raters" if name == "simulated" else "raters"
    lines = [f"{group['raters']} {people}; {group['fewest_raters']} count for the method that has fewest."]
    lines += [f"  {row['rater']} excluded by {row['rule']}: {row['reason']}" for row in group["excluded"]]
    lines += [_width(row) for row in group["widths"]]
    if group["stop"]:
        lines += [group["stop"]["told"], group["stop"]["caveat"]]
    return lines


def _width(row: dict[str, Any]) -> str:
    half = "no interval" if row["half_width"] is None else f"± {row['half_width']:.3f}"
    return f"  {row['question']}  {row['of']}  {row['mean']:.2f}  {half}"
