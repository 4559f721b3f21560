from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
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
from studies.simulation import PROFILES, Profile, SimulationModel, load_simulation

LARGEST_SEED = 2**32 - 1
ROUNDING = 1e-9


class Command(BaseCommand):
    help = "Rehearse a study: its metrics are computed, simulated raters take it over HTTP."
    requires_system_checks: list[str] = []

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
        parser.add_argument(
            "--profile",
            action="append",
            dest="profiles",
            type=_profile,
            metavar="PROFILE[:SHARE]",
            help=f"how they behave, once for each: {', '.join(PROFILES)}; without a share it takes the rest",
        )
        parser.add_argument(
            "--at-once",
            type=_number(1, 500),
            metavar="K",
            help="so many come and answer at the same time; by default they come one after the other, "
            "and are handed out the same trials at every run",
        )
        parser.add_argument("--seed", type=_number(0, LARGEST_SEED), help="of opinions made up")
        parser.add_argument(
            "--url", type=_url, help="a server of this installation that runs; by default one is started"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        study = find_study(options["study"])
        model = self._stated(study, options) if options["model"] else self._made_up(study, options)
        running = nullcontext(options["url"]) if options["url"] else running_server("127.0.0.1:0")
        try:
            with one_at_a_time("simulate"), running as url:
                with progress_bar("Simulated raters at work") as advance:
                    summary = simulate(study, model, url, advance, options["at_once"])
                wait_for_metrics(study)
        except (RefusedError, httpx.HTTPError) as error:
            raise InputError(f"the simulated raters could not take part: {error}") from None
        if summary.tallies:
            self.stdout.write("\n".join(summary.lines()))
        self.stdout.write(f"{summary.sat} simulated raters took part in '{study.name}'.")

    def _stated(self, study: Study, options: dict[str, Any]) -> SimulationModel:
        if options["seed"] is not None:
            raise InputError("--seed is for opinions made up; change 'seed' in MODEL, or leave MODEL out.")
        model = load_simulation(options["model"])
        model.check_fits(study.parsed, str(options["model"]))
        return self._as_wanted(model, options)

    def _made_up(self, study: Study, options: dict[str, Any]) -> SimulationModel:
        model = self._as_wanted(invented(study.parsed, options["raters"], options["seed"]), options)
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

    def _as_wanted(self, model: SimulationModel, options: dict[str, Any]) -> SimulationModel:
        """What the command line says goes before the model."""
        changes: dict[str, Any] = {"raters": options["raters"]} if options["raters"] else {}
        if options["profiles"]:
            changes |= {"profiles": _shares(options["profiles"]), "inattentive_share": 0.0}
        return model.model_copy(update=changes)


def _shares(given: Sequence[tuple[Profile, float | None]]) -> dict[Profile, float]:
    """Of the profiles; those without a share take the rest in equal parts. Raises InputError."""
    stated = {profile: share for profile, share in given if share is not None}
    others = [profile for profile, share in given if share is None]
    rest = 1 - sum(stated.values())
    if len({profile for profile, _ in given}) < len(given):
        raise InputError("--profile names one profile twice; give each its share once.")
    if rest < -ROUNDING or (abs(rest) > ROUNDING and not others):
        raise InputError(
            f"the shares of --profile sum to {1 - rest:g}; make them sum to 1, or leave one share out: it is "
            "the rest."
        )
    return stated | dict.fromkeys(others, max(0.0, rest) / max(1, len(others)))


def _best_first(means: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(means.items(), key=lambda pair: -pair[1])


def _number(low: int, high: int) -> Callable[[str], int]:
    def parsed(text: str) -> int:
        if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {low} to {high}")
        return int(text)

    return parsed


def _profile(text: str) -> tuple[Profile, float | None]:
    name, colon, share = text.partition(":")
    known = next((profile for profile in PROFILES if profile == name), None)
    if known is None:
        raise argparse.ArgumentTypeError(f"{name!r} is no profile; use {', '.join(PROFILES)}")
    if not colon:
        return known, None
    try:
        number = float(share)
    except ValueError:
        number = -1.0
    if not 0 < number <= 1:
        raise argparse.ArgumentTypeError(f"{share!r} is no share; write {name}:0.2 for a fifth")
    return known, number


def _url(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError(f"{text!r} is no address; write http://HOST:PORT")
    return text.rstrip("/")
