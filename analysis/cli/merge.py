"""`analysis merge`: several bundles of one study as one."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from studies.errors import InputError

if TYPE_CHECKING:
    from analysis.cli.arguments import Commands


def add_command(commands: Commands) -> None:
    merge = commands.add_parser(
        "merge",
        help="make one bundle of several of the same study",
        description="Make one bundle of several of the same study: equal study files, or, without study "
        "files, the same methods and items.",
    )
    merge.set_defaults(run=_run)
    merge.add_argument("bundles", nargs="+", metavar="BUNDLE", help="bundle folder or zip, or a ratings.csv")
    merge.add_argument("--out", type=Path, required=True, metavar="DIR", help="the merged bundle's folder")
    merge.add_argument("--study", metavar="ID", help="the merged study's id; default: the name of DIR")
    merge.add_argument(
        "--title", metavar="TEXT", help="where the bundles have no study file; default: the merged study's id"
    )
    merge.add_argument(
        "--prefix",
        action="store_true",
        help="put the bundle's name before ids of raters and sittings; default: equal ids are refused",
    )


def _run(arguments: argparse.Namespace) -> str:
    from analysis.merging.merge import Named, merge

    if len(arguments.bundles) < 2:
        raise InputError("One bundle is nothing to merge; give two or more.")
    named = Named(arguments.study, arguments.title)
    told = merge(arguments.bundles, arguments.out, named, prefix=arguments.prefix)
    return f"{told}\n{arguments.out}"
