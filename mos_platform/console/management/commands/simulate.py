from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from mos_platform.demo import wait_for_metrics
from mos_platform.locking import one_at_a_time
from mos_platform.progress import progress_bar
from mos_platform.server import running_server
from mos_platform.simulate.client import RefusedError
from mos_platform.simulate.services import simulate
from mos_platform.stimuli.lookup import find_study
from mos_platform.stimuli.models import Study
from studies.errors import InputError
from studies.invention import invented
from studies.simulation import SimulationModel, load_simulation

LARGEST_SEED = 2**32 - 1


class Command(BaseCommand):
    help = "Rehearse a study: its metrics are computed, simulated raters take it over HTTP."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", metavar="STUDY", help="the study's id")
        parser.add_argument(
            "model",
            type=Path,
            nargs="?",
            metavar="MODEL",
            help="their opinions: a simulation.yaml; by default they are made up, printed and kept",
        )
        parser.add_argument(
            "--raters", type=_number(1, 10_000), help="how many; the study's target by default"
        )
        parser.add_argument("--seed", type=_number(0, LARGEST_SEED), help="of opinions made up")

    def handle(self, *_args: Any, **options: Any) -> None:
        study = find_study(options["study"])
        model = self._stated(study, options) if options["model"] else self._made_up(study, options)
        try:
            with one_at_a_time("simulate"), running_server("127.0.0.1:0") as url:
                with progress_bar("Simulated raters at work") as advance:
                    sat = simulate(study, model, url, advance)
                wait_for_metrics(study)
        except (RefusedError, httpx.HTTPError) as error:
            raise InputError(f"the simulated raters could not take part: {error}") from None
        self.stdout.write(f"{sat} simulated raters took part in '{study.name}'.")

    def _stated(self, study: Study, options: dict[str, Any]) -> SimulationModel:
        if options["seed"] is not None:
            raise InputError("--seed is for opinions made up; change 'seed' in MODEL, or leave MODEL out.")
        model = load_simulation(options["model"])
        model.check_fits(study.parsed, str(options["model"]))
        return model.model_copy(update={"raters": options["raters"] or model.raters})

    def _made_up(self, study: Study, options: dict[str, Any]) -> SimulationModel:
        model = invented(study.parsed, options["raters"], options["seed"])
        file = Path(settings.VAR) / "simulations" / f"{study.folder}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(model.as_yaml(), encoding="utf-8")
        self.stdout.write(
            f"Nobody stated opinions: these were made up (seed {model.seed}), and stand in {file}."
        )
        for question, opinion in model.questions.items():
            means = ", ".join(f"{method} {mean:g}" for method, mean in _best_first(opinion.means))
            self.stdout.write(f"  {question}: {means}")
        return model


def _best_first(means: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(means.items(), key=lambda pair: -pair[1])


def _number(low: int, high: int) -> Callable[[str], int]:
    def parsed(text: str) -> int:
        if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {low} to {high}")
        return int(text)

    return parsed
