from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from rich.console import Console

from mos_platform.metrics.measures.inventory import Stock, inventory
from mos_platform.metrics.measures.weights import WEIGHT_FILES, WeightFile, Weights
from mos_platform.metrics.measures.weights.fetching import Fetched, fetch_all
from mos_platform.metrics.shown import stock_as_json, stock_details, stock_table
from mos_platform.progress import phases_bar
from studies.errors import InputError
from studies.names import did_you_mean

WIDTH = 100
FAILED = 1


class Command(BaseCommand):
    help = (
        "Weights: files that some metrics need and that are no part of this program. By default: what is "
        "there, what is missing, and for which metrics. Exit code 1: a file could not be fetched, or is not "
        "the published one."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "action",
            nargs="?",
            default="list",
            choices=("list", "show", "fetch", "check"),
            help="list: what is there (default); show: all that is known of a file; fetch: get it from where "
            "its authors publish it; check: compare size and sha256 with what they published",
        )
        parser.add_argument("names", nargs="*", metavar="NAME", help="names of files, as in the list")
        parser.add_argument("--all", action="store_true", help="fetch: every file that is missing")
        parser.add_argument("--json", action="store_true", help="print list, show and check as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        weights, wanted = Weights(Path(settings.WEIGHTS_DIR)), _wanted(options["names"])
        if options["action"] == "fetch":
            self._fetch(weights, _to_fetch(wanted, options["all"]))
            return
        stock = [one for one in inventory(weights) if not wanted or one.file in wanted]
        if options["json"]:
            self.stdout.write(json.dumps([stock_as_json(one) for one in stock], ensure_ascii=False, indent=1))
        elif options["action"] == "check":
            self._tell_checked(stock)
        else:
            console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
            shown = stock_details if options["action"] == "show" else stock_table
            console.print(shown(stock, weights.folder))
        if options["action"] == "check" and any(one.state == "damaged" for one in stock):
            sys.exit(FAILED)

    def _fetch(self, weights: Weights, wanted: list[WeightFile]) -> None:
        with phases_bar() as advance:
            found = fetch_all(wanted, weights.folder, advance)
        for one in found:
            self.stdout.write(_told(one, weights.folder))
        if any(one.problem for one in found):
            sys.exit(FAILED)

    def _tell_checked(self, stock: list[Stock]) -> None:
        for one in stock:
            self.stdout.write(f"{one.file.name}: {_verdict(one)}")


def _wanted(names: list[str]) -> list[WeightFile]:
    """The files of those names. Raises InputError for one that is not in the registry."""
    for name in names:
        if name not in WEIGHT_FILES:
            raise InputError(
                f"no weights are called {name!r}{did_you_mean(name, WEIGHT_FILES)}; "
                "`python -m mos_platform weights` lists them."
            )
    return [WEIGHT_FILES[name] for name in names]


def _to_fetch(wanted: list[WeightFile], everything: bool) -> list[WeightFile]:
    if not wanted and not everything:
        raise InputError("say which weights to fetch: NAME …, or --all for every file that is missing.")
    return list(WEIGHT_FILES.values()) if everything else wanted


def _told(one: Fetched, folder: Path) -> str:
    if one.problem:
        return f"Not fetched: {one.problem}"
    return f"{'There already' if one.was_there else 'Fetched'}: {folder / one.file.name}"


def _verdict(one: Stock) -> str:
    if one.state != "there":
        return one.state if one.state == "missing" else f"damaged ({one.problem}); fetch it again"
    if not one.file.sha256:
        return "there; its authors publish no hash to compare with"
    return "right" if len(one.file.sha256) > 8 else f"right (its hash begins with {one.file.sha256})"
