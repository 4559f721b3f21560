from __future__ import annotations

import signal
import threading
from contextlib import ExitStack
from typing import Any

import httpx
from django.core.management.base import BaseCommand, CommandParser

from mos_platform import demo
from mos_platform.console.reports import report_folder
from mos_platform.locking import one_at_a_time
from mos_platform.server import running_server
from mos_platform.simulate.client import RefusedError
from mos_platform.stimuli.models import Study
from studies.errors import InputError

INTERRUPTED = 130


class Command(BaseCommand):
    help = "The whole path on the demo study: import, measure, simulate raters, report; then serve it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="exit when the report is written")
        parser.add_argument(
            "--bind", metavar="HOST:PORT", help="default: 127.0.0.1:8000; with --once any free port"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        bind = options["bind"] or ("127.0.0.1:0" if options["once"] else "127.0.0.1:8000")
        try:
            self._demo(bind, once=options["once"])
        except (RefusedError, httpx.HTTPError) as error:
            raise InputError(f"the simulated raters could not take part: {error}") from None
        except KeyboardInterrupt:
            self.stderr.write("Stopped. Run the same command again to go on where it stopped.")
            if options["once"]:
                raise SystemExit(INTERRUPTED) from None

    def _demo(self, bind: str, *, once: bool) -> None:
        with ExitStack() as server:
            with one_at_a_time("simulate"):
                study = demo.prepare()
                url = server.enter_context(running_server(bind))
                demo.run(study, url, self.stdout.write)
            self._say_where(study, url, once=once)
            if not once:
                threading.Event().wait()

    def _say_where(self, study: Study, url: str, *, once: bool) -> None:
        self.stdout.write(f"The report lies in {report_folder(study)}")
        if once:
            return
        links, login = demo.links(study, url), demo.login()
        self.stdout.write(f"""
  Rate it yourself        {links.rate}
  The researcher's page   {links.console}
  The report              {links.report}

  Sign in there with      name: {login.name}   password: {login.password}
  Stop with Ctrl-C; everything this made lies under var/
""")
