"""What few items and few raters leave open is said with a figure, and one sitting has one length."""

from __future__ import annotations

from typing import Any

import pytest

from mos_platform.preflight.effort import effort_findings, effort_of
from mos_platform.preflight.findings import Finding
from mos_platform.preflight.precision import precision_findings
from mos_platform.stimuli.duration import sitting_minutes
from studies.config import StudyConfig, parse_study

TEXTS = {
    "welcome": "Welcome.",
    "consent": {"version": "1", "body": "I agree to watch synthetic clips and to rate them."},
    "instructions": "Watch and rate.",
    "debriefing": "Thank you.",
}


def study(items: int, raters: int = 30, **keys: Any) -> StudyConfig:
    asked = [{"id": "overall", "text": "How good?"}]
    part = {"id": "rating", "test_method": "ACR", "dummies": 0, "questions": asked}
    raw = {
        "study": "mine",
        "title": "Mine",
        "texts": TEXTS,
        "methods": ["one", "two"],
        "items": [f"i{n}" for n in range(items)],
        "parts": [part],
        "targets": {"raters_per_method": raters},
        **keys,
    }
    return parse_study(raw, "here")


def found(config: StudyConfig) -> dict[str, Finding]:
    return {one.check: one for one in precision_findings(config, effort_of(config, 5.0))}


def test_an_interval_wider_than_the_scale_does_not_pass() -> None:
    """With two items the t-distribution has one degree of freedom: ±4 grades on a scale of five."""
    findings = found(study(2))
    assert findings["precision"].level == findings["items"].level == "warn"
    assert (
        "an interval wider than the scale: it will say nothing; add items" in findings["precision"].sentence
    )
    assert "they alone leave about ±3." in findings["items"].sentence
    assert "on 1 to 5, however many raters" in findings["items"].sentence


def test_a_modest_goal_does_not_make_a_vague_interval_pass() -> None:
    assert found(study(2, targets={"half_width": 4.5}))["precision"].level == "warn"


@pytest.mark.parametrize(("items", "target"), [(12, "raters+items"), (2, "raters")])
def test_what_tells_methods_apart_passes(items: int, target: str) -> None:
    findings = found(study(items, analysis={"target": target}))
    assert findings["precision"].level == "pass"
    assert "items" not in findings


def test_few_raters_are_asked_for_more_raters() -> None:
    sentence = found(study(2, raters=2, analysis={"target": "raters"}))["precision"].sentence
    assert sentence.endswith("raise targets.raters_per_method, or trials_per_sitting of a part.")


def test_one_item_gets_no_intervals_and_that_is_said() -> None:
    findings = found(study(1))
    assert findings["items"].sentence.startswith("1 item cannot speak for all items like it")
    assert "precision" not in findings


def test_raters_are_told_the_length_that_the_researcher_is_told(small_study: Any) -> None:
    config = small_study.parsed
    (sitting,) = [one for one in effort_findings(config, effort_of(config, 3.0)) if one.check == "sitting"]
    assert f"about {sitting_minutes(small_study)} min" in sitting.sentence
