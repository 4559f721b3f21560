"""Limits and findings of real studies read naturally: rated only, compared only, with many methods."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analysis.load import load_source
from analysis.options import Options
from analysis.report import findings, study_view, tables
from analysis.results import compute

SETS = {
    "nflx_public": "ratings.csv",
    "avatar_study2": "ratings.csv",
    "vqf_denoise": "ratings.csv",
    "lukas_pc": "pairs.csv",
    "qulab_pairs": "pairs.csv",
}
LONGEST = 800
CLUMSY = re.compile(r"\b(None(?! of)|nan|inf)\b|  |\.\.|\(\)|, \.| ;|\b1 (pairs|methods|raters)\b")


@pytest.fixture(scope="module", params=SETS)
def view(shared: Path, request: pytest.FixtureRequest):
    source = shared / "ratings" / request.param / SETS[request.param]
    column = "scale" if request.param == "avatar_study2" else None
    data = load_source(str(source), question_column=column)
    return study_view(compute(data, Options(n_boot=30)), data)


def test_every_sentence_is_whole_and_of_bearable_length(view) -> None:
    sentences = [*findings.limits(view).sentences, *findings.summary(view).sentences]
    assert len(sentences) >= 4
    for sentence in sentences:
        assert sentence.endswith("."), sentence
        assert len(sentence) <= LONGEST, sentence
        assert not CLUMSY.search(sentence), sentence


def test_every_table_is_drawn_for_page_and_paper(view) -> None:
    for table in tables.all_tables(view):
        assert table.html().count("<tr") >= len(table.rows)
        assert "\\toprule" in table.tex()
        assert "nan" not in table.plain().lower().split()
