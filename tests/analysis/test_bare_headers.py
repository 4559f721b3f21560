"""Tables of other people, given as they are: what is wrong, in words that mend it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analysis.checking.check import check_source
from analysis.cli import main
from analysis.load import load_source
from studies.errors import InputError

ROWS = [
    f"r{r},i{i},{m},{40 + (7 * r + 11 * i + len(m)) % 50}"
    for r in range(4)
    for i in range(5)
    for m in ("a", "bb")
]
HEADER = "rater,item,method,score"


def written(folder: Path, header: str, rows: list[str]) -> Path:
    path = folder / "mine.csv"
    path.write_text("\n".join([header, *rows, ""]))
    return path


def problem(path: Path) -> str:
    """The one sentence of check, which report says too."""
    found = check_source(str(path)).problems
    assert len(found) == 1
    with pytest.raises(InputError) as told:
        load_source(str(path))
    return "\n".join([found[0].sentence, str(told.value)])


def test_a_wide_spreadsheet_is_for_convert(tmp_path: Path) -> None:
    header = ",".join(["rater", *(f"{m}_{i}" for m in "ab" for i in range(9))])
    told = problem(written(tmp_path, header, [f"r{r},{','.join('1234512345123451')},,4" for r in range(4)]))
    assert told.count("'analysis convert") == 2
    assert told.count("19 columns") == 2


@pytest.mark.parametrize(
    ("header", "renames"),
    [
        (
            "participant,video,model,MOS",
            ["'participant' to 'rater'", "'model' to 'method'", "'MOS' to 'score'"],
        ),
        (
            "Subject ID,clip,system,rating",
            ["'Subject ID' to 'rater'", "'clip' to 'item'", "'rating' to 'score'"],
        ),
        ("rater,item,condition,score", ["rename 'condition' to 'method'"]),
    ],
)
def test_columns_that_go_by_other_names(tmp_path: Path, header: str, renames: list[str]) -> None:
    told = problem(written(tmp_path, header, ROWS))
    for rename in renames:
        assert told.count(rename) == 2


def test_numbers_beside_other_names_do_not_make_a_table_wide(tmp_path: Path) -> None:
    told = problem(written(tmp_path, "subject,video,model,MOS,age,width", [f"{row},30,640" for row in ROWS]))
    assert "rename 'MOS' to 'score'" in told


def test_a_column_that_tells_doubled_scores_apart_is_named(tmp_path: Path) -> None:
    rows = [f"{row},{question}" for row in ROWS for question in ("sync", "real")]
    path = written(tmp_path, f"{HEADER},dimension", rows)
    told = problem(path)
    assert told.count("--question-column dimension") == 2
    assert told.index("--question-column dimension") < told.index("repeat")
    assert check_source(str(path), "dimension").problems == ()


def test_doubled_scores_that_nothing_tells_apart(tmp_path: Path) -> None:
    rows = [f"{row},{note}" for row in ROWS for note in ("x", "x")]
    assert problem(written(tmp_path, f"{HEADER},note", rows)).count("to repeat") == 2


def test_a_scale_that_no_file_declares(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, HEADER, ROWS)
    assert main(["check", str(path)]) == 0
    assert (
        "41 to 89 is assumed from the scores; if it is another, say it, such as --scale 0:100"
        in capsys.readouterr().out
    )
    assert main(["check", str(path), "--scale", "0:100"]) == 0
    said = capsys.readouterr().out
    assert "overall (0 to 100)" in said
    assert "assumed" not in said
    arguments = [
        "report",
        str(path),
        "--format",
        "json",
        "--out",
        str(tmp_path / "out"),
        "--scale",
        "overall=0:100",
    ]
    assert main(arguments) == 0
    found = json.loads((tmp_path / "out" / "results.json").read_text())
    assert found["study"]["scales"] == {"overall": [0, 100]}
    assert found["options"]["read_with"] == {"scale": "overall=0:100"}


@pytest.mark.parametrize(
    ("scale", "parts"),
    [
        ("0:50", ["row 4", "0 to 50", "--scale"]),
        ("sync=0:100", ["'sync'", "name one of overall"]),
        ("=0:100", ["names no question"]),
        ("overall=high", ["'high'", "0:100"]),
    ],
)
def test_a_scale_that_does_not_fit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], scale: str, parts: list[str]
) -> None:
    path = written(tmp_path, HEADER, ROWS)
    for command in ("check", "report"):
        assert main([command, str(path), "--scale", scale]) == 2
        told = capsys.readouterr().err
        assert told.count("\n") == 1
        assert all(part in told for part in parts), told


def test_the_same_rows_in_another_order_and_file_have_one_fingerprint(tmp_path: Path) -> None:
    first = load_source(str(written(tmp_path, HEADER, ROWS)))
    (tmp_path / "more").mkdir()
    turned = load_source(
        str(written(tmp_path / "more", f"{HEADER},age", [f"{row},30" for row in reversed(ROWS)]))
    )
    other = load_source(str(written(tmp_path / "more", HEADER, [*ROWS[1:], "r0,i0,a,42"])))
    assert first.data_sha256 == turned.data_sha256 != other.data_sha256
    assert first.files.keys() == {"mine.csv"}
    assert first.files != turned.files
    assert load_source(str(tmp_path / "mine.csv"), scale=(0, 100)).read_with == {"scale": "0:100"}


def test_attention_checks_are_counted_apart(tmp_path: Path) -> None:
    rows = [*(f"{row},scored" for row in ROWS), "r0,i0,a,41,trap", "r1,i0,a,41,repeat", "r2,i0,a,41,repeat"]
    (told, *_) = check_source(str(written(tmp_path, f"{HEADER},kind", rows))).summary
    assert "40 ratings by 4 raters" in told
    assert "beside these 2 ratings marked repeat and 1 rating marked trap" in told


def test_a_release_states_the_scale_that_its_report_was_made_with(tmp_path: Path) -> None:
    path, out = written(tmp_path, HEADER, ROWS), tmp_path / "release"
    assert main(["release", str(path), "--out", str(out), "--scale", "0:100"]) == 0
    assert json.loads((out / "data" / "study.json").read_text())["scales"] == {"overall": [0, 100]}
    assert json.loads((out / "results.json").read_text())["study"]["scales"] == {"overall": [0, 100]}
    assert load_source(str(out / "data")).scales == {"overall": (0, 100)}
