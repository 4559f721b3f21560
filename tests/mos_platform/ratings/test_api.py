"""The trial loop over HTTP: what is stored, what is refused, and what a rater's browser is told."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from viewing import answered, watched

from mos_platform.assignments.models import Trial
from mos_platform.raters.models import Rater, Sitting
from mos_platform.raters.services import open_link, simulated_link
from mos_platform.ratings.models import Comparison, Rating
from mos_platform.stimuli.models import Study

pytestmark = pytest.mark.django_db


def enter(study: Study, *, simulated: bool = False, **fields: str) -> Sitting:
    link = simulated_link(study) if simulated else open_link(study)
    answer = Client().post(
        reverse("raters:welcome", args=[link.token]),
        {"consent": "on", "expertise": "some", "age_group": "25-34", "device": "phone", **fields},
    )
    assert answer.status_code == 302, answer.content.decode()
    return Sitting.objects.get(token=answer["Location"].split("/")[2])


def state(sitting: Sitting) -> dict[str, Any]:
    return Client().get(reverse("ratings:state", args=[sitting.token])).json()


def post(name: str, token: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    answer = Client().post(reverse(f"ratings:{name}", args=[token]), body, content_type="application/json")
    return answer.status_code, answer.json()


def first_answers(trial: dict[str, Any]) -> dict[str, str]:
    return {question["id"]: question["grades"][0]["value"] for question in trial["questions"]}


def finish(sitting: Sitting) -> dict[str, Any]:
    now = state(sitting)
    while now["trial"]:
        token = now["trial"]["token"]
        assert post("open", token, {})[0] == 200
        watched(token)
        status, now = post("answers", token, answered(now["trial"], first_answers(now["trial"])))
        assert status == 200, now
    return now


def test_a_whole_sitting_is_stored_and_ends_with_a_code(small_study):
    sitting = enter(small_study)
    first = state(sitting)
    assert (first["done"], first["total"]) == (0, 12 + 1 + 6 + 1)
    end = finish(sitting)
    assert (end["trial"], end["done"], end["seconds_left"]) == (None, 20, 0)
    assert len(end["completion_code"]) == 8
    assert end["debriefing"] == "The clips were synthetic."
    assert Rating.objects.count() == 13 * 2
    assert Comparison.objects.count() == 7
    rater = Rater.objects.get()
    assert (rater.status, rater.expertise, rater.device, rater.simulated) == (
        "finished",
        "some",
        "phone",
        False,
    )
    assert rater.consent_version == "1"
    assert state(sitting)["completion_code"] == end["completion_code"]


def test_an_answer_given_twice_is_stored_once_and_the_first_stands(small_study):
    sitting = enter(small_study)
    trial = state(sitting)["trial"]
    post("open", trial["token"], {})
    watched(trial["token"])
    good = answered(trial, {"overall": "4", "sync": "2"})
    again = answered(trial, {"overall": "1", "sync": "1"})
    assert post("answers", trial["token"], good)[1]["done"] == 1
    status, now = post("answers", trial["token"], again)
    assert (status, now["done"]) == (200, 1)
    assert sorted(Rating.objects.values_list("question", "score")) == [("overall", 4), ("sync", 2)]


def test_an_answer_before_the_clip_can_have_ended_is_refused(small_study):
    trial = state(enter(small_study))["trial"]
    body = answered(trial, first_answers(trial))
    status, refusal = post("answers", trial["token"], body)
    assert status == 409
    assert refusal["retry_after_s"] == pytest.approx(3)
    post("open", trial["token"], {})
    watched(trial["token"], seconds=1)
    status, refusal = post("answers", trial["token"], body)
    assert status == 409
    assert 0 < refusal["retry_after_s"] <= 2
    assert Rating.objects.count() == 0
    watched(trial["token"], seconds=3)
    assert post("answers", trial["token"], body)[0] == 200


def test_opening_again_does_not_restart_the_clock(small_study):
    trial = state(enter(small_study))["trial"]
    watched(trial["token"], seconds=3)
    post("open", trial["token"], {})
    assert post("answers", trial["token"], answered(trial, first_answers(trial)))[0] == 200


def test_a_pair_takes_as_long_as_both_clips(small_study):
    sitting = enter(small_study)
    state(sitting)
    sitting.trials.filter(stimulus__isnull=False).update(state=Trial.State.ANSWERED)
    trial = state(sitting)["trial"]
    assert trial["type"] == "pair"
    watched(trial["token"], seconds=4)
    assert post("answers", trial["token"], answered(trial, first_answers(trial)))[0] == 409
    watched(trial["token"], seconds=6)
    assert post("answers", trial["token"], answered(trial, first_answers(trial)))[0] == 200


def test_a_simulated_sitting_may_declare_its_clock_and_a_real_one_never(small_study):
    clock = {"presented_at": "2026-01-01T10:00:00Z", "submitted_at": "2026-01-01T10:00:05Z"}
    real, simulated = state(enter(small_study))["trial"], state(enter(small_study, simulated=True))["trial"]
    status, refusal = post("answers", real["token"], {"answers": first_answers(real), "clock": clock})
    assert status == 400
    assert "server's clock" in refusal["error"]
    assert post("open", real["token"], {"clock": clock["presented_at"]})[0] == 400
    assert Rating.objects.count() == 0
    assert Trial.objects.get(token=real["token"]).state == "pending"
    body = {"answers": first_answers(simulated), "clock": clock}
    assert post("answers", simulated["token"], body)[0] == 200
    assert {rating.submitted_at.year for rating in Rating.objects.all()} == {2026}
    link = open_link(small_study)
    page = Client().post(
        reverse("raters:welcome", args=[link.token]),
        {"consent": "on", "expertise": "some", "clock": "2026-01-01T10:00:00Z"},
    )
    assert page.status_code == 400


def test_a_declared_clock_must_leave_time_for_the_clip(small_study):
    trial = state(enter(small_study, simulated=True))["trial"]
    clock = {"presented_at": "2026-01-01T10:00:00Z", "submitted_at": "2026-01-01T10:00:01Z"}
    assert post("answers", trial["token"], {"answers": first_answers(trial), "clock": clock})[0] == 409


def test_only_the_current_trial_can_be_answered(small_study):
    sitting = enter(small_study)
    state(sitting)
    later = sitting.trials.get(position=5)
    watched(later.token)
    status, refusal = post("answers", later.token, {"answers": {"overall": "4", "sync": "4"}})
    assert status == 409
    assert refusal["code"] == "not_next"


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({}, "answers"),
        ({"answers": {}}, "overall"),
        ({"answers": {"overall": "4"}}, "sync"),
        ({"answers": {"overall": "6", "sync": "4"}}, "6"),
        ({"answers": {"overall": "4", "sync": "4", "other": "1"}}, "other"),
        ({"answers": {"overall": "4", "sync": "4"}, "facts": {"played_fraction": 7}}, "played_fraction"),
        ({"answers": {"overall": "4", "sync": "4"}, "facts": {"response_ms": "soon"}}, "response_ms"),
        ({"answers": {"overall": "4", "sync": "4"}, "facts": {"played_fraction": "nan"}}, "played_fraction"),
    ],
)
def test_answers_that_do_not_fit_are_refused_in_one_sentence(small_study, body, word):
    trial = state(enter(small_study))["trial"]
    watched(trial["token"])
    status, refusal = post("answers", trial["token"], body)
    assert status == 400
    assert word in refusal["error"]
    assert Rating.objects.count() == 0


def test_nothing_a_browser_is_told_names_a_method_an_item_or_a_check(small_study):
    sitting = enter(small_study)
    kinds = set()
    now = state(sitting)
    while now["trial"]:
        text = str(now)
        assert not any(name in text for name in ("real", "alpha", "beta", "item", "trap", "expected"))
        kinds.add(Trial.objects.get(token=now["trial"]["token"]).kind)
        watched(now["trial"]["token"])
        _, now = post("answers", now["trial"]["token"], answered(now["trial"], first_answers(now["trial"])))
    assert kinds == {"scored", "trap"}


def test_an_unknown_address_says_so(small_study):
    assert post("answers", "nothing", {"answers": {"overall": "4"}})[0] == 404
    assert Client().get(reverse("ratings:state", args=["nothing"])).status_code == 404


def test_consent_is_needed(small_study):
    page = Client().post(
        reverse("raters:welcome", args=[open_link(small_study).token]), {"expertise": "none"}
    )
    assert page.status_code == 400
    assert "tick that you agree" in page.content.decode()
    assert Rater.objects.count() == 0


def test_a_closed_study_takes_nobody(small_study):
    small_study.is_open = False
    small_study.save()
    page = Client().post(
        reverse("raters:welcome", args=[open_link(small_study).token]), {"consent": "on", "expertise": "none"}
    )
    assert page.status_code == 403
    assert Rater.objects.count() == 0


def test_counts_stay_even_over_sittings(small_study):
    config = dict(small_study.config)
    config["parts"][0]["trials_per_sitting"] = 5
    small_study.config = config
    small_study.save()
    for _ in range(7):
        state(enter(small_study))
    scored = Trial.objects.filter(kind="scored", stimulus__isnull=False)
    counts = [scored.filter(stimulus=stimulus).count() for stimulus in small_study.stimuli.all()]
    assert sum(counts) == 35
    assert max(counts) - min(counts) <= 1


def test_the_link_opened_again_offers_to_go_on(small_study):
    client = Client()
    door = reverse("raters:welcome", args=[open_link(small_study).token])
    page = client.post(door, {"consent": "on", "expertise": "none"})["Location"]
    assert f'href="{page}"' in client.get(door).content.decode()
    assert page not in Client().get(door).content.decode()
    finish(Sitting.objects.get(token=page.split("/")[2]))
    again = client.get(door).content.decode()
    assert "already taken part" in again
    assert f'href="{page}"' in again


@pytest.mark.parametrize("token", ["%00", "..%2f", "a" * 5000])
def test_addresses_that_nobody_was_given_are_not_found(db, token):
    for address in (f"/sitting/{token}/", f"/api/sittings/{token}/", f"/r/{token}/", f"/media/{token}"):
        assert Client().get(address).status_code == 404, address


@pytest.mark.parametrize("token", ["%00", "..%2f", "a/b"])
def test_what_can_be_no_clip_of_the_researchers_is_not_found(db, token):
    assert Client().get(f"/media/{token}.mp4").status_code == 404


@pytest.mark.parametrize("token", ["nothing", "a" * 5000])
def test_a_clip_of_the_researchers_asks_strangers_to_sign_in(db, token):
    answer = Client().get(f"/media/{token}.mp4")
    assert (answer.status_code, answer.url) == (302, f"/console/login/?next=/media/{token}.mp4")


def test_a_hostile_message_gets_one_short_sentence(small_study):
    trial = state(enter(small_study))["trial"]
    watched(trial["token"])
    address = reverse("ratings:answers", args=[trial["token"]])
    for body, status in (
        ('{"answers": ' + "[" * 100_000, 400),
        ('{"answers": {"\\ud800": "1"}}', 400),
        ('{"answers": {"' + "k" * 200_000 + '": "1"}}', 400),
        ('{"answers": {"overall": "' + "9" * 10**6 + '"}}', 413),
        ('{"answers": {"overall": "' + "9" * 3 * 10**6 + '"}}', 413),
        ('{"answers": {' + ", ".join(f'"{i}": "1"' for i in range(15_000)) + "}}", 400),
        ('{"answers": {}, "events": [' + "{}, " * 60_000 + "{}]}", 400),
        ('{"answers": {}, "events": [{"type": "\\ud800", "at_ms": 1}]}', 400),
        ('{"answers": {}, "facts": {"response_ms": "\\udfff"}}', 400),
    ):
        begun = time.process_time()
        answer = Client().post(address, body, content_type="application/json")
        assert time.process_time() - begun < 1
        assert (answer.status_code, answer.json()["code"]) == (status, "invalid"), body[:40]
        assert len(answer.content) < 500


def test_half_a_character_is_refused_wherever_it_stands_and_a_whole_one_is_text(small_study):
    trial = state(enter(small_study))["trial"]
    for what, body in (("open", '{"clock": "\\ud800"}'), ("unplayable", '{"reason": "\\ud800"}')):
        address = reverse(f"ratings:{what}", args=[trial["token"]])
        answer = Client().post(address, body, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    address = reverse("ratings:answers", args=[trial["token"]])
    whole = Client().post(address, '{"answers": {"\\ud83d\\ude00": "1"}}', content_type="application/json")
    assert "lone surrogate" not in whole.json()["error"]


def test_of_a_trial_that_there_is_not_nothing_is_looked_at(small_study):
    for what in ("open", "answers", "unplayable"):
        address = reverse(f"ratings:{what}", args=["nothing"])
        answer = Client().post(address, '{"answers": [', content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown")


def test_no_cache_keeps_a_sittings_state(small_study):
    address = reverse("ratings:state", args=[enter(small_study).token])
    assert "no-store" in Client().get(address)["Cache-Control"]


def test_storing_an_answer_costs_a_bounded_number_of_queries(small_study, django_assert_max_num_queries):
    sitting = enter(small_study)
    trial = state(sitting)["trial"]
    with django_assert_max_num_queries(8):
        state(sitting)
    watched(trial["token"])
    with django_assert_max_num_queries(17):
        post("answers", trial["token"], answered(trial, first_answers(trial)))
