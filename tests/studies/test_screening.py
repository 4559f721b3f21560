"""What a study may declare about screening."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from studies.config import load_study, parse_study
from studies.errors import InputError
from studies.screening import Screening, ScreeningRule


@pytest.fixture
def raw(repo) -> dict[str, Any]:
    return load_study(repo / "studies" / "demo").model_dump(mode="json")


def test_rules_are_declared_by_name_and_thresholds_have_defaults(raw) -> None:
    screening = parse_study({**raw, "screening": {"apply": ["attention", "bt500"]}}, "here").screening
    assert screening.apply == ("attention", "bt500")
    assert (screening.bt500.share, screening.bt500.imbalance) == (0.05, 0.3)
    assert (screening.p910.stimulus_r, screening.p910.method_r) == (0.75, 0.8)


def test_every_rule_has_thresholds_of_its_own(raw) -> None:
    rules = list(get_args(ScreeningRule))
    screening = parse_study(
        {**raw, "screening": {"apply": rules, "p910": {"stimulus_r": 0.6}}}, "here"
    ).screening
    assert list(screening.apply) == rules
    assert set(Screening.model_fields) == {"apply", *rules}
    assert (screening.p910.stimulus_r, screening.p910.method_r) == (0.6, 0.8)


@pytest.mark.parametrize(
    ("screening", "words"),
    [
        ({"aply": ["attention"]}, ["'screening.aply'", "did you mean 'apply'?"]),
        ({"apply": ["bt50"]}, ["'screening.apply.0'", "'bt50' is not known", "'bt500'"]),
        ({"p910": {"stimulus_R": 0.7}}, ["'screening.p910.stimulus_R'", "did you mean 'stimulus_r'?"]),
        ({"bt500": {"share": 5}}, ["'screening.bt500.share'", "5 is not at most 1"]),
        ({"loo_correlation": {"stimuli": 2}}, ["'screening.loo_correlation.stimuli'", "2 is not at least 3"]),
        ({"speed": {"response_ms": -1}}, ["'screening.speed.response_ms'"]),
        ({"attention": None}, ["'screening.attention'", "keys and values"]),
    ],
)
def test_a_mistake_is_one_sentence_with_the_key(raw, screening: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(InputError) as refusal:
        parse_study({**raw, "screening": screening}, "here")
    assert all(word in str(refusal.value) for word in words), str(refusal.value)
