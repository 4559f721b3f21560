"""What a browser says of a presentation, against what the server saw and what the events show."""

from __future__ import annotations

from typing import Any

import pytest
from attentive import View, enter, rating_part, right, state_of, study_with
from django.test import Client
from imported import rows_of
from viewing import answered, seen, watched

from mos_platform.assignments.models import Trial
from mos_platform.ratings.models import Rating

pytestmark = pytest.mark.django_db

LENGTH_MS = 3000


def shown(seconds: float, **part: Any) -> View:
    """A first trial that was delivered and opened that long ago; its clip lasts three seconds."""
    study = rows_of(study_with([rating_part(attention_checks=0, **part)]), LENGTH_MS / 1000)
    view: View = state_of(enter(study))["trial"]
    watched(view["token"], seconds)
    return view


def sends(view: View, **more: Any) -> tuple[int, str]:
    """The status, and the code of a refusal."""
    body = answered(view, right(view, Trial.objects.get(token=view["token"]))) | more
    answer = Client().post(f"/api/trials/{view['token']}/answers/", body, content_type="application/json")
    return answer.status_code, answer.json().get("code", "")


@pytest.mark.parametrize(
    ("told", "low", "high"),
    [
        pytest.param({"response_ms": 86_400_000}, 2000, 4000, id="no longer than there was time"),
        pytest.param({"response_ms": 1200}, 1200, 1200, id="as said, within that"),
        pytest.param({"response_ms": None}, 2000, 4000, id="nothing said"),
        pytest.param({}, 2000, 4000, id="no facts"),
    ],
)
def test_the_time_to_answer_is_bounded_by_what_the_server_saw(told: dict[str, Any], low: int, high: int):
    assert sends(shown(5), facts=told)[0] == 200
    assert low <= Rating.objects.get().response_ms <= high


def test_whoever_answers_at_once_and_says_nothing_answered_at_once():
    view = shown(LENGTH_MS / 1000)
    body = {key: value for key, value in answered(view, {"overall": "5"}).items() if key != "facts"}
    status = Client().post(f"/api/trials/{view['token']}/answers/", body, content_type="application/json")
    assert status.status_code == 200
    assert Rating.objects.get().response_ms < 2000


def event(kind: str, at_ms: int, position_s: float | None = None) -> dict[str, Any]:
    return {"type": kind, "at_ms": at_ms, "role": "clip", "position_s": position_s}


def test_the_first_half_second_over_and_over_is_not_the_clip():
    view = shown(60)
    looped = [
        event("play", 0, 0),
        *(event("seek", 500 * i, 0) for i in range(1, 6)),
        event("ended", LENGTH_MS),
    ]
    assert sends(view, events=looped, facts={"played_fraction": 1}) == (409, "not_played")
    assert not Rating.objects.exists()
    assert sends(view) == (200, "")


def test_who_seeks_back_and_still_sees_all_of_it_has_seen_it():
    events = [event("play", 0, 0), event("seek", 1000, 0), event("ended", 1000 + LENGTH_MS, 3)]
    assert sends(shown(60), events=events)[0] == 200
    assert Rating.objects.get().played_fraction == 1


def twice(view: View) -> list[dict[str, Any]]:
    once = seen(view)
    return [*once, *({**one, "at_ms": one["at_ms"] + 5000} for one in once)]


def test_played_again_is_a_replay_whatever_the_browser_calls_it():
    view = shown(60, replays=None)
    assert sends(view, events=twice(view), facts={"replays": 0})[0] == 200
    assert Rating.objects.get().replays == 1


def test_played_again_where_nobody_may_is_refused():
    view = shown(60, replays=0)
    assert sends(view, events=twice(view)) == (409, "invalid")


def test_hidden_all_the_time_is_a_fact_and_no_refusal():
    view = shown(60)
    assert sends(view, events=[{"type": "hidden", "at_ms": 0}, *seen(view)])[0] == 200
    assert Rating.objects.get().hidden_ms >= LENGTH_MS
