"""Who may take part: told politely, and nothing is stored about whoever may not."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from entering import changed, send, sitting_of
from every_type import STUDY
from imported import rows_of

from mos_platform.raters.models import Rater
from mos_platform.raters.services import open_link, simulated_link
from mos_platform.stimuli.models import Study

pytestmark = pytest.mark.django_db


def page(study: Study, accept: str = "", query: str = "") -> str:
    door = reverse("raters:welcome", args=[open_link(study).token])
    return Client().get(f"{door}{query}", HTTP_ACCEPT_LANGUAGE=accept).content.decode()


def enter(study: Study, *, simulated: bool = False, **fields: str) -> HttpResponse:
    link = simulated_link(study) if simulated else open_link(study)
    return send(reverse("raters:welcome", args=[link.token]), **fields)


def refused(study: Study, *words: str, **fields: str) -> None:
    answer = enter(study, **fields)
    told = answer.content.decode()
    assert answer.status_code == 403
    assert "Thank you for your interest" in told
    assert all(word in told for word in words), told
    assert not Rater.objects.exists()


def test_only_the_wanted_experience_is_admitted(small_study):
    study = changed(small_study, recruitment={"expertise": ["none", "expert"]})
    refused(study, "another level of experience", "Nothing about you was stored")
    assert enter(study, expertise="expert").status_code == 302


def test_only_the_wanted_devices_are_admitted(small_study):
    study = changed(small_study, devices={"allow": ["desktop", "tablet"]})
    refused(study, "computer, tablet", "open the same address there", device="phone")
    refused(study, "allow JavaScript", device="")
    refused(study, "allow JavaScript", device="fridge")
    assert enter(study, device="tablet").status_code == 302
    assert "One of these devices: computer, tablet." in page(study)


def test_a_screen_has_to_be_large_enough(small_study):
    study = changed(small_study, devices={"min_screen_width": 1280, "min_screen_height": 720})
    refused(
        study, "1280 pixels wide and 720 pixels high", "390 × 844", screen_width="390", screen_height="844"
    )
    refused(study, "0 × 0", screen_width="-5", screen_height="many")
    assert enter(study).status_code == 302
    rater = Rater.objects.get()
    assert (rater.screen_width, rater.screen_height) == (1920, 1080)
    assert "A screen at least 1280 pixels wide and 720 pixels high." in page(study)


def test_one_side_of_the_screen_alone_can_have_a_rule(small_study):
    study = changed(small_study, devices={"min_screen_height": 900})
    refused(study, "at least 900 pixels high", "1920 × 800", screen_height="800")
    assert "A screen at least 900 pixels high." in page(study)


def test_a_full_study_says_so_and_those_who_began_go_on(small_study):
    study = changed(small_study, recruitment={"limit": 2}, targets={"raters_per_method": 2})
    first = enter(study)
    assert enter(study, simulated=True).status_code == 302
    assert enter(study).status_code == 302
    answer = enter(study)
    assert (answer.status_code, "All places in this study are taken" in answer.content.decode()) == (
        403,
        True,
    )
    assert Rater.objects.filter(simulated=False).count() == 2
    assert "All places are taken" in page(study)
    assert Client().get(first["Location"]).status_code == 200


def test_payment_is_told_where_there_is_any(small_study):
    assert "receive" not in page(small_study)
    study = changed(small_study, payment={"amount": 2.5, "currency": "EUR"})
    assert "you receive 2.50 EUR" in page(study)


@pytest.mark.parametrize(
    ("accept", "query", "heading", "lang"),
    [
        ("", "", "Every way of asking", "en"),
        ("de-CH,de;q=0.9,en;q=0.5", "", "Jede Art zu fragen", "de"),
        ("fr,en;q=0.5", "", "Every way of asking", "en"),
        ("de", "?language=en", "Every way of asking", "en"),
        ("", "?language=DE", "Jede Art zu fragen", "de"),
        ("", "?language=%00xx", "Every way of asking", "en"),
    ],
)
def test_the_language_asked_for_then_the_browsers_then_the_studys(db, accept, query, heading, lang):
    told = page(rows_of(STUDY), accept, query)
    assert heading in told
    assert f'<html lang="{lang}"' in told
    assert 'hreflang="de" lang="de"' in told


def test_the_chosen_language_is_stored(db):
    study = rows_of(STUDY)
    enter(study, language="de")
    enter(study, language="klingon")
    assert list(Rater.objects.order_by("pk").values_list("language", flat=True)) == ["de", "en"]


def test_a_study_in_one_language_offers_no_choice(small_study):
    assert "hreflang" not in page(small_study, "de")


def test_around_texts_in_a_language_that_the_interface_lacks_the_page_is_english(small_study):
    told = page(changed(small_study, language="fa"))
    assert '<html lang="en" dir="ltr">' in told
    assert '<h1 lang="fa" dir="rtl">A small study</h1>' in told
    assert "What happens" in told


def test_who_has_begun_is_not_told_that_all_places_are_taken(small_study):
    full = changed(small_study, recruitment={"by": "link", "limit": 1}, targets={"raters_per_method": 1})
    address, client = reverse("raters:welcome", args=[open_link(full).token]), Client()
    sitting_of(send(address, client))
    mine = client.get(address).content.decode()
    assert "Go on where you were" in mine
    assert "All places are taken" not in mine
    assert "All places are taken" in Client().get(address).content.decode()


def test_what_can_end_a_sitting_is_said_before_consent(small_study):
    address = reverse("raters:welcome", args=[open_link(small_study).token])
    plain = Client().get(address).content.decode()
    assert "known answer" not in plain
    assert "checks of picture and sound" not in plain
    screening = {"attention": {"on_missed_check": "end"}, "apply": ["attention"]}
    changed(small_study, setup={"checks": ["playback", "sound"]}, screening=screening)
    told = Client().get(address).content.decode()
    assert "Whoever cannot pass the required ones cannot take part." in told
    assert "Some trials have a known answer" in told


def test_the_link_opened_again_speaks_the_language_that_was_chosen(db):
    address, client = reverse("raters:welcome", args=[open_link(rows_of(STUDY)).token]), Client()
    sitting_of(send(address, client, language="de"))
    assert 'lang="de"' in client.get(address).content.decode().split("<body", 1)[0]
