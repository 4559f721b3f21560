"""What raters are asked about themselves: as the study file says, stored, exported, reason to be left out."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from entering import changed, send, sitting_of

from mos_platform.exports.services import export_bundle
from mos_platform.raters.models import Rater
from mos_platform.raters.services import open_link, simulated_link
from mos_platform.stimuli.models import Study

pytestmark = pytest.mark.django_db

ASKED = [
    "gender",
    {"id": "vision", "optional": True},
    "language_skill",
    {"id": "hours", "text": "Hours of video per week?", "options": {"few": "Few", "many": "Many"}},
    {"id": "job", "text": "Your occupation?", "optional": True},
]


@pytest.fixture
def asking(small_study: Study) -> Study:
    return changed(small_study, questionnaire=ASKED)


def door(study: Study) -> str:
    return reverse("raters:welcome", args=[open_link(study).token])


def exported(study: Study, folder: Path) -> list[dict[str, str]]:
    with (export_bundle(study, folder / "bundle") / "raters.csv").open() as file:
        return list(csv.DictReader(file))


ANSWERS = {"gender": "woman", "language_skill": "native", "own-hours": "few"}


def test_the_page_asks_what_the_study_asks_and_nothing_else(asking, small_study):
    page = Client().get(door(asking)).content.decode()
    for words in ("Your gender", "Your eyesight", "Hours of video per week?", "Your occupation?", "Few"):
        assert words in page
    assert "How experienced" not in page
    assert "Your hearing" not in page


def test_without_a_questionnaire_nothing_is_asked(small_study):
    study = changed(small_study, questionnaire=[])
    assert "About you" not in Client().get(door(study)).content.decode()
    rater = sitting_of(send(door(study))).rater
    assert (rater.expertise, rater.age_group, rater.further) == ("", "", {})


def test_answers_are_stored_and_exported_as_columns(asking, tmp_path):
    send(door(asking), **ANSWERS, vision="corrected", **{"own-job": "  baker, retired "})
    (row,) = exported(asking, tmp_path)
    told = {name: row[name] for name in ("gender", "vision", "language_skill", "hours", "job", "expertise")}
    assert told == {
        "gender": "woman",
        "vision": "corrected",
        "language_skill": "native",
        "hours": "few",
        "job": "baker, retired",
        "expertise": "",
    }


def test_what_is_optional_may_be_left_out_and_one_may_rather_not_say(asking, tmp_path):
    send(door(asking), **{**ANSWERS, "gender": "not_said"})
    (row,) = exported(asking, tmp_path)
    assert (row["gender"], row["vision"], row["job"]) == ("not_said", "", "")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({**ANSWERS, "own-hours": ""}, "Please answer: Hours of video per week?"),
        ({**ANSWERS, "gender": "wizard"}, "Please answer: Your gender"),
        ({**ANSWERS, "own-job": "x" * 201}, "200"),
        ({**ANSWERS, "language_skill": ""}, "Please answer: How well do you understand"),
    ],
)
def test_missing_and_impossible_answers_are_told_and_nothing_is_stored(asking, fields, told):
    answer = send(door(asking), **fields)
    assert answer.status_code == 400
    assert told in answer.content.decode()
    assert not Rater.objects.exists()


def test_who_does_not_know_the_language_well_enough_is_told_so(small_study):
    study = changed(
        small_study, questionnaire=["language_skill"], recruitment={"language_skill": ["native", "fluent"]}
    )
    answer = send(door(study), language_skill="some")
    assert answer.status_code == 403
    assert "the language spoken in the clips" in answer.content.decode()
    assert not Rater.objects.exists()
    assert sitting_of(send(door(study), language_skill="fluent")).rater.further == {
        "language_skill": "fluent"
    }


def test_simulated_raters_need_not_answer(asking):
    study = changed(asking, recruitment={"language_skill": ["native"]})
    address = reverse("raters:welcome", args=[simulated_link(study).token])
    assert sitting_of(send(address)).rater.simulated


def test_an_own_question_cannot_take_the_place_of_another_field(small_study):
    named = [{"id": name, "text": f"{name}?", "optional": True} for name in ("consent", "clock", "ticket")]
    study = changed(small_study, questionnaire=named)
    rater = sitting_of(send(door(study), **{"own-clock": "noon"})).rater
    assert rater.further == {"clock": "noon"}
    assert Client().post(door(study), {"own-consent": "on"}).status_code == 400


def test_synthetic_media_are_named_beside_the_consent_unless_the_study_keeps_it_for_the_end(small_study):
    told = "made or changed by computers"
    assert told in Client().get(door(small_study)).content.decode()
    consent = {**small_study.config["texts"]["consent"], "synthetic_media": "debriefing"}
    study = changed(small_study, texts={**small_study.config["texts"], "consent": consent})
    assert told not in Client().get(door(study)).content.decode()
