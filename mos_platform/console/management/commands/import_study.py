from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.urls import reverse

from mos_platform import environment as env
from mos_platform.intake import take_in
from mos_platform.metrics.services import progress
from mos_platform.progress import progress_bar
from mos_platform.raters.services import open_link
from mos_platform.stimuli.models import Study


class Command(BaseCommand):
    help = "Import a study: its study.yaml and its clips, all of them or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, metavar="PATH", help="the study's folder or its study.yaml")

    def handle(self, *_args: Any, **options: Any) -> None:
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.default_int_handler)
        with progress_bar("checking clips") as advance:
            imported = take_in(options["path"], progress=advance)
        if imported.created:
            self.stdout.write(f"Imported {_described(imported.study)}.")
        else:
            self.stdout.write(
                f"Study '{imported.study.slug}' is here already, unchanged; nothing was imported."
            )
        address = settings.BASE_URL + reverse("raters:welcome", args=[open_link(imported.study).token])
        # `serve --bind` comes later, and in a process of its own.
        where = "" if env.text("MOS_BASE_URL") else " at its usual address"
        self.stdout.write(f"Link for raters, once the platform is served{where}: {address}")


def _described(study: Study) -> str:
    clips = f"{study.stimuli.count()} clips ({study.methods.count()} methods × {study.items.count()} items)"
    return f"study '{study.slug}': {clips}, {progress(study).total} metric values to compute"
