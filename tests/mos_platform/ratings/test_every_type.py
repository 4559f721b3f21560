"""Every way of asking, from the first trial to the bundle: what is told, stored, refused and exported."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from every_type import STUDY
from imported import rows_of
from viewing import seen, watched

from mos_platform.assignments.models import Showing, Trial
from mos_platform.assignments.services import reserve_sitting
from mos_platform.console.clips import stimulus_facts
from mos_platform.console.progress import study_progress
from mos_platform.exports.services import export_bundle
from mos_platform.raters.admission import Enrolment
from mos_platform.raters.models import Sitting
from mos_platform.raters.services import enrol, open_link
from mos_platform.ratings.models import Comparison, Rating, TextAnswer
from mos_platform.stimuli.models import Study

pytestmark = pytest.mark.django_db

METHODS_AND_ITEMS = ("antelope", "okapi", "zebra", "wildebeest", "river", "meadow", "lagoon")


@pytest.fixture
def study(db: None) -> Study:
    return rows_of(STUDY)


def entered(study: Study, language: str = "") -> Sitting:
    sitting = enrol(open_link(study), Enrolment("some", "", "desktop", language=language))
    reserve_sitting(sitting)
    return sitting


def state(sitting: Sitting) -> dict[str, Any]:
    return Client().get(reverse("ratings:state", args=[sitting.token])).json()


def post(trial: dict[str, Any], answers: dict[str, str]) -> tuple[int, dict[str, Any]]:
    watched(trial["token"])
    answer = Client().post(
        reverse("ratings:answers", args=[trial["token"]]),
        {"answers": answers, "events": seen(trial)},
        content_type="application/json",
    )
    return answer.status_code, answer.json()


def at_part(sitting: Sitting, part: str, **kind: str) -> dict[str, Any]:
    """The view of the first trial of a part (and kind): everything before it is done."""
    trial = sitting.trials.filter(part=part, **kind).first()
    sitting.trials.filter(position__lt=trial.position).update(state=Trial.State.ANSWERED)
    return state(sitting)["trial"]


def answered(trial: dict[str, Any]) -> dict[str, str]:
    given = {"continuous": "62.5", "text": "Its mouth was late."}
    return {
        question["id"]: given.get(question["type"]) or question["grades"][-1]["value"]
        for question in trial["questions"]
    }


def finish(sitting: Sitting) -> list[dict[str, Any]]:
    seen, now = [], state(sitting)
    while now["trial"]:
        seen.append(now["trial"])
        status, now = post(now["trial"], answered(now["trial"]))
        assert status == 200, now
    return seen


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(newline="") as lines:
        return list(csv.DictReader(lines))


def test_each_test_method_shows_its_clips_in_its_order(study):
    trials = finish(entered(study))
    shown = {trial["type"]: [clip["role"] for clip in trial["clips"]] for trial in trials}
    assert shown == {
        "rating": ["clip"],
        "dcr": ["reference", "clip"],
        "ccr": ["left", "right"],
        "pair": ["left", "right"],
    }
    assert {trial["first"] for trial in trials if trial["type"] == "dcr"} == {"reference"}
    assert {trial["first"] for trial in trials if trial["type"] in ("ccr", "pair")} <= {"left", "right"}
    for stored in Trial.objects.filter(part="impaired"):
        assert stored.reference.method.is_reference
        assert not stored.stimulus.method.is_reference
        assert stored.reference.item == stored.stimulus.item


def test_questions_say_how_they_are_answered(study):
    sitting = entered(study)
    many, mood, remark = at_part(sitting, "described")["questions"]
    assert (many["type"], many["low"], many["high"], many["optional"]) == ("rating", 0, 10, False)
    assert [grade["value"] for grade in many["grades"]] == [str(grade) for grade in range(10, -1, -1)]
    assert [grade["label"] for grade in many["grades"] if grade["label"]] == ["Excellent", "Fair", "Bad"]
    assert (mood["type"], mood["low"], [grade["value"] for grade in mood["grades"]]) == (
        "choice",
        None,
        ["happy", "sad", "neutral"],
    )
    assert (remark["type"], remark["optional"], remark["longest"], remark["grades"]) == (
        "text",
        True,
        2000,
        [],
    )
    slider = at_part(sitting, "slider", kind="scored")["questions"][0]
    assert (slider["type"], slider["low"], slider["high"]) == ("continuous", 0, 100)
    assert [grade["value"] for grade in slider["grades"]] == ["100", "50", "0"]
    second = at_part(sitting, "graded", kind="scored")["questions"][0]
    assert [grade["value"] for grade in second["grades"]] == ["3", "2", "1", "0", "-1", "-2", "-3"]
    better = at_part(sitting, "preference")["questions"][0]
    assert (better["type"], [grade["value"] for grade in better["grades"]]) == (
        "preference",
        ["left", "right"],
    )


def test_a_graded_answer_prefers_the_side_that_it_names(study):
    for score in ("3", "-2", "0"):
        sitting = entered(study)
        trial = at_part(sitting, "graded", kind="scored")
        assert post(trial, {"second": score, "lips": "1"})[0] == 200
        stored = Comparison.objects.get(trial__token=trial["token"], question="second")
        second = "right" if trial["first"] == "left" else "left"
        assert stored.score == int(score)
        assert stored.choice == {"3": second, "-2": trial["first"], "0": "tie"}[score]
    assert Comparison.objects.count() == 6


@pytest.mark.parametrize(
    ("part", "answers", "words"),
    [
        ("described", {"many": "11", "mood": "sad"}, ("'11'", "'many'", "10, 9")),
        ("described", {"many": "5.5", "mood": "sad"}, ("'5.5'", "'many'")),
        ("described", {"many": "5"}, ("'mood'", "missing")),
        ("described", {"many": "5", "mood": "angry"}, ("'angry'", "happy, sad, neutral")),
        ("described", {"many": "5", "mood": "sad", "remark": "x" * 2001}, ("2001", "at most 2000")),
        ("slider", {"smooth": "100.5"}, ("'100.5'", "from 0 to 100")),
        ("slider", {"smooth": "nan"}, ("'nan'", "from 0 to 100")),
        ("slider", {"smooth": "1e1"}, ("'1e1'", "from 0 to 100")),
        ("slider", {"smooth": ""}, ("'smooth'", "missing")),
        ("impaired", {"damage": "0"}, ("'0'", "5, 4, 3, 2, 1")),
        ("graded", {"second": "4", "lips": "0"}, ("'4'", "-3")),
        ("preference", {"better": "tie"}, ("'tie'", "left, right")),
    ],
)
def test_an_answer_of_the_wrong_kind_is_refused(study, part, answers, words):
    trial = at_part(entered(study), part, kind="training" if part == "described" else "scored")
    status, refusal = post(trial, answers)
    assert status == 400
    assert all(word in refusal["error"] for word in words), refusal
    assert not Rating.objects.exists()
    assert not TextAnswer.objects.exists()
    assert not Comparison.objects.exists()


def test_an_optional_question_may_stay_empty(study):
    for remark in ({}, {"remark": ""}, {"remark": "   "}):
        trial = at_part(entered(study), "described")
        assert post(trial, {"many": "5", "mood": "sad", **remark})[0] == 200
    assert set(TextAnswer.objects.values_list("question", "text")) == {("mood", "sad")}


def test_a_part_holds_training_dummies_gold_and_repeats_and_the_bundle_says_which(study, tmp_path):
    sitting = entered(study)
    finish(sitting)
    described = sitting.trials.filter(part="described")
    kinds = [trial.kind for trial in described]
    assert kinds[:3] == ["training", "training", "dummy"]
    assert Counter(kinds) == Counter(training=2, dummy=1, scored=3, trap=1, gold=1, repeat=1)
    assert {trial.stimulus.item.name for trial in described if trial.kind == "training"} == {"lagoon"}
    gold = described.get(kind="gold")
    assert (gold.stimulus.method.name, gold.expected) == ("wildebeest", {"many": {"high": 3}})
    folder = export_bundle(study, tmp_path / "bundle")
    rows = [row for row in table(folder, "ratings") if row["question"] == "many"]
    assert Counter(row["kind"] for row in rows) == Counter(kinds)
    golden = next(row for row in rows if row["kind"] == "gold")
    assert (golden["expected_low"], float(golden["expected_high"])) == ("", 3)
    trap = next(row for row in rows if row["kind"] == "trap")
    assert trap["expected_low"] == trap["expected_high"] != ""
    texts = table(folder, "texts")
    assert Counter((row["question"], row["text"]) for row in texts) == {
        ("mood", "neutral"): 8,
        ("remark", "Its mouth was late."): 8,
    }
    assert {row["kind"] for row in texts} == {"training", "dummy", "scored", "gold", "repeat"}


def test_attention_checks_ask_for_scores_only_and_for_a_slider_near_a_word(study):
    sitting = entered(study)
    described = at_part(sitting, "described", kind="trap")
    assert [question["id"] for question in described["questions"]] == ["many"]
    slider = at_part(sitting, "slider", kind="trap")["questions"][0]
    assert "set the slider to “" in slider["text"]
    expected = sitting.trials.get(part="slider", kind="trap").expected["smooth"]
    assert 10 <= expected["high"] - expected["low"] <= 20
    graded = sitting.trials.get(part="graded", kind="trap")
    view = at_part(sitting, "graded", kind="trap")
    answers = {name: str(int(answer["low"])) for name, answer in graded.expected.items()}
    for question in view["questions"]:
        label = next(one["label"] for one in question["grades"] if one["value"] == answers[question["id"]])
        assert f"please choose “{label}”" in question["text"]
    assert post(view, answers)[0] == 200


def test_checks_on_graded_pairs_are_exported_as_the_side_and_the_grade_they_ask_for(study, tmp_path):
    sitting = entered(study)
    trap = sitting.trials.get(part="graded", kind="trap")
    view = at_part(sitting, "graded", kind="trap")
    post(view, {name: str(int(answer["low"])) for name, answer in trap.expected.items()})
    rows = table(export_bundle(study, tmp_path / "bundle"), "comparisons")
    assert len(rows) == 2
    assert all(row["expected_choice"] == row["choice"] for row in rows)
    assert all(row["expected_low"] == row["expected_high"] for row in rows)
    assert all(float(row["expected_low"]) == float(row["score"]) for row in rows)
    first = trap.left if trap.first == "left" else trap.right
    assert {row["first"] for row in rows} == {first.method.name}


def test_context_and_picture_belong_to_the_clip_and_are_blinded(study):
    sitting = entered(study)
    view = at_part(sitting, "described")
    item = Trial.objects.get(token=view["token"]).stimulus.item.name
    contexts = {one["name"]: one["context"]["en"] for one in STUDY["items"]}
    assert view["context"] == contexts[item]
    assert view["picture"].startswith("/media/")
    later = at_part(sitting, "slider")
    assert (later["context"], later["picture"]) == ("", "")


def test_no_address_and_no_id_occurs_twice_and_none_names_anything(study):
    told, addresses = "", []
    for _ in range(3):
        for trial in finish(entered(study)):
            told += str(trial)
            addresses += [clip["url"] for clip in trial["clips"]] + [trial["token"]]
            addresses += [trial["picture"]] if trial["picture"] else []
    assert len(set(addresses)) == len(addresses)
    random = [one.token for model in (Trial, Showing) for one in model.objects.all()]
    assert all(re.fullmatch(r"[\w-]{16}", token) for token in random)
    words = re.sub("|".join(map(re.escape, random)), " ", told)  # four letters come by chance
    assert not [name for name in METHODS_AND_ITEMS if name in words]
    stable = [*study.stimuli.values_list("token", flat=True), *study.stimuli.values_list("file", flat=True)]
    assert not [token for token in stable if token in told]
    for word in ("training", "dummy", "gold", "trap", "repeat", "expected", "scored"):
        assert word not in words


def test_the_next_trials_clips_are_named_ahead(study):
    sitting = entered(study)
    now = state(sitting)
    second = sitting.trials.get(position=2)
    expected = {reverse("ratings:media", args=[one.token]) for one in second.showings.all()}
    assert set(now["upcoming"]) == expected
    assert Showing.objects.filter(trial__sitting=sitting).count() == sum(
        len(trial.clips) + (trial.part == "described") for trial in sitting.trials.all()
    )


def test_a_rater_reads_everything_in_the_chosen_language(study):
    sitting = entered(study, "de")
    view = at_part(sitting, "described")
    assert view["questions"][0]["text"] == "Wie gut ist der Clip insgesamt?"
    assert view["questions"][0]["grades"][0]["label"] == "Sehr gut"
    assert view["context"].startswith("Gast")
    sitting.trials.update(state=Trial.State.ANSWERED)
    Sitting.objects.filter(pk=sitting.pk).update(completed_at=timezone.now())
    assert state(sitting)["debriefing"] == "Die Clips waren Testbilder."
    page = Client().get(reverse("ratings:sitting", args=[sitting.token])).content.decode()
    assert '<html lang="de" dir="ltr">' in page
    assert "antworten Sie" in page


def test_the_analysis_finds_the_bundle_sound(study, tmp_path):
    for _ in range(3):
        finish(entered(study))
    # Trials of these raters were opened a minute before they were served.
    study.raters.update(consented_at=timezone.now() - timedelta(hours=1))
    folder = export_bundle(study, tmp_path / "bundle")
    done = subprocess.run(
        [sys.executable, "-m", "analysis", "check", str(folder)], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr


def test_the_researchers_pages_count_what_is_judged(study):
    for _ in range(3):
        finish(entered(study))
    progress = study_progress(study)
    assert progress.items == ["river", "meadow"]
    assert [row.method for row in progress.rows] == ["antelope", "okapi", "zebra"]
    assert progress.fewest == 3
    assert progress.checks.answered == 3 * 3
    facts = stimulus_facts(study.stimuli.filter(trials__part="slider", trials__kind="scored").first())
    smooth = next(found for found in facts.distributions if found.question.id == "smooth")
    # 62.5 on the slider lies nearest to "Fair" at 50.
    assert [(bar.label, bar.count > 0) for bar in smooth.bars] == [
        ("Excellent", False),
        ("Fair", True),
        ("Bad", False),
    ]
