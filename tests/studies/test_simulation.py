"""The stated truth behind simulated ratings."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
import yaml

from studies.config import load_study
from studies.errors import InputError
from studies.invention import invented
from studies.simulation import SIMULATION_FILE, load_simulation

DEMO = Path(__file__).resolve().parents[2] / "studies" / "demo"
PROTOCOLS = DEMO.parent / "protocols"


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
        ({"profiles": {"careful": 0.5, "lazy": 0.4}}, "shares of profiles must sum to 1, not 0.9"),
        ({"profiles": {"careful": 1.0}}, "'profiles' say who is inattentive; remove 'inattentive_share'"),
        ({"profiles": {"clever": 1.0}}, "profiles"),
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
    with pytest.raises(InputError, match="line 1: a value or a closing bracket is missing"):
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


def test_opinions_for_any_study_follow_its_scales_and_are_the_same_again() -> None:
    config = load_study(PROTOCOLS / "24_continuous.yaml")
    model = invented(config)
    means = model.questions["overall"].means
    assert means["real"] == max(means.values()) == 90
    assert min(means.values()) == 25
    assert model.questions["overall"].residual_sd == pytest.approx(13.75)
    assert invented(config) == model
    assert any(invented(config, seed=seed).questions != model.questions for seed in range(10))
    assert (model.raters, invented(config, 7).raters, model.seed) == (30, 7, config.seed)


def test_an_impaired_clip_is_measured_from_the_highest_grade_and_pairs_from_nought() -> None:
    degraded = invented(load_study(PROTOCOLS / "21_degradation.yaml"))
    assert degraded.questions["impairment"].means["real"] == 5
    assert [one.method for one in degraded.gold] == ["real", "real"]
    compared = invented(load_study(PROTOCOLS / "22_comparison.yaml"))
    assert min(compared.questions["quality"].means.values()) > 0
    preferred = invented(load_study(PROTOCOLS / "23_preference.yaml"))
    assert preferred.preferences["better"].by == "better"


def test_who_takes_part_is_who_may() -> None:
    model = invented(load_study(PROTOCOLS / "02_expert_evaluation.yaml"))
    assert dict(model.expertise) == {"expert": 1.0}
    assert dict(model.devices) == {"desktop": 1.0}
    between = invented(load_study(PROTOCOLS / "16_task_based.yaml"))
    assert between.raters == 4 * 30


def test_shares_of_options_must_be_whole(tmp_path: Path) -> None:
    config = load_study(PROTOCOLS / "07_emotional_consistency.yaml")
    kept = tmp_path / SIMULATION_FILE
    raw = yaml.safe_load(invented(config).as_yaml())
    raw["choices"]["seen"]["shares"]["real"]["anger"] = 0.9
    kept.write_text(yaml.safe_dump(raw), encoding="utf-8")
    with pytest.raises(InputError, match="shares of options of 'real' must sum to 1"):
        load_simulation(kept)
    del raw["choices"]
    kept.write_text(yaml.safe_dump(raw), encoding="utf-8")
    with pytest.raises(InputError, match="question 'seen' of the study is missing; add it under 'choices'"):
        load_simulation(kept).check_fits(config, str(kept))


def test_profiles_are_written_down_and_read_again(tmp_path: Path) -> None:
    profiles = {"careful": 0.8, "dropper": 0.2}
    stated = load_simulation(changed(tmp_path, profiles=profiles, inattentive_share=0.0))
    (tmp_path / SIMULATION_FILE).write_text(stated.as_yaml(), encoding="utf-8")
    assert load_simulation(tmp_path) == stated
    assert stated.profiles == profiles
