"""`analysis check`: all problems at once, each with file, row, column and mend."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from whole_bundle import CONFIG, Spoil, Tables, sealed, tables, write_whole

from analysis.cli import main


def checked(
    source: Path | str, capsys: pytest.CaptureFixture[str], *options: str
) -> tuple[int, str, list[str]]:
    """Exit status, summary, problems."""
    status = main(["check", str(source), *options])
    shown = capsys.readouterr()
    assert "Traceback" not in shown.err
    problems = shown.err.splitlines()
    assert all(problem.endswith(".") for problem in problems)
    return status, shown.out, problems


def test_a_sound_bundle_tells_what_it_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, said, problems = checked(write_whole(tmp_path / "b", tables()), capsys)
    assert (status, problems) == (0, [])
    assert "18 ratings and 6 comparisons by 3 raters of 6 stimuli (3 methods, 2 items)" in said
    assert "sync (1 to 5)" in said
    for statistic in ("MOS with two-way intervals", "DMOS", "preference strengths", "correlation with psnr"):
        assert statistic in said.split("Can be made:")[1].split("\n")[0]
    assert "Cannot be made: repeat consistency" in said
    assert said.endswith("Sound: no problem found.\n")


def test_real_sets_are_sound(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("nflx_public", "qulab_mos", "lukas_pc/pairs.csv"):
        status, _, problems = checked(shared / "ratings" / name, capsys)
        assert (status, problems) == (0, []), name


def test_a_real_set_with_doubles_names_their_rows(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, _, problems = checked(shared / "ratings" / "agh_ntia", capsys)
    assert status == 2
    assert len(problems) == 1
    assert "row 7" in problems[0]
    assert "more)" in problems[0]


def test_the_question_column_is_the_users(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = shared / "ratings" / "avatar_study2"
    assert checked(source, capsys)[0] == 2
    assert checked(source, capsys, "--question-column", "scale")[0] == 0
    status, _, problems = checked(source, capsys, "--question-column", "scales")
    assert status == 2
    assert "'scales'" in problems[0]


def put(table: str, row: int, column: str, value: object) -> Spoil:
    def spoil(content: Tables) -> None:
        content[table][row][column] = value

    return spoil


def again(table: str, row: int) -> Spoil:
    return lambda content: content[table].append(dict(content[table][row]))


SPOILED: list[tuple[Spoil, list[str]]] = [
    (put("ratings", 4, "score", "good"), ["ratings.csv row 6, column 'score'", "'good'", "number"]),
    (put("ratings", 4, "score", 6), ["ratings.csv row 6, column 'score'", "1 to 5", "'sync'"]),
    (put("ratings", 4, "rater", ""), ["ratings.csv row 6, column 'rater'", "empty"]),
    (put("ratings", 4, "rater", "nobody"), ["ratings.csv row 6, column 'rater'", "'nobody'", "raters.csv"]),
    (put("ratings", 4, "stimulus", "x"), ["ratings.csv row 6, column 'stimulus'", "'x'", "stimuli.csv"]),
    (put("ratings", 4, "method", "near"), ["ratings.csv row 6, column 'method'", "'near'", "'a-far-i1'"]),
    (
        put("ratings", 4, "question", "look"),
        ["ratings.csv row 6, column 'question'", "'look'", "better, sync"],
    ),
    (put("ratings", 4, "kind", "scord"), ["ratings.csv row 6, column 'kind'", "'scord'", "scored"]),
    (put("ratings", 4, "position", "2.5"), ["ratings.csv row 6, column 'position'", "whole number"]),
    (put("ratings", 4, "submitted_at", "noon"), ["ratings.csv row 6, column 'submitted_at'", "a time"]),
    (put("ratings", 4, "submitted_at", "2026-01-01T10:00:01Z"), ["row 6, column 'submitted_at'", "before"]),
    (put("ratings", 4, "presented_at", "2026-01-01T10:02:01Z"), ["row 6, column 'presented_at'", "position"]),
    (put("raters", 0, "consented_at", "2026-01-01T10:01:30Z"), ["row 2, column 'presented_at'", "consented"]),
    (again("ratings", 0), ["ratings.csv row 20, column 'rater'", "'a-real-i1'", "repeat"]),
    (again("raters", 0), ["raters.csv row 5, column 'rater'", "'a-r0'", "twice"]),
    (again("stimuli", 0), ["stimuli.csv row 8, column 'stimulus'", "'a-real-i1'", "twice"]),
    (
        put("stimuli", 0, "is_reference", "maybe"),
        ["stimuli.csv row 2, column 'is_reference'", "true or false"],
    ),
    (put("stimuli", 0, "is_reference", False), ["stimuli.csv row 2, column 'method'", "'real'"]),
    (put("stimuli", 2, "is_reference", True), ["stimuli.csv row 4, column 'method'", "'near'", "second"]),
    (put("stimuli", 0, "fps", -25), ["stimuli.csv row 2, column 'fps'", "negative"]),
    (put("comparisons", 1, "choice", "both"), ["comparisons.csv row 3, column 'choice'", "left, right, tie"]),
    (put("comparisons", 1, "left", "nera"), ["comparisons.csv row 3, column 'left'", "'nera'"]),
    (put("comparisons", 1, "left", "far"), ["comparisons.csv row 3, column 'left'", "with itself"]),
    (put("metrics", 1, "stimulus", "x"), ["metrics.csv row 3, column 'stimulus'", "'x'"]),
    (put("metrics", 1, "method", "far"), ["metrics.csv row 3, column 'method'", "'a-near-i2'"]),
    (put("metrics", 1, "direction", "up"), ["metrics.csv row 3, column 'direction'", "higher, lower"]),
    (put("metrics", 1, "value", "loud"), ["metrics.csv row 3, column 'value'", "'loud'"]),
    (again("metrics", 1), ["metrics.csv row 6, column 'metric'", "'psnr'", "twice"]),
]


@pytest.mark.parametrize(("spoil", "parts"), SPOILED)
def test_a_problem_is_told_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: Spoil, parts: list[str]
) -> None:
    content = tables()
    spoil(content)
    status, said, problems = checked(write_whole(tmp_path / "b", content), capsys)
    assert (status, said) == (2, "")
    assert any(all(part in problem for part in parts) for problem in problems), problems


def test_all_problems_are_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = tables()
    chosen = [SPOILED[i] for i in (0, 3, 7, 20, 23)]
    for n, (spoil, _) in enumerate(chosen):
        spoil(content)
        if n == 0:
            content["ratings"][9]["score"] = "bad"
    content["ratings"][4]["rater"] = "nobody"
    status, _, problems = checked(write_whole(tmp_path / "b", content), capsys)
    assert status == 2
    for _, parts in chosen:
        assert any(all(part in problem for part in parts) for problem in problems), (parts, problems)
    assert any("'good'" in problem and "(also row 11)" in problem for problem in problems)


def test_files_that_were_changed_lost_or_added(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle = write_whole(tmp_path / "b", tables())
    (bundle / "metrics.csv").unlink()
    with (bundle / "ratings.csv").open("a") as out:
        out.write("\n")
    manifest = json.loads((bundle / "manifest.json").read_text())
    del manifest["files"]["raters.csv"]
    (bundle / "manifest.json").write_text(json.dumps(manifest))
    status, _, problems = checked(bundle, capsys)
    assert status == 2
    assert sorted(problem.split(":")[0] for problem in problems) == [
        "metrics.csv",
        "raters.csv",
        "ratings.csv",
    ]


def test_a_changed_study_file_does_not_hide_other_problems(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = tables()
    content["ratings"][4]["score"] = "good"
    bundle = write_whole(tmp_path / "b", content)
    facts = json.loads((bundle / "study.json").read_text())
    facts["config"]["title"] = "Another title"
    (bundle / "study.json").write_text(json.dumps(facts))
    _, _, problems = checked(sealed(bundle), capsys)
    assert any("'config_sha256'" in problem for problem in problems)
    facts["config"]["parts"] = []
    (bundle / "study.json").write_text(json.dumps(facts))
    _, _, problems = checked(sealed(bundle), capsys)
    assert any(problem.startswith("study.json") and "parts" in problem for problem in problems)
    assert any("'good'" in problem for problem in problems)


@pytest.mark.parametrize("ends", [[5, 1], [1], "1:5", [1, "5"], [True, 5]])
def test_a_stated_scale_must_be_one(tmp_path: Path, capsys: pytest.CaptureFixture[str], ends: object) -> None:
    bundle = write_whole(tmp_path / "b", tables(), None)
    (bundle / "study.json").write_text(json.dumps({"schema_version": 1, "scales": {"sync": ends}}))
    status, _, problems = checked(sealed(bundle), capsys)
    assert status == 2
    assert "'scales'" in problems[0]
    assert "'sync'" in problems[0]
    (bundle / "study.json").write_text(json.dumps({"schema_version": 1, "scales": {"sync": [0, 4]}}))
    _, _, problems = checked(sealed(bundle), capsys)
    assert any("'5' lies outside 0 to 4" in problem for problem in problems)


def test_a_missing_column_and_nothing_to_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("rater,item,score\nr,i,1\n")
    status, _, problems = checked(path, capsys)
    assert status == 2
    assert problems == [f"{path}: column 'method' is missing (found: rater, item, score); add it."]
    (tmp_path / "empty").mkdir()
    status, _, problems = checked(tmp_path / "empty", capsys)
    assert status == 2
    assert len(problems) == 1
    assert "neither ratings.csv nor comparisons.csv" in problems[0]


def test_ids_that_look_like_one_are_noted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.csv"
    path.write_text('rater,item,method,score\nann,i,m,1\nAnn,i,m,2\n"ann ",i,m,3\n')
    status, said, _ = checked(path, capsys)
    assert status == 0
    assert "2 rater ids differ by case only and are kept apart (such as 'Ann' and 'ann')" in said
    assert "2 rater ids differ by spaces only and are kept apart (such as 'ann' and 'ann ')" in said


@pytest.mark.parametrize("braces", ["{value}", "{0}", "{", "{stimulus}"])
def test_names_with_braces_are_shown_as_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], braces: str
) -> None:
    content = tables()
    content["ratings"][0]["rater"] = braces
    _, _, problems = checked(write_whole(tmp_path / "b", content), capsys)
    assert any(repr(braces) in problem for problem in problems)


def test_whatever_reports_refuse_is_not_called_sound(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = tables()
    for row in content["comparisons"]:
        row |= {"score": 2, "first": "nowhere"}
    config = {**CONFIG, "parts": CONFIG["parts"][:1]}
    for row in content["comparisons"]:
        row["question"] = "sync"
    status, _, problems = checked(write_whole(tmp_path / "b", content, config), capsys)
    assert status == 2
    assert any("'first'" in problem for problem in problems)
