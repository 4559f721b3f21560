"""A study that nobody has rated yet, and cells that are nearly right."""

from __future__ import annotations

from pathlib import Path

import pytest
from whole_bundle import sealed, tables, write_whole

from analysis.cli import main


@pytest.mark.parametrize("with_raters", [True, False])
def test_a_bundle_without_answers_is_told_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], with_raters: bool
) -> None:
    bundle = write_whole(tmp_path / "b", tables())
    names = ["ratings.csv", "comparisons.csv", *([] if with_raters else ["raters.csv"])]
    for name in names:
        header = (bundle / name).read_text().splitlines()[0]
        extra = ",presented_at" if name == "comparisons.csv" else ""
        (bundle / name).write_text(f"{header}{extra}\n")
    assert main(["check", str(sealed(bundle))]) == 2
    said = capsys.readouterr().err
    assert "ratings.csv has a header but no answers; collect at least one rating." in said
    assert said.count("\n") == 1


def test_a_decimal_comma_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = tables()
    content["ratings"][4]["score"] = "3,5"
    content["ratings"][5]["score"] = "good"
    assert main(["check", str(write_whole(tmp_path / "b", content))]) == 2
    comma, word = sorted(line for line in capsys.readouterr().err.splitlines() if "a number" in line)
    assert "row 6, column 'score': '3,5' is not a number; write it with a point, not a decimal" in comma
    assert "row 7, column 'score': 'good' is not a number; correct the cell" in word
