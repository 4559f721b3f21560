from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from mos_platform import environment as env
from mos_platform.intake import take_in
from mos_platform.metrics.measures.weights import Weights
from mos_platform.metrics.progress import progress
from mos_platform.metrics.readiness import metric_findings
from mos_platform.preflight.findings import counted
from mos_platform.progress import phases_bar
from mos_platform.raters.services import path_for_raters
from mos_platform.stimuli.models import Study
from mos_platform.uploads.services import take_in_zip


class Command(BaseCommand):
    help = "Import a study: its study.yaml and its clips, all of them or nothing."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "path",
            type=Path,
            metavar="PATH",
            help="the study's folder, its study.yaml, or a zip of the folder",
        )
        parser.add_argument(
            "--new-version",
            action="store_true",
            help="where the study is here and has changed: import it beside the older version, which then "
            "lets nobody new in",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.default_int_handler)
        path, new_version = options["path"], options["new_version"]
        with phases_bar() as advance:
            if path.suffix.lower() == ".zip" and not path.is_dir():
                imported = take_in_zip(path, path.name, progress=advance, new_version=new_version)
            else:
                imported = take_in(path, progress=advance, new_version=new_version)
        if imported.created:
            self.stdout.write(f"Imported {_described(imported.study)}.")
            for finding in metric_findings(
                imported.study.parsed.metrics, Weights(Path(settings.WEIGHTS_DIR))
            ):
                if finding.level != "pass":
                    self.stdout.write(f"Metrics: {finding.sentence}")
        else:
            self.stdout.write(
                f"Study '{imported.study.name}' is here already, unchanged; nothing was imported."
            )
        self._say_how_raters_come(imported.study)

    def _say_how_raters_come(self, study: Study) -> None:
        path = path_for_raters(study)
        if path is None:
            self.stdout.write(
                f"Raters come by invitation: python -m mos_platform invite {study.name} --count N"
            )
            return
        # `serve --bind` comes later, and in a process of its own.
        where = "" if env.text("MOS_BASE_URL") else " at its usual address"
        reader = {"prolific": "Study link for Prolific", "mturk": "ExternalURL for Mechanical Turk"}
        named = reader.get(study.parsed.recruitment.by, "Link for raters")
        self.stdout.write(f"{named}, once the platform is served{where}: {settings.BASE_URL}{path}")


def _described(study: Study) -> str:
    methods, items, count = study.parsed.scored_methods, study.parsed.scored_items, study.stimuli.count()
    others = count - len(methods) * len(items)
    beside = f", {others} more for practice or as gold" if others else ""
    clips = f"{count} clips ({counted(len(methods), 'method')} × {counted(len(items), 'item')}{beside})"
    version = f", version {study.version}" if study.version > 1 else ""
    return f"study '{study.slug}'{version}: {clips}, {progress(study).total} metric values to compute"
