"""Simulated minds hold the opinions that the model states, and read attention checks as people do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mos_platform.simulate.minds import Mind
from mos_platform.simulate.shown import Cell, Reply
from mos_platform.words import LANGUAGES, say
from studies.simulation import SimulationModel

MEANS = {"good": 4.0, "middling": 3.0, "bad": 2.0}
KEY = {f"/media/{method}{item}.mp4": Cell(method, item) for method in MEANS for item in "abc"}
GRADES = [{"value": str(value), "label": label} for value, label in ((5, "Excellent"), (1, "Bad"))] + [
    {"value": str(value), "label": ""} for value in (2, 3, 4)
]
SIDES = [{"value": value, "label": f"{value} clip"} for value in ("left", "tie", "right")]


def check_sentence(key: str, label: str, language: str = "en") -> str:
    return say(f"checks.{key}", language, {"label": label})


def address(method: str, item: str) -> str:
    return f"/media/{method}{item}.mp4"


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


def question(kind: str, name: str = "overall", text: str = "How good?", **changes: Any) -> dict[str, Any]:
    asked = {
        "id": name,
        "type": kind,
        "text": text,
        "optional": False,
        "grades": [],
        "low": None,
        "high": None,
    }
    return {**asked, **changes}


def trial(kind: str, asked: dict[str, Any], first: str = "", **clips: str) -> dict[str, Any]:
    shown = [{"role": role, "url": url, "duration_s": 3} for role, url in clips.items()]
    return {"type": kind, "clips": shown, "first": first or next(iter(clips)), "questions": [asked]}


def rating(url: str, text: str = "How good?", low: int = 1, high: int = 5) -> dict[str, Any]:
    return trial("rating", question("rating", text=text, grades=GRADES, low=low, high=high), clip=url)


def pair(left: str, right: str, text: str = "Which is better?") -> dict[str, Any]:
    return trial("pair", question("preference", "better", text, grades=SIDES), left=left, right=right)


def reply(mind: Mind, shown: dict[str, Any]) -> Reply:
    return mind.reply(shown, [KEY[clip["url"]] for clip in shown["clips"]])


NO_EFFECTS = {"item_sd": 0.0, "rater_sd": 0.0, "rater_method_sd": 0.0, "residual_sd": 0.0}


def scores(**effects: float) -> np.ndarray:
    """Scores of 300 raters for 3 methods × 3 items, with the named effects only, on a scale fine enough."""
    opinion = {"means": dict.fromkeys(MEANS, 0.0), **NO_EFFECTS, **effects}
    minds = [Mind(model(questions={"overall": opinion}), "abc", number) for number in range(1, 301)]
    return np.array([[[mind_score(mind, m, i) for i in "abc"] for m in sorted(MEANS)] for mind in minds])


def mind_score(mind: Mind, method: str, item: str) -> int:
    return int(reply(mind, rating(address(method, item), low=-1000, high=1000)).answers["overall"])


def test_mean_scores_lie_where_the_model_says():
    opinion = {"means": MEANS, **NO_EFFECTS, "residual_sd": 0.4, "rater_sd": 0.3}
    minds = [Mind(model(questions={"overall": opinion}), "abc", number) for number in range(1, 301)]
    for method, mean in MEANS.items():
        given = [reply(mind, rating(address(method, "a"))).answers["overall"] for mind in minds]
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
    minds = [Mind(model(), "abc", number) for number in range(1, 101)]
    one = [reply(mind, pair("/media/gooda.mp4", "/media/bada.mp4")).answers["better"] for mind in minds]
    two = [reply(mind, pair("/media/bada.mp4", "/media/gooda.mp4")).answers["better"] for mind in minds]
    same = [reply(mind, pair("/media/gooda.mp4", "/media/gooda.mp4")).answers["better"] for mind in minds]
    assert one.count("left") > 90
    assert two.count("right") > 90
    assert same.count("tie") > 20


def test_a_mind_is_the_same_at_every_run():
    trials = [rating(url) for url in sorted(KEY)]
    one, two = (Mind(model(), "abc", 5) for _ in range(2))
    assert [reply(one, trial) for trial in trials] == [reply(two, trial) for trial in trials]
    assert (one.expertise, one.age_group, one.device) == (two.expertise, two.age_group, two.device)


def test_an_attention_check_is_read_from_its_text():
    mind = Mind(model(), "abc", 1)
    check = rating("/media/gooda.mp4", check_sentence("rating", "Bad"))
    assert reply(mind, check).answers == {"overall": "1"}
    check = pair("/media/gooda.mp4", "/media/bada.mp4", check_sentence("pair", "right clip"))
    assert reply(mind, check).answers == {"better": "right"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_attention_check_is_read_in_every_language(language: str):
    mind = Mind(model(), "abc", 1)
    for key in ("rating", "rating_again"):
        check = rating(address("good", "a"), check_sentence(key, "Bad", language))
        assert reply(mind, check).answers == {"overall": "1"}


def test_a_question_that_quotes_a_grade_is_no_attention_check():
    quoting, plain = (
        [reply(mind, rating(address("good", "a"), text)).answers for mind in minds(5)]
        for text in ("Would you choose “Bad”, «Bad» or “Excellent”?", "How good?")
    )
    assert quoting == plain


def test_inattentive_raters_answer_anything():
    minds = [Mind(model(inattentive_share=1.0), "abc", number) for number in range(1, 101)]
    check = rating("/media/gooda.mp4", check_sentence("rating", "Bad"))
    answers = [reply(mind, check).answers["overall"] for mind in minds]
    assert set(answers) == {"1", "2", "3", "4", "5"}


def answered(minds: list[Mind], shown: dict[str, Any]) -> list[str]:
    return [next(iter(reply(mind, shown).answers.values()), "") for mind in minds]


def minds(count: int = 200, **changes: Any) -> list[Mind]:
    return [Mind(model(**changes), "abc", number) for number in range(1, count + 1)]


def test_a_grade_without_a_word_is_asked_for_by_its_value():
    check = rating(address("good", "a"), check_sentence("rating", "2"))
    assert set(answered(minds(5), check)) == {"2"}
    slider = question("continuous", text=check_sentence("slider", "70"), low=0, high=100)
    assert set(answered(minds(5), trial("rating", slider, clip=address("good", "a")))) == {"70"}


def test_a_slider_takes_numbers_between_its_ends():
    opinion = {"means": {"good": 70.0, "middling": 50.0, "bad": 2.0}, **NO_EFFECTS, "residual_sd": 10.0}
    slider = question("continuous", low=0, high=100)
    given = {
        method: np.array(
            answered(
                minds(questions={"overall": opinion}), trial("rating", slider, clip=address(method, "a"))
            ),
            dtype=float,
        )
        for method in MEANS
    }
    assert given["good"].mean() == pytest.approx(70, abs=3 * 10 / 200**0.5)
    assert given["bad"].min() == 0
    assert len(set(given["good"])) > 50


def test_impairment_is_what_a_clip_lacks_of_the_shown_reference():
    asked = question("rating", grades=GRADES, low=1, high=5)
    opinion = {
        "means": {"good": 3.5, "middling": 2.5, "bad": 1.5},
        **NO_EFFECTS,
        "rater_sd": 2.0,
        "item_sd": 2.0,
    }
    stated = minds(20, questions={"overall": opinion})
    for method, expected in (("good", "5"), ("middling", "4"), ("bad", "3")):
        shown = trial("dcr", asked, reference=address("good", "a"), clip=address(method, "a"))
        assert set(answered(stated, shown)) == {expected}


def test_the_second_clip_is_graded_against_the_first():
    asked = question("rating", grades=GRADES, low=-3, high=3)
    opinion = {"means": {"good": 3.0, "middling": 1.0, "bad": -9.0}, **NO_EFFECTS, "item_sd": 2.0}
    stated = minds(3, questions={"overall": opinion})

    def graded(first: str, left: str, right: str) -> set[str]:
        return set(
            answered(stated, trial("ccr", asked, first, left=address(left, "a"), right=address(right, "a")))
        )

    assert graded("left", "middling", "good") == {"2"}
    assert graded("right", "middling", "good") == {"-2"}
    assert graded("left", "good", "bad") == {"-3"}
    assert graded("left", "good", "good") == {"0"}


def test_options_are_chosen_as_often_as_stated():
    shares = {method: {"happy": 0.7, "sad": 0.3} for method in MEANS} | {"bad": {"happy": 0.0, "sad": 1.0}}
    stated = minds(300, choices={"seen": {"shares": shares}})
    asked = question(
        "choice", "seen", grades=[{"value": "happy", "label": "Happy"}, {"value": "sad", "label": "Sad"}]
    )
    happy = answered(stated, trial("rating", asked, clip=address("good", "a"))).count("happy")
    assert happy / 300 == pytest.approx(0.7, abs=3 * (0.21 / 300) ** 0.5)
    assert set(answered(stated, trial("rating", asked, clip=address("bad", "a")))) == {"sad"}


def test_text_is_written_and_may_be_left_out_where_it_is_optional():
    needed, optional = (question("text", "why", optional=may) for may in (False, True))
    assert all(answered(minds(20), trial("rating", needed, clip=address("good", "a"))))
    written = sum(map(bool, answered(minds(200), trial("rating", optional, clip=address("good", "a")))))
    assert 30 < written < 90


def test_attentive_raters_give_the_known_answers_of_gold_clips():
    gold = [
        {"method": "good", "item": "a", "expected": {"overall": {"high": 2}}},
        {"method": "bad", "item": "a", "expected": {"overall": {"low": 3.5}}},
    ]
    stated = minds(gold=gold)
    assert set(answered(stated, rating(address("good", "a")))) <= {"1", "2"}
    assert set(answered(stated, rating(address("bad", "a")))) <= {"4", "5"}
    assert {"4", "5"} <= set(answered(stated, rating(address("good", "b"))))


def test_devices_are_those_stated():
    assert {mind.device for mind in minds(20, devices={"desktop": 1.0})} == {"desktop"}
