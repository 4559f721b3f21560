"""The command `simulate`: what it refuses before any rater takes part. Walks of protocols see the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from mos_platform.stimuli.models import Study
from studies.errors import InputError
from studies.invention import invented


@pytest.fixture
def stated(small_study: Study, tmp_path: Path) -> Path:
    file = tmp_path / "simulation.yaml"
    file.write_text(invented(small_study.parsed).as_yaml(), encoding="utf-8")
    return file


def test_a_seed_is_only_for_opinions_made_up(stated: Path) -> None:
    with pytest.raises(InputError, match="change 'seed' in MODEL, or leave MODEL out"):
        call_command("simulate", "small", str(stated), seed=3)


def test_opinions_must_cover_the_study(stated: Path) -> None:
    stated.write_text(stated.read_text(encoding="utf-8").replace("beta", "gamma"), encoding="utf-8")
    with pytest.raises(InputError, match=r"questions\.overall\.means lacks 'beta'"):
        call_command("simulate", "small", str(stated))


@pytest.mark.parametrize(
    "words", [("--raters", "0"), ("--raters", "many"), ("--seed", "-1"), ("--seed", "4294967296")]
)
def test_numbers_are_whole_and_within_limits(small_study: Any, words: tuple[str, str]) -> None:
    with pytest.raises(CommandError, match="is no whole number from"):
        call_command("simulate", "small", *words)
