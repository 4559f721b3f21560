"""The protocol files: all that the literature lists, each ready to be filled with clips."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from studies import catalogue
from studies.config import StudyConfig, load_study
from studies.config.base import words_of
from studies.invention import invented
from studies.simulation import load_simulation
from studies.sitting import clips_per_trial, trials

FOLDER = Path(__file__).resolve().parents[2] / "studies" / "protocols"
FILES = sorted(FOLDER.glob("[0-9]*.yaml"))
CLIP_SECONDS = 8.0
SECONDS_PER_TRIAL, SECONDS_PER_QUESTION = 3.0, 5.0  # slow readers
TABLE_ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+?) \| (.+?) \|", re.MULTILINE)


@pytest.fixture(params=FILES, ids=lambda file: file.stem)
def file(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@pytest.fixture
def config(file: Path) -> StudyConfig:
    return load_study(file)


def test_every_protocol_of_the_literature_has_its_file(shared: Path) -> None:
    listed = TABLE_ROW.findall((shared / "protocols.md").read_text(encoding="utf-8"))
    assert [int(number) for number, *_rest in listed] == [int(file.name[:2]) for file in FILES]
    for (_number, _name, _judged, tested), file in zip(listed, FILES, strict=True):
        methods = re.findall(r"ACR-HR|ACR|DCR|CCR|PC", tested)
        used = {part.test_method for part in load_study(file).parts}
        assert used <= set(methods) or not methods, file.name
        types = {q.type for part in load_study(file).parts for q in part.questions}
        assert ("free text" in tested) <= ("text" in types), file.name


def test_the_readme_lists_what_the_files_say_of_themselves(file: Path) -> None:
    comment = file.read_text(encoding="utf-8").split("\n#\n")[1]
    said = " ".join(line.lstrip("# ") for line in comment.splitlines())
    found = re.fullmatch(
        r"Protocol (\d+): (.+?)\. Judged: (.+)\. Method of test: (.+)\. Source: (.+)\. The wording is ours\.",
        said,
    )
    assert found is not None, said
    number, name, judged, tested, source = found.groups()
    row = f"| {number} | [{name}]({file.name}) | {judged} | {tested} | {source} |"
    assert row in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_raters_are_told_of_synthetic_media_and_of_their_freedom(config: StudyConfig) -> None:
    body = config.texts.consent.body
    for words in ("synthetic media", "voluntary", "stop at any time", "We store"):
        assert words in body, words
    assert "[REPLACE:" in body


def test_what_is_sensible_is_set(config: StudyConfig, file: Path) -> None:
    assert config.study == file.stem[3:].replace("_", "-")
    assert config.targets.raters_per_method == 30
    assert {"attention", "playback", "speed"} <= set(config.screening.apply)
    assert config.payment is None
    assert config.reference is not None
    assert all(part.attention_checks for part in config.parts)
    assert all(part.training for part in config.parts if not part.is_paired)
    assert {item.split for item in config.scored_items} >= {"emotion"}
    assert len({item.attributes["gender"] for item in config.scored_items}) == 2


def test_examples_are_of_the_catalogue(config: StudyConfig) -> None:
    named = [method.name for method in config.scored_methods if catalogue.citation(method.name)]
    assert named == ["SadTalker", "AniTalker"]
    for item in config.scored_items:
        assert item.dataset is not None
        assert catalogue.dataset(item.dataset) is not None, item.dataset


def test_a_sitting_stays_under_half_an_hour(config: StudyConfig) -> None:
    seconds = sum(
        trials(config, part)
        * (
            clips_per_trial(part) * CLIP_SECONDS
            + SECONDS_PER_TRIAL
            + SECONDS_PER_QUESTION * len(part.questions)
        )
        for part in config.parts
    )
    assert 3 < seconds / 60 < 30


def test_each_question_asks_once_and_names_no_method(config: StudyConfig) -> None:
    for part in config.parts:
        for question in part.questions:
            assert question.text.count("?") == 1, question.text
            assert len(question.text) <= 100, question.text
    before = [text for key, text in words_of(config) if "debriefing" not in key and "context" not in key]
    for method in config.methods:
        assert not any(
            re.search(rf"\b{method.name}\b", text, re.IGNORECASE) for text in before if len(method.name) > 4
        )


def test_two_languages_say_the_same_number_of_things() -> None:
    config = load_study(FOLDER / "19_overall_mos.yaml")
    assert config.languages == ("en", "de")
    for key, words in words_of(config):
        english, german = (words.in_language(language) for language in config.languages)
        assert english != german, key
        assert english.count("\n\n") == german.count("\n\n"), key


def test_opinions_can_be_made_up_and_read_back(config: StudyConfig, tmp_path: Path) -> None:
    model = invented(config)
    model.check_fits(config, "made up")
    kept = tmp_path / "simulation.yaml"
    kept.write_text(model.as_yaml(), encoding="utf-8")
    assert load_simulation(kept) == model
    assert "SIMULATED" in kept.read_text(encoding="utf-8").splitlines()[0]
