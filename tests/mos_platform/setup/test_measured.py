"""What a browser measures: passed or not, with the reason that fits, in the rater's language."""

from __future__ import annotations

from typing import Any

import pytest
from setup_client import entered

COLOURS = [[200, 40, 40], [40, 150, 60], [50, 70, 190], [225, 225, 225]]
SCREEN = {"width": 1280, "height": 800, "pixel_ratio": 1.5, "refresh_hz": 60.1}


def study_with(study: Any, **keys: Any) -> Any:
    study.config = {**study.config, **keys}
    study.save()
    study.__dict__.pop("parsed", None)
    return study


@pytest.mark.parametrize(
    ("facts", "passed", "told"),
    [
        ({"trouble": "", "patches": COLOURS}, True, "played to its end"),
        ({"trouble": "", "patches": [[c + 30 for c in rgb] for rgb in COLOURS]}, True, "played to its end"),
        ({"trouble": "", "patches": None}, True, "played to its end"),
        ({"trouble": "", "patches": COLOURS[::-1]}, False, "its picture did not appear"),
        ({"trouble": "", "patches": [[0, 0, 0]] * 4}, False, "its picture did not appear"),
        ({"trouble": "", "patches": []}, False, "its picture did not appear"),
        ({"trouble": "unsupported", "patches": None}, False, "This browser cannot play"),
        ({"trouble": "stopped", "patches": None}, False, "did not reach its end"),
    ],
)
def test_a_clip_that_does_not_play_says_why(rater, facts, passed, told):
    reply = rater.report("playback", facts).json()
    assert reply["passed"] is reply["settled"] is passed
    assert told in reply["told"]
    assert reply["way_out"] is not passed


@pytest.mark.parametrize(
    ("screen", "told"),
    [
        ({}, None),
        ({"refresh_hz": 59.2}, None),
        ({"refresh_hz": 30}, "30 pictures per second; this study needs 60"),
        ({"refresh_hz": None}, "could not be measured"),
        ({"width": 800}, "800 pixels wide; this study needs at least 1024"),
        ({"height": 500}, "500 pixels high; this study needs at least 600"),
    ],
)
def test_a_screen_that_does_not_suit_says_why(small_study, screen, told):
    needs = {"min_screen_width": 1024, "min_screen_height": 600}
    setup = {"checks": ["screen"], "min_refresh_hz": 60}
    rater = entered(study_with(small_study, setup=setup, devices=needs))
    reply = rater.report("screen", {**SCREEN, **screen}).json()
    assert reply["passed"] is (told is None)
    assert (told or "suits") in reply["told"]
    assert rater.stored("screen").value == {**SCREEN, **screen}


def test_without_a_rule_any_screen_will_do(rater):
    reply = rater.report("screen", {"width": 1, "height": 1, "pixel_ratio": 1, "refresh_hz": None})
    assert reply.json()["passed"] is True


def test_the_connection_must_carry_the_largest_clip_with_a_margin(rater, small_study):
    """1.2 Mbit/s: 450 kB in 3 s."""
    small_study.stimuli.filter(method__name="alpha").update(bytes=450_000)
    slow = rater.report("speed", {"mbits": 1.7}).json()
    assert slow["passed"] is False
    assert "1.7 Mbit/s; this study needs 1.8" in slow["told"]
    fast = rater.report("speed", {"mbits": 1.9}).json()
    assert (fast["passed"], fast["tries"]) == (True, 2)


def test_a_study_may_say_how_fast_a_connection_must_be(small_study):
    rater = entered(study_with(small_study, setup={"checks": ["speed"], "min_mbits": 8}))
    assert rater.report("speed", {"mbits": 7.9}).json()["passed"] is False
    assert rater.report("speed", {"mbits": 8}).json()["passed"] is True


def test_the_measured_bytes_are_as_many_as_asked_for_and_never_the_same(rater):
    def body() -> bytes:
        answer = rater.get(rater.address("noise", 250_000))
        assert "no-store" in answer["Cache-Control"]
        return b"".join(answer.streaming_content)

    one, other = body(), body()
    assert len(one) == len(other) == 250_000
    assert one != other
    assert rater.get(rater.address("noise", 10**9)).status_code == 404


def test_what_passed_once_stays_passed(rater):
    rater.report("speed", {"mbits": 50})
    rater.report("speed", {"mbits": 0})
    assert (rater.stored("speed").passed, rater.stored("speed").value["mbits"]) == (True, 50)


@pytest.mark.parametrize(
    ("check", "facts"),
    [
        ("playback", {}),
        ("playback", {"trouble": "magic", "patches": None}),
        ("playback", {"trouble": "", "patches": [[1, 2]]}),
        ("playback", {"trouble": "", "patches": [[999, 0, 0]]}),
        ("screen", {"width": "wide", "height": 1, "pixel_ratio": 1, "refresh_hz": 1}),
        ("screen", {"width": 10, "height": 10, "pixel_ratio": "NaN", "refresh_hz": 1}),
        ("speed", {"mbits": -1}),
        ("speed", {"mbits": 1e300}),
    ],
)
def test_a_malformed_report_is_refused_in_one_sentence(rater, check, facts):
    answer = rater.report(check, facts)
    assert answer.status_code == 400
    assert len(answer.json()["error"]) < 200


def test_checks_that_nobody_asks_for_are_not_found(small_study):
    rater = entered(study_with(small_study, setup={"checks": ["sound"]}))
    assert rater.report("playback", {"trouble": "", "patches": None}).status_code == 404
    assert rater.report("magic", {}).status_code == 404
    assert rater.report("sound", {}).status_code == 404
    assert rater.past("distance").status_code == 404
    for check in ("headphones", "speed", "magic"):
        assert rater.post(rater.address("round", check), {}).status_code == 404
    for address in ("/setup/nobody/", "/api/setup/nobody/", "/setup/rounds/nothing"):
        assert rater.get(address).status_code == 404
    assert rater.post("/api/setup-rounds/nothing/", {"answer": "1"}).status_code == 404


def test_a_required_check_cannot_be_gone_past_and_others_can(rater):
    refused = rater.past("playback")
    assert refused.status_code == 400
    assert refused.json()["error"] == "This check has to succeed before the first clip."
    assert rater.past("speed").json()["settled"] is True
    speed = rater.stored("speed")
    assert (speed.passed, speed.settled, speed.tries) == (None, True, 0), "not taken is not failed"


def test_the_study_says_what_is_required(small_study):
    setup = {"checks": ["speed", "sound"], "required": ["speed"]}
    rater = entered(study_with(small_study, setup=setup))
    assert rater.past("speed").status_code == 400
    assert rater.past("sound").status_code == 200
