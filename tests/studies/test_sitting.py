"""How many trials a sitting holds, counted by hand."""

from __future__ import annotations

from typing import Any

import pytest

from studies.config import StudyConfig, parse_study
from studies.errors import InputError
from studies.sitting import clips_per_trial, scored_trials, trials

TEXTS = {
    "welcome": "Welcome.",
    "consent": {"version": "1", "body": "I agree to take part in this study."},
    "instructions": "Watch and rate.",
    "debriefing": "Thank you.",
}


def study(test_method: str, raters: str = "within", **keys: Any) -> StudyConfig:
    question = {"id": "quality", "text": "How good?"}
    part = {"id": "part", "test_method": test_method, "dummies": 0, "questions": [question], **keys}
    raw = {
        "study": "counted",
        "title": "Counted",
        "texts": TEXTS,
        "methods": [{"name": "real", "reference": True}, "one", "two", {"name": "bad", "role": "gold"}],
        "items": ["a", "b", "c", "d", "e", {"name": "warmup", "role": "training"}],
        "gold": [{"method": "bad", "item": "a", "expected": {"quality": {"high": 2}}}] * ("gold" in keys),
        "design": {"raters": raters},
        "parts": [part],
    }
    return parse_study(raw, "here")


@pytest.mark.parametrize(
    ("config", "scored", "all_trials", "clips"),
    [
        (study("ACR"), 3 * 5, 3 * 5 + 1, 1),
        (study("ACR", trials_per_sitting=4, attention_checks=0), 4, 4, 1),
        (study("ACR-HR", training=9, dummies=2, repeats=3, gold=1), 15, 15 + 1 + 3 + 2 + 3 + 1, 1),
        (study("DCR"), 2 * 5, 2 * 5 + 1, 2),
        (study("DCR", training=9), 10, 10 + 1 + 2, 2),
        (study("PC"), 3 * 5, 3 * 5 + 1, 2),
        (study("CCR", pairs="with_reference"), 2 * 5, 2 * 5 + 1, 2),
        (study("PC", pairs=[["one", "two"]]), 5, 6, 2),
        (study("ACR", "between"), 5, 6, 1),
        (study("ACR-HR", "between"), 2 * 5, 11, 1),
        (study("PC", "between", pairs="with_reference"), 5, 6, 2),
    ],
)
def test_trials_are_counted_as_they_are_served(config, scored, all_trials, clips):
    part = config.parts[0]
    assert (scored_trials(config, part), trials(config, part), clips_per_trial(part)) == (
        scored,
        all_trials,
        clips,
    )


@pytest.mark.parametrize(
    ("keys", "dummies"),
    [({}, 5), ({"trials_per_sitting": 3}, 3), ({"dummies": 2}, 2), ({"dummies": 0}, 0)],
)
def test_a_sitting_begins_with_five_dummies_and_never_with_more_than_it_has_scored_trials(keys, dummies):
    first = {"id": "first", "test_method": "ACR", "questions": [{"id": "one", "text": "How good?"}], **keys}
    later = {"id": "later", "test_method": "PC", "questions": [{"id": "two", "text": "Which?"}]}
    raw = study("ACR").model_dump(mode="json") | {"parts": [first, later]}
    config = parse_study(raw, "here")
    assert [part.dummies for part in config.parts] == [dummies, 0]
    assert trials(config, config.parts[0]) == scored_trials(config, config.parts[0]) + dummies + 1
    assert parse_study(config.model_dump(mode="json"), "here") == config


def test_who_meets_one_method_cannot_compare_two():
    with pytest.raises(InputError, match=r"design\.raters: between.*pairs: with_reference"):
        study("PC", "between")
