from __future__ import annotations

import signal
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from mos_platform.locking import migrate
from mos_platform.server import serve
from mos_platform.worker import STOP_S


class Command(BaseCommand):
    help = "Serve the platform; without MOS_REDIS_URL with the worker in this process."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--bind", default="127.0.0.1:8000", metavar="HOST:PORT", help="default: %(default)s"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, _interrupt)
        if settings.EMBEDDED:
            migrate()
        try:
            serve(options["bind"], self._say, self._say_leaving)
        except KeyboardInterrupt:
            self.stderr.write("Stopped.")

    def _say(self, url: str) -> None:
        self.stdout.write(f"Serving at {url} (stop with Ctrl-C)")
        self.stdout.flush()

    def _say_leaving(self) -> None:
        if settings.EMBEDDED:
            self.stderr.write(f"Finishing what is under way (at most {STOP_S / 60:g} min) …")
            self.stderr.flush()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
