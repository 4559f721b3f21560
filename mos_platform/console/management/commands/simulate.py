from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
from django.core.management.base import BaseCommand, CommandParser

from mos_platform.demo import wait_for_metrics
from mos_platform.exports.services import find_study
from mos_platform.locking import one_at_a_time
from mos_platform.progress import progress_bar
from mos_platform.server import running_server
from mos_platform.simulate.client import RefusedError
from mos_platform.simulate.services import simulate
from studies.errors import InputError
from studies.simulation import load_simulation


class Command(BaseCommand):
    help = "Rehearse a study: its metrics are computed, simulated raters take it over HTTP."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY", help="the study's id")
        parser.add_argument("model", type=Path, metavar="MODEL", help="their opinions: a simulation.yaml")

    def handle(self, *_args: Any, **options: Any) -> None:
        study = find_study(options["study"])
        model = load_simulation(options["model"])
        model.check_fits(study.parsed, str(options["model"]))
        try:
            with one_at_a_time("simulate"), running_server("127.0.0.1:0") as url:
                with progress_bar("Simulated raters at work") as advance:
                    sat = simulate(study, model, url, advance)
                wait_for_metrics(study)
        except (RefusedError, httpx.HTTPError) as error:
            raise InputError(f"the simulated raters could not take part: {error}") from None
        self.stdout.write(f"{sat} simulated raters took part in '{study.slug}'.")
