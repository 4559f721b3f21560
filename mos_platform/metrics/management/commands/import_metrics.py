from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mos_platform.metrics.importing import Imported, import_metrics, remove_imported
from mos_platform.stimuli.lookup import find_study


class Command(BaseCommand):
    help = (
        "Import metric values that were measured elsewhere: a CSV file with metric, value, and stimulus "
        "(or method and item; method alone for a value of the whole method); all of it or nothing."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY", help="the study's id")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument(
            "file", nargs="?", type=Path, metavar="FILE", help="columns as in a bundle's metrics.csv"
        )
        what.add_argument("--remove", metavar="METRIC", help="remove the imported values of this metric")
        parser.add_argument(
            "--replace",
            action="store_true",
            help="put these in the place of values that are there, imported or measured here",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        study = find_study(options["study"])
        if options["remove"] is not None:
            n = remove_imported(study, options["remove"])
            removed = f"{n} imported value{'s' if n != 1 else ''} of {options['remove']} removed"
            self.stdout.write(f"{removed} (study '{study.name}').")
            return
        imported = import_metrics(study, options["file"], replace=options["replace"])
        self.stdout.write(f"{_told(imported)} (study '{study.name}'; {', '.join(imported.metrics)}).")


def _told(imported: Imported) -> str:
    said = [f"{imported.new} value{'s' if imported.new != 1 else ''} imported"]
    if imported.replaced:
        said.append(f"{imported.replaced} replaced")
    if imported.unchanged:
        said.append(f"{imported.unchanged} here already, unchanged")
    return ", ".join(said)
