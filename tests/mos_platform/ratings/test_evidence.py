"""What a trial must have been through before its answers count, and what becomes of it otherwise."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from every_type import STUDY
from imported import rows_of
from viewing import answered, seen, watched

from mos_platform.assignments.models import Showing, Trial
from mos_platform.assignments.services import reserve_sitting
from mos_platform.exports.services import export_bundle
from mos_platform.raters.admission import Enrolment
from mos_platform.raters.models import Rater, Sitting
from mos_platform.raters.services import enrol, open_link, simulated_link
from mos_platform.ratings.models import Comparison, Rating, TextAnswer, Viewing
from mos_platform.stimuli.models import Stimulus, Study

pytestmark = pytest.mark.django_db

BARE: dict[str, Any] = {
    "study": "bare",
    "title": "Bare",
    "texts": {
        "welcome": "Welcome.",
        "consent": {"version": "1", "body": "I agree to watch synthetic clips."},
        "instructions": "Watch.",
        "debriefing": "Thank you.",
    },
    "methods": [{"name": "real", "reference": True}, "alpha"],
    "items": ["one", "two", {"name": "warm", "role": "training"}],
    "setup": {"checks": []},
}
ACR = {"id": "rating", "test_method": "ACR-HR", "dummies": 0, "attention_checks": 0}
ASKED = [{"id": "overall", "text": "Overall?"}]
PC = {"id": "pair", "test_method": "PC", "dummies": 0, "attention_checks": 0}


def entered(part: dict[str, Any]) -> Sitting:
    study = Study.objects.filter(slug="bare").first()
    study = study or rows_of({**BARE, "parts": [{"questions": ASKED, **part}]})
    sitting = enrol(open_link(study), Enrolment("some", "", "desktop"))
    reserve_sitting(sitting)
    return sitting


def state(sitting: Sitting) -> dict[str, Any]:
    return Client().get(reverse("ratings:state", args=[sitting.token])).json()


def post(what: str, view: dict[str, Any], body: dict[str, Any], **headers: str) -> tuple[int, dict[str, Any]]:
    address = reverse(f"ratings:{what}", args=[view["token"]])
    answer = Client().post(address, body, content_type="application/json", headers=headers)
    return answer.status_code, answer.json()


def message(view: dict[str, Any], **more: Any) -> dict[str, Any]:
    answers = {question["id"]: question["grades"][0]["value"] for question in view["questions"]}
    return answered(view, answers, **more)


def finish(sitting: Sitting) -> dict[str, Any]:
    now = state(sitting)
    while now["trial"]:
        watched(now["trial"]["token"])
        status, now = post("answers", now["trial"], message(now["trial"]))
        assert status == 200, now
    return now


def test_facts_are_drawn_from_the_events_and_the_events_are_kept():
    view = state(entered(ACR))["trial"]
    watched(view["token"])
    events = seen(view, stalled_ms=700)
    events += [
        {"type": "hidden", "at_ms": 5000},
        {"type": "visible", "at_ms": 5400, "role": None},
        {"type": "replay", "at_ms": 5500, "role": "clip"},
    ]
    facts = {"response_ms": 900, "displayed_width": 512, "stalled_ms": 1, "replays": 9, "played_fraction": 0}
    assert post("answers", view, message(view) | {"events": events, "facts": facts})[0] == 200
    stored = Rating.objects.get()
    assert (stored.response_ms, stored.displayed_width) == (900, 512)
    assert (stored.played_fraction, stored.stalled_ms, stored.hidden_ms) == (1, 700, 400)
    assert (stored.replays, stored.dropped_frames) == (1, 0)
    kept = Viewing.objects.get(trial__token=view["token"])
    assert [event["type"] for event in kept.events] == [event["type"] for event in events]
    assert timezone.now() - kept.received_at < timedelta(minutes=1)


def test_the_later_of_delivery_and_opening_counts():
    """Clips are fetched ahead: opened a minute after, or delivered while the trial is open already."""
    view = state(entered(ACR))["trial"]
    trial, shown = Trial.objects.get(token=view["token"]), Showing.objects.filter(trial__token=view["token"])
    now = timezone.now()
    for opened, delivered in ((1, 60), (60, 1)):
        Trial.objects.filter(pk=trial.pk).update(state="opened", opened_at=now - timedelta(seconds=opened))
        shown.update(delivered_at=now - timedelta(seconds=delivered))
        status, refusal = post("answers", view, message(view))
        assert (status, refusal["code"]) == (409, "too_early")
        assert 0 < refusal["retry_after_s"] <= 2
    shown.update(delivered_at=None)
    status, refusal = post("answers", view, message(view))
    assert (status, refusal["code"]) == (409, "not_played")
    assert "retry_after_s" not in refusal
    assert not Rating.objects.exists()
    assert not Viewing.objects.exists()


def test_each_clip_of_a_pair_must_have_been_delivered():
    view = state(entered(PC))["trial"]
    watched(view["token"])
    Showing.objects.filter(trial__token=view["token"], role="right").update(delivered_at=None)
    assert post("answers", view, message(view))[1]["code"] == "not_played"


def test_clips_that_play_together_last_as_long_as_the_longer_one(tmp_path: Path):
    view = state(entered({**PC, "plays": "together"}))["trial"]
    trial = Trial.objects.get(token=view["token"])
    assert trial.together
    trial.left.duration_s = 2.0
    trial.left.save()
    watched(view["token"], seconds=2.1)
    assert post("answers", view, message(view))[1]["code"] == "too_early"
    watched(view["token"], seconds=3)
    one_after_the_other = message(view)
    assert post("answers", view, one_after_the_other)[1]["code"] == "invalid"
    events = seen(view, together=True)
    heard = "right" if view["first"] == "left" else "left"
    events += [{"type": "audible", "at_ms": 4000, "role": heard}, {"type": "drift", "at_ms": 4000, "n": 17}]
    watched(view["token"], seconds=5)
    assert post("answers", view, message(view) | {"events": events})[0] == 200
    stored = Comparison.objects.get()
    assert (stored.drift_ms, stored.audible) == (17, view["first"])
    table = export_bundle(trial.sitting.rater.study, tmp_path / "bundle") / "comparisons.csv"
    with table.open(newline="") as lines:
        (row,) = csv.DictReader(lines)
    assert (row["drift_ms"], row["audible"]) == ("17", view["first"])


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ([{"type": "teleport", "at_ms": 1, "role": "clip"}], 400, "invalid"),
        ([{"type": "play", "at_ms": -1, "role": "clip"}], 400, "invalid"),
        ([{"type": "play", "at_ms": 1, "role": "nobody"}], 400, "invalid"),
        ([{"type": "play", "at_ms": "soon", "role": "clip"}], 400, "invalid"),
        ([{"type": "hidden", "at_ms": 0}] * 501, 400, "invalid"),
        ("all", 400, "invalid"),
        ([{"type": "play", "at_ms": 1}], 409, "invalid"),
        ([{"type": "ended", "at_ms": 3000, "role": "left"}], 409, "invalid"),
        ([{"type": "ended", "at_ms": 3000, "role": "clip"}], 409, "not_played"),
        ([], 409, "not_played"),
        (None, 409, "not_played"),
    ],
)
def test_events_that_cannot_be_are_refused(change: Any, status: int, code: str):
    view = state(entered(ACR))["trial"]
    watched(view["token"])
    told, refusal = post("answers", view, message(view) | {"events": change})
    assert (told, refusal["code"]) == (status, code), refusal
    assert len(refusal["error"]) < 300
    assert not Rating.objects.exists()
    assert post("answers", view, message(view))[0] == 200


@pytest.mark.parametrize(
    ("seconds", "opened", "views"),
    [
        pytest.param(60, {}, 1, id="opened anew after the clip's length"),
        pytest.param(0, {}, 0, id="opened anew at once"),
        pytest.param(60, {"again": True}, 0, id="said once more by the same page"),
    ],
)
def test_a_page_that_is_loaded_anew_shows_the_clip_once_more_and_that_is_recorded(seconds, opened, views):
    view = state(entered({**ACR, "replays": 0}))["trial"]
    watched(view["token"], seconds)
    assert post("open", view, opened)[0] == 200
    Trial.objects.filter(token=view["token"]).update(opened_at=timezone.now() - timedelta(seconds=60))
    Showing.objects.filter(trial__token=view["token"]).update(
        delivered_at=timezone.now() - timedelta(seconds=60)
    )
    assert post("answers", view, message(view))[0] == 200
    assert Rating.objects.get().replays == views


def test_more_replays_than_the_study_allows_are_refused():
    view = state(entered({**ACR, "replays": 1}))["trial"]
    watched(view["token"])
    again = {"type": "replay", "at_ms": 5000, "role": "clip"}
    for count, status in ((2, 409), (1, 200)):
        events = [*seen(view), *[again] * count]
        assert post("answers", view, message(view) | {"events": events})[0] == status
    assert Rating.objects.get().replays == 1


def test_a_trial_that_stood_still_comes_again_at_the_end_once():
    sitting = entered({**ACR, "again_after_stall_ms": 500})
    first = state(sitting)
    view = first["trial"]
    watched(view["token"])
    stalled = message(view) | {"events": seen(view, stalled_ms=501)}
    status, after = post("answers", view, stalled)
    assert (status, after["notice"], after["done"], after["total"]) == (200, "again", 0, first["total"])
    assert not Rating.objects.exists()
    again = post("answers", view, stalled)[1]
    assert (again["notice"], again["trial"]) == ("again", after["trial"])
    void = Trial.objects.get(token=view["token"])
    copy = Trial.objects.get(again_of=void)
    assert (void.state, void.trouble, copy.state) == ("void", "stalled", "pending")
    assert copy.position == sitting.trials.count() == first["total"] + 1
    assert (copy.stimulus, copy.kind, copy.part) == (void.stimulus, void.kind, void.part)
    assert copy.token != void.token
    addresses = Showing.objects.filter(trial__in=(void, copy)).values_list("token", "role")
    assert len({token for token, _ in addresses}) == 2
    assert {role for _, role in addresses} == {"clip"}
    now = after
    while now["trial"]["token"] != copy.token:
        watched(now["trial"]["token"])
        now = post("answers", now["trial"], message(now["trial"]))[1]
    watched(copy.token)
    status, end = post(
        "answers", now["trial"], message(now["trial"]) | {"events": seen(view, stalled_ms=900)}
    )
    assert (status, end["trial"], end["done"]) == (200, None, first["total"])
    assert end["completion_code"]
    assert Rating.objects.get(trial=copy).stalled_ms == 900
    assert Rating.objects.count() == first["total"]
    assert Viewing.objects.get(trial=void)


def test_without_the_key_a_stall_is_a_fact_like_others():
    view = state(entered(ACR))["trial"]
    watched(view["token"])
    assert post("answers", view, message(view) | {"events": seen(view, stalled_ms=9000)})[1]["done"] == 1
    assert Rating.objects.get().stalled_ms == 9000


def test_practice_never_comes_again():
    view = state(entered({**ACR, "training": 1, "again_after_stall_ms": 0}))["trial"]
    assert Trial.objects.get(token=view["token"]).kind == "training"
    watched(view["token"])
    after = post("answers", view, message(view) | {"events": seen(view, stalled_ms=900)})[1]
    assert (after.get("notice"), after["done"]) == (None, 1)


def test_a_clip_that_cannot_be_played_comes_later_and_then_is_lost():
    sitting = entered(ACR)
    for clip in Stimulus.objects.all():
        default_storage.save(str(clip.file.name), ContentFile(b"a clip"))
    total = state(sitting)["total"]
    view = state(sitting)["trial"]
    status, after = post("unplayable", view, {"reason": "missing"})
    assert (status, after["notice"], after["total"]) == (200, "later", total)
    assert post("unplayable", view, {"reason": "missing"})[1]["notice"] == "later"
    assert sitting.trials.count() == total + 1
    now = after
    while now["done"] < total - 1:
        watched(now["trial"]["token"])
        now = post("answers", now["trial"], message(now["trial"]))[1]
    watched(now["trial"]["token"])
    status, end = post("unplayable", now["trial"], {"reason": "decode"})
    assert (status, end["trial"], end["done"], end["total"]) == (200, None, total - 1, total - 1)
    assert "notice" not in end
    assert end["completion_code"]
    gone = list(sitting.trials.filter(state__in=Trial.GONE).values_list("state", "trouble"))
    assert gone == [("void", "missing"), ("lost", "decode")]
    assert Rating.objects.count() == total - 1


def test_only_the_current_trial_can_be_given_up_and_for_a_reason():
    sitting = entered(ACR)
    state(sitting)
    ahead = {"token": sitting.trials.get(position=2).token}
    assert post("unplayable", ahead, {"reason": "missing"})[1]["code"] == "not_next"
    for body in ({}, {"reason": "stalled"}, {"reason": "boredom"}):
        assert post("unplayable", state(sitting)["trial"], body)[0] == 400
    assert not Trial.objects.filter(state__in=Trial.GONE).exists()


def test_trials_that_came_to_nothing_do_not_count_as_handed_out():
    """Each of six raters gives up whatever it meets: the four clips stay evenly dealt."""
    part = {**ACR, "trials_per_sitting": 2}
    for _ in range(6):
        sitting = entered(part)
        post("unplayable", state(sitting)["trial"], {"reason": "missing"})
    counted = Trial.objects.exclude(state__in=Trial.GONE)
    per_clip = [counted.filter(stimulus=one).count() for one in {trial.stimulus for trial in counted}]
    assert (len(per_clip), sum(per_clip), max(per_clip) - min(per_clip)) == (4, 12, 0)


def test_simulated_raters_need_neither_clips_nor_events(small_study: Study):
    sitting = enrol(simulated_link(small_study), Enrolment("some", "", "desktop"))
    view = state(sitting)["trial"]
    clock = {"presented_at": "2026-01-01T10:00:00Z", "submitted_at": "2026-01-01T10:00:05Z"}
    body = {"answers": message(view)["answers"], "facts": {"played_fraction": 0.5}, "clock": clock}
    assert post("answers", view, body)[0] == 200
    assert {rating.played_fraction for rating in Rating.objects.all()} == {0.5}
    assert not Viewing.objects.exists()


def test_refusals_speak_the_raters_language():
    study = rows_of({**STUDY, "setup": {"checks": []}})
    sitting = enrol(open_link(study), Enrolment("some", "", "desktop", language="de"))
    view = state(sitting)["trial"]
    told = post("answers", view, answered(view, {"many": "5", "mood": "sad"}))[1]
    assert told["error"] == "Bitte sehen Sie sich den Clip bis zum Ende an, bevor Sie antworten."
    unknown = {"token": "nothing"}
    for language, word in (("ar-EG,ar;q=0.9", "العنوان"), ("pt", "address"), ("", "address"), ("zh", "地址")):
        status, told = post("open", unknown, {}, **{"Accept-Language": language})
        assert (status, told["code"]) == (404, "unknown")
        assert word in told["error"]


def test_a_rater_who_leaves_takes_everything_along():
    sitting, other = entered(ACR), entered(ACR)
    finish(sitting)
    finish(other)
    before = Rating.objects.count()
    address = reverse("ratings:withdraw", args=[sitting.token])
    asked = Client().get(address)
    assert asked.status_code == 200
    assert Rating.objects.count() == before
    for _ in range(2):
        assert Client().post(address)["Location"] == address
    assert Rating.objects.filter(trial__sitting=other).count() == Rating.objects.count() == before / 2
    assert not Trial.objects.filter(sitting=sitting).exists()
    assert Viewing.objects.count() == Trial.objects.count()
    assert Rater.objects.get(sittings=sitting).status == "withdrawn"
    assert Client().get(address).content != asked.content
    assert Client().get(reverse("ratings:sitting", args=[sitting.token]))["Location"] == address
    refused = Client().get(reverse("ratings:state", args=[sitting.token]))
    assert (refused.status_code, refused.json()["code"]) == (409, "closed")
    assert not Trial.objects.filter(sitting=sitting).exists()


def test_leaving_in_the_middle_deletes_texts_too():
    study = rows_of({**STUDY, "setup": {"checks": []}})
    sitting = enrol(open_link(study), Enrolment("some", "", "desktop"))
    reserve_sitting(sitting)
    view = state(sitting)["trial"]
    watched(view["token"])
    answers = {"many": "5", "mood": "sad", "remark": "Its mouth was late."}
    assert post("answers", view, answered(view, answers))[0] == 200
    assert TextAnswer.objects.count() == 2
    assert Client().post(reverse("ratings:withdraw", args=[sitting.token])).status_code == 302
    assert not TextAnswer.objects.exists()
    assert not Viewing.objects.exists()
    assert post("answers", view, answered(view, answers))[1]["code"] == "unknown"
    assert not TextAnswer.objects.exists()


def test_the_events_of_a_study_are_printed_as_json_lines():
    sitting = entered(ACR)
    finish(sitting)
    out = StringIO()
    call_command("events", "bare", stdout=out)
    rows = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [row["position"] for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) == sitting.trials.count()
    assert {(row["rater"], row["sitting"]) for row in rows} == {(sitting.rater.public_id, sitting.public_id)}
    assert {event["type"] for row in rows for event in row["events"]} == {"play", "ended", "dropped"}
