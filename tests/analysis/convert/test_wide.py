"""Spreadsheets with raters on one side and stimuli on the other."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from converted import Convert, loaded, stimulus_means, study, table

BY_RATER = "rater,float_i1,float_i2,hallo_i1,hallo_i2\nann,4,5,2,1\nben,3,,2,2\n"
BY_STIMULUS = "method,item,ann,ben\nfloat,i1,4,3\nfloat,i2,5,\nhallo,i1,2,2\nhallo,i2,1,2\n"
PATTERN = ("--stimulus-pattern", "{method}_{item}")


def scores(bundle: Path) -> set[tuple[str, str, str, str]]:
    ratings = table(bundle, "ratings")
    return set(ratings[["rater", "method", "item", "score"]].itertuples(index=False, name=None))


def test_both_orientations_hold_the_same_ratings(convert: Convert, bundle: Path) -> None:
    told = convert("old.csv", BY_RATER, *PATTERN)
    by_rater = scores(bundle)
    assert by_rater == {
        ("ann", "float", "i1", "4"),
        ("ann", "float", "i2", "5"),
        ("ann", "hallo", "i1", "2"),
        ("ann", "hallo", "i2", "1"),
        ("ben", "float", "i1", "3"),
        ("ben", "hallo", "i1", "2"),
        ("ben", "hallo", "i2", "2"),
    }
    assert "7 ratings by 2 raters of 4 stimuli (2 methods, 2 items)" in told
    assert "Left out: 1 cell without a score (the first: row 3, column 'float_i2')." in told
    convert("old.csv", BY_STIMULUS)
    assert scores(bundle) == by_rater


def test_same_means_as_the_long_table(convert: Convert, bundle: Path, shared: Path) -> None:
    """A real set, pivoted both ways, gives the figures of its long table."""
    long = pd.read_csv(shared / "ratings" / "qulab_mos" / "ratings.csv", dtype=str)
    expected = stimulus_means(shared / "ratings" / "qulab_mos")
    name = long["method"] + "/" + long["item"]
    wide = long.assign(name=name).pivot(index="rater", columns="name", values="score")
    convert("raters.csv", wide.to_csv(), "--stimulus-pattern", "{method}/{item}")
    assert stimulus_means(bundle) == expected
    convert("stimuli.csv", wide.T.to_csv(index_label="clip"), "--stimulus-pattern", "{method}/{item}")
    assert stimulus_means(bundle) == expected


def test_semicolons_decimal_commas_and_described_raters(convert: Convert, bundle: Path) -> None:
    text = "Subject ID;Age;a_1;a_2;mean\ns1;31;4,5;3;3,75\ns2;;1;2;1,5\n"
    told = convert("old.csv", text, *PATTERN, "--attributes", "Age", "--leave-out", "mean", "--scale", "0:10")
    assert sorted(loaded(bundle).ratings["score"]) == [1.0, 2.0, 3.0, 4.5]
    assert table(bundle, "raters").to_dict("list") == {"rater": ["s1", "s2"], "Age": ["31", ""]}
    assert "Columns not carried: mean." in told
    assert loaded(bundle).scales == {"overall": (0.0, 10.0)}
    assert study(bundle)["scales"] == {"overall": [0.0, 10.0]}


def test_several_questions_and_a_reference(convert: Convert, bundle: Path) -> None:
    header = ",".join(
        f"{question}.{method}.{item}" for question in ("sync", "real") for method in "ab" for item in "12"
    )
    convert(
        "old.csv",
        f"rater,{header}\nr1,1,2,3,4,5,4,3,2\nr2,2,2,3,3,4,4,5,5\n",
        "--stimulus-pattern",
        "{question}.{method}.{item}",
        "--reference",
        "b",
    )
    data = loaded(bundle)
    assert data.questions == ("real", "sync")
    assert data.reference == "b"
    assert len(data.stimuli) == 4
    assert set(data.hidden_reference_questions) == {"real", "sync"}


@pytest.mark.parametrize("first", ["Name", "id", "Subject ID"])
def test_the_pattern_says_on_which_side_the_stimuli_are(convert: Convert, bundle: Path, first: str) -> None:
    convert("old.csv", BY_RATER.replace("rater", first), *PATTERN)
    by_rater = scores(bundle)
    turned = pd.read_csv(bundle.parent / "old.csv", dtype=str, keep_default_na=False).set_index(first).T
    convert("old.csv", turned.to_csv(index_label=first.replace("Subject", "Clip")), *PATTERN)
    assert scores(bundle) == by_rater


def test_a_row_of_means_is_left_out_by_its_name(convert: Convert, bundle: Path) -> None:
    told = convert("old.csv", BY_RATER + "Mean,3.5,n/a,2,1.5\n", *PATTERN, "--leave-out", "Mean")
    assert set(table(bundle, "ratings")["rater"]) == {"ann", "ben"}
    assert "Rows left out as asked: Mean." in told


def test_cells_without_a_score_are_not_called_empty(convert: Convert) -> None:
    told = convert("old.csv", BY_RATER.replace("ben,3,,", "ben,n/a,,"), *PATTERN)
    assert "Left out: 2 cells without a score (the first: row 3, column 'float_i1')." in told


@pytest.mark.parametrize("word", ["stimulus", "Stimuli", "pvs", "PVS name", "clips"])
@pytest.mark.parametrize("numbered", [False, True])
def test_stimuli_in_rows_by_their_words(convert: Convert, bundle: Path, word: str, numbered: bool) -> None:
    rows = ["a_1,4,5", "a_2,3,3", "b_1,1,2"]
    text = "\n".join([f"{word},ann,ben", *rows, ""])
    options = ["--leave-out", "n", "--rows", "stimuli"] if numbered else []
    if numbered:
        text = "\n".join([f"n,{word},ann,ben", *(f"{n},{row}" for n, row in enumerate(rows)), ""])
    convert("old.csv", text, *PATTERN, *options)
    assert ("ben", "a", "1", "5") in scores(bundle)
    assert len(scores(bundle)) == 6


def test_attributes_of_stimuli_become_their_columns(convert: Convert, bundle: Path) -> None:
    convert(
        "old.csv",
        "video,lighting,r1,r2\na_1.mp4,dark,1,2\na_2.mp4,bright,3,4\n",
        *PATTERN,
        "--attributes",
        "lighting",
    )
    stimuli = table(bundle, "stimuli")
    assert dict(zip(stimuli["item"], stimuli["lighting"], strict=True)) == {"1": "dark", "2": "bright"}


@pytest.mark.parametrize(
    ("text", "options", "parts"),
    [
        (BY_RATER, (), ["'float_i1'", "--stimulus-pattern"]),
        (BY_RATER.replace("hallo_i1", "hallo-i1"), PATTERN, ["'hallo-i1'", "does not fit"]),
        (
            BY_RATER.replace("hallo_i1", "hallo_v2_i1"),
            PATTERN,
            ["'hallo_v2_i1'", "several ways", "(?P<method>"],
        ),
        (BY_RATER.replace("rater", "x"), (), ["rows are raters or stimuli", "--rows"]),
        (BY_RATER.replace("5,2", "good,2"), PATTERN, ["row 2", "'float_i2'", "'good'"]),
        (BY_RATER.replace("ben", "ann"), PATTERN, ["'ann'", "twice", "row 2", "row 3", "--mark-repeats"]),
        (BY_RATER.replace("ben", ""), PATTERN, ["row 3", "'rater' is empty"]),
        (
            BY_RATER + "mean,3.5,5,2,1.5\n",
            PATTERN,
            ["'mean'", "summary", "leave the row out with --leave-out 'mean'"],
        ),
        (BY_STIMULUS.replace("ben", "MOS"), (), ["'MOS'", "summary", "--leave-out"]),
        (BY_RATER, (*PATTERN, "--scale", "1:4"), ["row 2", "score 5", "1 to 4"]),
        (BY_RATER, (*PATTERN, "--scale", "high"), ["'high'", "0:100"]),
        (BY_RATER, (*PATTERN, "--reference", "real"), ["'real'", "float, hallo"]),
        (BY_RATER, (*PATTERN, "--leave-out", "age"), ["'age'", "missing"]),
        (BY_RATER, (*PATTERN, "--rater-column", "x"), ["--rater-column", "wide"]),
        (BY_RATER, ("--stimulus-pattern", "{item}"), ["does not name the method"]),
        (BY_RATER, ("--stimulus-pattern", "{method}{item}"), ["nothing between"]),
        (BY_RATER, ("--stimulus-pattern", "{methd}_{item}"), ["'{methd}'"]),
        (BY_RATER, ("--stimulus-pattern", "(?P<method>[)"), ["not a regular expression"]),
        ("rater\nr1\n", PATTERN, ["no scores"]),
        ("rater,a_1\nr1,\n", PATTERN, ["no score"]),
        ("rater,item,method,score\nr,i,m,1\n", (), ["needs no conversion"]),
    ],
)
def test_what_cannot_be_converted_is_one_sentence(
    refused: Convert, text: str, options: tuple[str, ...], parts: list[str]
) -> None:
    message = refused("old.csv", text, *options)
    for part in parts:
        assert part in message


def test_spreadsheet_programs_own_files_are_named(tmp_path: Path, refused: Convert) -> None:
    assert "save it as CSV" in refused("old.xlsx", "PK\x03\x04…")


def test_repeats_are_marked_where_the_user_says_so(convert: Convert, bundle: Path) -> None:
    told = convert("old.csv", BY_RATER.replace("ben", "ann"), *PATTERN, "--mark-repeats")
    ratings = loaded(bundle).ratings
    assert sorted(ratings["kind"]) == ["repeat"] * 3 + ["scored"] * 4
    assert set(ratings["score"][ratings["kind"] == "scored"]) == {4.0, 5.0, 2.0, 1.0}
    assert "3 repeat" in told


def test_a_regular_expression_reads_what_a_template_cannot(convert: Convert, bundle: Path) -> None:
    text = BY_RATER.replace("hallo", "hallo_v2")
    convert("old.csv", text, "--stimulus-pattern", "^(?P<method>.+)_(?P<item>[^_]+)$")
    assert loaded(bundle).methods == ("float", "hallo_v2")


def test_the_same_file_gives_the_same_bytes(convert: Convert, bundle: Path) -> None:
    convert("old.csv", BY_RATER, *PATTERN)
    first = {path.name: path.read_bytes() for path in bundle.iterdir()}
    convert("old.csv", BY_RATER, *PATTERN)
    assert {path.name: path.read_bytes() for path in bundle.iterdir()} == first
    assert set(first) == {"manifest.json", "study.json", "ratings.csv", "raters.csv", "stimuli.csv"}


def test_nothing_but_a_converted_bundle_is_replaced(
    tmp_path: Path, convert: Convert, bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from analysis.cli import main

    bundle.mkdir()
    (bundle / "thesis.txt").write_text("years of work")
    (tmp_path / "old.csv").write_text(BY_RATER)
    assert main(["convert", str(tmp_path / "old.csv"), "--out", str(bundle), *PATTERN]) == 2
    assert "already holds other files" in capsys.readouterr().err
    assert [path.name for path in bundle.iterdir()] == ["thesis.txt"]
