"""Let the simulated raters of a study take part over HTTP, as many as are still missing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

import httpx
import numpy as np
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from mos_platform.assignments.models import Showing
from mos_platform.raters.models import Rater
from mos_platform.raters.models import Sitting as StoredSitting
from mos_platform.raters.services import simulated_link
from mos_platform.ratings.models import Comparison, Rating, TextAnswer
from mos_platform.ratings.presentation import media_url
from mos_platform.simulate.client import Cell, Sitting, enter, sit
from mos_platform.simulate.opinions import Mind
from mos_platform.stimuli.models import Study
from studies.config import StudyConfig
from studies.simulation import SimulationModel
from studies.sitting import trials

AT_ONCE = 4
# Declared clocks: raters come one after the other over the days before now.
DAYS = 3
# Where a trial holds the clip of each role.
ROLES = {"clip": "stimulus", "reference": "reference", "left": "left", "right": "right"}


@dataclass(frozen=True)
class Seat:
    """A simulated rater and its sitting, where it has entered one."""

    mind: Mind
    sitting: Sitting | None
    begins: datetime


def simulate(
    study: Study, model: SimulationModel, base_url: str, progress: Callable[[int, int], None]
) -> int:
    """Bring the study to `model.raters` finished simulated raters; returns how many sat now.

    Raters who finished in an earlier run stay; a sitting that was broken off is taken up where it stopped.
    Raises RefusedError where the platform refuses a step, httpx.HTTPError where it cannot be reached.
    """
    seats = _seats(study, model)
    step = _Counter(len(seats) * trials_per_sitting(study.parsed), progress)
    link = reverse("raters:welcome", args=[simulated_link(study).token])
    with httpx.Client(base_url=base_url, timeout=60) as client:
        # One after the other, so that who gets which trials does not depend on the threads' race.
        entered = [(seat.sitting or enter(client, link, seat.mind, seat.begins), seat.mind) for seat in seats]
        key = operator_key(study)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda pair: sit(client, pair[0], pair[1], key, step), entered))
    return len(seats)


def trials_per_sitting(config: StudyConfig) -> int:
    return sum(trials(config, part) for part in config.parts)


def operator_key(study: Study) -> dict[str, Cell]:
    """What each clip's address in a simulated sitting stands for; known to the operator alone."""
    sitting = {"trial__sitting__rater__study": study, "trial__sitting__rater__simulated": True}
    key = {}
    for role, field in ROLES.items():
        cell = (f"trial__{field}__method__name", f"trial__{field}__item__name")
        rows = Showing.objects.filter(role=role, **sitting).values_list("token", *cell)
        key.update({media_url(token): Cell(method, item) for token, method, item in rows})
    return key


def _seats(study: Study, model: SimulationModel) -> list[Seat]:
    here = list(Rater.objects.filter(study=study, simulated=True).order_by("pk"))
    items = [item.name for item in study.parsed.items]
    seats = []
    for number in range(1, model.raters + 1):
        rater = here[number - 1] if number <= len(here) else None
        if rater is None or rater.status != Rater.Status.FINISHED:
            mind = Mind(model, items, number)
            seats.append(Seat(mind, _resumed(rater), _arrival(model, number)))
    return seats


def _resumed(rater: Rater | None) -> Sitting | None:
    stored = rater.sittings.first() if rater else None
    return Sitting(reverse("ratings:sitting", args=[stored.token]), _clock_of(stored)) if stored else None


def _clock_of(sitting: StoredSitting) -> datetime:
    """When a broken-off sitting goes on: after its last answer."""
    times: list[datetime] = [sitting.started_at]
    for answers in (Rating.objects, Comparison.objects, TextAnswer.objects):
        last = answers.filter(trial__sitting=sitting).aggregate(at=Max("submitted_at"))["at"]
        times += [last] if last else []
    return max(times) + timedelta(seconds=1)


def _arrival(model: SimulationModel, number: int) -> datetime:
    rng = np.random.default_rng([model.seed, number, 1])
    days = DAYS * (1 - (number - 1 + 0.5 * float(rng.random())) / model.raters)
    return timezone.now() - timedelta(days=days)


class _Counter:
    """Counts trials from many threads for one progress bar."""

    def __init__(self, total: int, progress: Callable[[int, int], None]) -> None:
        self._total, self._progress, self._done, self._lock = total, progress, 0, Lock()

    def __call__(self) -> None:
        with self._lock:
            self._done += 1
            self._progress(self._done, self._total)
