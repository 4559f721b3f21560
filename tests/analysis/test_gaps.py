"""Limits of several questions are told together, the worst in numbers; low agreement is one of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis.lists.gaps import Gap, of_agreement, told
from analysis.load import load_source
from analysis.options import Options
from analysis.results import compute


def test_the_same_limit_of_several_questions_is_one_note_on_the_worst() -> None:
    gaps = [Gap("few", "b", 9, "9 raters."), Gap("few", "a", 4, "4 raters."), Gap("thin", "a", 1, "thin.")]
    assert [note.message for note in told(gaps, 3)] == [
        "Questions 'b' and 'a': at worst 4 raters.",
        "Question 'a': thin.",
    ]
    alike = [Gap("few", name, 4, "4 raters.") for name in "abc"]
    assert [note.message for note in told(alike, 3)] == ["All 3 questions: 4 raters."]
    assert [note.message for note in told(alike, 4)] == ["Questions 'a', 'b' and 'c': 4 raters."]


@pytest.mark.parametrize(("value", "warned"), [(0.66, True), (0.67, False), (None, False)])
def test_agreement_is_low_below_the_mark_whatever_was_resampled(value: float | None, warned: bool) -> None:
    row = {"question": "q", "coefficient": "alpha_ordinal", "value": value, "ci_low": -0.1, "ci_high": 0.7}
    gaps = list(of_agreement([{**row, "screening": "none"}, {**row, "screening": "applied"}]))
    assert [gap.code for gap in gaps] == ["low_agreement"] * warned
    assert all("0.66 [−0.10, 0.70]" in gap.message for gap in gaps)


def agreement_codes(tmp_path: Path, noise: float) -> set[str]:
    rng = np.random.default_rng(8)
    stimulus = rng.uniform(1.4, 4.6, 40)
    rows = ["rater,item,method,score"]
    for r in range(10):
        for s, level in enumerate(stimulus):
            score = int(np.clip(round(level + noise * rng.normal()), 1, 5))
            rows.append(f"r{r},i{s % 10},m{s // 10},{score}")
    (tmp_path / "ratings.csv").write_text("\n".join(rows) + "\n")
    results = compute(load_source(str(tmp_path / "ratings.csv")), Options(n_boot=60))
    return {row["code"] for row in results["warnings"]} & {"low_agreement", "low_reliability"}


def test_only_raters_who_disagree_are_said_to(tmp_path: Path) -> None:
    assert agreement_codes(tmp_path, 0.2) == set()
    assert agreement_codes(tmp_path, 60.0) == {"low_agreement", "low_reliability"}


def test_an_interval_is_told_only_where_there_is_one() -> None:
    row = {"question": "q", "coefficient": "ICC(A,k)", "value": 0.5, "ci_low": None, "ci_high": None}
    (gap,) = of_agreement([{**row, "screening": "none"}])
    assert gap.code == "low_reliability"
    assert "(ICC(A,k) 0.50; Koo" in gap.message


def test_after_exclusions_the_value_of_those_who_count_is_judged_and_both_are_told() -> None:
    row = {"question": "q", "coefficient": "alpha_ordinal", "ci_low": None, "ci_high": None}
    everybody = {**row, "screening": "none", "value": 0.48}
    assert list(of_agreement([everybody, {**row, "screening": "applied", "value": 0.67}])) == []
    (gap,) = of_agreement([everybody, {**row, "screening": "applied", "value": 0.6}])
    assert "ordinal α 0.48 among all raters, 0.60 after exclusions;" in gap.message


def limits_of(tmp_path: Path, rows: list[str]) -> dict[str, str]:
    (tmp_path / "ratings.csv").write_text("\n".join(["rater,item,method,score", *rows]) + "\n")
    results = compute(load_source(str(tmp_path / "ratings.csv")), Options(n_boot=50))
    return {row["code"]: row["message"] for row in results["warnings"]}


def test_an_incomplete_design_says_how_many_raters_rated_everything(tmp_path: Path) -> None:
    rows = [f"r{r},i{i},m{m},{1 + (r + i + m) % 5}" for r in range(4) for i in range(6) for m in range(2)]
    found = limits_of(tmp_path, rows[:-1])
    assert "; 3 of 4 raters rated every stimulus." in found["incomplete_design"]
    assert "'overall': 4 raters per method;" in found["few_raters"], "not `down to`: each has four"
    parts = [row for n, row in enumerate(rows) if n % 5 != (n // 12) % 5]
    assert "; each rater rated a part." in limits_of(tmp_path, parts)["incomplete_design"]
