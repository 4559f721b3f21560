"""`analysis plan` as a user meets it: what it prints, what it writes, and that its advice holds."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pytest

from analysis.cli import main
from analysis.planning.basis import ASSUMED, assumed_basis
from analysis.planning.plan import MOST_RATERS, make_plan
from analysis.planning.request import Request

PUBLISHED = ("vqeghd3", "qulab_mos", "nflx_public", "its4s_agh", "vqf_denoise")
FIVE_GRADES = (1.0, 5.0)


def plan(out: Path, *arguments: str | Path) -> dict[str, Any]:
    assert main(["plan", *map(str, arguments), "--out", str(out)]) == 0
    return json.loads((out / "plan.json").read_text())


def refused(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    assert main(["plan", *map(str, arguments)]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert shown.err.endswith(".\n")
    return shown.err


def messages(found: dict[str, Any]) -> str:
    return "\n".join(row["message"] for row in found["verdict"])


def pilot(folder: Path, raters: int = 12, items: int = 6, methods: int = 3, seed: int = 3) -> Path:
    rng = np.random.default_rng(seed)
    of_rater, of_item = rng.normal(0, 0.5, raters), rng.normal(0, 0.3, (items, methods))
    lines = ["rater,item,method,score"]
    for r, i, m in np.ndindex(raters, items, methods):
        score = 3 + of_rater[r] + of_item[i, m] + rng.normal(0, 0.6)
        lines.append(f"r{r},i{i},m{m},{int(np.clip(round(score), 1, 5))}")
    path = folder / "pilot.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_plan_without_pilot_prints_tables_and_writes_four_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = plan(tmp_path / "out")
    shown = capsys.readouterr().out
    assert {path.name for path in (tmp_path / "out").glob("[!.]*")} == {
        "plan.csv", "plan.json", "plan.png", "plan.svg"
    }  # fmt: skip
    assert {row["origin"] for row in found["components"]} == {"assumed"}
    assert found["warnings"][0]["code"] == "components_assumed"
    for row in found["designs"]:
        assert f"{row['half_width']:.2f}" in shown
        assert f"{row['difference']:.2f}" in shown
        assert f"{row['ratings']:,}" in shown
    for row in (*found["verdict"], *found["warnings"]):
        assert row["message"] in shown


def test_the_table_file_holds_the_designs(tmp_path: Path) -> None:
    found = plan(tmp_path, "--raters", "8,16", "--items", "6,12", "--payment-per-rating", "0.12")
    with (tmp_path / "plan.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["items"], row["raters"]) for row in rows] == [
        ("6", "8"),
        ("6", "16"),
        ("12", "8"),
        ("12", "16"),
    ]
    for written, row in zip(rows, found["designs"], strict=True):
        assert float(written["half_width"]) == row["half_width"]
        assert row["ratings"] == row["raters"] * row["items"] * 5
        assert float(written["cost"]) == row["cost"] == pytest.approx(0.12 * row["ratings"])


def test_same_request_same_bytes(tmp_path: Path) -> None:
    source = pilot(tmp_path)
    for name in ("a", "b"):
        plan(tmp_path / name, source)
    written = [{path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("a", "b")]
    assert written[0] == written[1]
    assert b"NaN" not in written[0]["plan.json"]


def test_where_items_limit_no_number_of_raters_is_promised_and_the_items_advised_suffice() -> None:
    def reaches(items: int, raters: int) -> bool:
        request = Request(raters=(raters,), items=(items,), half_width=0.2)
        return bool(make_plan(assumed_basis({}, FIVE_GRADES), request).designs[0]["reaches_half_width"])

    made = make_plan(assumed_basis({}, FIVE_GRADES), Request(items=(5, 8, 30), half_width=0.2))
    raters = {row["items"]: row["raters"] for row in made.needed}
    assert (raters[5], raters[8]) == (None, None)
    assert not reaches(8, 100_000)
    assert reaches(30, raters[30])
    assert not reaches(30, raters[30] - 1)
    any_raters, with_fifty = made.fewest_items["half_width"]
    assert reaches(any_raters, MOST_RATERS)
    assert not reaches(any_raters - 1, MOST_RATERS)
    assert reaches(with_fifty, 50)
    assert not reaches(with_fifty - 1, 50)


def test_the_verdict_says_plainly_that_items_limit(tmp_path: Path) -> None:
    found = plan(tmp_path, "--items", "8,40", "--half-width", "0.2")
    alone = {row["items"]: row["half_width"] for row in found["items_alone"]}
    row = found["fewest_items"][0]
    assert (
        f"With 8 items no number of raters reaches ±0.2: the items alone leave ±{alone[8]:.2f}; use at least "
        f"{row['any_raters']} items ({row['with_these_raters']} with 50 raters)."
    ) in messages(found)
    assert "±0.2 takes 40 items ×" in messages(found)


def test_the_cheapest_design_reaches_both_goals(tmp_path: Path) -> None:
    found = plan(tmp_path / "a", "--half-width", "0.3", "--difference", "0.7", "--items", "15,20,30")
    both = [row for row in found["needed"] if row["goal"] == "both" and row["raters"]]
    best = min(both, key=lambda row: row["ratings"])
    assert f"{best['items']} items × {best['raters']} raters, {best['ratings']:,} ratings" in messages(found)
    size = ("--items", str(best["items"]), "--raters", str(best["raters"]))
    again = plan(tmp_path / "b", "--half-width", "0.3", "--difference", "0.7", *size)
    row = again["designs"][0]
    assert row["reaches_half_width"]
    assert row["reaches_difference"]


def test_comparisons_share_the_level(tmp_path: Path) -> None:
    pairs = plan(tmp_path / "a")
    one = plan(tmp_path / "b", "--comparisons", "1")
    assert pairs["options"][0]["comparisons"] == 10
    assert pairs["options"][0]["alpha_per_comparison"] == pytest.approx(0.005)
    assert one["options"][0]["alpha_per_comparison"] == pytest.approx(0.05)
    for strict, lenient in zip(pairs["designs"], one["designs"], strict=True):
        assert strict["difference"] > lenient["difference"]
        assert strict["half_width"] == lenient["half_width"]


def test_a_pilot_gives_its_components_methods_and_a_warning(
    tmp_path: Path, shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = shared / "ratings" / "vqeghd3" / "ratings.csv"
    found = plan(tmp_path / "plan", source)
    assert main(["report", str(source), "--format", "json", "--out", str(tmp_path / "report")]) == 0
    results = json.loads((tmp_path / "report" / "results.json").read_text())
    reported = {row["component"]: row["variance"] for row in results["variance"]}
    planned = {row["component"]: row["variance"] for row in found["components"]}
    assert planned == {name: value for name, value in reported.items() if name != "method"}
    assert (found["options"][0]["methods"], found["options"][0]["comparisons"]) == (9, 36)
    warning = next(row["message"] for row in found["warnings"] if row["code"] == "pilot_is_small")
    assert "24 raters" in warning
    assert "8 items" in warning


def test_the_pilot_s_own_size_has_the_report_s_precision(tmp_path: Path) -> None:
    source = pilot(tmp_path)
    found = plan(tmp_path / "plan", source, "--raters", "12", "--items", "6")
    assert main(["report", str(source), "--format", "json", "--out", str(tmp_path / "report")]) == 0
    mos = json.loads((tmp_path / "report" / "results.json").read_text())["mos"]
    half_widths = [(row["ci_high"] - row["ci_low"]) / 2 for row in mos]
    planned = found["designs"][0]["half_width"]
    assert min(half_widths) < planned < max(half_widths)


def test_given_components_replace_estimated_ones(tmp_path: Path) -> None:
    found = plan(tmp_path / "out", pilot(tmp_path), "--components", "item:method=0.4,item=0")
    origins = {row["component"]: row["origin"] for row in found["components"]}
    variances = {row["component"]: row["variance"] for row in found["components"]}
    assert [name for name, origin in origins.items() if origin == "given"] == ["item", "item:method"]
    assert (variances["item"], variances["item:method"]) == (0, 0.4)


def test_a_pilot_of_one_method_promises_no_difference_and_says_why(tmp_path: Path) -> None:
    found = plan(tmp_path / "out", pilot(tmp_path, methods=1), "--methods", "4")
    assert [row["component"] for row in found["components"] if row["origin"] == "not identified"] == [
        "rater:item", "rater:method", "item:method"
    ]  # fmt: skip
    assert all(row["difference"] is None and row["half_width"] > 0 for row in found["designs"])
    assert "rater:method=VARIANCE and item:method=VARIANCE with --components" in messages(found)
    more = plan(tmp_path / "more", tmp_path / "pilot.csv", "--methods", "4", "--components",
                "rater:method=0.1,item:method=0.1")  # fmt: skip
    assert all(row["difference"] > 0 for row in more["designs"])


def test_pilots_too_small_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one_item = pilot(tmp_path, items=1)
    said = refused(capsys, one_item)
    assert "one item" in said
    assert "--components item=VARIANCE" in said
    assert "--target raters" in said
    assert plan(tmp_path / "fixed", one_item, "--target", "raters")["items_alone"] == []
    capsys.readouterr()
    assert "one rater" in refused(capsys, pilot(tmp_path, raters=1))


def test_fixed_items_limit_nothing(tmp_path: Path) -> None:
    found = plan(tmp_path, "--target", "raters", "--items", "2,20", "--raters", "10,1000")
    widths = {(row["items"], row["raters"]): row["half_width"] for row in found["designs"]}
    assert widths[2, 1000] < 0.05
    assert all(row["raters"] for row in found["needed"])
    assert "items alone" not in messages(found)


def test_fewer_clips_per_rater_cost_less_and_tell_less(tmp_path: Path) -> None:
    whole = plan(tmp_path / "a")["designs"]
    part = plan(tmp_path / "b", "--ratings-per-rater", "20")["designs"]
    for all_clips, some_clips in zip(whole, part, strict=True):
        assert some_clips["ratings"] == 20 * some_clips["raters"] < all_clips["ratings"]
        assert some_clips["half_width"] > all_clips["half_width"]


def test_longer_scales_have_larger_assumed_variances_and_goals(tmp_path: Path) -> None:
    five, hundred = plan(tmp_path / "a"), plan(tmp_path / "b", "--scale", "0:100")
    assert hundred["options"][0]["half_width"] == 25 * five["options"][0]["half_width"]
    for short, long in zip(five["designs"], hundred["designs"], strict=True):
        assert long["half_width"] == pytest.approx(25 * short["half_width"])
        assert long["reaches_difference"] == short["reaches_difference"]


def test_the_study_declares_target_and_confidence(tmp_path: Path) -> None:
    config = {
        "study": "declared",
        "title": "Declared",
        "texts": {
            "welcome": "Hello.",
            "consent": {"version": "1", "body": "You may stop at any time you like."},
            "instructions": "Watch, then rate.",
            "debriefing": "Thank you.",
        },
        "methods": [{"name": f"m{i}"} for i in range(3)],
        "items": [{"name": f"i{i}"} for i in range(6)],
        "parts": [{"id": "p", "test_method": "ACR", "questions": [{"id": "overall", "text": "How good?"}]}],
        "analysis": {"target": "raters", "confidence": 0.9},
    }
    folder = tmp_path / "bundle"
    folder.mkdir()
    pilot(tmp_path).rename(folder / "ratings.csv")
    (folder / "study.json").write_text(json.dumps({"schema_version": 1, "simulated": True, "config": config}))
    found = plan(tmp_path / "out", folder)
    options = found["options"][0]
    assert (options["target"], options["confidence"]) == ("raters", 0.9)
    assert found["simulated"] is True
    assert "Simulated ratings" in (tmp_path / "out" / "plan.svg").read_text()
    assert (
        plan(tmp_path / "out", folder, "--target", "raters+items")["options"][0]["target"] == "raters+items"
    )


def test_every_question_of_a_pilot_has_its_own_plan(tmp_path: Path, shared: Path) -> None:
    source = shared / "ratings" / "avatar_study2" / "ratings.csv"
    column = ("--question-column", "scale", "--target", "raters")
    found = plan(tmp_path / "all", source, *column)
    questions = {row["question"] for row in found["designs"]}
    assert len(questions) == 8
    assert {path.name for path in (tmp_path / "all").glob("*.svg")} == {
        f"plan-{name}.svg" for name in questions
    }
    one = plan(tmp_path / "one", source, *column, "--question", "quality")
    assert one["designs"] == [row for row in found["designs"] if row["question"] == "quality"]


def test_assumed_components_are_the_medians_of_the_published_studies_in_the_readme(
    tmp_path: Path, shared: Path, repo: Path
) -> None:
    readme = (repo / "README.md").read_text(encoding="utf-8")
    found: dict[str, list[float]] = {name: [] for name in ASSUMED}
    for study in PUBLISHED:
        rows = plan(tmp_path / study, shared / "ratings" / study / "ratings.csv")["components"]
        assert " | ".join(f"{row['variance']:.2f}" for row in rows) + " |" in readme, study
        for row in rows:
            found[row["component"]].append(row["variance"])
    for name, values in found.items():
        assert ASSUMED[name] == pytest.approx(median(values), abs=0.006), name
    assert " | ".join(f"{value:.2f}" for value in ASSUMED.values()) + " |" in readme


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["--components", "raters=0.1"], ["'raters'", "rater:method"]),
        (["--components", "rater=-1"], ["'rater=-1'"]),
        (["--components", "rater"], ["'rater'"]),
        (["--components", "rater=20"], ["rater=20", "from 1 to 5", "(4)"]),
        (["--raters", "1,10"], ["'1,10'", "from 2 on"]),
        (["--items", "5,many"], ["'many'", "whole number"]),
        (["--raters", ",".join(map(str, range(2, 20)))], ["up to 12"]),
        (["--methods", "0"], ["'0'"]),
        (["--methods", "1", "--difference", "0.5"], ["--difference", "--methods"]),
        (["--half-width", "zero"], ["'zero'"]),
        (["--power", "80"], ["'80'", "0.8"]),
        (["--confidence", "95"], ["'95'", "0.95"]),
        (["--scale", "5:1"], ["'5:1'", "acr5", "0:100"]),
        (["--payment-per-rating", "-1"], ["'-1'"]),
        (["--question", "overall"], ["--question", "SOURCE"]),
        (["nowhere.csv"], ["nowhere.csv"]),
    ],
)
def test_bad_options_are_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], parts: list[str]
) -> None:
    message = refused(capsys, *arguments, "--out", tmp_path / "out")
    for part in parts:
        assert part in message
    assert not (tmp_path / "out").exists()


def test_bad_pilots_are_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = pilot(tmp_path)
    assert "'sync'" in refused(capsys, source, "--question", "sync")
    assert "lies outside 2 to 5" in refused(capsys, source, "--scale", "2:5")
    plan(tmp_path / "wide", source, "--scale", "1:9")
    assert "scale 1 to 9" in capsys.readouterr().out
    capsys.readouterr()
    compared = tmp_path / "comparisons.csv"
    compared.write_text("left,right,choice\na,b,left\nb,a,tie\n")
    assert "no ratings" in refused(capsys, compared)


def test_help_waits_for_no_large_library() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "analysis", "plan", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "--half-width" in done.stdout
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "argparse" in loaded
    assert loaded & {"numpy", "pandas", "scipy", "matplotlib", "statsmodels", "django"} == set()


def test_a_variance_estimated_as_zero_is_not_taken_for_known(tmp_path: Path) -> None:
    """Scores in which nothing but rater, item and method adds up: interactions are estimated as 0."""
    rows = [
        f"r{r},{m},i{i},{3 + 0.3 * r - 0.2 * i + 0.5 * 'abc'.index(m) + 0.25 * (-1) ** (r + i + ord(m)):g}"
        for r in range(4)
        for i in range(4)
        for m in "abc"
    ]
    source = tmp_path / "ratings.csv"
    source.write_text("\n".join(["rater,method,item,score", *rows]) + "\n")
    found = plan(tmp_path / "plan", source)
    zero = [row["component"] for row in found["components"] if row["variance"] == 0]
    assert zero
    told = next(row["message"] for row in found["warnings"] if row["code"] == "components_at_zero")
    assert all(f"{name}=" in told for name in zero)
    assert "4 items and 4 raters do not prove" in told
