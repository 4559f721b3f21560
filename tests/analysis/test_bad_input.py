"""Bad input: a correct result with a warning, or exit status 2 and one readable sentence; nothing silent."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analysis.cli import main

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")

HEADER = "rater,item,method,score"
PAIRS = "rater,item,left,right,choice"
Report = Callable[..., dict[str, Any]]
Refusal = Callable[..., str]


def grid(
    raters: int = 6,
    items: int = 7,
    methods: tuple[str, ...] = ("a", "bb"),
    score: Callable[[int, int, str], object] = lambda r, i, m: 1 + (r * i + r + len(m)) % 5,
) -> list[str]:
    return [f"r{r},i{i},{m},{score(r, i, m)}" for r in range(raters) for i in range(items) for m in methods]


ROWS = grid()


def csv(rows: list[str], header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [number for inner in value for number in numbers(inner)]
    return [value] if isinstance(value, float) else []


@pytest.fixture
def report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Report:
    """Runs the program on the bytes of one CSV file, or on the files of a bundle; the parsed results.json."""

    def run(content: bytes | dict[str, bytes], *options: object) -> dict[str, Any]:
        assert main(arguments(tmp_path, content, options)) == 0, capsys.readouterr().err
        assert capsys.readouterr().err == ""
        text = (tmp_path / "out" / "results.json").read_text()
        return dict(json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} in results.json")))

    return run


@pytest.fixture
def refusal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Refusal:
    """Runs the program on bad bytes: the one sentence that it gives instead of a report."""

    def run(content: bytes | dict[str, bytes], *options: object) -> str:
        assert main(arguments(tmp_path, content, options)) == 2
        shown = capsys.readouterr()
        assert shown.out == ""
        assert (shown.err.count("\n"), shown.err[-2:]) == (1, ".\n")
        assert "Traceback" not in shown.err
        assert not (tmp_path / "out").exists()
        return shown.err.replace(str(tmp_path), "")

    return run


def arguments(folder: Path, content: bytes | dict[str, bytes], options: tuple[object, ...]) -> list[str]:
    source = folder / ("mine.csv" if isinstance(content, bytes) else "mine")
    if isinstance(content, bytes):
        source.write_bytes(content)
    else:
        source.mkdir()
        for name, raw in content.items():
            (source / name).write_bytes(raw)
    more = [str(option) for option in options]
    return ["report", str(source), "--format", "json", "--out", str(folder / "out"), *more]


def codes(results: dict[str, Any]) -> set[str]:
    return {warning["code"] for warning in results["warnings"]}


def message(results: dict[str, Any], code: str) -> str:
    return next(str(warning["message"]) for warning in results["warnings"] if warning["code"] == code)


def column(results: dict[str, Any], listing: str, name: str) -> list[Any]:
    return [row[name] for row in results[listing]]


REFUSED = {
    "empty file": (b"", ["is empty", "header row"]),
    "white space": (b" \n \n", ["is empty"]),
    "header alone": (csv([])[:-1], ["header but no answers"]),
    "no header": ("\n".join(ROWS).encode(), ["'rater', 'item', 'method', 'score' are missing"]),
    "no score column": (csv(ROWS, "rater,item,method,grade"), ["'score' is missing", "grade"]),
    "capitals": (csv(ROWS, "Rater,Item,Method,Score"), ["rename 'Score' to 'score'"]),
    "every score empty": (csv([row[:-1] for row in ROWS]), ["84 rows", "no score", "row 2"]),
    "double": (csv([*ROWS, ROWS[0]]), ["rows 2 and 86", "'r0'", "'i0|a'", "repeat"]),
    "words": (csv(["r0,i0,a,good", *ROWS[1:]]), ["row 2", "'score' is 'good'", "not a number"]),
    "infinite": (csv(["r0,i0,a,inf", *ROWS[1:]]), ["row 2", "'inf'", "not a number"]),
    "giant": (csv(["r0,i0,a,1e200", *ROWS[1:]]), ["row 2", "'1e200'", "between"]),
    "truth": (csv(["r0,i0,a,True", *ROWS[1:]]), ["row 2", "'True'"]),
    "decimal comma": (csv(['r0,i0,a,"4,5"', *ROWS[1:]]), ["row 2", "write 4.5 with a point"]),
    "column twice": (csv([f"{row},1" for row in ROWS], f"{HEADER},score"), ["'score' appears twice"]),
    "too many cells": (csv([*ROWS, "r0,i9,a,3,4"]), ["row 86 has 5 cells", "the header has 4"]),
    "open quote": (csv([*ROWS, '"r0,i9,a,3']), ["row 86", "quotation mark"]),
    "no method": (csv([*ROWS, "r0,i8,,3"]), ["row 86", "'method' is empty"]),
    "unknown kind": (csv([f"{ROWS[0]},bogus"], f"{HEADER},kind"), ["row 2", "'bogus'", "training"]),
    "latin": (csv(ROWS) + b"J\xf6rg,i0,a,3\n", ["row 86 is not UTF-8", "save the file"]),
    "binary": (csv(ROWS) + b"\0\0", ["not a CSV file"]),
    "one clip, two methods": (
        csv(["r0,i0,a,3,s", "r1,i0,bb,3,s"], f"{HEADER},stimulus"),
        ["rows 2 and 3", "'s'", "different"],
    ),
    "compared with itself": (csv(["r0,i0,a,a,left"], PAIRS), ["row 2", "compared with itself"]),
    "unknown choice": (csv(["r0,i0,a,b,A"], PAIRS), ["row 2", "'A'", "left, right, tie"]),
    "no choice": (csv(["r0,i0,a,b,"], PAIRS), ["no answer", "choice"]),
    "nobody's comparison": (csv(["r0,i0,a,b,left", ",i0,a,b,left"], PAIRS), ["row 3", "'rater' is empty"]),
    "negative count": (csv(["a,b,left,-1"], "left,right,choice,n"), ["row 2", "'n'", "whole number"]),
    "half a vote": (csv(["a,b,left,1.5"], "left,right,choice,n"), ["row 2", "'n'", "whole number"]),
}


@pytest.mark.parametrize(("content", "parts"), REFUSED.values(), ids=list(REFUSED))
def test_what_cannot_be_understood_is_one_sentence(
    refusal: Refusal, content: bytes, parts: list[str]
) -> None:
    sentence = refusal(content)
    for part in parts:
        assert part in sentence


SAME = {
    "byte order mark": b"\xef\xbb\xbf" + csv(ROWS),
    "windows line ends": csv(ROWS).replace(b"\n", b"\r\n"),
    "old macintosh line ends": csv(ROWS).replace(b"\n", b"\r"),
    "semicolons": csv(ROWS).replace(b",", b";"),
    "semicolons and decimal commas": csv([f"{row},0" for row in ROWS])
    .replace(b",", b";")
    .replace(b";0\n", b",0\n"),
    "tabs": csv(ROWS).replace(b",", b"\t"),
    "blank lines": csv([*ROWS[:3], "", "   ", ",,,", *ROWS[3:]]),
    "spaces around cells": csv(ROWS).replace(b",", b" , "),
    "quoted cells": csv([",".join(f'"{cell}"' for cell in row.split(",")) for row in ROWS]),
    "unknown columns": csv([f"{row},x,9" for row in ROWS], f"{HEADER},weather,simulator"),
    "rows in another order": csv(ROWS[::-1]),
}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("plain")
    assert main(arguments(folder, csv(ROWS), ())) == 0
    return dict(json.loads((folder / "out" / "results.json").read_text()))


@pytest.mark.parametrize("content", SAME.values(), ids=list(SAME))
def test_how_a_spreadsheet_wrote_the_file_changes_nothing(
    report: Report, plain: dict[str, Any], content: bytes
) -> None:
    assert report(content) == plain


def sparse(raters: int, stimuli: int, each: int) -> list[str]:
    draw = random.Random(1)
    return [
        f"r{r},i{i},{'ab'[i % 2]},{draw.randint(1, 5)}"
        for r in range(raters)
        for i in draw.sample(range(stimuli), each)
    ]


TOLD = {
    "a missing score": (csv([*ROWS, "r0,i9,a,NaN", "r0,i10,a,"]), {"missing_score"}, 84),
    "a short row": (csv([*ROWS, "r0,i9,a"]), {"missing_score"}, 84),
    "one rater": (csv(grid(raters=1)), {"one_rater"}, 14),
    "one item": (csv(grid(items=1)), {"one_item", "few_items"}, 12),
    "one method": (csv(grid(methods=("a",))), {"scale_assumed"}, 42),
    "constant scores": (csv(grid(score=lambda r, i, m: 3)), {"constant_scores"}, 84),
    "two islands": (
        csv(
            [
                f"r{4 * k + r},i{5 * k + i},{m},{1 + (r * i + i) % 5}"
                for k, m in enumerate("ab")
                for r in range(4)
                for i in range(5)
            ]
        ),
        {"incomplete_design", "different_items"},
        40,
    ),
    "1.5 % density": (csv(sparse(200, 200, 3)), {"incomplete_design", "unpairable_stimuli"}, 600),
    "one rating": (csv(ROWS[:1]), {"one_rater", "one_rating"}, 1),
    "two ratings": (csv(["r0,i0,a,1", "r1,i0,a,5"]), {"one_item", "one_stimulus"}, 2),
    "two methods, one item": (csv(grid(items=1, raters=8)), {"one_item"}, 16),
    "a clip for each rater": (csv([f"r{r},i{r},a,{1 + r % 5}" for r in range(40)]), {"no_overlap"}, 40),
    "one clip per rater": (
        csv([f"r{r},i{r % 4},{'ab'[r % 2]},{1 + r % 5}" for r in range(40)]),
        {"incomplete_design", "not_identified"},
        40,
    ),
    "raters of their own per method": (
        csv([f"r{m}{r},i{i},{m},{1 + (r * i + r) % 5}" for m in "ab" for r in range(8) for i in range(8)]),
        {"incomplete_design"},
        128,
    ),
    "a rater per method": (
        csv([f"r{m},i{i},{m},{1 + (k * i + k) % 5}" for k, m in enumerate("abc") for i in range(8)]),
        {"one_rater", "no_overlap"},
        24,
    ),
    "all training": (csv([f"{row},training" for row in ROWS], f"{HEADER},kind"), {"nothing_scored"}, 0),
    "tiny differences": (csv(grid(score=lambda r, i, m: 3 + 1e-12 * (r * i % 5))), {"scale_assumed"}, 84),
    "ids of 400 digits": (csv(ROWS).replace(b"r1", b"9" * 400), {"scale_assumed"}, 84),
    "ids that mean nothing": (csv(ROWS).replace(b"r1", b"NA").replace(b"i1", b"nan"), {"scale_assumed"}, 84),
    "ids that differ by case": (csv([*ROWS, "R1,i0,a,3"]), {"ids_differ_by_case"}, 85),
    "ids that differ by a space": (csv([*ROWS, '"r1 ",i0,a,3']), {"ids_differ_by_spaces"}, 85),
}


@pytest.mark.parametrize(("content", "wanted", "n"), TOLD.values(), ids=list(TOLD))
def test_what_a_study_cannot_carry_is_said_and_every_rating_counts(
    report: Report, content: bytes, wanted: set[str], n: int
) -> None:
    results = report(content)
    assert wanted <= codes(results)
    assert results["study"]["n_ratings"] == n
    assert sum(row["n_ratings"] for row in results["mos"] if row["measure"] == "MOS") == n
    assert sum(row["n_ratings"] for row in results["stimulus_mos"] if row["measure"] == "MOS") == n
    for row in [*results["mos"], *results["differences"]]:
        limits = (row["ci_low"], row["ci_high"])
        assert limits == (None, None) or limits[0] <= row["mean"] <= limits[1]
    for row in results["differences"]:
        assert (row["p"] is None) == (row["ci_low"] is None)
        assert (row["p_holm"] is None) == (row["p"] is None)


def test_nothing_is_claimed_from_one_rater_or_one_item(report: Report) -> None:
    results = report(csv(grid(raters=1)))
    assert set(column(results, "mos", "ci_low")) == {None}
    assert set(column(results, "differences", "p")) == {None}
    assert {row["value"] for row in results["agreement"] if row["coefficient"] != "sos_a"} == {None}


def test_with_one_item_the_two_way_interval_is_refused_and_the_rater_one_given(
    report: Report, tmp_path: Path
) -> None:
    results = report(csv(grid(items=1)))
    assert set(column(results, "mos", "procedure")) == {"refused"}
    assert "one_item" in codes(results)
    again = tmp_path / "again"
    again.mkdir()
    assert main(arguments(again, csv(grid(items=1)), ("--target", "raters"))) == 0
    raters = json.loads((again / "out" / "results.json").read_text())
    assert None not in column(raters, "mos", "ci_low")


def test_the_density_is_the_share_of_cells_with_a_rating(report: Report) -> None:
    rows = sparse(200, 200, 3)
    stimuli = len({row.split(",")[1] for row in rows})
    assert report(csv(rows))["study"]["density"] == pytest.approx(600 / (200 * stimuli))


def study(scale: str = "acr5") -> bytes:
    config = {
        "study": "declared",
        "title": "Declared",
        "texts": {
            "welcome": "Hello.",
            "consent": {"version": "1", "body": "You may stop at any time you like."},
            "instructions": "Watch, then rate.",
            "debriefing": "Thank you.",
        },
        "methods": ["a", "bb"],
        "items": [f"i{item}" for item in range(7)],
        "parts": [
            {
                "id": "p",
                "test_method": "ACR",
                "questions": [{"id": "overall", "text": "How good is it?", "scale": scale}],
            }
        ],
    }
    return json.dumps({"schema_version": 1, "config": config}).encode()


def test_a_score_outside_the_declared_scale_is_refused(refusal: Refusal) -> None:
    rows = [*ROWS[:-1], "r5,i6,bb,7"]
    sentence = refusal({"study.json": study(), "ratings.csv": csv(rows)})
    assert "row 85" in sentence
    assert "7" in sentence


def test_raters_and_clips_without_ratings_are_named(report: Report) -> None:
    people = "rater\n" + "".join(f"r{r}\n" for r in range(9))
    clips = "stimulus,method,item\n" + "".join(f"i{i}|{m},{m},i{i}\n" for i in range(8) for m in ("a", "bb"))
    results = report({"ratings.csv": csv(ROWS), "raters.csv": people.encode(), "stimuli.csv": clips.encode()})
    assert message(results, "raters_without_ratings") == "3 raters gave no answer (r6, r7, r8)."
    assert message(results, "stimuli_without_ratings") == "2 stimuli were never rated (i7|a, i7|bb)."
    assert results["study"]["n_raters"] == 6


def test_ratings_of_unknown_clips_are_refused(refusal: Refusal) -> None:
    clips = b"stimulus,method,item\ni0|a,a,i0\n"
    sentence = refusal({"ratings.csv": csv(ROWS), "stimuli.csv": clips})
    assert "row 3" in sentence
    assert "'i0|bb' is not in stimuli.csv" in sentence


@pytest.mark.parametrize(
    ("value", "code"),
    [("30", "correlation_undefined"), ("", "metric_without_values"), ("inf", "metric_without_values")],
)
def test_a_metric_without_variation_correlates_with_nothing(
    report: Report, tmp_path: Path, value: str, code: str
) -> None:
    lines = [f"{m},i{i},psnr,{value}" for i in range(7) for m in ("a", "bb")]
    (tmp_path / "metrics.csv").write_bytes(csv(lines, "method,item,metric,value"))
    results = report(csv(ROWS), "--metrics", tmp_path / "metrics.csv")
    assert set(column(results, "correlation", "value")) <= {None}
    assert code in codes(results)


def test_a_metric_of_one_clip_is_said_to_be_too_little(report: Report, tmp_path: Path) -> None:
    (tmp_path / "metrics.csv").write_bytes(csv(["a,i0,psnr,30"], "method,item,metric,value"))
    results = report(csv(ROWS), "--metrics", tmp_path / "metrics.csv")
    assert results["correlation"] == []
    assert "13 of 14 rated stimuli" in message(results, "metric_values_missing")


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("a,i0,psnr,high", ["row 2", "'high'"]),
        ("a,i0,psnr,1e300", ["row 2", "'1e300'", "between"]),
        ("a,i0,,30", ["row 2", "'metric' is empty"]),
        ("a,i0,psnr,30\na,i0,psnr,31", ["row 3", "given twice"]),
    ],
)
def test_bad_metric_values_are_refused(refusal: Refusal, tmp_path: Path, line: str, parts: list[str]) -> None:
    (tmp_path / "metrics.csv").write_bytes(csv([line], "method,item,metric,value"))
    sentence = refusal(csv(ROWS), "--metrics", tmp_path / "metrics.csv")
    for part in parts:
        assert part in sentence


def votes(choice: Callable[[int], str], pairs: tuple[str, ...] = ("a,b",)) -> bytes:
    rows = [f"r{r},i{i},{pair},{choice(r + i)}" for r in range(5) for i in range(5) for pair in pairs]
    return csv(rows, PAIRS)


COMPARED = {
    "one vote": (csv(["r0,i0,a,b,left"], PAIRS), {"one_rater", "preference_separated"}, 1),
    "all ties": (votes(lambda n: "tie"), {"preference_separated"}, 25),
    "one side always": (votes(lambda n: "left"), {"preference_separated"}, 25),
    "two islands": (
        votes(lambda n: "left" if n % 3 else "right", ("a,b", "c,d")),
        {"preference_disconnected"},
        50,
    ),
    "attention checks alone": (
        csv(["r0,i0,a,b,left,left"], f"{PAIRS},expected_choice"),
        {"nothing_scored"},
        0,
    ),
    "counts of nothing": (csv(["a,b,left,0"], "left,right,choice,n"), {"nothing_scored"}, 0),
}


@pytest.mark.parametrize(("content", "wanted", "n"), COMPARED.values(), ids=list(COMPARED))
def test_comparisons_that_carry_no_strengths_are_said(
    report: Report, content: bytes, wanted: set[str], n: int
) -> None:
    results = report(content)
    assert wanted <= codes(results)
    assert results["study"]["n_comparisons"] == n
    assert sum(row["wins_a"] + row["wins_b"] + row["ties"] for row in results["preference_pairs"]) == n
    assert set(column(results, "preference", "ci_low")) <= {None}


def test_one_pair_has_a_strength_and_its_share(report: Report) -> None:
    results = report(votes(lambda n: "left" if n % 3 else "right"))
    (pair,) = results["preference_pairs"]
    assert pair["p_a"] == pair["wins_a"] / 25
    assert results["preference"][0]["strength"] > results["preference"][1]["strength"]


def test_no_number_is_beyond_what_json_can_hold(report: Report) -> None:
    results = report(csv(grid(score=lambda r, i, m: (1 + (r * i + r) % 5) * 10**14)))
    assert max(map(abs, numbers(results))) < 1e150
