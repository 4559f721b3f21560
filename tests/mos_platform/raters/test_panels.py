"""Raters from a panel: known again by id, sent back with the right code, their ids kept out of the data."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from entering import CODES, FORM, PROLIFIC, changed, send, sitting_of, ticket_of

from mos_platform.exports.services import export_bundle
from mos_platform.raters.completion import completion
from mos_platform.raters.models import Link, PanelVisit, Rater, Sitting
from mos_platform.raters.services import complete_sitting, open_link, path_for_raters, simulated_link
from mos_platform.raters.services import withdraw_rater as withdraw
from mos_platform.stimuli.models import Study

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PID = "5f2c8a1be4b0d12345a6b7c8"
PROLIFIC_IDS = {"PROLIFIC_PID": PID, "STUDY_ID": "study1", "SESSION_ID": "session1"}
TURK_IDS = {
    "assignmentId": "3ASSIGNMENT",
    "hitId": "3HIT",
    "workerId": "AZ3456",
    "turkSubmitTo": "https://workersandbox.mturk.com",
}
RETURN = "https://app.prolific.com/submissions/complete?cc="


def address(study: Study, ids: dict[str, str]) -> str:
    return f"{reverse('raters:welcome', args=[open_link(study).token])}?{urlencode(ids)}"


@pytest.fixture
def prolific(small_study: Study) -> Study:
    return changed(small_study, recruitment=PROLIFIC)


@pytest.fixture
def turk(small_study: Study) -> Study:
    return changed(small_study, recruitment={"by": "mturk"})


def page(study: Study, ids: dict[str, str], client: Client | None = None) -> str:
    return (client or Client()).get(address(study, ids)).content.decode()


def test_the_study_link_carries_prolifics_marks(prolific):
    path = path_for_raters(prolific)
    assert path is not None
    assert path.endswith(
        "?PROLIFIC_PID={{%PROLIFIC_PID%}}&STUDY_ID={{%STUDY_ID%}}&SESSION_ID={{%SESSION_ID%}}"
    )
    assert "Prolific ID is missing" in Client().get(path).content.decode()


def test_without_an_id_nobody_enters(prolific):
    for ids in ({}, {"PROLIFIC_PID": ""}, {"PROLIFIC_PID": "a b"}, {"PROLIFIC_PID": "x" * 65}):
        answer = send(address(prolific, ids))
        assert answer.status_code == 403
        assert "Prolific ID is missing" in answer.content.decode()
    assert not Rater.objects.exists()


def test_a_prolific_rater_is_known_again_on_any_device(prolific):
    sitting = sitting_of(send(address(prolific, PROLIFIC_IDS)))
    told = page(prolific, {**PROLIFIC_IDS, "PROLIFIC_PID": PID.upper()})
    assert "You have begun this study" in told
    assert reverse("ratings:sitting", args=[sitting.token]) in told
    assert "Are you somebody else" not in told
    assert 'name="consent"' not in told
    assert sitting_of(send(address(prolific, PROLIFIC_IDS))) == sitting
    assert Sitting.objects.count() == 1


@pytest.mark.parametrize("session", ["evil", ""])
def test_whoever_only_knows_somebodys_id_gets_nothing_of_theirs(prolific, session):
    """By another session of the panel; in the browser with the sitting's cookie one goes on all the same."""
    own = Client()
    sitting = sitting_of(send(address(prolific, PROLIFIC_IDS), own))
    ids = {**PROLIFIC_IDS, "SESSION_ID": session}
    told = page(prolific, ids)
    assert "A sitting with this ID has already been begun" in told
    refused = send(address(prolific, ids))
    assert refused.status_code == 403
    for shown in (told, refused.content.decode()):
        assert sitting.token not in shown
        assert 'name="consent"' not in shown
    assert sitting.token in page(prolific, ids, own)
    assert PanelVisit.objects.get().session == "session1"
    assert Sitting.objects.count() == 1


def test_a_finished_rater_goes_back_with_the_code_and_not_before(prolific):
    sitting = sitting_of(send(address(prolific, PROLIFIC_IDS)))
    assert completion(sitting) is None
    complete_sitting(sitting, NOW, earned=True)
    assert completion(sitting) == {
        "code": CODES["completed"],
        "return_url": f"{RETURN}{CODES['completed']}",
        "return_label": "Back to Prolific",
        "form": None,
    }


def test_whoever_could_be_shown_too_little_goes_back_without_the_code(prolific):
    sitting = sitting_of(send(address(prolific, PROLIFIC_IDS)))
    complete_sitting(sitting, NOW, earned=False)
    end = completion(sitting)
    assert end is not None
    assert end["code"] == ""
    assert end["return_url"] == f"{RETURN}{CODES['screened_out']}"


