"""What counts and what does not: practice, repeats, doubled answers; and saying so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analysis.cli import main
from analysis.load import load_source
from analysis.options import Options
from analysis.results import compute
from studies.errors import InputError

ROWS = [
    f"r{r},i{i},{m},{1 + (r * i + r + len(m)) % 5},scored"
    for r in range(5)
    for i in range(4)
    for m in ("a", "bb")
]
PERCENT = [ROWS[0], *(f"r{n},i0,a,{3 * n},scored" for n in range(1, 40))]
PAIRS = [f"r{r},i{i},a,bb,{('left', 'right', 'tie')[(r + i) % 3]}" for r in range(5) for i in range(4)]
Results = Callable[..., dict[str, Any]]


@pytest.fixture
def results(tmp_path: Path) -> Results:
    def run(name: str, header: str, rows: list[str]) -> dict[str, Any]:
        path = tmp_path / name
        path.write_text("\n".join([header, *rows, ""]))
        return compute(load_source(str(path)), Options(n_boot=50))

    return run


def ratings(results: Results, *more: str) -> dict[str, Any]:
    return results("ratings.csv", "rater,item,method,score,kind", [*ROWS, *more])


def codes(found: dict[str, Any]) -> dict[str, str]:
    return {note["code"]: note["message"] for note in found["warnings"]}


@pytest.mark.parametrize("kind", ["training", "repeat"])
def test_ratings_that_do_not_count_set_no_scale(results: Results, kind: str) -> None:
    plain, with_wild = ratings(results), ratings(results, f"r0,i0,a,99,{kind}")
    assert with_wild["stimulus_mos"] == plain["stimulus_mos"]
    assert "1 to 5" in codes(with_wild)["scale_assumed"]


def strayed(score: str) -> list[str]:
    return [row.replace("r0,i0,a,2,", f"r0,i0,a,{score},") for row in ROWS]


def test_a_score_beside_the_others_is_told_with_its_row(results: Results) -> None:
    found = results("ratings.csv", "rater,item,method,score,kind", strayed("6"))
    assert "Only 1 of 40 scores lies outside 1 to 5 (the first in row 2)" in codes(found)["scale_assumed"]


@pytest.mark.parametrize(
    ("scores", "stray"), [(ROWS, "33"), (ROWS, "-9"), (PERCENT, "560"), (PERCENT, "-290")]
)
def test_a_score_far_from_all_others_asks_for_the_scale(
    tmp_path: Path, scores: list[str], stray: str
) -> None:
    path = tmp_path / "mine.csv"
    rows = [scores[0].replace(",2,scored", f",{stray},scored"), *scores[1:]]
    path.write_text("\n".join(["rater,item,method,score,kind", *rows, ""]))
    with pytest.raises(InputError, match=f"row 2: score {stray} lies outside .* the other 39 .*--scale"):
        load_source(str(path))
    data = load_source(str(path), scale=(-1000, 1000))
    assert data.scales == {"overall": (-1000, 1000)}
    assert not [note for note in data.notes if note.code == "scale_assumed"]


def test_a_repeat_without_its_first_rating_is_told(results: Results) -> None:
    found = ratings(results, "r9,i0,a,3,repeat")
    assert codes(found)["repeat_without_first"].startswith("1 repeat has no scored first rating")
    assert "repeat_without_first" not in codes(ratings(results, "r0,i0,a,3,repeat"))


@pytest.mark.parametrize("again", ["r0,i0,a,bb,left", "r0,i0,bb,a,left"])
def test_a_pair_judged_twice_by_a_rater_is_told(results: Results, again: str) -> None:
    header = "rater,item,left,right,choice"
    found = results("comparisons.csv", header, [*PAIRS, again])
    message = codes(found)["pairs_judged_again"]
    assert "1 comparison is of a pair" in message
    assert "such as a and bb on item i0 by rater r0" in message
    assert "pairs_judged_again" not in codes(results("comparisons.csv", header, PAIRS))


def test_a_pilot_that_does_not_vary_plans_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "pilot.csv"
    rows = [",".join([*row.split(",")[:3], "4"]) for row in ROWS]
    path.write_text("\n".join(["rater,item,method,score", *rows, ""]))
    assert main(["plan", str(path), "--out", str(tmp_path / "plan")]) == 2
    assert "do not vary in anything but methods" in capsys.readouterr().err
