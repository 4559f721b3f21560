"""Nobody comes to the first clip before the checks, and everybody comes there after them."""

from __future__ import annotations

import csv
from pathlib import Path

from django.test import Client
from django.urls import reverse

from mos_platform.exports.services import export_bundle
from mos_platform.raters.admission import Enrolment
from mos_platform.raters.services import enrol, simulated_link
from mos_platform.stimuli.models import Study

COLOURS = [[200, 40, 40], [40, 150, 60], [50, 70, 190], [225, 225, 225]]
SCREEN = {"width": 1280, "height": 800, "pixel_ratio": 2, "refresh_hz": 59.9}


def state(rater):
    return Client().get(reverse("ratings:state", args=[rater.sitting.token])).json()


def pass_all(rater):
    """Everything right, but one plate unread."""
    rater.report("playback", {"trouble": "", "patches": COLOURS})
    rater.report("screen", SCREEN)
    rater.report("speed", {"mbits": 20})
    rater.answer("sound", rater.digits())
    for _ in range(3):
        rater.answer("headphones", rater.secret("headphones")["ear"])
    for _ in range(4):
        secret = rater.secret("colour")
        rater.answer("colour", "" if secret["plate"] == "tritan" else str(secret["digit"]))
    rater.past("colour")
    rater.report("distance", {})
    for _ in range(4):
        rater.answer("sync", "together")
    rater.past("sync")


def test_the_first_clip_waits_for_the_checks(rater):
    page = Client().get(reverse("ratings:sitting", args=[rater.sitting.token]))
    assert (page.status_code, page.url) == (302, rater.address("page"))
    told = state(rater)
    assert told["setup"] == rater.address("page")
    assert told["trial"] is None
    assert told["upcoming"] == []
    assert told["total"] > 0
    assert rater.get(rater.address("page")).status_code == 200
    pass_all(rater)
    assert rater.get(rater.address("state")).json()["open"] is False
    told = state(rater)
    assert told["setup"] is None
    assert told["trial"]["position"] == 1
    back = rater.get(rater.address("page"))
    assert (back.status_code, back.url) == (302, reverse("ratings:sitting", args=[rater.sitting.token]))


def test_one_open_check_is_enough_to_wait(rater):
    pass_all(rater)
    rater.stored("distance").delete()
    assert state(rater)["setup"]
    rater.past("distance")
    assert state(rater)["trial"]


def test_simulated_raters_are_exempt(small_study: Study):
    sitting = enrol(simulated_link(small_study), Enrolment("some", "", "desktop"))
    assert Client().get(reverse("ratings:sitting", args=[sitting.token])).status_code == 200
    assert Client().get(reverse("ratings:state", args=[sitting.token])).json()["trial"]


def test_what_was_found_is_in_the_bundle(rater, small_study: Study, tmp_path: Path):
    pass_all(rater)
    folder = export_bundle(small_study, tmp_path / "bundle")
    with (folder / "raters.csv").open(newline="") as lines:
        (row,) = csv.DictReader(lines)
    found = {
        "refresh_hz": "59.9",
        "mbits": "20.0",
        "sound_tries": "1",
        "headphones_passed": "true",
        "colour_passed": "false",
        "distance_confirmed": "true",
        "sync_correct": "1",
    }
    assert {column: row[column] for column in found} == found


def test_checks_that_were_not_tried_are_missing_values(rater, small_study: Study, tmp_path: Path):
    rater.round("sound")
    folder = export_bundle(small_study, tmp_path / "bundle")
    with (folder / "raters.csv").open(newline="") as lines:
        (row,) = csv.DictReader(lines)
    assert {row[column] for column in ("refresh_hz", "sound_tries", "colour_passed", "sync_correct")} == {""}


def test_places_are_taken_before_the_checks(rater):
    """Nobody passes them to read that all places are taken."""
    assert not rater.sitting.trials.exists()
    Client().get(reverse("ratings:sitting", args=[rater.sitting.token]))
    assert rater.sitting.trials.filter(holds_place=True).exists()
