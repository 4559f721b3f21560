"""When raters are offered a break, when practice ends, and what the state says of how clips are played."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from entering import changed

from mos_platform.assignments.models import Trial
from mos_platform.assignments.services import reserve_sitting
from mos_platform.raters.admission import Enrolment
from mos_platform.raters.models import Sitting
from mos_platform.raters.services import enrol, open_link, simulated_link
from mos_platform.ratings.pauses import at_work_since
from mos_platform.stimuli.models import Study
from studies.sitting import answer_seconds

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def begun(study: Study, *, simulated: bool = False) -> Sitting:
    link = simulated_link(study) if simulated else open_link(study)
    sitting = enrol(link, Enrolment(expertise="some", age_group="25-34", device="desktop"))
    reserve_sitting(sitting)
    return sitting


def state(sitting: Sitting) -> dict[str, Any]:
    return Client().get(reverse("ratings:state", args=[sitting.token])).json()


def rest(token: str) -> Any:
    return Client().post(reverse("ratings:rested", args=[token]), {}, content_type="application/json")


def opened(sitting: Sitting, *minutes_ago: float) -> None:
    """The first trials, opened so long ago and answered."""
    trials = sitting.trials.all()[: len(minutes_ago)]
    for trial, minutes in zip(trials, minutes_ago, strict=True):
        trial.opened_at = timezone.now() - timedelta(minutes=minutes)
        trial.state = Trial.State.ANSWERED
        trial.save()


def test_a_break_is_due_after_the_declared_time_at_work_and_not_before(small_study):
    study = changed(small_study, design={"break_after_minutes": 12})
    sitting = begun(study)
    assert state(sitting)["pause"] is False
    opened(sitting, 11.5, 8, 4.5, 0.5)
    assert state(sitting)["pause"] is False
    opened(sitting, 12.5, 9, 4.5, 0.5)
    told = state(sitting)
    assert told["pause"] is True
    assert told["trial"] is not None


def test_who_was_away_has_rested(small_study):
    sitting = begun(changed(small_study, design={"break_after_minutes": 12}))
    opened(sitting, 20, 16, 13, 3, 0.5)
    assert state(sitting)["pause"] is False


def test_a_break_begins_the_time_anew(small_study):
    sitting = begun(changed(small_study, design={"break_after_minutes": 12}))
    opened(sitting, 16, 12, 8, 4, 1)
    assert state(sitting)["pause"] is True
    answer = rest(sitting.token)
    assert (answer.status_code, answer.json()["pause"]) == (200, False)
    assert state(sitting)["pause"] is False


def test_no_break_without_being_asked_for_nor_for_simulated_raters_nor_just_before_the_end(small_study):
    none = begun(changed(small_study, design={"break_after_minutes": None}))
    opened(none, 16, 12, 8, 4, 1)
    assert state(none)["pause"] is False
    study = changed(small_study, design={"break_after_minutes": 12})
    simulated = begun(study, simulated=True)
    opened(simulated, 16, 12, 8, 4, 1)
    assert state(simulated)["pause"] is False
    nearly = begun(study)
    opened(nearly, *(19 - trial for trial in range(nearly.trials.count() - 1)))
    told = state(nearly)
    assert (told["pause"], told["trial"] is None) == (False, False)


def test_who_is_unknown_is_told_so(db):
    answer = rest("nobody")
    assert answer.status_code == 404
    assert "not known" in answer.json()["error"]


def test_work_is_counted_back_to_the_last_long_gap():
    def ago(minutes: float) -> datetime:
        return NOON - timedelta(minutes=minutes)

    assert at_work_since([], NOON) == NOON
    assert at_work_since([ago(1), ago(4), ago(8.5)], NOON) == ago(8.5)
    assert at_work_since([ago(1), ago(4), ago(9)], NOON) == ago(4)
    assert at_work_since([ago(5)], NOON) == NOON


def with_practice(study: Study) -> Study:
    parts = [{**study.config["parts"][0], "training": 2}, *study.config["parts"][1:]]
    names = [item if isinstance(item, str) else item["name"] for item in study.config["items"]]
    items = [{"name": names[0], "role": "training"}, *names[1:]]
    study.items.filter(name=names[0]).update(role="training")
    return changed(study, parts=parts, items=items)


def test_practice_is_told_and_its_end_until_the_first_trial_that_counts_is_begun(small_study):
    sitting = begun(with_practice(small_study))
    kinds = list(sitting.trials.values_list("kind", flat=True))
    assert kinds[:3].count("training") == 2
    told = state(sitting)
    assert (told["trial"]["practice"], told["practice_over"]) == (True, False)
    opened(sitting, 2, 1)
    told = state(sitting)
    assert (told["trial"]["practice"], told["practice_over"]) == (False, True)
    opening = reverse("ratings:open", args=[told["trial"]["token"]])
    Client().post(opening, {}, content_type="application/json")
    assert state(sitting)["practice_over"] is False


def test_without_practice_nothing_is_said_of_it(small_study):
    sitting = begun(small_study)
    opened(sitting, 1)
    told = state(sitting)
    assert (told["trial"]["practice"], told["practice_over"]) == (False, False)


def test_how_clips_play_and_how_often_is_told(small_study):
    parts = [
        {**small_study.config["parts"][0], "replays": 2},
        {**small_study.config["parts"][1], "plays": "together"},
    ]
    sitting = begun(changed(small_study, parts=parts))
    first = state(sitting)
    assert (first["trial"]["plays"], first["trial"]["replays"]) == ("in_turn", 2)
    rating_trials = sitting.trials.filter(part=parts[0]["id"])
    rating_trials.update(state=Trial.State.ANSWERED)
    paired = state(sitting)
    assert (paired["trial"]["plays"], paired["trial"]["replays"]) == ("together", None)
    left = paired["total"] - paired["done"]
    together = paired["trial"]["clips"][0]["duration_s"]
    answering = answer_seconds(sitting.rater.study.parsed.parts[1])
    assert paired["seconds_left"] == pytest.approx(left * (together + answering), abs=1)
