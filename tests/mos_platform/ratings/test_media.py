"""Clips and pictures under addresses that are each rater's own."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from every_type import STUDY
from imported import rows_of

from mos_platform.assignments.models import Showing
from mos_platform.assignments.services import reserve_sitting
from mos_platform.raters.admission import Enrolment
from mos_platform.raters.services import enrol, open_link
from mos_platform.stimuli.models import Study

pytestmark = pytest.mark.django_db


@pytest.fixture
def study(db: None, own_folders: None) -> Study:
    """Clips whose bytes say which clip they are."""
    study = rows_of(STUDY)
    for clip in study.stimuli.all():
        clip.file = default_storage.save("a/clip.mp4", ContentFile(f"clip {clip.pk}".encode()))
        clip.save()
    for item in study.items.all():
        item.picture = default_storage.save("a/still.png", ContentFile(f"picture {item.pk}".encode()))
        item.save()
    sitting = enrol(open_link(study), Enrolment("some", "", "desktop"))
    reserve_sitting(sitting)
    return study


def address(shown: Showing) -> str:
    return reverse("ratings:media", args=[shown.token])


def test_each_address_leads_to_what_its_trial_shows(study):
    for shown in Showing.objects.select_related("trial"):
        answer = Client().get(address(shown))
        sent = b"".join(answer.streaming_content).decode()
        if shown.role == "picture":
            assert sent == f"picture {shown.trial.stimulus.item_id}"
            assert answer["Content-Type"] == "image/png"
        else:
            assert sent == f"clip {shown.trial.clips[shown.role].pk}"
            assert answer["Content-Type"] == "video/mp4"
        assert int(answer["Content-Length"]) == len(sent)


def test_headers_tell_nothing_that_stays_the_same(study):
    """One clip in several trials: nothing in any answer says so, the size apart."""
    repeated = study.stimuli.filter(trials__kind="repeat").first()
    showings = Showing.objects.filter(trial__stimulus=repeated, role="clip")
    answers = [Client().get(address(shown)) for shown in showings]
    tags = [answer["ETag"] for answer in answers]
    assert tags == [f'"{shown.token}"' for shown in showings]
    assert len(set(tags)) == len(tags) >= 2
    for answer in answers:
        assert {"Last-Modified", "Content-Disposition"} & set(answer.headers) == set()
        assert "private" in answer["Cache-Control"]


def test_the_first_delivery_is_recorded_and_costs_one_read(study, django_assert_num_queries):
    shown = Showing.objects.filter(role="clip").first()
    assert shown.delivered_at is None
    with django_assert_num_queries(2):
        b"".join(Client().get(address(shown)).streaming_content)
    at = Showing.objects.get(pk=shown.pk).delivered_at
    assert at is not None
    with django_assert_num_queries(1):
        part = Client().get(address(shown), HTTP_RANGE="bytes=0-3")
    assert (part.status_code, b"".join(part.streaming_content)) == (206, b"clip")
    assert Showing.objects.get(pk=shown.pk).delivered_at == at


def test_an_answer_without_a_byte_of_the_clip_is_no_delivery(study):
    shown = Showing.objects.filter(role="clip").first()
    asked = [{"HTTP_IF_NONE_MATCH": f'"{shown.token}"'}, {"HTTP_RANGE": "bytes=999-"}]
    statuses = [Client().get(address(shown), **headers).status_code for headers in asked]
    assert [*statuses, Client().head(address(shown)).status_code] == [304, 416, 200]
    assert Showing.objects.get(pk=shown.pk).delivered_at is None


def test_tokens_of_stimuli_trials_and_sittings_lead_nowhere(study):
    trial = Showing.objects.first().trial
    for token in (trial.token, trial.sitting.token, trial.stimulus.token, "0", "nothing"):
        assert Client().get(reverse("ratings:media", args=[token])).status_code == 404


def test_a_file_that_is_gone_is_not_found(study):
    shown = Showing.objects.filter(role="clip").first()
    default_storage.delete(shown.trial.stimulus.file.name)
    assert Client().get(address(shown)).status_code == 404
