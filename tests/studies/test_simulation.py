"""The stated truth behind simulated ratings."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
import yaml

from studies.config import load_study
from studies.errors import InputError
from studies.simulation import SIMULATION_FILE, load_simulation

DEMO = Path(__file__).resolve().parents[2] / "studies" / "demo"


def changed(folder: Path, **keys: Any) -> Path:
    raw = yaml.safe_load((DEMO / SIMULATION_FILE).read_text(encoding="utf-8")) | keys
    file = folder / SIMULATION_FILE
    file.write_text(yaml.safe_dump(raw), encoding="utf-8")
    return file


def test_the_demos_truth_covers_its_study_and_says_that_it_is_simulated() -> None:
    model = load_simulation(DEMO)
    model.check_fits(load_study(DEMO), "simulation.yaml")
    assert model.simulated is True
    assert model.raters == 36
    assert "SIMULATED" in (DEMO / SIMULATION_FILE).read_text(encoding="utf-8").splitlines()[0]


def test_the_demos_methods_differ_enough_to_be_told_apart() -> None:
    for opinion in load_simulation(DEMO).questions.values():
        means = sorted(opinion.means.values())
        assert all(1 <= mean <= 5 for mean in means)
        assert min(b - a for a, b in itertools.pairwise(means)) > 0.15


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({"simulated": False}, "key 'simulated'"),
        ({"expertise": {"none": 0.5, "some": 0.2}}, "shares of expertise must sum to 1, not 0.7"),
        ({"raters": 0}, "key 'raters'"),
        ({"bias": 1}, "key 'bias'"),
        (
            {"preferences": {"preferred": {"by": "beauty", "tie_width": 0.3}}},
            "'beauty', which has no",
        ),
    ],
)
def test_a_bad_file_gives_one_sentence(tmp_path: Path, keys: dict[str, Any], problem: str) -> None:
    file = changed(tmp_path, **keys)
    with pytest.raises(InputError) as caught:
        load_simulation(tmp_path)
    assert problem in str(caught.value)
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_absent_and_unreadable_files_give_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        load_simulation(tmp_path)
    (tmp_path / SIMULATION_FILE).write_text("raters: [", encoding="utf-8")
    with pytest.raises(InputError, match="not valid YAML"):
        load_simulation(tmp_path)


def test_a_study_that_the_truth_does_not_cover_gives_one_sentence(tmp_path: Path) -> None:
    study = load_study(DEMO)
    file = changed(tmp_path, preferences={})
    with pytest.raises(
        InputError, match="question 'preferred' of the study is missing; add it under 'preferences'"
    ):
        load_simulation(file).check_fits(study, str(file))
    raw = yaml.safe_load((DEMO / SIMULATION_FILE).read_text(encoding="utf-8"))
    del raw["questions"]["sync"]["means"]["blurred"]
    file = changed(tmp_path, questions=raw["questions"])
    with pytest.raises(InputError, match=r"questions\.sync\.means lacks 'blurred'"):
        load_simulation(file).check_fits(study, str(file))
