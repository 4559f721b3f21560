"""Studies of short clips that stop at a quota."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

METHODS, ITEMS = ("real", "good", "poor"), ("one", "two", "three", "four")
STUDY = """
study: crowd
title: Many raters
seed: 9
texts:
  welcome: Welcome.
  consent: {version: "1", body: "I agree to take part in this study."}
  instructions: Watch and rate.
  debriefing: The clips were synthetic.
methods: [{name: real, reference: true}, {name: good}, {name: poor}]
items: [one, two, three, four]
setup: {checks: []}
questionnaire:
  - expertise
  - language_skill
  - {id: pet, text: "Which pet?", options: {cat: Cat, dog: Dog}}
  - {id: work, text: "What is your work?"}
parts:
  - id: rating
    test_method: ACR-HR
    trials_per_sitting: 4
    attention_checks: 1
    sound_checks: 1
    dummies: 0
    questions: [{id: overall, text: "Overall quality?"}]
"""
PAIRS = """
  - id: preference
    test_method: PC
    trials_per_sitting: 4
    attention_checks: 0
    questions: [{id: better, text: "Which is better?"}]
"""
REST = """
screening: {apply: [attention]}
metrics: []
stop: {rule: quota}
"""


@pytest.fixture(scope="session")
def crowd_clips(make_clip: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crowd")
    for place, item in enumerate(ITEMS):
        for method in METHODS:
            make_clip(folder / method / f"{item}.mp4", "-vf", f"hue=h={40 * place}", size=64)
    return folder


@pytest.fixture
def crowd_study(crowd_clips: Path, tmp_path: Path) -> Callable[..., Path]:
    """In a folder of its own: a study that wants so many ratings of each clip, and maybe of each pair."""

    def made(quota: int, *, pairs: bool = False) -> Path:
        folder = tmp_path / "study"
        folder.mkdir()
        (folder / "clips").symlink_to(crowd_clips)
        targets = f"targets: {{ratings_per_stimulus: {quota}}}\n"
        (folder / "study.yaml").write_text(STUDY + pairs * PAIRS + REST + targets, encoding="utf-8")
        return folder

    return made
