"""Somebody is warned that raters read English on a scale only where it has no words of their language."""

from __future__ import annotations

from typing import Any

import pytest

from mos_platform.preflight.wording import wording_findings
from studies.config import parse_study


def warnings_about_labels(raw: dict[str, Any]) -> list[str]:
    findings = wording_findings(parse_study(raw, "here"))
    return [finding.sentence for finding in findings if finding.check == "labels"]


@pytest.mark.parametrize("language", ["en", "de", "zh-Hans", "ar"])
def test_a_language_in_which_the_scales_are_worded_needs_no_labels(small_config, language: str):
    assert warnings_about_labels({**small_config, "language": language}) == []


def test_another_language_needs_them(small_config):
    (warning,) = warnings_about_labels({**small_config, "language": "it"})
    assert "'overall'" in warning
    assert "'it'" in warning


def labelled(config: dict[str, Any], labels: dict[int, Any], **keys: Any) -> dict[str, Any]:
    question = {"id": "overall", "text": "How good?", "labels": labels}
    return {**config, "parts": [{"id": "one", "test_method": "ACR", "questions": [question]}], **keys}


@pytest.mark.parametrize(
    ("words", "language"),
    [
        (["Excellent", "Good", "Fair", "Poor", "Bad"], "en"),
        (["EXCELLENT", "quite good", "so-so", "not good", "bad"], "en"),
        (["Ausgezeichnet", "Gut", "Ordentlich", "Dürftig", "Schlecht"], "de"),
        (["优", "良", "中", "差", "劣"], "zh"),
        (["Imperceptible", "Hardly visible", "Slightly annoying", "Annoying", "Very annoying"], "en"),
    ],
)
def test_labels_that_run_against_the_grades_are_told(small_config, words: list[str], language: str):
    down = labelled(small_config, dict(enumerate(words, start=1)), language=language)
    (warning,) = warnings_about_labels(down)
    assert "'overall'" in warning
    assert f"(1: {words[0]}, 5: {words[4]})" in warning
    up = labelled(small_config, dict(enumerate(reversed(words), start=1)), language=language)
    assert warnings_about_labels(up) == []


def test_words_of_ones_own_are_left_alone(small_config):
    words = ["not at all", "a little", "somewhat", "much", "excellent"]
    assert warnings_about_labels(labelled(small_config, dict(enumerate(words, start=1)))) == []


def test_a_pair_without_a_scale_needs_none(small_config):
    assert warnings_about_labels({**small_config, "language": "it", "parts": small_config["parts"][1:]}) == []
