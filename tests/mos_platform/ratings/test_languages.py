"""What stands on the buttons and in attention checks, in the language of the study or of the rater."""

from __future__ import annotations

from typing import Any

import pytest
from imported import rows_of

from mos_platform.assignments.services import reserve_sitting
from mos_platform.raters.admission import Enrolment
from mos_platform.raters.models import Sitting
from mos_platform.raters.services import enrol, open_link, study_for
from mos_platform.ratings.presentation import TrialView, trial_view
from mos_platform.words import LANGUAGES, say

pytestmark = pytest.mark.django_db

SPOKEN = {language: f"Words that stand in {language}." for language in ("en", "de", "ar", "it")}


@pytest.fixture
def config(small_config: dict[str, Any]) -> dict[str, Any]:
    """A study in four languages, the Italian one without words of its own on the scale."""
    texts = small_config["texts"]
    spoken: dict[str, Any] = dict.fromkeys(("welcome", "instructions", "debriefing"), SPOKEN)
    spoken["consent"] = {**texts["consent"], "body": SPOKEN}
    small_config |= {"title": SPOKEN, "language": "en", "translations": ["de", "ar", "it"], "texts": spoken}
    for part in small_config["parts"]:
        for question in part["questions"]:
            question["text"] = SPOKEN
    return small_config


def views(config: dict[str, Any], language: str) -> dict[tuple[str, str], TrialView]:
    """One trial of each part and kind, as a rater of that language is told it."""
    sitting = enrol(open_link(rows_of(config)), Enrolment("some", "", "desktop", language=language))
    reserve_sitting(sitting)
    return {(trial.part, trial.kind): _view(sitting, trial) for trial in sitting.trials.all()}


def _view(sitting: Sitting, trial: Any) -> TrialView:
    return trial_view(study_for(sitting.rater), trial, dict.fromkeys(trial.clips, "/media/x"))


def labels(view: TrialView) -> list[str]:
    return [grade["label"] for grade in view["questions"][0]["grades"]]


GERMAN = ["Ausgezeichnet", "Gut", "Ordentlich", "Dürftig", "Schlecht"]
ARABIC = ["ممتاز", "جيد", "مقبول", "ضعيف", "سيئ"]
ENGLISH = ["Excellent", "Good", "Fair", "Poor", "Bad"]


@pytest.mark.parametrize(
    ("language", "scale"), [("en", ENGLISH), ("de", GERMAN), ("ar", ARABIC), ("it", ENGLISH)]
)
def test_a_scale_without_labels_is_read_in_the_raters_language(config, language: str, scale: list[str]):
    told = views(config, language)
    interface = language if language in LANGUAGES else "en"
    assert labels(told["rating", "scored"]) == scale
    assert labels(told["preference", "scored"]) == [
        say(f"checks.{side}", interface) for side in ("left", "tie", "right")
    ]


@pytest.mark.parametrize("language", ["en", "de", "ar"])
def test_an_attention_check_names_an_answer_that_stands_on_a_button(config, language: str):
    told = views(config, language)
    for part, keys in (("rating", ("rating", "rating_again")), ("preference", ("pair",))):
        view = told[part, "trap"]
        for question, key in zip(view["questions"], keys, strict=True):
            possible = [say(f"checks.{key}", language, {"label": label}) for label in labels(view)]
            assert question["text"] in possible


def test_labels_of_the_study_stand_before_those_of_the_scale(config):
    config["parts"][0]["questions"][0]["labels"] = {
        grade: dict.fromkeys(SPOKEN, f"grade {grade}") for grade in range(1, 6)
    }
    assert labels(views(config, "de")["rating", "scored"])[0] == "grade 5"
