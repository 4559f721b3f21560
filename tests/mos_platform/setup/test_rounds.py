"""What a rater hears, sees and answers: judged once, found out nowhere, and guessed by nobody in a hurry."""

from __future__ import annotations

import io
import wave
from datetime import timedelta
from urllib.parse import urlencode

import numpy as np
from django.urls import reverse
from django.utils import timezone
from entering import CODES, PROLIFIC, changed, send, sitting_of
from setup_client import SetupClient, entered

from mos_platform.raters.services import open_link
from mos_platform.setup.models import SetupCheck
from mos_platform.words import say


def later(rater, check: str, seconds: float) -> None:
    """As if the last try had been so long ago."""
    SetupCheck.objects.filter(pk=rater.stored(check).pk).update(
        tried_at=timezone.now() - timedelta(seconds=seconds)
    )


def heard(rater) -> np.ndarray:
    sent = rater.get(rater.round("sound")["body_url"])
    with wave.open(io.BytesIO(b"".join(sent.streaming_content))) as file:
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")


def test_the_digits_that_were_said_are_right_however_they_are_typed(rater):
    reply = rater.answer("sound", " ".join(rater.digits()) + ".")
    assert (reply["passed"], reply["settled"], reply["tries"]) == (True, True, 1)
    assert reply["told"] == "Right: your sound works."


def test_digits_of_other_scripts_are_digits(small_study):
    rater = entered(small_study, language="ar")
    reply = rater.answer("sound", rater.digits().translate({48 + n: 0x660 + n for n in range(10)}))
    assert reply["passed"] is True
    assert reply["told"] == say("setup.sound_passed", "ar")


def test_each_try_has_new_digits_and_a_reload_keeps_them(rater):
    first = rater.round("sound")
    assert rater.round("sound") == first
    before = heard(rater)
    reply = rater.answer("sound", rater.wrong_digits())
    assert (reply["passed"], reply["settled"], reply["told"][:5]) == (False, False, "These")
    assert rater.round("sound")["answer_url"] != first["answer_url"]
    asked = [tuple(rater.secret("sound")["digits"])]
    for _ in range(3):
        rater.answer("sound", rater.wrong_digits())
        asked.append(tuple(rater.secret("sound")["digits"]))
    assert len(set(asked)) > 1
    after = heard(rater)
    assert len(before) == len(after)


def test_a_round_takes_one_answer(rater):
    asked, right = rater.round("sound"), rater.digits()
    rater.post(asked["answer_url"], {"answer": rater.wrong_digits()})
    again = rater.post(asked["answer_url"], {"answer": right}).json()
    assert (again["passed"], again["settled"], again["tries"]) == (False, False, 1)


def test_an_answer_sent_twice_is_still_right(rater):
    asked, right = rater.round("sound"), rater.digits()
    replies = [rater.post(asked["answer_url"], {"answer": right}).json() for _ in range(2)]
    assert [(reply["passed"], reply["settled"], reply["tries"]) for reply in replies] == [(True, True, 1)] * 2


def test_help_comes_with_the_tries(rater):
    replies = [rater.answer("sound", rater.wrong_digits()) for _ in range(5)]
    assert [bool(reply["hint"]) for reply in replies] == [False, True, True, True, True]
    assert "volume" in replies[1]["hint"]
    assert "cannot take part with it" in replies[4]["hint"]
    assert [reply["way_out"] for reply in replies] == [False] * 4 + [True]
    assert {reply["way_back"] for reply in replies} == {""}


def test_who_cannot_pass_a_required_check_goes_back_to_prolific_with_its_code(small_study):
    study = changed(small_study, recruitment=PROLIFIC)
    ids = {"PROLIFIC_PID": "somebody", "STUDY_ID": "s", "SESSION_ID": "t"}
    address = f"{reverse('raters:welcome', args=[open_link(study).token])}?{urlencode(ids)}"
    rater = SetupClient(sitting_of(send(address)))
    assert CODES["screened_out"] not in rater.get(rater.address("page")).content.decode()
    replies = [rater.answer("sound", rater.wrong_digits()) for _ in range(5)]
    back = f"https://app.prolific.com/submissions/complete?cc={CODES['screened_out']}"
    assert [reply["way_back"] for reply in replies] == [""] * 4 + [back]


