"""Study files that say when a study stops, what follows a missed check, and which digits are said."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from studies.config import parse_study
from studies.errors import InputError

PRECISION = {"rule": "precision", "most_raters_per_method": 60}
STUDY: dict[str, Any] = {
    "study": "stops",
    "title": "A study that stops",
    "texts": {
        "welcome": "Welcome.",
        "consent": {"version": "1", "body": "I agree to take part in this study."},
        "instructions": "Watch and rate.",
        "debriefing": "The clips were synthetic.",
    },
    "methods": ["alpha", "beta"],
    "items": ["one", "two"],
    "targets": {"half_width": 0.25},
    "parts": [{"id": "rating", "test_method": "ACR", "questions": [{"id": "overall", "text": "How good?"}]}],
}
PAIRS = {"id": "pairs", "test_method": "PC", "questions": [{"id": "better", "text": "Which?"}]}
GRADED = {"id": "graded", "test_method": "CCR", "questions": [{"id": "cmp", "text": "How much?"}]}


def study(**keys: Any) -> Any:
    return parse_study(copy.deepcopy({**STUDY, **keys}), "study.yaml")


def test_without_these_keys_a_study_and_its_hash_are_as_before():
    plain = study()
    assert plain.stop.rule == "never"
    assert plain.screening.attention.on_missed_check == "mark"
    assert plain.parts[0].sound_checks == 0
    stated = plain.model_dump(mode="json", exclude_defaults=True)
    assert "stop" not in stated
    assert study(stop={"rule": "never"}).sha256() == plain.sha256()


@pytest.mark.parametrize("intervals", ["methods", "differences"])
def test_a_precision_rule_has_its_numbers(intervals: str):
    stop = study(stop={**PRECISION, "intervals": intervals}).stop
    assert (stop.least_raters_per_method, stop.most_raters_per_method) == (24, 60)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"targets": {}}, "targets.half_width"),
        ({"stop": {"rule": "precision"}}, "a width may never be reached"),
        ({"stop": {**PRECISION, "most_raters_per_method": 20}}, "20 is less than"),
        ({"parts": [PAIRS]}, "no part has scores"),
        ({"parts": [GRADED]}, "no part has scores whose means"),
        ({"stop": {**PRECISION, "intervals": "against_reference"}}, "no method is the reference"),
        (
            {
                "stop": {**PRECISION, "intervals": "against_reference"},
                "methods": [{"name": "real", "reference": True}, "alpha"],
                "parts": [{**STUDY["parts"][0], "test_method": "DCR"}],
            },
            "DCR scores no reference to differ from",
        ),
        (
            {
                "stop": {"rule": "never"},
                "parts": [
                    {
                        **PAIRS,
                        "choice": "active",
                        "questions": [{"id": "better", "text": "Which?", "optional": True}],
                    }
                ],
            },
            "learns from each answer",
        ),
        ({"stop": {**PRECISION, "least_raters_per_method": 2}}, "least_raters_per_method"),
    ],
)
def test_what_a_precision_rule_lacks_is_told(keys: dict[str, Any], told: str):
    with pytest.raises(InputError) as error:
        study(**{"stop": PRECISION, **keys})
    assert told in str(error.value)


def test_differences_of_graded_pairs_have_a_width():
    assert study(parts=[GRADED], stop={**PRECISION, "intervals": "differences"}).stop.rule == "precision"


def test_no_question_may_be_called_as_a_sound_check():
    part = {**STUDY["parts"][0], "questions": [{"id": "sound_check", "text": "How good?"}]}
    with pytest.raises(InputError, match="what sound checks ask"):
        study(parts=[part])


@pytest.mark.parametrize("damage", [{"sound_late_frames": 9}, {"sound_early_frames": 5}])
def test_sound_moved_by_less_than_ten_frames_is_never_gold_that_excludes(damage: dict[str, int]):
    methods = [*STUDY["methods"], {"name": "shifted", "role": "gold", "made": {"of": "alpha", **damage}}]
    gold = [{"method": "shifted", "item": "one", "expected": {"overall": {"high": 2}}}]
    with pytest.raises(InputError, match=r"too little for gold.*BT\.1359"):
        study(methods=methods, gold=gold)
