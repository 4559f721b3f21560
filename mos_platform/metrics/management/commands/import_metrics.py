from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mos_platform.metrics.importing import Imported, import_metrics
from mos_platform.stimuli.lookup import find_study


class Command(BaseCommand):
    help = (
        "Import metric values that were measured elsewhere: a CSV file with metric, value, and stimulus "
        "(or method and item; method alone for a value of the whole method); all of it or nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY", help="the study's id")
        parser.add_argument("file", type=Path, metavar="FILE", help="columns as in a bundle's metrics.csv")
        parser.add_argument(
            "--replace",
            action="store_true",
            help="put these in the place of values that are there, imported or measured here",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        study = find_study(options["study"])
        imported = import_metrics(study, options["file"], replace=options["replace"])
        self.stdout.write(f"{_told(imported)} (study '{study.name}'; {', '.join(imported.metrics)}).")


def _told(imported: Imported) -> str:
    said = [f"{imported.new} value{'s' if imported.new != 1 else ''} imported"]
    if imported.replaced:
        said.append(f"{imported.replaced} replaced")
    if imported.unchanged:
        said.append(f"{imported.unchanged} here already, unchanged")
    return ", ".join(said)
