"""Screening: every rater gets a verdict, only what the study declared is applied."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from analysis.load import StudyData, load_source
from analysis.screening import excluded, screen

QUESTIONS = [{"id": "overall", "text": "How good is it?"}, {"id": "sync", "text": "In step?"}]
STUDY: dict[str, Any] = {
    "study": "checks",
    "title": "Checks",
    "texts": {
        "welcome": "Hello.",
        "consent": {"version": "1", "body": "You may stop at any time you like."},
        "instructions": "Watch, then rate.",
        "debriefing": "Thank you.",
    },
    "methods": [{"name": "a"}, {"name": "b"}],
    "items": [{"name": "i"}],
    "parts": [
        {"id": "rating", "test_method": "ACR", "questions": QUESTIONS},
        {"id": "pairs", "test_method": "PC", "questions": [{"id": "better", "text": "Which is better?"}]},
    ],
}
RATINGS = """rater,stimulus,method,item,question,score,kind,expected_low,expected_high
good,a,a,i,overall,4,scored,,
good,t,a,i,overall,2,trap,2,2
careless,a,a,i,overall,4,scored,,
careless,t,a,i,overall,5,trap,2,2
careless,t,a,i,sync,5,trap,2,2
golden,a,a,i,overall,4,scored,,
golden,g,a,i,overall,2,gold,,2
unchecked,a,a,i,overall,4,scored,,
"""
COMPARISONS = """rater,item,left,right,question,choice,expected_choice
good,i,a,b,better,left,
good,i,a,a,better,tie,tie
hasty,i,a,b,better,left,
hasty,i,a,b,better,left,right
"""


def study(folder: Path, *, rules: list[str] | None) -> StudyData:
    """`rules`: what the study file declares; None leaves the study file out."""
    (folder / "ratings.csv").write_text(RATINGS)
    (folder / "comparisons.csv").write_text(COMPARISONS)
    if rules is not None:
        (folder / "study.json").write_text(json.dumps({"config": {**STUDY, "screening": {"apply": rules}}}))
    return load_source(str(folder))


def test_declared_attention_rule_excludes_those_who_missed_a_check(tmp_path: Path) -> None:
    verdicts = screen(study(tmp_path, rules=["attention"]))
    assert [verdict.rater for verdict in verdicts] == ["careless", "golden", "good", "hasty", "unchecked"]
    assert excluded(verdicts) == {"careless", "hasty"}
    by_rater = {verdict.rater: verdict for verdict in verdicts}
    assert by_rater["good"].value == 0
    assert by_rater["careless"].reason == "missed 1 of 1 attention check"
    assert by_rater["unchecked"].value is None
    assert not by_rater["unchecked"].flagged


def test_undeclared_rule_is_reported_but_not_applied(tmp_path: Path) -> None:
    for rules in ([], None):
        verdicts = screen(study(tmp_path, rules=rules))
        assert {verdict.rater for verdict in verdicts if verdict.flagged} == {"careless", "hasty"}
        assert excluded(verdicts) == frozenset()
        assert "did not declare" in next(v.reason for v in verdicts if v.rater == "hasty")
        (tmp_path / "study.json").unlink(missing_ok=True)


def test_a_study_without_checks_has_no_verdicts(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("rater,item,method,score\nr,i,a,3\nr,i,b,4\n")
    assert screen(load_source(str(path))) == []