def test_who_is_left_out_or_comes_too_late_goes_back_with_the_right_code(prolific):
    picky = changed(prolific, recruitment={**PROLIFIC, "expertise": ["expert"]})
    answer = send(address(picky, PROLIFIC_IDS))
    assert answer.status_code == 403
    assert f"{RETURN}{CODES['screened_out']}" in answer.content.decode()
    full = changed(prolific, recruitment={**PROLIFIC, "limit": 1}, targets={"raters_per_method": 1})
    assert RETURN not in page(full, PROLIFIC_IDS)
    sitting_of(send(address(full, PROLIFIC_IDS)))
    late = {**PROLIFIC_IDS, "PROLIFIC_PID": "somebodyelse"}
    assert f"{RETURN}{CODES['over_quota']}" in page(full, late)
    assert f"{RETURN}{CODES['over_quota']}" in send(address(full, late)).content.decode()
    assert RETURN not in page(full, PROLIFIC_IDS)


def test_a_closed_study_sends_back_too(prolific):
    prolific.is_open = False
    prolific.save()
    assert f"{RETURN}{CODES['over_quota']}" in page(prolific, PROLIFIC_IDS)


def test_on_the_wrong_device_one_can_still_come_back_with_the_right_one(prolific):
    study = changed(prolific, devices={"allow": ["desktop"]})
    answer = send(address(study, PROLIFIC_IDS), device="phone")
    assert answer.status_code == 403
    assert RETURN not in answer.content.decode()


def test_the_choice_of_language_keeps_the_panels_ids(prolific):
    texts = {
        key: {"en": text, "de": text}
        for key, text in prolific.config["texts"].items()
        if isinstance(text, str)
    }
    body = prolific.config["texts"]["consent"]["body"]
    texts["consent"] = {"version": "1", "body": {"en": body, "de": body}}
    parts = prolific.config["parts"]
    for question in (one for part in parts for one in part["questions"]):
        question["text"] = {"en": question["text"], "de": question["text"]}
    title = {"en": "A small study", "de": "Eine kleine Studie"}
    study = changed(prolific, texts=texts, parts=parts, title=title, translations=["de"])
    told = page(study, PROLIFIC_IDS)
    assert f"?{urlencode({**PROLIFIC_IDS, 'language': 'de'})}".replace("&", "&amp;") in told


def test_a_rehearsal_needs_no_panel(prolific):
    link = reverse("raters:welcome", args=[simulated_link(prolific).token])
    sitting = sitting_of(send(link))
    complete_sitting(sitting, NOW, earned=True)
    told = completion(sitting)
    assert told is not None
    assert (told["code"], told["return_url"]) == (sitting.completion_code, None)


def test_panel_ids_are_in_no_export_and_unreadable_after_withdrawal(prolific, tmp_path):
    sitting = sitting_of(send(address(prolific, PROLIFIC_IDS)))
    folder = export_bundle(prolific, tmp_path / "bundle")
    for file in folder.iterdir():
        assert not [one for one in PROLIFIC_IDS.values() if one in file.read_text()], file
    withdraw(sitting.rater)
    (kept,) = PanelVisit.objects.values("person", "task", "session", "submit_to")
    assert not [one for one in PROLIFIC_IDS.values() if one in str(kept)]


def test_who_left_is_known_again_and_cannot_begin_anew(prolific):
    sitting = sitting_of(send(address(prolific, PROLIFIC_IDS)))
    for _ in range(2):
        withdraw(sitting.rater)
        again = send(address(prolific, PROLIFIC_IDS))
        assert again.status_code == 403
        for told in (page(prolific, {**PROLIFIC_IDS, "SESSION_ID": "session2"}), again.content.decode()):
            assert "You left this study" in told
            assert 'name="consent"' not in told
            assert sitting.token not in told
    assert sitting_of(send(address(prolific, {**PROLIFIC_IDS, "PROLIFIC_PID": "b" * 24}))) != sitting


def test_a_worker_who_only_looks_begins_nothing(turk):
    ids = {**TURK_IDS, "assignmentId": "ASSIGNMENT_ID_NOT_AVAILABLE"}
    del ids["workerId"]
    told = page(turk, ids)
    assert "Accept the HIT to take part" in told
    assert "I agree to take part in this study." in told
    assert 'name="consent"' not in told
    assert send(address(turk, ids)).status_code == 403
    assert not Rater.objects.exists()


