"""Invitations: one person each, on any device, and no name in the database."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from entering import PROLIFIC, changed, send, sitting_of

from mos_platform.console.progress import study_progress
from mos_platform.raters.invitations import invite, invite_people
from mos_platform.raters.models import Invitation, Rater, Sitting
from mos_platform.raters.services import open_link, path_for_raters, withdraw_rater
from mos_platform.stimuli.models import Study
from studies.errors import InputError

pytestmark = pytest.mark.django_db


@pytest.fixture
def study(small_study: Study) -> Study:
    return changed(small_study, recruitment={"by": "invitation"})


def addresses(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    call_command("invite", "small", *words)
    return [urlsplit(line.split("\t")[-1]).path for line in capsys.readouterr().out.splitlines()]


def test_each_address_lets_one_person_in_and_goes_on_on_another_device(study, capsys):
    one, other = addresses(capsys, "--count", "2")
    sitting = sitting_of(send(one))
    told = Client().get(one).content.decode()
    assert reverse("ratings:sitting", args=[sitting.token]) in told
    assert "Are you somebody else" not in told
    assert 'name="consent"' not in told
    assert sitting_of(send(one)) == sitting
    assert sitting_of(send(other)) != sitting
    assert Sitting.objects.count() == 2
    assert Rater.objects.first().link.kind == "invitation"


def test_the_study_link_alone_lets_nobody_in(study):
    assert path_for_raters(study) is None
    door = reverse("raters:welcome", args=[open_link(study).token])
    answer = send(door)
    assert (answer.status_code, "by invitation" in answer.content.decode()) == (403, True)
    assert not Rater.objects.exists()


def test_the_same_name_gets_the_same_address_and_no_name_is_stored(study, capsys, tmp_path):
    file = tmp_path / "names.txt"
    file.write_text("Annabel Smith\n\nBogumil  Lindqvist\n", encoding="utf-8")
    first = addresses(capsys, "--names", str(file))
    file.write_text("Bogumil Lindqvist\nCem Ö\nAnnabel Smith\n", encoding="utf-8")
    again = addresses(capsys, "--names", str(file))
    assert len({*first, *again}) == 3
    assert [again[2], again[0]] == first
    stored = str(list(Invitation.objects.values()))
    assert not [name for name in ("Annabel", "Smith", "Bogumil", "Lindqvist") if name in stored]


def test_an_invitation_of_somebody_who_left_says_so(study):
    (invitation,) = invite(study, 1)
    door = reverse("raters:welcome", args=[invitation.token])
    withdraw_rater(sitting_of(send(door)).rater)
    told = Client().get(door).content.decode()
    assert "You left this study" in told
    assert 'name="consent"' not in told


@pytest.mark.parametrize("names", [["Ann", "Ann"], ["Ann", " Ann "], []])
def test_names_twice_or_none_are_told(study, names):
    with pytest.raises(InputError, match=r"twice|ask for 1"):
        invite_people(study, names)
    assert not Invitation.objects.exists()


def test_a_study_by_link_has_no_invitations(small_study):
    with pytest.raises(InputError, match="recruits by link"):
        invite(small_study, 1)


def test_a_file_that_cannot_be_read_is_told(study, tmp_path: Path):
    (tmp_path / "names").write_bytes(b"\xff\xfe\x00")
    for file in ("names", "absent"):
        with pytest.raises(InputError, match="cannot be read"):
            call_command("invite", "small", "--names", str(tmp_path / file))


def test_the_console_says_how_raters_come(small_study, admin_client):
    page = reverse("console:study", args=["small"])
    changed(small_study, recruitment={"by": "invitation"})
    invited = admin_client.get(page).content.decode()
    assert "python -m mos_platform invite small" in invited
    assert "Rate it yourself" not in invited
    changed(small_study, recruitment=PROLIFIC)
    assert "?PROLIFIC_PID={{%PROLIFIC_PID%}}" in admin_client.get(page).content.decode()
    changed(small_study, recruitment={"by": "link"})
    assert "Rate it yourself" in admin_client.get(page).content.decode()


def test_an_invited_rater_who_found_no_place_gets_one_that_is_given_back(small_study, capsys):
    full = {"stop": {"rule": "quota"}, "targets": {"raters_per_method": 1}, "setup": {"checks": []}}
    parts = small_study.config["parts"][:1]
    own = changed(small_study, recruitment={"by": "invitation"}, parts=parts, **full)
    first, second = addresses(capsys, "--count", "2")
    has, late = (sitting_of(send(address)) for address in (first, second))
    page = reverse("ratings:sitting", args=[late.token])
    Client().get(reverse("ratings:sitting", args=[has.token]))
    assert "All places in this study are taken." in Client().get(page).content.decode()
    late.rater.refresh_from_db()
    assert (late.rater.status, late.trials.count()) == ("turned_away", 0)
    assert study_progress(own).raters_finished == 0
    Client().post(reverse("ratings:withdraw", args=[has.token]))
    assert "All places" not in Client().get(page).content.decode()
    late.rater.refresh_from_db()
    assert (late.rater.status, late.trials.count() > 0) == ("active", True)
