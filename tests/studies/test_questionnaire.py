"""Key `questionnaire`: known questions by name, own ones in words, and what contradicts the other keys."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from studies.config import StudyConfig, parse_study
from studies.errors import InputError

STUDY: dict[str, Any] = {
    "study": "asking",
    "title": "Asking",
    "texts": {
        "welcome": "Welcome.",
        "consent": {"version": "1", "body": "I agree to take part in this study."},
        "instructions": "Watch and rate.",
        "debriefing": "The clips were synthetic.",
    },
    "methods": ["alpha", "beta"],
    "items": ["one"],
    "parts": [{"id": "rating", "test_method": "ACR", "questions": [{"id": "overall", "text": "How good?"}]}],
}
OWN = {"id": "hours", "text": "Hours of video?", "options": {"few": "Few", "many": "Many"}}


def parsed(**keys: Any) -> StudyConfig:
    return parse_study({**copy.deepcopy(STUDY), **keys}, "study.yaml")


def test_expertise_and_age_are_asked_by_default_and_leave_the_hash_alone():
    asked = parsed().questionnaire
    assert [(one.id, one.optional) for one in asked] == [("expertise", False), ("age_group", True)]
    assert (
        parsed().sha256()
        == parsed(questionnaire=["expertise", {"id": "age_group", "optional": True}]).sha256()
    )


def test_a_name_is_enough_for_a_known_question():
    asked = parsed(questionnaire=["vision", {"id": "hearing", "optional": True}, OWN]).questionnaire
    assert [(one.id, one.is_known, one.optional) for one in asked] == [
        ("vision", True, False),
        ("hearing", True, True),
        ("hours", False, False),
    ]


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"questionnaire": ["visoin"]}, "'visoin' is no known question"),
        ({"questionnaire": [{"id": "vision", "text": "How well do you see?"}]}, "words of its own"),
        ({"questionnaire": [{"id": "status", "text": "Your status?"}]}, "a column of raters.csv"),
        ({"questionnaire": ["vision", OWN, {**OWN, "optional": True}]}, "'hours' is named twice"),
        ({"questionnaire": [{**OWN, "options": {"few": "Few"}}]}, "options"),
        ({"questionnaire": ["vision"], "recruitment": {"expertise": ["some"]}}, "recruitment.expertise"),
        ({"recruitment": {"language_skill": ["native"]}}, "recruitment.language_skill"),
        (
            {
                "questionnaire": [{"id": "language_skill", "optional": True}],
                "recruitment": {"language_skill": ["native"]},
            },
            "leave 'optional' out",
        ),
        (
            {"questionnaire": [{"id": "language_skill"}], "recruitment": {"language_skill": ["good"]}},
            "language_skill",
        ),
    ],
)
def test_contradictions_are_told(keys, told):
    with pytest.raises(InputError) as refused:
        parsed(**keys)
    assert told in str(refused.value)


def test_own_questions_are_written_in_every_language_of_the_study():
    title = {"en": "Asking", "de": "Fragen"}
    with pytest.raises(InputError) as refused:
        parsed(title=title, translations=["de"], questionnaire=[OWN])
    assert any(
        "questionnaire.0.text: the text in 'de' is missing"
        in one.replace("'questionnaire.0.text'", "questionnaire.0.text")
        for one in refused.value.sentences
    )
