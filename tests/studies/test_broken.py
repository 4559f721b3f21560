"""Mistakes that researchers make in study files: what is said of each, all at once, with its line.

The files and what is expected of them lie in `broken/`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from studies.config import load_study, missing_clips
from studies.errors import InputError, MistakesError
from studies.schema import study_schema
from studies.yamlfile import read_yaml_file

FOLDER = Path(__file__).with_name("broken")
EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load((FOLDER / "broken.yaml").read_text(encoding="utf-8"))
WITHOUT_CLIPS = FOLDER / "119_missing_clips.yaml"
VALIDATOR = jsonschema.Draft202012Validator(study_schema())


def sentences(file: Path) -> list[str]:
    """All that is said of a file, with its folder left out."""
    with pytest.raises(InputError) as refusal:
        load_study(file)
    error = refusal.value
    said = error.sentences if isinstance(error, MistakesError) else (str(error),)
    return [sentence.replace(f"{FOLDER}/", "") for sentence in said]


def as_editors_see(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): as_editors_see(one) for key, one in value.items()}
    return [as_editors_see(one) for one in value] if isinstance(value, list) else value


def verdict(file: Path) -> str:
    """What the published schema says of a file."""
    try:
        raw = read_yaml_file(file, "").content
    except InputError:
        return "unreadable"
    return "valid" if VALIDATOR.is_valid(as_editors_see(raw)) else "invalid"


@pytest.mark.parametrize("name", EXPECTED)
def test_each_mistake_is_told(name: str) -> None:
    assert sentences(FOLDER / f"{name}.yaml") == EXPECTED[name]["sentences"]


@pytest.mark.parametrize("name", EXPECTED)
def test_what_the_schema_can_see_it_sees(name: str) -> None:
    assert verdict(FOLDER / f"{name}.yaml") == EXPECTED[name]["schema"]


def test_every_file_is_in_the_table() -> None:
    files = {file.stem for file in FOLDER.glob("[0-9]*.yaml")} - {WITHOUT_CLIPS.stem}
    assert files == set(EXPECTED)
    assert len(files) >= 40


@pytest.mark.parametrize("name", EXPECTED)
def test_a_sentence_says_what_and_how_to_mend_it(name: str) -> None:
    for sentence in EXPECTED[name]["sentences"]:
        assert sentence.endswith(".")
        assert "\n" not in sentence
        assert ";" in sentence, sentence
        assert len(sentence) < 300, sentence


def test_missing_clips_are_all_named() -> None:
    config = load_study(WITHOUT_CLIPS)
    cells = [
        f"clips/{method}/{item}.mp4" for method in ("real", "SadTalker", "ours") for item in ("one", "two")
    ]
    assert missing_clips(config, FOLDER) == cells


@pytest.mark.parametrize(
    "changed",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(),
    ],
    ids=["bom", "crlf", "both"],
)
def test_how_windows_saves_a_file_changes_nothing(changed: Any, tmp_path: Path) -> None:
    good = WITHOUT_CLIPS.read_text(encoding="utf-8")
    (tmp_path / "study.yaml").write_bytes(changed(good))
    assert load_study(tmp_path) == load_study(WITHOUT_CLIPS)
    (tmp_path / "study.yaml").write_bytes(changed(good.replace("test_method: ACR", "test_method: ARC")))
    with pytest.raises(InputError, match=r"line 20: key 'parts\.0\.test_method': 'ARC' is not known"):
        load_study(tmp_path)


@pytest.mark.parametrize("character", ["\0", "\a", "\v", "\x1b", "\x7f", "\ufffe"])
def test_a_character_that_cannot_stand_in_yaml_is_named(character: str, tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(f"study: a\ntitle: A b{character}c\n", encoding="utf-8")
    told = f"{file}, line 2: character U+{ord(character):04X} cannot stand in YAML; remove it."
    assert sentences(file) == [told]


def test_two_thousand_mistakes_are_all_told_and_none_twice(tmp_path: Path) -> None:
    study = yaml.safe_load(WITHOUT_CLIPS.read_text(encoding="utf-8"))
    study["items"] = [{"name": f"i {place}"} for place in range(2000)]
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(study))
    told = sentences(tmp_path)
    assert len(set(told)) == len(told) == 2000
    assert all(f"key 'items.{place}.name'" in said for place, said in enumerate(told))
