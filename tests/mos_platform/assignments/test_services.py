"""What the study file says about who sees what, as it is written for real sittings."""

from __future__ import annotations

import copy
from collections import Counter
from itertools import groupby
from typing import Any

import pytest
from imported import rows_of

from mos_platform.assignments.models import Tally, Trial
from mos_platform.assignments.services import reserve_sitting
from mos_platform.raters.admission import Enrolment
from mos_platform.raters.models import Rater, Sitting
from mos_platform.raters.services import enrol, open_link, simulated_link
from mos_platform.stimuli.models import Study
from studies.sitting import scored_trials, trials

pytestmark = pytest.mark.django_db

TEXTS = {
    "welcome": "Welcome.",
    "consent": {"version": "1", "body": "I agree to take part in this study."},
    "instructions": "Watch and rate.",
    "debriefing": "The clips were synthetic.",
}


def part(name: str, test_method: str, **keys: Any) -> dict[str, Any]:
    question = {"id": f"{name}-quality", "text": "How good?"}
    return {
        "id": name,
        "test_method": test_method,
        "questions": [question],
        "attention_checks": 0,
        "dummies": 0,
        **keys,
    }


def study_of(*parts: dict[str, Any], **keys: Any) -> Study:
    return rows_of(
        {
            "study": "designed",
            "title": "Designed",
            "texts": TEXTS,
            "methods": [{"name": "real", "reference": True}, "alpha", "beta", "gamma"],
            "items": ["one", "two", "three", {"name": "warmup", "role": "training"}],
            "parts": list(parts),
            **keys,
        }
    )


def entered(study: Study, *, simulated: bool = False) -> Sitting:
    link = simulated_link(study) if simulated else open_link(study)
    sitting = enrol(link, Enrolment("some", "", "desktop"))
    reserve_sitting(sitting)
    return sitting


def methods_met(sitting: Sitting) -> set[str]:
    return {clip.method.name for trial in sitting.trials.all() for clip in trial.clips.values()}


def test_between_raters_each_meets_one_method_and_all_methods_get_as_many():
    study = study_of(part("plain", "ACR", training=2), design={"raters": "between"})
    met = [methods_met(entered(study)) for _ in range(9)]
    assert all(len(methods) == 1 for methods in met)
    counts = Counter(name for methods in met for name in methods)
    assert set(counts) == {"real", "alpha", "beta", "gamma"}
    assert max(counts.values()) - min(counts.values()) <= 1
    assert Counter(Rater.objects.values_list("method__name", flat=True)) == counts


def test_between_raters_the_hidden_reference_and_dcr_show_the_reference_to_everybody():
    study = study_of(part("hidden", "ACR-HR"), part("shown", "DCR"), design={"raters": "between"})
    met = [methods_met(entered(study)) for _ in range(6)]
    assert all("real" in methods and len(methods) == 2 for methods in met)
    assert Counter(name for methods in met for name in methods if name != "real") == dict.fromkeys(
        ("alpha", "beta", "gamma"), 2
    )


def test_between_raters_a_pair_is_the_method_with_the_reference():
    study = study_of(part("pairs", "PC", pairs="with_reference"), design={"raters": "between"})
    for _ in range(3):
        sitting = entered(study)
        assert len(methods_met(sitting)) == 2
        assert sitting.trials.count() == 3
        for trial in sitting.trials.all():
            assert "real" in {trial.left.method.name, trial.right.method.name}


def test_a_rehearsal_takes_no_method_from_real_raters():
    study = study_of(part("plain", "ACR"), design={"raters": "between"})
    for _ in range(4):
        entered(study, simulated=True)
    assert len({name for _ in range(4) for name in methods_met(entered(study))}) == 4


def test_chosen_pairs_are_the_only_ones():
    study = study_of(part("pairs", "PC", pairs=[["alpha", "gamma"], ["real", "beta"]]))
    pairs = {
        frozenset((trial.left.method.name, trial.right.method.name)) for trial in entered(study).trials.all()
    }
    assert pairs == {frozenset(("alpha", "gamma")), frozenset(("real", "beta"))}


