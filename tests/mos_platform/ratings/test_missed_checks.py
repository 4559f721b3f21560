"""What follows a missed check while a rater takes part: nothing, a request for care, or the end."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from attentive import View, answer_next, enter, rating_part, right, sit, state_of, study_with, wrong
from django.test import Client
from entering import PROLIFIC
from imported import rows_of

from mos_platform.assignments.models import Trial
from mos_platform.exports.services import export_bundle
from mos_platform.raters.admission import Enrolment
from mos_platform.raters.doors import entry, study_link
from mos_platform.raters.models import Rater, Sitting
from mos_platform.raters.services import enrol
from mos_platform.ratings.leaving import withdraw
from mos_platform.ratings.models import Rating
from mos_platform.words import LANGUAGES, say

pytestmark = pytest.mark.django_db

END = {"on_missed_check": "end"}


def upto_check(state: View) -> View:
    """Answer what comes before the next attention check."""
    while Trial.objects.get(token=state["trial"]["token"]).kind != "trap":
        state = answer_next(state)
    return state


def test_a_missed_check_is_only_stored_where_nothing_is_declared():
    sitting = enter(rows_of(study_with([rating_part()])))
    state = sit(sitting, wrong)
    assert (state["ended"], state["warning"]) == (None, False)
    assert len(state["completion_code"]) == 8
    assert Rater.objects.get().status == "finished"


def test_more_misses_than_allowed_end_the_sitting_and_keep_what_was_answered():
    sitting = enter(rows_of(study_with([rating_part()], END)))
    check = upto_check(state_of(sitting))
    answered = Rating.objects.count()
    state = answer_next(check, wrong)
    assert state["trial"] is None
    assert state["ended"] == f"/sitting/{sitting.token}/ended/"
    assert not state["completion_code"]
    assert Rating.objects.count() == answered + 1
    assert Rater.objects.get().status == "ended"
    assert state_of(sitting)["trial"] is None
    waiting = Trial.objects.filter(state="pending").first()
    refused = Client().post(
        f"/api/trials/{waiting.token}/answers/", {"answers": {}}, content_type="application/json"
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "closed")


def test_the_places_of_whoever_was_ended_go_to_others():
    sitting = enter(rows_of(study_with([rating_part()], END)))
    check = upto_check(state_of(sitting))
    assert Trial.objects.filter(holds_place=True).count() == 12
    answer_next(check, wrong)
    assert not Trial.objects.filter(holds_place=True).exists()


def test_as_many_misses_as_allowed_end_nothing():
    attention = {"on_missed_check": "end", "allowed_misses": 1}
    sitting = enter(rows_of(study_with([rating_part(attention_checks=2)], attention)))
    state = answer_next(upto_check(state_of(sitting)), wrong)
    assert state["ended"] is None
    assert answer_next(upto_check(state), wrong)["ended"] is not None


def test_whoever_answers_checks_as_asked_is_neither_warned_nor_ended():
    for rule in ("warn", "end"):
        study = rows_of(study_with([rating_part()], {"on_missed_check": rule}, study=f"a-{rule}"))
        state = sit(enter(study), right)
        assert state["completion_code"]
        assert state["ended"] is None


def test_a_warning_comes_one_trial_later_until_it_was_read():
    sitting = enter(rows_of(study_with([rating_part()], {"on_missed_check": "warn"})))
    state = answer_next(upto_check(state_of(sitting)), wrong)
    assert not state["warning"], "at once it would say which trial was a check"
    state = answer_next(state)
    assert state["warning"]
    assert state_of(sitting)["warning"], "a reloaded page says it as well"
    read = Client().post(f"/api/sittings/{sitting.token}/warned/").json()
    assert not read["warning"]
    assert read["trial"]["token"] == state["trial"]["token"]
    Client().post(f"/api/sittings/{sitting.token}/warned/")
    assert Sitting.objects.get().warnings == 1
    assert sit(sitting)["completion_code"], "a warning ends nothing"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_why_it_ended_whom_to_write_to_and_as_whom(language: str):
    raw = study_with([rating_part()], END, language=language)
    sitting = enter(rows_of(raw))
    ended = answer_next(upto_check(state_of(sitting)), wrong)["ended"]
    page = Client().get(ended).content.decode()
    assert f'lang="{language}"' in page
    for words in ("end.ended_heading", "end.ended_reason", "end.ended_stored"):
        assert say(words, language) in page.replace("&#x27;", "'")
    assert "lab@example.org" in page
    assert Rater.objects.get().public_id in page
    assert "The clips were synthetic." in page
    sent = Client().get(f"/sitting/{sitting.token}/")
    assert (sent.status_code, sent["Location"]) == (302, ended)


def test_nobody_else_has_that_page():
    sitting = enter(rows_of(study_with([rating_part()], END)))
    answer = Client().get(f"/sitting/{sitting.token}/ended/")
    assert answer["Location"] == f"/sitting/{sitting.token}/"


def test_a_panel_gets_its_code_for_who_was_screened_out():
    study = rows_of(study_with([rating_part()], END, recruitment=PROLIFIC))
    came = entry(study_link(study).token, {"PROLIFIC_PID": "abc", "STUDY_ID": "s", "SESSION_ID": "t"})
    sitting = enrol(came, Enrolment("some", "", "desktop", screen_width=1920, screen_height=1080))
    ended = answer_next(upto_check(state_of(sitting)), wrong)["ended"]
    page = Client().get(ended).content.decode()
    assert "cc=OUT-1" in page
    assert "DONE-1" not in page


def test_that_it_ended_is_a_fact_of_the_bundle(tmp_path: Path):
    study = rows_of(study_with([rating_part()], END))
    sitting = enter(study)
    answer_next(upto_check(state_of(sitting)), wrong)
    with (export_bundle(study, tmp_path / "bundle") / "raters.csv").open() as file:
        assert [row["status"] for row in csv.DictReader(file)] == ["ended"]


def test_whoever_was_ended_can_still_have_everything_deleted():
    sitting = enter(rows_of(study_with([rating_part()], END)))
    answer_next(upto_check(state_of(sitting)), wrong)
    withdraw(sitting.token)
    assert not Rating.objects.exists()
    assert Rater.objects.get().status == "withdrawn"
