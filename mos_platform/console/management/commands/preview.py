from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.urls import reverse

from mos_platform.intake import take_in
from mos_platform.locking import migrate
from mos_platform.preview import preview
from mos_platform.progress import phases_bar
from mos_platform.raters.services import open_link
from mos_platform.server import serve


class Command(BaseCommand):
    help = (
        "See a study as a rater sees it, with a bar that says what is shown (training, gold, repeat …). "
        "It is served apart from everything else, and nothing is stored."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY", help="a study's folder, or the id of an imported study")
        parser.add_argument(
            "--bind", default="127.0.0.1:8001", metavar="HOST:PORT", help="default: %(default)s"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        if settings.PREVIEW:
            self._serve(Path(options["study"]), options["bind"])
            return
        code = preview(options["study"], options["bind"])
        if code:
            sys.exit(code)

    def _serve(self, folder: Path, bind: str) -> None:
        """In the installation that is thrown away."""
        migrate()
        with phases_bar() as advance:
            study = take_in(folder, progress=advance).study
        path = reverse("raters:welcome", args=[open_link(study).token])
        try:
            serve(bind, lambda url: self._say(f"Preview of '{study.slug}': {url}{path} (stop with Ctrl-C)"))
        except KeyboardInterrupt:
            self.stderr.write("Stopped; nothing was stored.")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
