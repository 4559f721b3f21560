"""Key `setup` of a study file: sensible without a word, and contradictions told."""

from __future__ import annotations

from typing import Any

import pytest

from studies.config import Setup, parse_study
from studies.errors import InputError

STUDY = {
    "study": "mine",
    "title": "Mine",
    "texts": {
        "welcome": "Welcome.",
        "consent": {"version": "1", "body": "I agree to watch synthetic clips and to rate them."},
        "instructions": "Watch and rate.",
        "debriefing": "All clips were synthetic.",
    },
    "methods": ["one", "two"],
    "items": ["a", "b"],
    "parts": [{"id": "rating", "test_method": "ACR", "questions": [{"id": "overall", "text": "How good?"}]}],
}


def setup_of(**keys: Any) -> Setup:
    return parse_study({**STUDY, "setup": keys}, "mine").setup


def test_without_a_word_devices_are_checked_and_video_and_sound_have_to_work():
    setup = parse_study(STUDY, "mine").setup
    assert setup.checks == ("playback", "screen", "speed", "sound")
    assert [check for check in setup.checks if setup.is_required(check)] == ["playback", "sound"]


def test_studies_that_say_nothing_keep_their_hash():
    silent, said = parse_study(STUDY, "mine"), parse_study({**STUDY, "setup": {"checks": []}}, "mine")
    assert parse_study({**STUDY, "setup": {}}, "mine").sha256() == silent.sha256() != said.sha256()


def test_a_study_survives_being_stored():
    for setup in ({"checks": []}, {"checks": ["sound"], "required": []}, {"min_mbits": 3}):
        study = parse_study({**STUDY, "setup": setup}, "mine")
        assert parse_study(study.model_dump(mode="json"), "mine") == study


def test_the_study_chooses_what_is_required():
    setup = setup_of(checks=["sound", "headphones"], required=["headphones"])
    assert setup.is_required("headphones")
    assert not setup.is_required("sound")
    assert not any(setup_of(required=[]).is_required(check) for check in ("playback", "sound"))


@pytest.mark.parametrize(
    ("keys", "parts"),
    [
        ({"checks": ["sound", "sound"]}, ("sound", "twice", "remove one")),
        ({"checks": ["smell"]}, ("setup.checks", "smell")),
        ({"checks": ["sound"], "required": ["speed"]}, ("speed", "not under 'checks'")),
        ({"checks": ["sync"], "required": ["sync"]}, ("setup.required", "sync")),
        ({"checks": ["sound"], "min_refresh_hz": 60}, ("'min_refresh_hz'", "'screen'")),
        ({"checks": ["sound"], "min_mbits": 2}, ("'min_mbits'", "'speed'")),
        ({"distance": "One metre."}, ("'distance'", "add it to 'checks'")),
        ({"min_refresh_hz": 0}, ("min_refresh_hz", "0")),
        ({"chekcs": []}, ("chekcs", "checks")),
    ],
)
def test_contradictions_are_told_with_their_mend(keys: dict[str, Any], parts: tuple[str, ...]):
    with pytest.raises(InputError) as told:
        setup_of(**keys)
    assert all(part in str(told.value) for part in parts), str(told.value)
