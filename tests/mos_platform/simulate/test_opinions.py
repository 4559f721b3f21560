"""Simulated minds hold the opinions that the model states, and read attention checks as people do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mos_platform.ratings.presentation import PAIR_CHECK, RATING_CHECK
from mos_platform.simulate.opinions import Cell, Mind
from studies.simulation import SimulationModel

MEANS = {"good": 4.0, "middling": 3.0, "bad": 2.0}
KEY = {f"/media/{method}{item}.mp4": Cell(method, item) for method in MEANS for item in "abc"}
GRADES = [{"value": str(value), "label": label} for value, label in ((5, "Excellent"), (1, "Bad"))] + [
    {"value": str(value), "label": str(value)} for value in (2, 3, 4)
]
SIDES = [{"value": value, "label": f"{value} clip"} for value in ("left", "tie", "right")]


def model(**changes: Any) -> SimulationModel:
    plain = {
        "simulated": True,
        "seed": 11,
        "raters": 200,
        "expertise": {"none": 0.5, "expert": 0.5},
        "questions": {
            "overall": {
                "means": MEANS,
                "item_sd": 0.2,
                "rater_sd": 0.3,
                "rater_method_sd": 0.2,
                "residual_sd": 0.4,
            }
        },
        "preferences": {"better": {"by": "overall", "tie_width": 0.3}},
    }
    return SimulationModel.model_validate({**plain, **changes})


def rating(url: str, text: str = "How good?") -> dict[str, Any]:
    return {
        "clips": [{"url": url, "duration_s": 3}],
        "questions": [{"id": "overall", "text": text, "grades": GRADES}],
    }


def pair(left: str, right: str, text: str = "Which is better?") -> dict[str, Any]:
    clips = [{"url": left, "duration_s": 3}, {"url": right, "duration_s": 3}]
    return {"clips": clips, "questions": [{"id": "better", "text": text, "grades": SIDES}]}


NO_EFFECTS = {"item_sd": 0.0, "rater_sd": 0.0, "rater_method_sd": 0.0, "residual_sd": 0.0}


def scores(**effects: float) -> np.ndarray:
    """Scores of 300 raters for 3 methods × 3 items, with the named effects only, on a scale fine enough."""
    opinion = {"means": dict.fromkeys(MEANS, 0.0), **NO_EFFECTS, **effects}
    minds = [Mind(model(questions={"overall": opinion}), KEY, number) for number in range(1, 301)]
    return np.array([[[mind_score(mind, m, i) for i in "abc"] for m in sorted(MEANS)] for mind in minds])


def mind_score(mind: Mind, method: str, item: str) -> int:
    trial = rating(f"/media/{method}{item}.mp4")
    grades = [{"value": str(value), "label": str(value)} for value in range(-1000, 1001)]
    trial["questions"][0]["grades"] = grades
    return int(mind.reply(trial).answers["overall"])


def test_mean_scores_lie_where_the_model_says():
    opinion = {"means": MEANS, **NO_EFFECTS, "residual_sd": 0.4, "rater_sd": 0.3}
    minds = [Mind(model(questions={"overall": opinion}), KEY, number) for number in range(1, 301)]
    for method, mean in MEANS.items():
        given = [mind.reply(rating(f"/media/{method}a.mp4")).answers["overall"] for mind in minds]
        # Three standard errors of 300 raters' scores.
        assert np.mean([int(score) for score in given]) == pytest.approx(mean, abs=3 * 0.58 / 300**0.5)


def test_each_effect_has_the_stated_spread_and_no_other_has_any():
    rater = scores(rater_sd=100)
    assert rater.mean(axis=(1, 2)).std() == pytest.approx(100, rel=0.15)
    assert rater.std(axis=(1, 2)).max() == 0
    taste = scores(rater_method_sd=100)
    assert taste.mean(axis=2).std() == pytest.approx(100, rel=0.15)
    assert taste.std(axis=2).max() == 0
    residual = scores(residual_sd=100)
    assert residual.std() == pytest.approx(100, rel=0.1)
    item = scores(item_sd=100)
    assert item.std(axis=(0, 1)).max() == 0
    assert item.mean(axis=(0, 1)).std() > 10


def test_the_better_clip_is_preferred_on_either_side():
    minds = [Mind(model(), KEY, number) for number in range(1, 101)]
    one = [mind.reply(pair("/media/gooda.mp4", "/media/bada.mp4")).answers["better"] for mind in minds]
    two = [mind.reply(pair("/media/bada.mp4", "/media/gooda.mp4")).answers["better"] for mind in minds]
    same = [mind.reply(pair("/media/gooda.mp4", "/media/gooda.mp4")).answers["better"] for mind in minds]
    assert one.count("left") > 90
    assert two.count("right") > 90
    assert same.count("tie") > 20


def test_a_mind_is_the_same_at_every_run():
    trials = [rating(url) for url in sorted(KEY)]
    one, two = (Mind(model(), KEY, 5) for _ in range(2))
    assert [one.reply(trial) for trial in trials] == [two.reply(trial) for trial in trials]
    assert (one.expertise, one.age_group, one.device) == (two.expertise, two.age_group, two.device)


def test_an_attention_check_is_read_from_its_text():
    mind = Mind(model(), KEY, 1)
    check = rating("/media/gooda.mp4", RATING_CHECK.format(label="Bad"))
    assert mind.reply(check).answers == {"overall": "1"}
    check = pair("/media/gooda.mp4", "/media/bada.mp4", PAIR_CHECK.format(label="right clip"))
    assert mind.reply(check).answers == {"better": "right"}


def test_inattentive_raters_answer_anything():
    minds = [Mind(model(inattentive_share=1.0), KEY, number) for number in range(1, 101)]
    check = rating("/media/gooda.mp4", RATING_CHECK.format(label="Bad"))
    answers = [mind.reply(check).answers["overall"] for mind in minds]
    assert set(answers) == {"1", "2", "3", "4", "5"}
