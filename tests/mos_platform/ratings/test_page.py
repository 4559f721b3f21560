"""The page of a sitting: what it fetches, and in whose language it speaks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from entering import changed

from mos_platform.raters.admission import Enrolment
from mos_platform.raters.services import enrol, open_link
from mos_platform.stimuli.models import Study

pytestmark = pytest.mark.django_db

SCRIPTS = Path(__file__).resolve().parents[3] / "mos_platform" / "static" / "js"
IMPORT = re.compile(r'^(?:import|export) .*?from "\./(\w+)\.js";$', re.MULTILINE)
PRELOADED = re.compile(r'rel="modulepreload" href="/static/js/(\w+)[\w.]*\.js"')


def imported(name: str, known: frozenset[str] = frozenset()) -> frozenset[str]:
    """The module and all that it imports."""
    known = known | {name}
    for other in IMPORT.findall((SCRIPTS / f"{name}.js").read_text(encoding="utf-8")):
        known = known if other in known else imported(other, known)
    return known


def page(study: Study, language: str) -> str:
    enrolment = Enrolment(expertise="some", age_group="25-34", device="desktop", language=language)
    sitting = enrol(open_link(study), enrolment)
    return Client().get(reverse("ratings:sitting", args=[sitting.token])).content.decode()


def test_the_page_names_all_its_scripts_at_once(small_study):
    named = PRELOADED.findall(page(small_study, "en"))
    assert len(named) == len(set(named))
    assert set(named) == imported("sitting")


def test_interface_and_study_each_say_their_language(small_study):
    told = page(changed(small_study, language="he"), "he")
    assert '<html lang="en" dir="ltr">' in told
    assert '<div class="prose" lang="he" dir="rtl">' in told
    assert '<div id="questions" lang="he" dir="rtl">' in told


def test_an_arabic_sitting_runs_from_right_to_left(small_study):
    told = page(changed(small_study, language="ar"), "ar")
    assert '<html lang="ar" dir="rtl">' in told
    assert "ابدأ" in told
    assert "Start" not in re.sub(r"<script.*?</script>", "", told, flags=re.DOTALL)