def test_guessing_is_slow_whoever_reloads_the_page(rater):
    for _ in range(5):
        rater.answer("sound", rater.wrong_digits())
    for _ in range(3):
        rater.get(rater.address("page"))
        assert 0 < rater.round("sound")["wait_s"] <= 5
        reply = rater.answer("sound", rater.digits())
        assert (reply["passed"], reply["tries"]) == (False, 5)
        assert 0 < reply["wait_s"] <= 5
    later(rater, "sound", 3)
    assert rater.answer("sound", rater.digits())["passed"] is False
    later(rater, "sound", 5.1)
    assert rater.answer("sound", rater.wrong_digits())["tries"] == 6
    assert rater.answer("sound", rater.digits())["tries"] == 6
    later(rater, "sound", 5.1)
    assert rater.answer("sound", rater.digits())["passed"] is True


def test_no_response_tells_the_answer(rater):
    """Everything that a browser is sent but sound and pictures."""
    digits = rater.digits()
    rater.secret("headphones")
    rater.secret("colour")
    rater.secret("sync")
    rater.get(rater.address("page"))
    rater.get(rater.address("state"))
    samples = heard(rater)
    asked = rater.round("sound")
    texts = []
    for response in rater.responses:
        body = "" if response.streaming else response.content.decode()
        texts.append(f"{sorted(response.headers.items())} {body}")
    told = "\n".join(texts)
    for hidden in ("secret", '"ear":', "shift", "seed", '"plate":', '"control"', '"protan"', '"tritan"'):
        assert hidden not in told, hidden
    for separator in ("", " ", ",", ", "):
        assert separator.join(digits) not in asked["body_url"] + asked["answer_url"]
        assert f'"{separator.join(digits)}"' not in told
        assert f"[{separator.join(digits)}]" not in told
    assert len(samples) == (3 + 0.6) * 22050


def test_sound_files_are_kept_nowhere_and_can_be_sought(rater):
    address = rater.round("sound")["body_url"]
    part = rater.client.get(address, headers={"range": "bytes=0-3"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, b"RIFF")
    assert part["Cache-Control"] == "no-store"


def ears(rater, *says: str) -> dict:
    """Each round answered by what `says` makes of the right ear."""
    other = {"left": "right", "right": "left"}
    for how in says:
        right = rater.secret("headphones")["ear"]
        reply = rater.answer("headphones", {"same": right, "other": other[right]}.get(how, how))
    return reply


def test_headphones_pass_where_each_ear_is_named(rater):
    assert ears(rater, "same", "same")["passed"] is None
    assert rater.round("headphones")["place"] == 3
    assert ears(rater, "same")["passed"] is True


def test_headphones_worn_the_wrong_way_round_are_recognised(rater):
    reply = ears(rater, "other", "other", "other")
    assert (reply["passed"], rater.stored("headphones").value["swapped"]) == (False, True)
    assert "Left and right are swapped" in reply["told"]
    assert ears(rater, "same", "same", "same")["passed"] is True


def test_mono_sound_does_not_pass(rater):
    reply = ears(rater, "both", "both", "both")
    assert reply["passed"] is False
    assert "mono sound" in reply["told"]
    for guess in ("left", "right"):
        assert ears(rater, guess, guess, guess)["passed"] is False


def test_colours_are_noted_plate_by_plate(rater):
    for _ in range(4):
        secret = rater.secret("colour")
        right = secret["plate"] in ("control", "tritan")
        reply = rater.answer("colour", str(secret["digit"]) if right else "")
    assert rater.stored("colour").value["read"] == {
        "control": True,
        "deutan": False,
        "protan": False,
        "tritan": True,
    }
    assert "no diagnosis" in reply["told"]
    assert reply["way_out"] is False


def test_who_cannot_read_the_grey_plate_is_asked_to_look_at_the_screen(rater):
    for _ in range(4):
        reply = rater.answer("colour", "")
    assert "bright enough" in reply["told"]


def test_early_and_late_sound_is_told_each_time(rater):
    words = {-400: "too early", -200: "too early", 0: "went together", 400: "too late"}
    says = {-400: "early", -200: "together", 0: "together", 400: "late"}
    met = []
    for _ in range(4):
        shift = rater.secret("sync")["shift_ms"]
        reply = rater.answer("sync", says[shift])
        assert words[shift] in reply["told"]
        met.append(shift)
    assert sorted(met) == [-400, -200, 0, 400]
    assert "3 of 4" in reply["told"]
    assert reply["passed"] is True
    assert rater.stored("sync").value["right"] == 3
    assert [clip["shift_ms"] for clip in rater.stored("sync").value["clips"]] == met


def test_who_does_not_hear_what_is_clear_may_try_again_or_go_on(rater):
    for _ in range(4):
        reply = rater.answer("sync", "late")
    assert (reply["passed"], reply["settled"]) == (False, False)
    assert rater.past("sync").json()["settled"] is True
