"""Raters who answer every trial over HTTP without waiting, and checks as a test wants them answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client
from viewing import answered, watched

from mos_platform.assignments.models import Trial
from mos_platform.raters.admission import Enrolment
from mos_platform.raters.models import Sitting
from mos_platform.raters.services import enrol, open_link
from mos_platform.stimuli.models import Study

View = dict[str, Any]
Answers = Callable[[View, Trial], dict[str, str]]


def study_with(
    parts: list[dict[str, Any]], attention: dict[str, Any] | None = None, **keys: Any
) -> dict[str, Any]:
    """A study file of three methods and four items."""
    screening = {"apply": ["attention"], "attention": attention or {}}
    texts = {
        "welcome": "Welcome.",
        "consent": {"version": "1", "body": "I agree to take part in this study."},
        "instructions": "Watch and rate.",
        "debriefing": "The clips were synthetic.",
        "contact": "lab@example.org",
    }
    return {
        "study": "checked",
        "title": "A study with checks",
        "setup": {"checks": []},
        "texts": texts,
        "methods": [{"name": "real", "reference": True}, "alpha", "beta"],
        "items": [f"item{i}" for i in range(4)],
        "parts": parts,
        "screening": screening,
        **keys,
    }


def rating_part(**keys: Any) -> dict[str, Any]:
    asked = [{"id": "overall", "text": "Overall quality?"}]
    return {"id": "rating", "test_method": "ACR", "dummies": 0, "questions": asked, **keys}


def pair_part(**keys: Any) -> dict[str, Any]:
    asked = [{"id": "better", "text": "Which is better?"}]
    return {"id": "pairs", "test_method": "PC", "dummies": 0, "questions": asked, **keys}


def enter(study: Study, language: str = "") -> Sitting:
    device = {"device": "desktop", "screen_width": 1920, "screen_height": 1080}
    return enrol(open_link(study), Enrolment("some", "", language=language, **device))


def right(view: View, trial: Trial) -> dict[str, str]:
    """What an attentive rater answers: on checks what is asked for, else the first grade."""
    return {question["id"]: _right(question, trial) for question in view["questions"]}


def _right(question: View, trial: Trial) -> str:
    expected = trial.expected.get(question["id"], {})
    if "choice" in expected:
        return str(expected["choice"])
    if "low" in expected or "high" in expected:
        return f"{expected.get('low', expected.get('high')):g}"
    return str(question["grades"][0]["value"])


def wrong(view: View, trial: Trial) -> dict[str, str]:
    """What nobody answers who reads the checks; other trials as above."""
    if trial.kind not in ("trap", "gold"):
        return right(view, trial)
    asked = right(view, trial)
    return {
        question["id"]: "999"
        if question["type"] == "digits"
        else next(g["value"] for g in question["grades"] if g["value"] != asked[question["id"]])
        for question in view["questions"]
    }


def state_of(sitting: Sitting) -> View:
    state: View = Client().get(f"/api/sittings/{sitting.token}/").json()
    return state


def answer_next(state: View, answers: Answers = right) -> View:
    """Answer the current trial; the next state."""
    view = state["trial"]
    watched(view["token"])
    body = answered(view, answers(view, Trial.objects.get(token=view["token"])))
    address = f"/api/trials/{view['token']}/answers/"
    answer = Client().post(address, body, content_type="application/json")
    assert answer.status_code == 200, answer.content.decode()
    told: View = answer.json()
    return told


def sit(sitting: Sitting, answers: Answers = right) -> View:
    """Answer all trials; the last state."""
    state = state_of(sitting)
    while state["trial"]:
        state = answer_next(state, answers)
    return state
