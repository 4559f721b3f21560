"""Study files that can be read and make no sense are refused, each with one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from studies.config import load_study, parse_study
from studies.errors import InputError

TEXTS = {
    "welcome": "Welcome.",
    "consent": {"version": "1", "body": "I agree to take part in this study."},
    "instructions": "Rate.",
    "debriefing": "Thank you.",
}


def study(*, question: Any = None, gold: Any = (), **keys: Any) -> dict[str, Any]:
    asked = {"id": "q", "text": "How good?", **(question or {})}
    return {
        "study": "mine",
        "title": "Mine",
        "texts": TEXTS,
        "methods": ["real", "ours"],
        "items": ["one", "two"],
        "parts": [{"id": "a", "test_method": "ACR", "gold": bool(gold), "questions": [asked]}],
        "gold": list(gold),
        **keys,
    }


def refusal(raw: dict[str, Any]) -> str:
    with pytest.raises(InputError) as refused:
        parse_study(raw, "here")
    (sentence,) = refused.value.sentences
    return sentence


def gold(low: float, high: float, method: str = "ours") -> dict[str, Any]:
    return {"method": method, "item": "one", "expected": {"q": {"low": low, "high": high}}}


FIVE = {5: "Excellent", 4: "Good", 3: "Fair", 2: "Poor", 1: "Bad"}


@pytest.mark.parametrize("word", ["Good", "good…", " GOOD. ", "Good:"])
def test_two_grades_with_the_same_word(word):
    sentence = refusal(study(question={"labels": {**FIVE, 3: word}}))
    assert "question 'q': grades 4 and 3 both read 'Good'; give each its own words." in sentence


def test_words_that_differ_pass():
    for labels in ({**FIVE, 3: "Goodish"}, {5: "++", 4: "+", 3: "o", 2: "-", 1: "--"}):
        assert parse_study(study(question={"labels": labels}), "here").parts[0].questions[0].labels == labels


def test_the_same_word_in_one_language_only():
    options = {"yes": {"en": "Yes", "de": "Ja"}, "sure": {"en": "Sure", "de": "ja"}}
    raw = study(question={"type": "choice", "options": options, "text": {"en": "Real?", "de": "Echt?"}})
    translated = {key: {"en": text, "de": text} for key, text in TEXTS.items() if key != "consent"}
    body = {"en": TEXTS["consent"]["body"], "de": "Ich nehme an dieser Studie teil."}
    raw |= {"title": {"en": "A", "de": "A"}, "translations": ["de"]}
    raw |= {"texts": {**translated, "consent": {"version": "1", "body": body}}}
    assert "options yes and sure both read 'Yes'" in refusal(raw)


@pytest.mark.parametrize(
    ("bounds", "told"),
    [
        ((4.2, 4.8), "no grade lies between 4.2 and 4.8; widen it"),
        ((1, 5), "every answer from 1 to 5 counts as right; narrow it"),
        ((4, 2), "low 4 lies above high 2; exchange them"),
    ],
)
def test_gold_that_nobody_or_everybody_answers_rightly(bounds, told):
    assert refusal(study(gold=[gold(*bounds)])) == f"here: key 'gold.0.expected.q': {told}."


def test_a_slider_has_values_between_grades():
    raw = study(question={"scale": "continuous"}, gold=[gold(4.2, 4.8)])
    assert parse_study(raw, "here").gold[0].expected["q"].low == 4.2


def test_two_answers_expected_of_one_clip():
    assert refusal(study(gold=[gold(1, 2), gold(4, 5)])) == (
        "here: key 'gold.1': ours × one has expected answers to 'q' above already; remove one of the two."
    )
    assert len(parse_study(study(gold=[gold(1, 2), gold(4, 5, "real")]), "here").gold) == 2


@pytest.mark.parametrize("question", [{"scale": "acr9"}, {"labels": FIVE}])
def test_pairs_have_no_scale(question):
    raw = study(question=question)
    raw["parts"][0]["test_method"] = "PC"
    assert "PC asks which of two clips is better and has no scale; remove 'scale' and 'labels'" in refusal(
        raw
    )


def test_repeats_are_counted_among_the_clips_that_one_rater_meets():
    raw = study(design={"raters": "between"})
    raw["parts"][0]["repeats"] = 3
    assert "key 'parts.0.repeats': 3 are more than the 2 scored trials" in refusal(raw)


def test_a_study_cannot_have_the_name_of_a_page():
    assert refusal(study(study="new")) == (
        "here: key 'study': 'new' is the name of a page of the console; name the study otherwise."
    )


def test_more_raters_than_any_study_has():
    told = "here: key 'targets.raters_per_method': 200000 is not at most 10000; correct it."
    assert refusal(study(targets={"raters_per_method": 200000})) == told


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("5: 1", "key '5' is not known; remove it."),
        ("~: 1", "key '~' is not known; remove it."),
        ("true: 1", "key 'true' is not known; remove it."),
        ("2024-01-01: 1", "key '2024-01-01' is not known; remove it."),
        (
            "screening: {attention: {alowed: 1}}",
            "key 'screening.attention.alowed' is not known (did you mean 'allowed_misses'?); rename it.",
        ),
        (
            f"seed: {'1' * 5000}",
            "a value cannot be read (a number of 5,000 digits); put it in quotes.",
        ),
    ],
)
def test_odd_keys_and_values_are_told_in_plain_words(tmp_path: Path, line: str, told: str) -> None:
    text = yaml.safe_dump(study())
    file = tmp_path / "study.yaml"
    file.write_text(text + line + "\n")
    with pytest.raises(InputError) as refused:
        load_study(file)
    assert refused.value.sentences == (f"{file}, line {text.count(chr(10)) + 1}: {told}",)
