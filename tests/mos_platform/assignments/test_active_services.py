"""Pairs chosen by what was answered: a balanced round first, then marked as such down to the analysis."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from imported import rows_of

from analysis.load import load_source
from mos_platform.assignments import places
from mos_platform.assignments.models import Tally, Trial
from mos_platform.assignments.services import reserve_sitting
from mos_platform.exports.services import export_bundle
from mos_platform.raters.admission import Enrolment
from mos_platform.raters.models import Sitting
from mos_platform.raters.services import enrol, simulated_link
from mos_platform.ratings.leaving import withdraw
from mos_platform.ratings.services import Clock, Submission, record_answers
from mos_platform.stimuli.models import Study
from studies.config import StudyConfig
from studies.errors import InputError

pytestmark = pytest.mark.django_db

METHODS = [f"m{i}" for i in range(6)]
START = 15  # each pair of methods once
PER_SITTING = 6


def raw(**keys: Any) -> dict[str, Any]:
    return {
        "study": "active",
        "title": "Active",
        "setup": {"checks": []},
        "texts": {
            "welcome": "Welcome.",
            "consent": {"version": "1", "body": "I agree to take part in this study."},
            "instructions": "Watch and rate.",
            "debriefing": "The clips were synthetic.",
        },
        "methods": METHODS,
        "items": ["one", "two", "three"],
        "parts": [
            {
                "id": "pairs",
                "test_method": "PC",
                "questions": [{"id": "better", "text": "Which is better?"}],
                "choice": "active",
                "trials_per_sitting": PER_SITTING,
                "attention_checks": 0,
                "dummies": 0,
                **keys,
            }
        ],
    }


def sit(study: Study) -> Sitting:
    """The method of the higher number is better."""
    began = timezone.now() - timedelta(days=1)
    sitting = enrol(simulated_link(study), Enrolment("some", "", "desktop", clock=began))
    reserve_sitting(sitting)
    at = began
    for trial in sitting.trials.select_related("left__method", "right__method"):
        at += timedelta(seconds=30)
        better = "left" if trial.left.method.name > trial.right.method.name else "right"
        clock = Clock(presented_at=at, submitted_at=at + timedelta(seconds=20))
        record_answers(trial.token, Submission({"better": better}, clock=clock))
    return sitting


def test_pairs_are_chosen_by_answers_only_after_the_balanced_round(tmp_path: Path) -> None:
    study = rows_of(raw())
    sittings = [sit(study) for _ in range(7)]
    adaptive = list(Trial.objects.order_by("pk").values_list("adaptive", flat=True))
    assert sum(not one for one in adaptive) == START
    assert not any(adaptive[: 2 * PER_SITTING])
    assert all(adaptive[3 * PER_SITTING :])
    tally = Tally.objects.get()
    assert (sum(tally.start), sum(tally.taken)) == (START, 7 * PER_SITTING)
    assert sum(map(sum, tally.wins)) == 7 * PER_SITTING
    assert all(tally.wins[low][high] == 0 for high in range(6) for low in range(high))
    near = Trial.objects.filter(adaptive=True).values_list("left__method__name", "right__method__name")
    gaps = [abs(int(one[1:]) - int(two[1:])) for one, two in near]
    assert sum(gaps) / len(gaps) < 7 / 3  # of all pairs: those whose order is plain are asked less
    withdraw(sittings[0].token)
    assert not [one for one in places.recounted(study) if one.wrong]
    bundle = export_bundle(study, tmp_path / "bundle")
    rows = list(csv.DictReader((bundle / "comparisons.csv").open()))
    assert [row["adaptive"] for row in rows] == [str(one).lower() for one in adaptive[PER_SITTING:]]
    loaded = load_source(str(bundle)).comparisons
    assert int(loaded["adaptive"].sum()) == sum(adaptive)


@pytest.mark.parametrize(
    ("keys", "further", "told"),
    [
        ({"start": 8}, {}, "8 trials are too few to begin with 6 methods; write at least 9"),
        ({"choice": "balanced", "start": 20}, {}, "'start' is for 'choice: active'"),
        ({"test_method": "CCR"}, {}, "'choice: active' is for PC"),
        ({}, {"stop": {"rule": "quota"}}, "a quota wants each pair as often as any other"),
    ],
)
def test_what_contradicts_it_is_refused(keys: dict[str, Any], further: dict[str, Any], told: str) -> None:
    with pytest.raises((ValueError, InputError), match=told):
        StudyConfig.model_validate({**raw(**keys), **further})
