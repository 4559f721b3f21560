"""`analysis release`: a study as a folder fit for publication."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.cli import arguments as values
from analysis.cli.folder import say
from analysis.cli.statistics import add_statistics, options_of, scales_of

if TYPE_CHECKING:
    from analysis.cli.arguments import Commands
    from analysis.release.wish import Author


def add_command(commands: Commands) -> None:
    release = commands.add_parser(
        "release",
        help="write a folder fit for publication: pseudonymised data and all that reproduces the report",
        description="Write a folder fit for publication: pseudonymised data, study file, splits, seeds, "
        "results, card, figures, notebook, checksums, citation, and a README with the one command that "
        "reproduces every figure. Nothing is written where a cell would identify a rater.",
        epilog="An older release in DIR is replaced; a folder that holds anything else is refused.",
    )
    release.set_defaults(run=_run)
    release.add_argument("source", metavar="SOURCE", help="as for report")
    release.add_argument("--out", type=Path, required=True, metavar="DIR", help="the release's folder")
    _add_citation(release)
    _add_privacy(release)
    add_statistics(release)


def _add_citation(release: argparse.ArgumentParser) -> None:
    release.add_argument(
        "--author",
        type=_author,
        action="append",
        default=[],
        metavar="NAME",
        help="'Family, Given' or 'Family, Given, ORCID'; an institution without a comma; once per author; "
        "without any there is no CITATION.cff",
    )
    release.add_argument("--title", metavar="TEXT", help="default: the study's title")
    release.add_argument(
        "--license",
        type=_licence,
        metavar="SPDX",
        help="licence of the data, such as CC-BY-4.0; default: none, and the README says so",
    )


def _add_privacy(release: argparse.ArgumentParser) -> None:
    release.add_argument(
        "--rater-order",
        choices=("auto", "kept", "shuffled"),
        default="auto",
        help="whether new names follow the order of the old ones, which gives the same resampled limits; "
        "auto: only where these are numbers or random",
    )
    release.add_argument(
        "--smallest-group",
        type=_group,
        default=3,
        metavar="N",
        help="attributes of raters are left out until N raters or more share each combination; default: 3",
    )
    release.add_argument(
        "--keep-attributes",
        type=_names,
        default=(),
        metavar="LIST",
        help="columns of raters.csv to publish all the same",
    )
    release.add_argument(
        "--with-texts", action="store_true", help="carry texts.csv; default: free texts are left out"
    )


def _author(text: str) -> Author:
    from analysis.release.citation import parse_author

    try:
        return parse_author(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _licence(text: str) -> str:
    from analysis.release.citation import LICENCES

    known = {name.lower(): name for name in LICENCES}
    if text.lower() not in known:
        raise argparse.ArgumentTypeError(f"{text!r} is not one of {', '.join(LICENCES)}")
    return known[text.lower()]


def _group(text: str) -> int:
    number = values.seed(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number, 1 or more")
    return number


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _run(arguments: argparse.Namespace) -> str:
    from analysis.release.release import release
    from analysis.release.wish import Wish

    wish = Wish(
        authors=tuple(arguments.author),
        title=arguments.title,
        licence=arguments.license,
        rater_order=arguments.rater_order,
        smallest_group=arguments.smallest_group,
        keep=arguments.keep_attributes,
        with_texts=arguments.with_texts,
        reference=arguments.reference,
    )
    told = release(
        arguments.source,
        arguments.out,
        wish,
        lambda data: options_of(arguments, data),
        metrics=arguments.metrics,
        question_column=arguments.question_column,
        scale=scales_of(arguments),
        progress=say,
    )
    return "\n".join([*told, str(arguments.out)])
