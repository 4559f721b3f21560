"""`analysis standing`: the report's own figures, real and simulated raters apart, and the stop rule."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.cli import main
from analysis.lists.standing import Width, standing, standings, stopping
from analysis.load import load_source
from analysis.options import Options
from analysis.results import compute
from studies.config import parse_study

STUDY: dict[str, Any] = {
    "study": "stands",
    "title": "A study under way",
    "texts": {
        "welcome": "Welcome.",
        "consent": {"version": "1", "body": "I agree to take part in this study."},
        "instructions": "Watch and rate.",
        "debriefing": "The clips were synthetic.",
    },
    "methods": [{"name": "real", "reference": True}, "alpha", "beta"],
    "items": [f"item{i}" for i in range(8)],
    "targets": {"half_width": 0.6},
    "stop": {"rule": "precision", "least_raters_per_method": 8, "most_raters_per_method": 20},
    "screening": {"apply": ["attention"]},
    "parts": [{"id": "rating", "test_method": "ACR", "questions": [{"id": "overall", "text": "How good?"}]}],
}
MEANS = {"real": 4.5, "alpha": 3.5, "beta": 2.5}


def bundle(folder: Path, raters: int = 10, simulated: int = 0, missed: int = 0, **keys: Any) -> Path:
    """Ratings with noise; `simulated` of the raters are bots that give 1, `missed` miss their check."""
    rng = np.random.default_rng(5)
    rows = []
    for number in range(raters):
        bot = number < simulated
        for method, mean in MEANS.items():
            for item in STUDY["items"]:
                score = 1 if bot else int(np.clip(np.rint(rng.normal(mean, 0.8)), 1, 5))
                rows.append({"method": method, "item": item, "question": "overall", "score": score})
                rows[-1] |= {"rater": f"r{number:02}", "kind": "scored", "simulated": bot}
        heard = 321 if raters - number <= missed else 123
        rows.append({**rows[-1], "question": "sound_check", "score": heard, "kind": "trap"})
        rows[-1] |= {"expected_low": 123, "expected_high": 123}
    folder.mkdir()
    frame = pd.DataFrame(rows)
    frame["stimulus"] = frame["method"] + frame["item"]
    frame.to_csv(folder / "ratings.csv", index=False)
    (folder / "study.json").write_text(json.dumps({"config": {**STUDY, **keys}}))
    return folder


def found(source: Path) -> Any:
    return standings(load_source(str(source)), Options())


def test_widths_are_those_of_the_report(tmp_path: Path):
    data = load_source(str(bundle(tmp_path / "b")))
    mos = {row["method"]: row for row in compute(data, Options())["mos"]}
    now = standing(data, Options())
    assert [width.of for width in now.widths] == list(MEANS)
    for width in now.widths:
        row = mos[width.of]
        assert (width.mean, width.ci_low, width.ci_high) == (row["mean"], row["ci_low"], row["ci_high"])
        assert width.half_width == pytest.approx((row["ci_high"] - row["ci_low"]) / 2)


@pytest.mark.parametrize(("intervals", "n"), [("differences", 3), ("against_reference", 2)])
def test_differences_are_those_of_their_family(tmp_path: Path, intervals: str, n: int):
    source = bundle(tmp_path / "b", stop={**STUDY["stop"], "intervals": intervals})
    widths = found(source)["real"]["widths"]
    assert len(widths) == n
    assert all(" − " in width["of"] for width in widths)


def test_who_missed_a_sound_check_counts_no_more(tmp_path: Path):
    real = found(bundle(tmp_path / "b", missed=2))["real"]
    assert [row["rater"] for row in real["excluded"]] == ["r08", "r09"]
    assert (real["raters"], real["fewest_raters"]) == (10, 8)
    assert {row["rule"] for row in real["excluded"]} == {"attention"}


def test_numbers_that_were_typed_are_on_no_scale_and_in_no_mean(tmp_path: Path):
    data = load_source(str(bundle(tmp_path / "b")))
    assert data.questions == ("overall",)
    assert data.scale == (1, 5)
    assert not [note for note in data.notes if "sound_check" in note.message]
    assert all(row["question"] == "overall" for row in compute(data, Options())["mos"])


def test_bots_never_enter_the_figures_of_people(tmp_path: Path):
    mixed = found(bundle(tmp_path / "mixed", raters=12, simulated=3))
    assert (mixed["real"]["raters"], mixed["simulated"]["raters"]) == (9, 3)
    assert all(width["mean"] > 2 for width in mixed["real"]["widths"])
    assert all(width["mean"] == 1 for width in mixed["simulated"]["widths"])
    assert found(bundle(tmp_path / "people"))["simulated"] is None


def widths(*halves: float | None) -> list[Width]:
    return [Width("overall", "MOS", "alpha", 3.0, None, None, half) for half in halves]


@pytest.mark.parametrize(
    ("halves", "raters", "because"),
    [
        ((0.5, 0.6), 8, "precision"),
        ((0.5, 0.61), 8, ""),
        ((0.5, 0.6), 7, ""),
        ((0.5, None), 19, ""),
        ((0.5, None), 20, "maximum"),
        ((0.7,), 20, "maximum"),
        ((), 9, ""),
    ],
)
def test_it_stops_once_every_interval_is_narrow_or_at_the_maximum(
    halves: tuple[float | None, ...], raters: int, because: str
):
    stop = stopping(parse_study(STUDY, "study"), widths(*halves), raters)
    assert stop is not None
    assert (stop.because, stop.reached) == (because, bool(because))


def test_a_method_of_which_all_are_of_one_opinion_is_named_where_it_keeps_the_study_open(tmp_path: Path):
    data = load_source(str(bundle(tmp_path / "b")))
    agreed = data.ratings.assign(score=data.ratings["score"].where(data.ratings["method"] != "alpha", 3))
    stop = standing(replace(data, ratings=agreed), Options()).stop
    assert stop is not None
    assert (stop.widest, stop.because) == (None, "")
    assert stop.told.startswith(
        "It goes on: mean alpha has no interval (too few raters, or all of one opinion)"
    )


def test_without_the_rule_nothing_is_said_of_stopping():
    config = parse_study({**STUDY, "stop": {}}, "study")
    assert stopping(config, widths(0.1), 99) is None


def test_the_report_says_that_the_width_chose_when_to_stop(tmp_path: Path):
    data = load_source(str(bundle(tmp_path / "b")))
    told = {note["code"]: note["message"] for note in compute(data, Options())["warnings"]}
    assert "± 0.6 grades" in told["stopped_for_precision"]
    quota = replace(data, config=parse_study({**STUDY, "stop": {"rule": "quota"}}, "study"))
    codes = {note["code"] for note in compute(quota, Options())["warnings"]}
    assert "stopped_for_precision" not in codes


def test_the_command_prints_sentences_or_one_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    source = str(bundle(tmp_path / "b", missed=1))
    assert main(["standing", source]) == 0
    told = capsys.readouterr().out
    assert "10 raters; 9 count for the method that has fewest." in told
    assert "r09 excluded by attention: missed 1 of 1 attention check" in told
    assert "Intervals that decide when a study stops" in told
    assert main(["standing", source, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["real"]["stop"]["target"] == 0.6


CCR = {"id": "pairs", "test_method": "CCR", "questions": [{"id": "better", "text": "Which is better?"}]}


def test_a_method_that_no_pair_shows_does_not_keep_the_study_open(tmp_path: Path):
    rng = np.random.default_rng(2)
    rows = [
        {"rater": f"r{n}", "item": item, "left": "alpha", "right": "beta", "question": "better"}
        for n in range(20)
        for item in STUDY["items"]
    ]
    scores = rng.integers(-3, 4, len(rows))
    sides = np.where(scores > 0, "right", np.where(scores < 0, "left", "tie"))
    frame = pd.DataFrame(rows).assign(choice=sides, score=scores)
    frame.to_csv(tmp_path / "comparisons.csv", index=False)
    stop = {**STUDY["stop"], "intervals": "differences"}
    declared = {**STUDY, "parts": [{**CCR, "pairs": [["alpha", "beta"]]}], "stop": stop}
    (tmp_path / "study.json").write_text(json.dumps({"config": declared}))
    assert found(tmp_path)["real"]["fewest_raters"] == 20
    assert found(tmp_path)["real"]["stop"]["reached"]


def test_a_question_that_few_answer_keeps_no_study_open_past_its_maximum(tmp_path: Path):
    asked = {**STUDY["parts"][0]["questions"][0], "id": "sync", "optional": True}
    parts = [{**STUDY["parts"][0], "questions": [*STUDY["parts"][0]["questions"], asked]}]
    source = bundle(tmp_path / "b", raters=20, parts=parts)
    ratings = pd.read_csv(source / "ratings.csv")
    more = ratings[(ratings["rater"] < "r03") & (ratings["kind"] == "scored")].assign(question="sync")
    pd.concat([ratings, more]).to_csv(source / "ratings.csv", index=False)
    real = found(source)["real"]
    assert real["fewest_raters"] == 20
    assert real["stop"]["reached"]
