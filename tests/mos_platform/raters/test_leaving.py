"""Withdrawal: what is deleted, what is kept, what the pages say, and that the place is free again."""

from __future__ import annotations

import csv
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from entering import CODES, PROLIFIC, changed, send, sitting_of

from mos_platform.assignments.models import Trial
from mos_platform.exports.services import export_bundle
from mos_platform.raters.completion import completion
from mos_platform.raters.services import complete_sitting, open_link, withdraw_rater
from mos_platform.setup.models import SetupCheck

pytestmark = pytest.mark.django_db


def door(study) -> str:
    return reverse("raters:welcome", args=[open_link(study).token])


def test_what_a_rater_said_is_deleted_and_that_they_came_is_kept(small_study, tmp_path):
    study = changed(small_study, questionnaire=["expertise", "age_group", "vision"])
    sitting = sitting_of(send(door(study), age_group="25-34", vision="impaired"))
    withdraw_rater(sitting.rater)
    with (export_bundle(study, tmp_path / "bundle") / "raters.csv").open() as file:
        (row,) = csv.DictReader(file)
    assert row["status"] == "withdrawn"
    assert row["consented_at"]
    assert {row[name] for name in ("expertise", "age_group", "vision", "device")} == {""}


def test_the_page_says_what_will_happen_and_then_that_it_has(small_study):
    sitting = sitting_of(send(door(small_study)))
    SetupCheck.objects.create(sitting=sitting, name="colour", value={"seen": 3})
    page = reverse("ratings:withdraw", args=[sitting.token])
    before = Client().get(page).content.decode()
    assert "cannot be undone" in before
    assert "Leave and delete my answers" in before
    after = Client().post(page, follow=True).content.decode()
    assert "You have left the study" in after
    assert "Leave and delete" not in after
    sitting.rater.refresh_from_db()
    assert not SetupCheck.objects.exists()
    assert sitting.rater.status == "withdrawn"
    assert (
        "You have left the study"
        in Client().get(reverse("ratings:sitting", args=[sitting.token]), follow=True).content.decode()
    )


def test_who_had_finished_keeps_the_code_but_has_no_end_page(small_study):
    sitting = sitting_of(send(door(small_study)))
    complete_sitting(sitting, datetime(2026, 3, 1, tzinfo=UTC), earned=True)
    withdraw_rater(sitting.rater)
    page = Client().get(reverse("ratings:withdraw", args=[sitting.token])).content.decode()
    assert sitting.completion_code in page
    assert completion(sitting) is None


def test_who_had_finished_goes_back_to_prolific_with_its_code(small_study):
    study = changed(small_study, recruitment=PROLIFIC)
    sitting = sitting_of(send(f"{door(study)}?PROLIFIC_PID=a1&STUDY_ID=s1&SESSION_ID=x1"))
    complete_sitting(sitting, datetime(2026, 3, 1, tzinfo=UTC), earned=True)
    page = reverse("ratings:withdraw", args=[sitting.token])
    assert CODES["completed"] not in Client().get(page).content.decode()
    told = Client().post(page, follow=True).content.decode()
    assert f'<output dir="ltr">{CODES["completed"]}</output>' in told
    assert f'href="https://app.prolific.com/submissions/complete?cc={CODES["completed"]}"' in told
    assert sitting.completion_code not in told


def test_nothing_is_taken_from_whoever_has_left(small_study):
    """Pages that are still open somewhere go on sending what they measure."""
    study = changed(small_study, setup={"checks": ["screen", "colour"]})
    sitting = sitting_of(send(door(study)))
    Client().post(reverse("ratings:withdraw", args=[sitting.token]))
    screen = {"width": 1920, "height": 1080, "pixel_ratio": 1, "refresh_hz": 60}
    sent = [
        (reverse("setup:report", args=[sitting.token, "screen"]), screen),
        (reverse("setup:past", args=[sitting.token, "screen"]), {}),
        (reverse("setup:round", args=[sitting.token, "colour"]), {}),
        (reverse("ratings:rested", args=[sitting.token]), {}),
        (reverse("ratings:warned", args=[sitting.token]), {}),
    ]
    for address, body in sent:
        answer = Client().post(address, body, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (409, "closed"), address
    state = Client().get(reverse("ratings:state", args=[sitting.token]))
    assert (state.status_code, state.json()["code"]) == (409, "closed")
    assert not SetupCheck.objects.exists()
    assert not Trial.objects.exists()


def test_the_place_is_free_again(small_study):
    study = changed(small_study, recruitment={"limit": 1}, targets={"raters_per_method": 1})
    sitting = sitting_of(send(door(study)))
    assert send(door(study)).status_code == 403
    withdraw_rater(sitting.rater)
    assert send(door(study)).status_code == 302
