"""Who behaves how: shares, seeds, habits, and what simulated raters say of themselves."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from mos_platform.simulate.habits import Lazy, StraightLiner
from mos_platform.simulate.people import told
from mos_platform.simulate.profiles import leaves_at, profile_of
from mos_platform.simulate.shown import Cell
from mos_platform.words import say
from studies.config import parse_study
from studies.invention import invented
from studies.simulation import SimulationModel

GRADES = [
    {"value": str(n), "label": label} for n, label in ((5, "Good"), (4, ""), (3, ""), (2, ""), (1, "Bad"))
]
SHARES = {"careful": 0.65, "lazy": 0.05, "dropper": 0.2, "cheater": 0.1}


@pytest.fixture
def model(small_config: dict[str, Any]) -> SimulationModel:
    small_config["parts"] = small_config["parts"][:1]
    return invented(parse_study(small_config, "small"), 1000)


def with_profiles(model: SimulationModel, seed: int = 7, **shares: float) -> SimulationModel:
    return model.model_copy(update={"profiles": shares, "seed": seed, "inattentive_share": 0.0})


@pytest.mark.parametrize("raters", [20, 60, 1000])
@pytest.mark.parametrize("seed", [0, 1, 99])
def test_shares_of_profiles_hold_for_any_number_of_raters(
    model: SimulationModel, raters: int, seed: int
) -> None:
    mixed = with_profiles(model, seed, **SHARES)
    found = Counter(profile_of(mixed, number) for number in range(1, raters + 1))
    for profile, share in SHARES.items():
        assert abs(found[profile] - share * raters) <= 3
    assert set(found) <= set(SHARES)


def test_a_rater_keeps_the_profile_when_more_come_and_another_seed_gives_others(
    model: SimulationModel,
) -> None:
    mixed, other = with_profiles(model, **SHARES), with_profiles(model, 8, **SHARES)
    more = mixed.model_copy(update={"raters": 5000})
    drawn = [[profile_of(one, number) for number in range(1, 50)] for one in (mixed, more, other)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert {profile_of(model, number) for number in range(1, 50)} == {"careful"}


def test_droppers_leave_anywhere_and_nobody_else_leaves(model: SimulationModel) -> None:
    mixed = with_profiles(model, dropper=0.5, careful=0.5)
    places = {number: leaves_at(mixed, number) for number in range(1, 401)}
    stays = {number for number, place in places.items() if place is None}
    assert stays == {number for number in places if profile_of(mixed, number) == "careful"}
    left = np.array([place for place in places.values() if place is not None])
    assert np.histogram(left, bins=4, range=(0, 1))[0].min() > 25
    assert left.max() < 1


def check(label: str) -> dict[str, Any]:
    asked = {
        "id": "overall",
        "type": "rating",
        "text": say("checks.rating", "en", {"label": label}),
        "optional": False,
        "grades": GRADES,
        "low": 1,
        "high": 5,
    }
    clips = [{"role": "clip", "url": "/media/x/", "duration_s": 2.0}]
    return {"type": "rating", "clips": clips, "first": "clip", "questions": [asked]}


def test_lazy_raters_miss_about_half_of_the_checks_they_do_not_guess(model: SimulationModel) -> None:
    minds = [Lazy(model, ["item0"], number) for number in range(1, 26)]
    given = [mind.reply(check("Bad"), [Cell("real", "item0")]) for mind in minds for _ in range(20)]
    right = np.mean([reply.answers["overall"] == "1" for reply in given])
    assert right == pytest.approx(0.5 + 0.5 / 5, abs=3 * (0.25 / 500) ** 0.5)
    assert np.median([reply.seconds for reply in given]) < 1


def test_straight_liners_give_one_answer_whatever_is_asked(model: SimulationModel) -> None:
    places = set()
    for number in range(1, 40):
        mind = StraightLiner(model, ["item0"], number)
        given = {
            mind.reply(check(label), [Cell(method, "item0")]).answers["overall"]
            for label in ("Bad", "Good")
            for method in ("real", "alpha", "beta")
        }
        assert len(given) == 1
        places |= given
    assert len(places) == 5


def test_what_raters_say_of_themselves_fits_the_questionnaire_and_lets_them_in(
    small_config: dict[str, Any],
) -> None:
    small_config["questionnaire"] = [
        "expertise",
        "gender",
        "language_skill",
        {"id": "pet", "text": "Which pet?", "options": {"cat": "Cat", "dog": "Dog"}},
        {"id": "work", "text": "What is your work?"},
        {"id": "hobby", "text": "What is your hobby?", "optional": True},
    ]
    small_config["recruitment"] = {"language_skill": ["native", "fluent"]}
    config = parse_study(small_config, "small")
    said = [told(config, np.random.default_rng(seed)) for seed in range(200)]
    assert {one["language_skill"] for one in said} == {"native", "fluent"}
    assert {one["own-pet"] for one in said} == {"cat", "dog"}
    assert {one["gender"] for one in said} == {"woman", "man", "other"}
    assert all(one["own-work"] for one in said)
    assert 100 < sum("own-hobby" in one for one in said) < 180
    assert all("expertise" not in one for one in said)
    assert said[3] == told(config, np.random.default_rng(3))
