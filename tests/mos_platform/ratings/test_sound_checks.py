"""Trials that have spoken digits typed: heard by raters, kept from their pages, counted as checks."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from attentive import View, answer_next, enter, pair_part, rating_part, right, sit, state_of, study_with
from django.test import Client
from django.utils import timezone
from imported import rows_of

from mos_platform.assignments.models import Trial
from mos_platform.exports.services import export_bundle
from mos_platform.raters.models import Rater, Sitting
from mos_platform.ratings.attention import as_instructed
from mos_platform.ratings.models import Rating
from mos_platform.setup.sounds import spoken_digits

pytestmark = pytest.mark.django_db

# Addresses and tokens are random letters and digits: three of them together may be any number.
WRITTEN_NUMBER = re.compile(r"(?<!\w)\d+(?!\w)")
SOUND = {"attention_checks": 0, "sound_checks": 1}


def at_sound_check(sitting: Sitting) -> tuple[View, Trial]:
    state = state_of(sitting)
    while state["trial"]["questions"][0]["type"] != "digits":
        state = answer_next(state)
    return state, Trial.objects.get(token=state["trial"]["token"])


def typed(state: View, answer: str) -> Trial:
    """The trial once this was typed."""
    answer_next(state, lambda _view, _trial: {"sound_check": answer})
    return Trial.objects.get(token=state["trial"]["token"])


@pytest.mark.parametrize("part", [rating_part(**SOUND), pair_part(**SOUND)], ids=["rating", "pairs"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_voice_says_in_the_raters_language_what_no_page_tells(part: dict[str, object], language: str):
    sitting = enter(rows_of(study_with([part], language=language)))
    state, trial = at_sound_check(sitting)
    (question,) = state["trial"]["questions"]
    assert state["trial"]["type"] == "rating"
    assert len(state["trial"]["clips"]) == 1
    number = f"{trial.expected['sound_check']['low']:.0f}"
    assert len(set(number)) == 3
    sound = Client().get(question["sound"])
    assert sound["Content-Type"] == "audio/wav"
    assert b"".join(sound) == spoken_digits([int(digit) for digit in number], language)
    assert question["sound"] not in state["upcoming"]
    assert "expected" not in json.dumps(state)
    state["trial"].pop("token")
    assert number not in WRITTEN_NUMBER.findall(json.dumps(state, ensure_ascii=False))


@pytest.mark.parametrize(
    ("answer", "passed"), [("{0}", True), (" {0[0]} {0[1]}-{0[2]} ", True), ("12", False), ("-", False)]
)
def test_what_was_typed_is_stored_and_judged(answer: str, passed: bool):
    state, trial = at_sound_check(enter(rows_of(study_with([rating_part(**SOUND)]))))
    number = f"{trial.expected['sound_check']['low']:.0f}"
    done = typed(state, answer.format(number))
    assert as_instructed(done) is passed
    kept = "".join(sign for sign in answer.format(number) if sign.isdigit()) or "0"
    assert Rating.objects.get(trial=done).score == float(kept)


def test_digits_of_other_scripts_are_the_same():
    state, trial = at_sound_check(enter(rows_of(study_with([rating_part(**SOUND)]))))
    number = f"{trial.expected['sound_check']['low']:.0f}"
    arabic = number.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert as_instructed(typed(state, arabic))


def test_nothing_typed_is_no_answer():
    _, trial = at_sound_check(enter(rows_of(study_with([rating_part(**SOUND)]))))
    body = {"answers": {"sound_check": " "}}
    address = f"/api/trials/{trial.token}/answers/"
    answer = Client().post(address, body, content_type="application/json")
    assert answer.status_code == 400
    assert "'sound_check' is missing" in answer.json()["error"]
    assert not Rating.objects.filter(trial=trial).exists()


def test_a_missed_one_excludes_by_rule_attention_and_the_bundle_is_sound(tmp_path: Path):
    study = rows_of(study_with([rating_part(**SOUND), pair_part(**SOUND)]))
    good, bad = enter(study), enter(study)
    sit(good)
    sit(bad, deaf)
    Rater.objects.update(consented_at=timezone.now() - timedelta(hours=1))
    bundle = export_bundle(study, tmp_path / "bundle")
    with (bundle / "ratings.csv").open() as file:
        checks = [row for row in csv.DictReader(file) if row["question"] == "sound_check"]
    assert len(checks) == 4
    assert {row["kind"] for row in checks} == {"trap"}
    assert all(row["expected_low"] == row["expected_high"] for row in checks)
    assert "no problem" in analysis("check", str(bundle))
    standing = json.loads(analysis("standing", str(bundle), "--json"))["real"]
    assert [row["rater"] for row in standing["excluded"]] == [bad.rater.public_id]
    assert "missed 2 of 2 attention checks" in standing["excluded"][0]["reason"]
    assert {width["question"] for width in standing["widths"]} == {"overall"}


def deaf(view: View, trial: Trial) -> dict[str, str]:
    return {"sound_check": "1"} if "sound_check" in trial.expected else right(view, trial)


def analysis(*arguments: str) -> str:
    done = subprocess.run([sys.executable, "-m", "analysis", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout
