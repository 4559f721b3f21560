"""Programs that fill in forms are kept out, people are only asked once more, and nobody is counted twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from entering import send, sitting_of, ticket_of

from mos_platform.raters import bots
from mos_platform.raters.models import Rater
from mos_platform.raters.services import open_link, simulated_link

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def checked(nobody_reads: None, settings) -> None:
    settings.BOT_CHECKS = True


@pytest.fixture
def door(small_study) -> str:
    return reverse("raters:welcome", args=[open_link(small_study).token])


def ticket(door: str) -> str:
    return ticket_of(Client().get(door).content.decode())


def test_too_quick_is_asked_once_more_and_then_let_in(door, monkeypatch):
    given = ticket(door)
    answer = send(door, ticket=given)
    assert answer.status_code == 400
    assert "That was very quick" in answer.content.decode()
    assert not Rater.objects.exists()
    monkeypatch.setattr(bots, "SHORTEST", timedelta(0))
    assert sitting_of(send(door, ticket=given))


@pytest.mark.parametrize("given", ["", "abc", "0" * 32 + ":1abc:forged"])
def test_a_form_that_was_never_shown_is_shown_again(door, given):
    answer = send(door, ticket=given)
    assert (answer.status_code, "grown too old" in answer.content.decode()) == (400, True)
    assert not Rater.objects.exists()


def test_a_hidden_field_that_is_filled_in_is_refused_politely(door, monkeypatch):
    monkeypatch.setattr(bots, "SHORTEST", timedelta(0))
    answer = send(door, ticket=ticket(door), **{bots.HONEYPOT: "https://buy.example"})
    assert answer.status_code == 403
    assert "If you are a person" in answer.content.decode()
    assert not Rater.objects.exists()


def test_the_same_page_sent_twice_is_one_rater(door, monkeypatch):
    monkeypatch.setattr(bots, "SHORTEST", timedelta(0))
    given = ticket(door)
    first, second = (sitting_of(send(door, ticket=given)) for _ in range(2))
    assert first == second
    assert sitting_of(send(door, ticket=ticket(door))) != first
    assert Rater.objects.count() == 2


def test_simulated_raters_are_programs_and_may_be(small_study):
    link = reverse("raters:welcome", args=[simulated_link(small_study).token])
    assert sitting_of(send(link)).rater.simulated


def test_a_page_of_another_study_counts_there_alone(door, small_study, monkeypatch):
    monkeypatch.setattr(bots, "SHORTEST", timedelta(0))
    given = ticket(door)
    here = sitting_of(send(door, ticket=given)).rater
    small_study.pk, small_study.slug = None, "other"
    small_study.save()
    elsewhere = reverse("raters:welcome", args=[open_link(small_study).token])
    there = sitting_of(send(elsewhere, ticket=given)).rater
    assert (there.study, there.ticket) == (small_study, here.ticket)
    assert there.study != here.study


def test_a_second_page_of_one_browser_goes_on_unless_it_is_somebody_elses(door, monkeypatch):
    """Two tabs opened before consent are one person; whoever begins where a sitting is told of is another."""
    monkeypatch.setattr(bots, "SHORTEST", timedelta(0))
    browser, given = Client(), [ticket(door), ticket(door)]
    first, second = (sitting_of(send(door, browser, ticket=one)) for one in given)
    assert first == second
    page = browser.get(door).content.decode()
    assert "Are you somebody else?" in page
    assert 'name="another"' in page
    assert sitting_of(send(door, browser, ticket=ticket_of(page))) == first
    assert sitting_of(send(door, browser, ticket=ticket_of(page), another="on")) != first
    assert 'name="another"' not in Client().get(door).content.decode()


@pytest.mark.parametrize("status", ["finished", "ended", "withdrawn"])
def test_who_has_taken_part_does_not_begin_again_unasked(door, monkeypatch, status):
    monkeypatch.setattr(bots, "SHORTEST", timedelta(0))
    browser = Client()
    first = sitting_of(send(door, browser, ticket=ticket(door)))
    Rater.objects.filter(pk=first.rater_id).update(status=status)
    again = send(door, browser, ticket=ticket(door))
    assert (again.status_code, Rater.objects.count()) == (400, 1)
    assert "Please tick this if you are somebody else" in again.content.decode()
    assert sitting_of(send(door, browser, ticket=ticket(door), another="on")) != first
