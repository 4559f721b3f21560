"""Trials given up: what is believed, which of them count as missed, and what still earns a code."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from attentive import View, answer_next, enter, rating_part, state_of, study_with
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from imported import rows_of
from viewing import watched

from mos_platform.assignments.models import Trial
from mos_platform.exports.services import export_bundle
from mos_platform.raters.models import Rater, Sitting
from mos_platform.stimuli.models import Study

pytestmark = pytest.mark.django_db

PLAIN = rating_part(attention_checks=0)  # twelve clips


def held(study: Study) -> Study:
    """With its clips in storage, so that whoever says that one is not there is mistaken."""
    for clip in study.stimuli.all():
        default_storage.save(str(clip.file.name), ContentFile(b"a clip"))
    return study


def entered(part: dict[str, Any], attention: dict[str, Any] | None = None) -> Sitting:
    return enter(held(rows_of(study_with([part], attention))))


def gives_up(state: View, reason: str = "timeout") -> tuple[int, View]:
    address = f"/api/trials/{state['trial']['token']}/unplayable/"
    answer = Client().post(address, {"reason": reason}, content_type="application/json")
    return answer.status_code, answer.json()


def kind_of(state: View) -> str:
    return Trial.objects.get(token=state["trial"]["token"]).kind


def sit_but(sitting: Sitting, n: int, kind: str = "scored") -> View:
    """Give up the first `n` clips of a kind, now and when they come again, and answer all other trials."""
    state = state_of(sitting)
    while state["trial"]:
        trial = Trial.objects.get(token=state["trial"]["token"])
        gone = trial.kind == kind and (trial.again_of_id or sitting.trials.filter(state="void").count() < n)
        state = gives_up(state)[1] if gone else answer_next(state)
    return state


@pytest.mark.parametrize(
    ("lost", "earned"), [(0, True), (1, True), (2, True), (3, False), (6, False), (12, False)]
)
def test_four_fifths_of_what_counts_earn_the_code(lost: int, earned: bool):
    sitting = entered(PLAIN)
    end = sit_but(sitting, lost)
    assert sitting.trials.filter(state="lost").count() == lost
    assert bool(end["completion_code"]) is earned
    assert end["completion"]["code"] == end["completion_code"]


def test_checks_count_too():
    """Nine of twelve trials that count are answered, though every scored one is."""
    part = rating_part(trials_per_sitting=9, attention_checks=3)
    assert sit_but(entered(part), 3, "trap")["completion_code"] == ""


def test_one_broken_clip_of_a_short_sitting_is_forgiven_and_the_only_one_is_not():
    for trials, earned in ((3, True), (1, False)):
        part = rating_part(trials_per_sitting=trials, attention_checks=0)
        study = held(rows_of(study_with([part], study=f"of-{trials}")))
        assert bool(sit_but(enter(study), 1)["completion_code"]) is earned


def test_clips_that_the_operator_lost_cost_nobody_the_code():
    sitting = enter(rows_of(study_with([rating_part()], {"on_missed_check": "end"})))
    state = state_of(sitting)
    while state["trial"]:
        state = gives_up(state, "missing")[1]
    assert len(state["completion_code"]) == 8
    assert state["ended"] is None
    gone = sitting.trials.values_list("state", "trouble").distinct()
    assert set(gone) == {("void", "absent"), ("lost", "absent")}


def test_an_empty_file_is_no_clip():
    sitting = entered(PLAIN)
    trial = Trial.objects.get(token=state_of(sitting)["trial"]["token"])
    Path(trial.stimulus.file.path).write_bytes(b"")
    gives_up(state_of(sitting), "decode")
    trial.refresh_from_db()
    assert (trial.state, trial.trouble) == ("void", "absent")


def test_nobody_fails_to_decode_what_was_never_sent():
    sitting = entered(PLAIN)
    state = state_of(sitting)
    status, refused = gives_up(state, "decode")
    assert (status, refused["code"]) == (409, "not_played")
    assert state_of(sitting)["trial"]["token"] == state["trial"]["token"]
    watched(state["trial"]["token"])
    assert gives_up(state, "decode")[0] == 200


def upto(sitting: Sitting, kind: str) -> View:
    state = state_of(sitting)
    while kind_of(state) != kind:
        state = answer_next(state)
    return state


def test_an_attention_check_comes_again_with_a_clip_that_was_played():
    sitting = entered(rating_part())
    check = upto(sitting, "trap")
    gives_up(check)
    again = Trial.objects.get(again_of__token=check["trial"]["token"])
    played = sitting.trials.filter(state="answered").values_list("stimulus", flat=True)
    assert again.stimulus_id in set(played)
    assert again.expected == Trial.objects.get(token=check["trial"]["token"]).expected
    assert [shown.role for shown in again.showings.all()] == ["clip"]


def raters_csv(study: Study, folder: Path) -> dict[str, str]:
    with (export_bundle(study, folder) / "raters.csv").open() as file:
        return next(csv.DictReader(file))


def test_a_check_given_up_is_a_fact_of_the_bundle(tmp_path: Path):
    sitting = entered(rating_part(attention_checks=2))
    study = sitting.rater.study
    assert raters_csv(study, tmp_path / "before")["checks_given_up"] == "0"
    end = sit_but(sitting, 2, "trap")
    assert end["completion_code"], "two of fourteen"
    assert raters_csv(study, tmp_path / "after")["checks_given_up"] == "2"


def test_a_check_given_up_ends_the_sitting_where_the_study_says_so():
    sitting = entered(rating_part(), {"on_missed_check": "end"})
    end = sit_but(sitting, 1, "trap")
    assert end["ended"]
    assert end["completion_code"] == ""
    assert Rater.objects.get().status == "ended"
    assert not Trial.objects.filter(holds_place=True).exists()


def test_a_check_given_up_is_warned_of_one_trial_later():
    sitting = entered(rating_part(attention_checks=3), {"on_missed_check": "warn"})
    state = state_of(sitting)
    while Trial.objects.filter(state="lost").count() < 1:
        state = gives_up(state)[1] if kind_of(state) == "trap" else answer_next(state)
    assert not state["warning"]
    assert answer_next(state)["warning"]


def test_nothing_tells_a_dummy_from_a_scored_trial():
    told = {}
    sitting = entered(rating_part(dummies=1, attention_checks=0))
    state = state_of(sitting)
    for _ in range(2):
        kind = kind_of(state)
        state = gives_up(state)[1]
        told[kind] = {**state, "trial": None, "upcoming": None}
    assert set(told) == {"dummy", "scored"}
    assert told["dummy"] == told["scored"]
    assert told["dummy"]["notice"] == "later"