@pytest.mark.parametrize(
    "host",
    [
        "https://www.mturk.com.evil.org",
        "https://evil.org",
        "http://www.mturk.com",
        "https://www.mturk.com@evil.org",
        "https://www.mturk.com:444",
        "https://www.mturk.com/elsewhere",
        "javascript:alert(1)",
        "https://[",
        "",
    ],
)
def test_answers_go_to_mechanical_turk_only(turk, host):
    answer = send(address(turk, {**TURK_IDS, "turkSubmitTo": host}))
    assert answer.status_code == 403
    assert not Rater.objects.exists()


def test_a_workers_form_goes_back_with_assignment_and_code(turk):
    sitting = sitting_of(send(address(turk, {**TURK_IDS, "turkSubmitTo": "https://www.mturk.com/"})))
    complete_sitting(sitting, NOW, earned=True)
    assert completion(sitting) == {
        "code": sitting.completion_code,
        "return_url": None,
        "return_label": "Submit to Amazon Mechanical Turk",
        "form": {
            "action": "https://www.mturk.com/mturk/externalSubmit",
            "fields": {"assignmentId": "3ASSIGNMENT", "completion_code": sitting.completion_code},
        },
    }


def test_a_task_taken_again_is_sent_off_with_its_new_assignment_but_not_after_the_end(turk):
    own, again = Client(), {**TURK_IDS, "assignmentId": "3SECOND"}
    sitting = sitting_of(send(address(turk, TURK_IDS), own))
    assert sitting.token in page(turk, again, own)
    assert PanelVisit.objects.get().session == "3ASSIGNMENT"
    own.post(address(turk, again), {"key": sitting.token})
    complete_sitting(sitting, NOW, earned=True)
    told = completion(sitting)
    assert told is not None
    assert told["form"] is not None
    assert told["form"]["fields"]["assignmentId"] == "3SECOND"
    assert "Please return this HIT" in page(turk, {**TURK_IDS, "assignmentId": "3THIRD"})
    assert "Show my completion code" in page(turk, again)


@pytest.mark.parametrize("key", ["evil", "", "\0", "https://example.org/sitting/evil/"])
def test_nobody_takes_a_workers_sitting_over_with_a_task_of_their_own(turk, key):
    sitting = sitting_of(send(address(turk, TURK_IDS)))
    evil = address(turk, {**TURK_IDS, "assignmentId": "3EVIL"})
    answers = [Client().get(evil), send(evil), Client().post(evil, {"key": key}, follow=True)]
    assert not [one for one in answers if sitting.token in one.content.decode()]
    assert "Your personal link" in answers[0].content.decode()
    assert PanelVisit.objects.get().session == "3ASSIGNMENT"
    own = reverse("ratings:sitting", args=[sitting.token])
    gone_on = Client().post(evil, {"key": f"https://example.org{own}"})
    assert gone_on["Location"] == own
    assert PanelVisit.objects.get().session == "3EVIL"


def test_a_page_sent_off_by_two_people_is_refused_to_the_second(prolific):
    ticket = ticket_of(page(prolific, PROLIFIC_IDS))
    first = sitting_of(send(address(prolific, PROLIFIC_IDS), ticket=ticket))
    second = send(address(prolific, {**PROLIFIC_IDS, "PROLIFIC_PID": "b" * 24}), ticket=ticket)
    assert second.status_code == 400
    assert "This page has grown too old" in second.content.decode()
    assert list(Sitting.objects.all()) == [first]


def test_only_pages_for_mechanical_turk_may_stand_in_its_frame(turk, small_study):
    client = Client(enforce_csrf_checks=True)  # in a frame no cookie comes along
    welcome = client.get(address(turk, TURK_IDS))
    client.cookies.clear()
    entered = client.post(address(turk, TURK_IDS), FORM)
    framed = [welcome, client.get(entered["Location"])]
    for answer in framed:
        policy = answer["Content-Security-Policy"]
        assert "frame-ancestors https://worker.mturk.com" in policy
        assert "form-action 'self' https://www.mturk.com https://workersandbox.mturk.com" in policy
        assert "X-Frame-Options" not in answer
    by_link = Link.objects.create(study=small_study, kind=Link.Kind.OPEN)
    other = client.get(reverse("raters:welcome", args=[by_link.token]))
    assert other["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in other["Content-Security-Policy"]
    client.cookies.clear()
    refused = client.post(reverse("raters:welcome", args=[by_link.token]), FORM)
    assert (refused.status_code, Rater.objects.count()) == (403, 1)
