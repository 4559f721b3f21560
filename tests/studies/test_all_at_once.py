"""Mistakes of several kinds in one study file are told in one round, not one after the other is mended."""

from __future__ import annotations

from pathlib import Path

import pytest

from studies.config import load_study
from studies.errors import InputError

HEAD = """
study: mine
title: Mine
texts:
  welcome: Welcome.
  consent: {version: "1", body: The clips are synthetic.}
  instructions: Watch and rate.
  debriefing: Thank you.
"""
MISTAKEN = """
methods: [one, two, two, {name: "th ree"}]
items: [a, b]
sead: 3
parts:
  - id: acr
    test_method: ACR
    gold: 1
    questions:
      - {id: overall, text: "How good?", scal: acr9}
      - {id: emo, text: "What do you see?", type: choice, optoins: {joy: Joy, anger: Anger}}
  - id: ccr
    test_method: CCR
    repeats: 2
    atention_checks: 1
    questions:
      - {id: better, text: "How good?", labels: {9: Splendid}}
  - id: acr
    test_method: ACR
    attention_checks: many
    questions: [{id: overall, text: "How good?"}]
gold:
  - {method: one, item: c, expected: {emo: {high: 3}}}
metrics: [cpbd, nonsense]
"""


def said(folder: Path, text: str, name: str = "study.yaml") -> list[str]:
    (folder / name).write_text(HEAD + text)
    with pytest.raises(InputError) as refused:
        load_study(folder)
    return [sentence.removeprefix(f"{folder / 'study.yaml'}, ") for sentence in refused.value.sentences]


def test_what_contradicts_is_told_beside_what_cannot_be_read(tmp_path: Path) -> None:
    sentences = said(tmp_path, MISTAKEN)
    wanted = [
        "'parts.0.questions.0.scal' is not known",
        "'parts.0.questions.1.optoins' is not known",
        "'parts.1.atention_checks' is not known",
        "'sead' is not known",
        "'methods.3.name': 'th ree' cannot be used",
        "'parts.1.questions.0': question 'better': grade 9 under 'labels'",
        "'parts.2.attention_checks': 'many' is not a whole number",
        "line 20: key 'parts.1': 'repeats' is for rating parts; remove it from the pairs",
        "'methods.2': method 'two' is named twice",
        "line 26: key 'parts.2': part 'acr' is named twice",
        "'parts.2.questions.0': question 'overall' is named twice",
        "'gold.0.item': item 'c' is not under 'items'",
        "'parts.0.gold': no entry under 'gold' expects an answer",
        "'metrics.1': no metric is called 'nonsense'",
    ]
    assert [found for found in wanted if not any(found in sentence for sentence in sentences)] == []
    assert len(sentences) == len(wanted)


def test_nothing_is_said_that_only_follows_from_another_mistake(tmp_path: Path) -> None:
    """A question that cannot be read may be the one that gold is about; a method, one that pairs name."""
    text = """
methods: [one, {name: two, rolle: gold}]
items: [a]
translations: [de]
parts:
  - id: acr
    test_method: ACR
    gold: 1
    questions: [{id: sync, text: {en: "In time?", de: "Synchron?"}, scale: acr6}]
gold: [{method: two, item: a, expected: {sync: {high: 2}}}]
"""
    sentences = [one for one in said(tmp_path, text) if "the text in 'de' is missing" not in one]
    assert len(sentences) == 2
    assert "'methods.1.rolle' is not known (did you mean 'role'?)" in sentences[0] + sentences[1]
    assert "'acr6' is not known" in sentences[0] + sentences[1]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("methods: [one]\nitems: [{name: a, context: Who speaks?}]\n", 10),
        ("methods: [one]\nitems:\n  - {name: a,\n     context: Who speaks? Nobody}\n", 12),
        ("methods: [one?, two]\n", 9),
    ],
)
def test_a_question_mark_between_braces_is_said_to_need_quotes(tmp_path: Path, text: str, line: int) -> None:
    (sentence,) = said(tmp_path, text.lstrip())
    assert sentence == (
        f"line {line}: a text between braces or brackets cannot hold a question mark; put the text in quotes."
    )


@pytest.mark.parametrize("name", ["study.yml", "Study.yaml"])
def test_a_study_file_of_another_ending_is_named(tmp_path: Path, name: str) -> None:
    (sentence,) = said(tmp_path, "", name)
    assert sentence.endswith(f"study.yaml does not exist; rename {name} to study.yaml.")
