from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mos_platform.exports.services import bundle_folder, export_bundle
from mos_platform.stimuli.lookup import find_study


class Command(BaseCommand):
    help = "Write a study's bundle: what the analysis reads."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY", help="its id; ID@1 for an older version")
        parser.add_argument("--out", type=Path, metavar="DIR", help="default: var/bundles/STUDY")

    def handle(self, *_args: Any, **options: Any) -> None:
        study = find_study(options["study"])
        folder = export_bundle(study, options["out"] or bundle_folder(study))
        self.stdout.write(f"Wrote the bundle of study '{study.name}' to {folder}.")
