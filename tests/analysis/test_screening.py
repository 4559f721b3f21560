"""Screening: every rater gets a verdict by every rule, only what the study declared is applied."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from screened_study import bundle, declare, rated, verdicts

from analysis.load import StudyData, load_source
from analysis.options import Options
from analysis.results import compute
from analysis.screening import excluded, screen

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
AGREEMENT = ["bt500", "p913_bias", "p910", "loo_correlation"]


def checked(folder: Path, *, screening: dict[str, Any] | None) -> StudyData:
    (folder / "ratings.csv").write_text(RATINGS)
    (folder / "comparisons.csv").write_text(COMPARISONS)
    if screening is not None:
        declare(folder, screening)
    return load_source(str(folder))


def panel(*, liars: int = 0, raters: int = 12, clips: int = 24) -> dict[str, list[float]]:
    """Raters who hear the same differences with some noise; liars rate at random."""
    rng = np.random.default_rng(5)
    quality = rng.uniform(1.5, 4.5, clips)
    scores = {
        f"r{n}": list(np.clip(np.round(quality + rng.normal(0, 0.3, clips)), 1, 5)) for n in range(raters)
    }
    scores |= {f"liar{n}": list(rng.integers(1, 6, clips).astype(float)) for n in range(liars)}
    return scores


def test_declared_attention_rule_excludes_those_who_missed_a_check(tmp_path: Path) -> None:
    data = checked(tmp_path, screening={"apply": ["attention"]})
    by_rater = verdicts(data, "attention")
    assert list(by_rater) == ["careless", "golden", "good", "hasty", "unchecked"]
    assert excluded(screen(data)) == {"careless", "hasty"}
    assert by_rater["good"].value == 0
    assert by_rater["careless"].reason == "missed 1 of 1 attention check"
    assert by_rater["unchecked"].value is None
    assert not by_rater["unchecked"].flagged


def test_a_study_may_allow_misses(tmp_path: Path) -> None:
    data = checked(tmp_path, screening={"apply": ["attention"], "attention": {"allowed_misses": 1}})
    assert excluded(screen(data)) == frozenset()
    assert {one.threshold for one in verdicts(data, "attention").values()} == {1}


def test_undeclared_rule_is_reported_but_not_applied(tmp_path: Path) -> None:
    for screening in ({"apply": []}, None):
        data = checked(tmp_path, screening=screening)
        found = verdicts(data, "attention")
        assert {rater for rater, one in found.items() if one.flagged} == {"careless", "hasty"}
        assert excluded(screen(data)) == frozenset()
        assert "did not declare" in found["hasty"].reason
        (tmp_path / "study.json").unlink(missing_ok=True)


def test_rules_without_facts_have_no_rows(tmp_path: Path) -> None:
    data = bundle(tmp_path, ratings=rated(panel()))
    assert list(dict.fromkeys(one.rule for one in screen(data))) == ["straightlining", *AGREEMENT]
    assert {one.question for one in screen(data)} == {"overall"}
    assert len(screen(data)) == 12 * 5


def test_every_question_has_verdicts_of_its_own(tmp_path: Path) -> None:
    rows = [{**row, "question": question} for question in ("sync", "overall") for row in rated(panel())]
    found = [one for one in screen(bundle(tmp_path, ratings=rows)) if one.rule == "p910"]
    assert [one.question for one in found] == ["overall"] * 12 + ["sync"] * 12
    assert [one.rater for one in found[:3]] == ["r0", "r1", "r2"]


@pytest.mark.parametrize("rule", ["p910", "loo_correlation"])
def test_a_declared_rule_excludes_a_rater_on_all_questions(tmp_path: Path, rule: str) -> None:
    honest, mixed = panel(), panel(liars=1)
    rows = [{**row, "question": "sync"} for row in rated(mixed)]
    rows += [{**row, "question": "overall"} for row in rated({**honest, "liar0": honest["r0"]})]
    results = compute(bundle(tmp_path, {"apply": [rule]}, ratings=rows), Options(n_boot=20))
    applied = [row for row in results["screening"] if row["applied"]]
    assert [(row["rater"], row["question"], row["rule"]) for row in applied] == [("liar0", "sync", rule)]
    kept = {row["n_raters"] for row in results["mos"] if row["screening"] == "applied"}
    assert kept == {12}
    assert {row["n_raters"] for row in results["mos"] if row["screening"] == "none"} == {13}
    note = next(row for row in results["warnings"] if row["code"] == "agreement_screened")
    assert rule in note["message"]
    assert "inflated" in note["message"]
    marked = {(row["screening"], "inflated" in row["procedure"]) for row in results["agreement"]}
    assert marked == {("none", False), ("applied", True)}


def test_attention_alone_inflates_no_agreement(tmp_path: Path) -> None:
    results = compute(checked(tmp_path, screening={"apply": ["attention"]}), Options(n_boot=20))
    codes = {row["code"] for row in results["warnings"]}
    assert ("raters_excluded" in codes, "agreement_screened" in codes) == (True, False)


def test_agreement_is_judged_among_those_whom_attention_has_left(tmp_path: Path) -> None:
    """Six who turn the scale round make good raters look like strangers, until they are gone."""
    honest = panel(raters=5)
    turned = {f"turned{n}": [6 - score for score in honest["r0"]] for n in range(6)}
    rows = rated({**honest, **turned})
    traps = [
        {"rater": rater, "item": "trap", "method": "m0", "score": 5, "kind": "trap", "expected_high": 2}
        for rater in turned
    ]
    for screening, flagged in (({"apply": []}, 5), ({"apply": ["attention"]}, 0)):
        data = bundle(tmp_path, screening, ratings=[*rows, *traps])
        found = verdicts(data, "loo_correlation")
        assert sum(found[rater].flagged for rater in honest) == flagged
    assert found["turned0"].value is None
    assert found["turned0"].reason == "not looked at, as attention has excluded this rater"
    assert set(found) == {*honest, *turned}


def test_when_every_rater_is_excluded_all_still_have_verdicts(tmp_path: Path) -> None:
    rows = [{**row, "response_ms": 10} for row in rated(panel())]
    results = compute(bundle(tmp_path, {"apply": ["speed", "bt500"]}, ratings=rows), Options(n_boot=20))
    verdicts_of = [row for row in results["screening"] if row["rule"] == "bt500"]
    assert len(verdicts_of) == 12
    assert {row["value"] for row in verdicts_of} == {None}
    assert "no_ratings_left" in {row["code"] for row in results["warnings"]}


@pytest.mark.parametrize(
    "scores",
    [
        {"r": [3.0]},
        {"r": [3.0, 4.0, 5.0, 2.0]},
        {"r": [3.0], "s": [4.0]},
        {"r": [3.0] * 12, "s": [3.0] * 12, "t": [3.0] * 12},
        {"r": [1.0, 2.0, 3.0], "s": [4.0]},
    ],
    ids=["one rating", "one rater", "one clip", "constant", "one rating of a rater"],
)
def test_too_little_data_flags_nobody_and_says_why(tmp_path: Path, scores: dict[str, list[float]]) -> None:
    rules = ["straightlining", *AGREEMENT]
    found = screen(bundle(tmp_path, {"apply": rules}, ratings=rated(scores)))
    assert {one.rule for one in found} == set(rules)
    assert not any(one.flagged for one in found)
    undefined = [one for one in found if one.rule in ("p910", "loo_correlation")]
    assert {one.value for one in undefined} == {None}
    assert all(one.reason for one in found)
    assert json.loads(json.dumps([vars(one) for one in found]))


def test_a_rater_who_shares_no_clip_is_not_judged_but_does_not_disturb(tmp_path: Path) -> None:
    alone = [{"rater": "alone", "item": f"own{n}", "method": "m0", "score": 1 + n % 5} for n in range(20)]
    together = bundle(tmp_path, ratings=rated(panel(liars=2)))
    before = {rule: verdicts(together, rule) for rule in AGREEMENT}
    apart = bundle(tmp_path, ratings=[*rated(panel(liars=2)), *alone])
    for rule in AGREEMENT:
        after = verdicts(apart, rule)
        assert after.pop("alone").value is None
        assert {rater: one.flagged for rater, one in after.items()} == {
            rater: one.flagged for rater, one in before[rule].items()
        }
        for rater, one in before[rule].items():
            assert after[rater].value == pytest.approx(one.value, abs=1e-12)


def test_planted_raters_are_found_by_the_correlation_rules(shared: Path) -> None:
    folder = shared / "ratings" / "nflx_last4outliers"
    planted = set(json.loads((folder / "expected.json").read_text())["true_outliers"])
    data = load_source(str(folder / "ratings.csv"))
    for rule in ("p910", "loo_correlation"):
        assert {rater for rater, one in verdicts(data, rule).items() if one.flagged} == planted
