"""The catalogue: published methods, data sets and values, and the names they are found by."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from studies import catalogue
from studies.catalogue import Dataset
from studies.catalogue.lookup import table
from studies.names import Index, folded


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("SadTalker", "SadTalker"),
        ("sadtalker", "SadTalker"),
        ("Sad_Talker", "SadTalker"),
        ("real3d portrait", "Real3D-Portrait"),
        ("StyleTalk", "StyleTalk"),
        ("styletalk", "StyleTalk"),
        ("StyleTalk++", "StyleTalk++"),
        ("styletalk-pp", "StyleTalk++"),
        ("StyleTalk_plusplus", "StyleTalk++"),
        ("synctalk++", "SyncTalk++"),
        ("SyncTalkFace", "SyncTalkFace"),
        (" FLOAT ", "FLOAT"),
    ],
)
def test_a_method_is_found_by_its_name(name: str, listed: str) -> None:
    entry = catalogue.method(name)
    assert entry is not None
    assert entry.name == listed


@pytest.mark.parametrize(
    "name", ["space", "implicit", "mimic", "MIMIC", "float", "Float", "eat", "Eat", "dawn"]
)
@pytest.mark.parametrize("changed", [str, lambda name: f" {name} ", lambda name: "-".join(name)])
def test_an_everyday_word_is_no_method(name: str, changed: Callable[[str], str]) -> None:
    assert catalogue.citation(changed(name)) is None


@pytest.mark.parametrize("name", ["teller", "TELLER", "vast", "dck", "imitator", "sonic", "ditto", "voca"])
def test_nor_are_these(name: str) -> None:
    assert catalogue.method(name) is None
    assert not any(catalogue.same_method(value.method, name) for value in catalogue.published())


@pytest.mark.parametrize("name", ["style sync", "style_sync", "face former", "speech-emotion", "free.avatar"])
def test_nor_are_words_that_a_coinage_is_made_of(name: str) -> None:
    assert catalogue.method(name) is None


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("SPACE", "SPACE"),
        ("Mimic", "Mimic"),
        ("PC_AVS", "PC-AVS"),
        ("hallo3", "Hallo3"),
        ("dice talk", "DICE-Talk"),
    ],
)
def test_a_word_as_printed_is_a_method_and_a_coinage_in_any_case(name: str, listed: str) -> None:
    entry = catalogue.method(name)
    assert entry is not None
    assert entry.name == listed


@pytest.mark.parametrize("name", ["", "Style", "StyleTalk+", "StyleTalk+++", "SadTalker2", "ours", "++"])
def test_other_names_stay_free(name: str) -> None:
    assert catalogue.method(name) is None
    assert catalogue.citation(name) is None


def test_a_citation_says_where_a_method_was_published() -> None:
    cited = catalogue.citation("sadtalker")
    assert cited is not None
    assert (cited.name, cited.venue, cited.year, cited.arxiv) == ("SadTalker", "CVPR", 2023, "2211.12194")
    assert cited.text == "SadTalker (CVPR 2023), arXiv:2211.12194"
    assert cited.url == "https://arxiv.org/abs/2211.12194"
    preprint = catalogue.citation("LivePortrait")
    assert preprint is not None
    assert preprint.text == "LivePortrait (2024), arXiv:2407.03168"


def test_a_data_set_is_found_and_one_name_for_two_finds_neither() -> None:
    hdtf, mead = catalogue.dataset("hdtf"), catalogue.dataset("MEAD")
    assert hdtf is not None
    assert (hdtf.name, hdtf.year) == ("HDTF", 2021)
    assert mead is not None
    assert mead.speakers == "60"
    assert catalogue.dataset("VoxCeleb") is None, "VoxCeleb1 or VoxCeleb2?"
    lrw = catalogue.dataset("LRW")
    assert lrw is not None
    assert lrw.speakers is None


def test_no_two_entries_can_be_taken_for_each_other() -> None:
    for entry in catalogue.methods():
        same = [o.name for o in catalogue.methods() if catalogue.same_method(o.name, entry.name)]
        assert same == [entry.name]
        assert catalogue.method(entry.name) == entry
        assert catalogue.method(entry.name.lower()) in (entry, None)
    for listed in catalogue.datasets():
        assert catalogue.dataset(listed.name.upper().replace("-", " ")) == listed


def test_a_spelling_that_two_entries_share_finds_only_what_is_written_out() -> None:
    two = [Dataset(name, 2020, None, "", None, "") for name in ("Lip-Read", "LipRead")]
    index = Index.of(two, lambda entry: [folded(entry.name)])
    assert index.find("Lip-Read") == two[0]
    assert index.find("LipRead") == two[1]
    assert index.find("lipread") is None


def test_entries_are_frozen() -> None:
    with pytest.raises(AttributeError):
        catalogue.methods()[0].year = 1999  # type: ignore[misc]


def test_published_values_name_their_table() -> None:
    values = [v for v in catalogue.published() if (v.method, v.dataset) == ("SadTalker", "HDTF")]
    assert {v.metric: v.value for v in values}["LSE-C"] == 6.11
    assert all("Table" in value.source for value in catalogue.published())
    (ssim,) = [
        v for v in catalogue.published() if (v.method, v.dataset, v.metric) == ("Wav2Lip", "HDTF", "SSIM")
    ]
    assert (ssim.value, ssim.printed) == (0.74, "0.740")
    assert {value.unit for value in catalogue.published()} == {None, "mm", "1e-5 m"}


def test_the_tables_are_whole(shared: Path) -> None:
    sizes = {"methods.csv": 117, "datasets.csv": 22, "published_values.csv": 86}
    assert [len(catalogue.methods()), len(catalogue.datasets()), len(catalogue.published())] == [
        *sizes.values()
    ]
    for name in sizes:
        with (shared / "literature" / name).open(encoding="utf-8", newline="") as file:
            assert list(table(name, dict)) == list(csv.DictReader(file))
