"""What the report says of screening, for few raters and for many."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from analysis.report import screening

Row = dict[str, Any]


def with_verdicts(study: Any, rows: list[Row], declared: list[str] | None) -> Any:
    card = {**study.view.card, "screening": {**study.view.card["screening"], "declared": declared}}
    return replace(study.view, results={**study.results, "screening": rows}, card=card)


def verdict(rater: str, **changes: Any) -> Row:
    given = {"rule": "speed", "question": None, "value": 0.3, "threshold": 0.1, "reason": "hurried"}
    return {"rater": rater, **given, "flagged": True, "applied": False, **changes}


def test_excluded_raters_are_told_from_those_whom_undeclared_rules_flag(study) -> None:
    attention = [row for row in study.results["screening"] if row["rule"] == "attention"]
    everything = (
        "2 of 14 raters excluded by rules that the study declared beforehand (attention\u00a02); rules on "
        "agreement look at those whom the other rules have left."
    )
    assert screening.summary(with_verdicts(study, attention, ["attention"])).sentences[0] == everything
    further = [verdict("r01"), verdict("r02"), verdict("r02", rule="p910", value=0.2, question="overall")]
    view = with_verdicts(study, [*attention, *further], ["attention"])
    assert screening.summary(view).sentences[:2] == (
        everything,
        "Rules that were not declared exclude nobody; they flag: speed\u00a02, p910\u00a01.",
    )


def test_without_exclusions_it_is_said_whether_any_rule_was_declared(study) -> None:
    fine = [verdict("r1", flagged=False)]
    view = with_verdicts(study, fine, ["speed", "loo_correlation"])
    assert screening.summary(view).sentences == (
        "Nobody was excluded: no rater is flagged by what the study declared (speed and loo\\_correlation).",
    )
    for declared in ([], None):
        assert screening.summary(with_verdicts(study, [verdict("r1")], declared)).sentences == (
            "Nobody was excluded: the study declared no rule beforehand.",
            "Rules that were not declared exclude nobody; they flag: speed\u00a01.",
        )


def test_each_rule_is_one_line_per_question_with_the_worst_raters_first(study) -> None:
    rows = [verdict(f"s{n}", value=0.2 + n / 1000) for n in range(500)]
    rows += [verdict(f"t{n}", value=None, flagged=False) for n in range(20)]
    low = {"rule": "p910", "threshold": 0.75, "question": "overall"}
    rows += [verdict("a", value=-0.2, **low), verdict("b", value=-0.5, **low), verdict("c", value=0.9, **low)]
    rows[-1]["flagged"] = False
    table = screening.rules(with_verdicts(study, rows, ["speed"]))
    speed, p910 = ([cell.text for cell in row] for row in table.rows)
    assert speed[:4] == ["speed", "all", "yes", "500 of 500 (20 not judged)"]
    assert speed[5].startswith("s499 (70\u00a0%), s498 (70\u00a0%)")
    assert speed[5].endswith("and 492 more")
    assert p910 == ["p910", "Overall", "no", "2 of 3", "0.75", "b (−0.50), a (−0.20)"]


def test_reasons_are_given_for_the_excluded_only_and_not_for_hundreds(study) -> None:
    table = screening.excluded(study.view)
    assert {row[1].text for row in table.rows} == {"attention"}
    assert [row[3].text for row in table.rows] == ["missed 1 of 1 attention check"] * 2
    many = [verdict(f"s{n}", applied=True) for n in range(500)]
    table = screening.excluded(with_verdicts(study, many, ["speed"]))
    assert len(table.rows) == screening.MOST_EXCLUDED
    assert "first 100 of 500" in table.caption


def test_the_page_and_the_card_name_rules_and_thresholds(report) -> None:
    page = (report.folder / "report.html").read_text(encoding="utf-8")
    section = page[page.index('id="screening"') :]
    rules = {row["rule"] for row in report.study.results["screening"]}
    assert {"attention", "straightlining", "bt500", "p913_bias", "p910", "loo_correlation"} == rules
    assert all(f'<th scope="row">{rule}</th>' in section for rule in rules)
    card = json.loads((report.folder / "card.json").read_text(encoding="utf-8"))["screening"]
    assert card["thresholds"] == {"attention": {"allowed_misses": 0}}
    assert set(card["raters_flagged"]) == rules
    text = (report.folder / "card.md").read_text(encoding="utf-8")
    assert "declared rules: attention (allowed misses 0); 2 raters excluded" in text
