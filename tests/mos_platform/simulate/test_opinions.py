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


def test_mean_scores_lie_where_the_model_says():
    minds = [Mind(model(), KEY, number) for number in range(1, 201)]
    for method, mean in MEANS.items():
        scores = [
            int(mind.reply(rating(f"/media/{method}{item}.mp4")).answers["overall"])
            for mind in minds
            for item in "abc"
        ]
        # Standard error of the three shared item effects, 0.2 / sqrt(3), leads.
        assert np.mean(scores) == pytest.approx(mean, abs=0.35)


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