def test_training_items_and_gold_methods_are_never_scored():
    gold = [{"method": "broken", "item": "one", "expected": {"plain-quality": {"high": 2}}}]
    study = study_of(
        part("plain", "ACR", training=3, gold=2, dummies=2),
        part("pairs", "CCR"),
        methods=[{"name": "real", "reference": True}, "alpha", "beta", {"name": "broken", "role": "gold"}],
        gold=gold,
    )
    sitting = entered(study)
    scored = sitting.trials.filter(kind="scored")
    shown = [clip for trial in scored for clip in trial.clips.values()]
    assert {clip.item.name for clip in shown} == {"one", "two", "three"}
    assert {clip.method.name for clip in shown} == {"real", "alpha", "beta"}
    golden = sitting.trials.filter(kind="gold")
    assert [trial.stimulus.method.name for trial in golden] == ["broken", "broken"]
    practice = [trial.stimulus for trial in sitting.trials.filter(kind="training")]
    assert {clip.item.name for clip in practice} == {"warmup"}
    assert {clip.method.name for clip in practice} == {"real", "alpha", "beta"}


def test_blocks_of_items_stay_together_and_come_in_another_order_each_time():
    study = study_of(part("plain", "ACR", attention_checks=1), design={"grouped_by": "item"})
    orders = set()
    for _ in range(8):
        scored = entered(study).trials.filter(kind="scored").select_related("stimulus__item")
        orders.add(tuple(name for name, _ in groupby(trial.stimulus.item.name for trial in scored)))
    assert all(sorted(order) == ["one", "three", "two"] for order in orders)
    assert len(orders) > 1


def test_shuffled_parts_come_in_every_order_and_stay_whole():
    study = study_of(part("first", "ACR"), part("second", "DCR"), design={"parts": "shuffled"})
    orders = Counter()
    for _ in range(16):
        orders[tuple(name for name, _ in groupby(trial.part for trial in entered(study).trials.all()))] += 1
    assert set(orders) == {("first", "second"), ("second", "first")}


def test_a_part_without_ratings_has_no_attention_check():
    chosen = part("moods", "ACR", attention_checks=2)
    chosen["questions"] = [{"id": "mood", "type": "text", "text": "Which mood?"}]
    assert set(entered(study_of(chosen)).trials.values_list("kind", flat=True)) == {"scored"}


def test_the_same_study_and_rater_number_give_the_same_sitting():
    raw = study_of(part("plain", "ACR-HR", training=2, dummies=2, repeats=2), part("pairs", "CCR"))
    one = [
        trial.stimulus_id or (trial.left_id, trial.first)
        for trial in entered(raw, simulated=True).trials.all()
    ]
    Rater.objects.all().delete()
    Tally.objects.all().delete()
    two = [
        trial.stimulus_id or (trial.left_id, trial.first)
        for trial in entered(raw, simulated=True).trials.all()
    ]
    assert one == two


@pytest.mark.parametrize("raters", ["within", "between"])
def test_the_number_of_trials_is_the_one_that_is_foretold(raters):
    parts = [
        part("plain", "ACR", training=3, dummies=1, repeats=2, attention_checks=2),
        part("few", "ACR-HR", trials_per_sitting=2),
        part("shown", "DCR"),
        part("pairs", "PC", pairs="with_reference", attention_checks=1),
    ]
    study = study_of(*copy.deepcopy(parts), design={"raters": raters})
    sitting = entered(study)
    for one in study.parsed.parts:
        assert sitting.trials.filter(part=one.id, kind="scored").count() == scored_trials(study.parsed, one)
        # Between raters a method may have fewer practice clips than the part wants.
        assert sitting.trials.filter(part=one.id).count() == trials(study.parsed, one)


def test_a_trial_is_one_clip_or_a_pair_and_never_a_clip_against_itself(small_study):
    from django.db import IntegrityError, transaction

    sitting = entered(small_study)
    clip, other = small_study.stimuli.all()[:2]
    wrong = [
        {"stimulus": clip, "left": other, "right": clip},
        {"left": clip, "right": clip},
        {"stimulus": clip, "reference": clip},
        {"left": clip, "right": other, "reference": clip},
        {},
    ]
    for place, shown in enumerate(wrong, start=1000):
        with pytest.raises(IntegrityError), transaction.atomic():
            Trial.objects.create(sitting=sitting, position=place, part="rating", **shown)
