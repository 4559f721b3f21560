"""Let the simulated raters of a study take part over HTTP, as many as are still missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Max
from django.urls import reverse

from mos_platform.raters.models import Rater
from mos_platform.raters.services import simulated_link
from mos_platform.ratings.models import Comparison, Rating, TextAnswer
from mos_platform.simulate.client import End, RefusedError
from mos_platform.simulate.people import Person, people
from mos_platform.simulate.profiles import GONE_FOR_GOOD
from mos_platform.simulate.run import Progress, Run, Seat
from mos_platform.simulate.summary import Summary, summarised
from mos_platform.stimuli.models import Study
from studies.simulation import SimulationModel
from studies.sitting import trials

AT_ONCE = 4


def simulate(
    study: Study, model: SimulationModel, base_url: str, progress: Progress, at_once: int | None = None
) -> Summary:
    """Bring the study to `model.raters` simulated raters; tells of those who took part now.

    Raters who finished, left or cheated in an earlier run stay as they are; a sitting that was broken off is
    taken up where it stopped. `at_once` raters come and answer at the same time; without it they come one
    after the other, so that each is handed out the same trials at every run. Raises RefusedError where the
    platform refuses a step, or lets nobody in; httpx.HTTPError where it cannot be reached.
    """
    seats = _seats(study, model)
    link = reverse("raters:welcome", args=[simulated_link(study).token])
    config = study.parsed
    run = Run(seats, link, sum(trials(config, part) for part in config.parts), progress)
    workers = min(at_once or AT_ONCE, max(1, len(seats)))
    ends = run.take_part(base_url, workers, in_turn=at_once is None)
    _check_admission(ends)
    return summarised(study, ends)


def _seats(study: Study, model: SimulationModel) -> list[Seat]:
    here = {rater.ticket: rater for rater in Rater.objects.filter(study=study, simulated=True)}
    return [
        Seat(person, _clock_of(here[person.ticket]) if person.ticket in here else person.begins)
        for person in people(study, model)
        if person.ticket not in here or _goes_on(person, here[person.ticket])
    ]


def _goes_on(person: Person, rater: Rater) -> bool:
    return rater.status == Rater.Status.ACTIVE and person.profile not in GONE_FOR_GOOD


def _clock_of(rater: Rater) -> datetime:
    """When a broken-off sitting goes on: after its last answer."""
    times: list[datetime] = [rater.consented_at]
    for answers in (Rating.objects, Comparison.objects, TextAnswer.objects):
        last = answers.filter(trial__sitting__rater=rater).aggregate(at=Max("submitted_at"))["at"]
        times += [last] if last else []
    return max(times) + timedelta(seconds=1)


def _check_admission(ends: Sequence[tuple[Person, End]]) -> None:
    if ends and all(end.why for _person, end in ends):
        raise RefusedError(ends[0][1].why)
