"""Places stay even, and none is lost or given twice, whatever raters do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count, Q
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from imported import rows_of

from mos_platform.assignments import places, states
from mos_platform.assignments.models import Tally, Trial
from mos_platform.assignments.quota import capacities, times_met
from mos_platform.assignments.services import reserve_sitting
from mos_platform.raters.admission import Enrolment
from mos_platform.raters.models import Sitting
from mos_platform.raters.services import NotAdmittedError, complete_sitting, enrol, open_link, simulated_link
from mos_platform.ratings.leaving import withdraw
from mos_platform.stimuli.models import Study

pytestmark = pytest.mark.django_db

TEXTS = {
    "welcome": "Welcome.",
    "consent": {"version": "1", "body": "I agree to take part in this study."},
    "instructions": "Watch and rate.",
    "debriefing": "The clips were synthetic.",
}
HOUR = timedelta(hours=2)
FEW = settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def part(name: str = "part", test_method: str = "ACR", **keys: Any) -> dict[str, Any]:
    question = {"id": f"{name}-quality", "text": "How good?"}
    unscored = {"attention_checks": 0, "dummies": 0}
    return {"id": name, "test_method": test_method, "questions": [question], **unscored, **keys}


def study_of(*parts: dict[str, Any], items: int = 4, **keys: Any) -> Study:
    return rows_of(
        {
            "study": "places",
            "title": "Places",
            "seed": 3,
            "texts": TEXTS,
            "methods": [{"name": "real", "reference": True}, "alpha", "beta"],
            "items": [*(f"i{i}" for i in range(items)), {"name": "warmup", "role": "training"}],
            "parts": list(parts),
            **keys,
        }
    )


def entered(study: Study, *, simulated: bool = False) -> Sitting | None:
    """None where all places are taken: at the door, or at the hand-out."""
    link = simulated_link(study) if simulated else open_link(study)
    try:
        sitting = enrol(link, Enrolment("some", "", "desktop"))
    except NotAdmittedError:
        return None
    reserve_sitting(sitting)
    return None if sitting.over_quota else sitting


def answer(sitting: Sitting, n: int | None = None) -> None:
    """The next `n` trials, or all that wait; the last one completes the sitting."""
    waiting = list(sitting.trials.filter(state__in=Trial.WAITING))
    for trial in waiting[:n]:
        states.mark_answered(trial)
    if n is None or n >= len(waiting):
        complete_sitting(sitting, timezone.now(), earned=True)


def stay_away(sitting: Sitting) -> None:
    Sitting.objects.filter(pk=sitting.pk).update(seen_at=timezone.now() - HOUR)


def valid(study: Study) -> dict[str, list[int]]:
    """By part, how many trials with an answer that counts each unit has; units without any included."""
    found: dict[str, list[int]] = {}
    for tally in Tally.objects.filter(study=study, simulated=False):
        units = places.stock_of(study).units[tally.part]
        counts = [0] * len(units.units)
        held = Trial.objects.filter(part=tally.part, holds_place=True, state=Trial.State.ANSWERED)
        for shown in held.filter(sitting__rater__simulated=False).values_list("stimulus", "left", "right"):
            counts[units.place[places.key_of(*shown)]] += 1
        found[tally.part] = counts
    return found


def spread(counts: Any) -> int:
    return int(max(counts) - min(counts))


SHAPES = {
    "all": [part()],
    "some": [part(trials_per_sitting=5)],
    "hidden": [part(test_method="ACR-HR", trials_per_sitting=4, repeats=1, training=1)],
    "pairs": [part(test_method="PC", trials_per_sitting=5, training=2)],
    "two": [part("one", "DCR", trials_per_sitting=3), part("two", "CCR", trials_per_sitting=4)],
}
BETWEEN = {"design": {"raters": "between"}}
STRICT = {"design": {"dropouts_count": False}}
CASES = [
    *(pytest.param(shape, {}, id=shape) for shape in SHAPES),
    *(pytest.param(shape, BETWEEN, id=f"{shape}-between") for shape in ("some", "hidden")),
    *(pytest.param(shape, STRICT, id=f"{shape}-strict") for shape in ("some", "pairs")),
    pytest.param("two", {"design": {"grouped_by": "item"}}, id="two-in-blocks"),
]


@pytest.mark.parametrize(("shape", "keys"), CASES)
def test_whatever_raters_do_the_study_ends_at_its_quota(shape: str, keys: dict[str, Any]) -> None:
    """Some stay away, some come back; some are excluded, one withdraws; no clip has too many or too few."""
    study = study_of(*SHAPES[shape], stop={"rule": "quota"}, targets={"raters_per_method": 3}, **keys)
    acting = Acting(study, np.random.default_rng([len(shape), len(keys)]))
    while acting.once():
        check(study)
    for name, counts in valid(study).items():
        wanted = wanted_of(Tally.objects.get(study=study, part=name, simulated=False))
        of_all = wanted > wanted.min()  # the reference that all raters meet: those who come may be too few
        assert (np.array(counts)[~of_all] == wanted[~of_all]).all()
        assert (np.array(counts) <= wanted).all()
        assert not of_all.any() or spread(np.array(counts)[of_all]) <= 1


class Acting:
    """Raters who come one after the other and do this or that, until there is no place for the next."""

    def __init__(self, study: Study, rng: np.random.Generator, shy: float = 0.2) -> None:
        self.study, self.rng, self.shy = study, rng, shy
        self.away: list[Sitting] = []
        self.came = 0

    def once(self) -> bool:
        places.return_abandoned(self.study)
        sitting = entered(self.study)
        if sitting is None:
            return False
        self.came += 1
        assert self.came < 200
        self._act(sitting, float(self.rng.random()))
        return True

    def _act(self, sitting: Sitting, chance: float) -> None:
        if chance < self.shy:
            answer(sitting, int(self.rng.integers(3)))
            stay_away(sitting)
            self.away.append(sitting)
            return
        answer(sitting)
        if chance > 0.95:
            places.return_places(sitting.rater)
        if self.came == 4:
            withdraw(sitting.token)
        if chance < 0.4 and self.away:
            back = self.away.pop()
            reserve_sitting(back)
            answer(back)


def wanted_of(tally: Tally) -> Any:
    """By unit: the quota, and a round more where too few raters of a method took that."""
    stock, part = places.stock_of(tally.study), tally.study.parsed.part(tally.part)
    return capacities(stock, part) + tally.rounds * times_met(stock, part)


def check(study: Study) -> None:
    """The tallies are those of the trials; nobody judges a clip twice; no clip has too many."""
    told = list(places.recounted(study))
    assert told
    assert not [one for one in told if one.wrong]
    for tally in Tally.objects.filter(study=study):
        assert (np.array(tally.taken) <= wanted_of(tally)).all()
    live = Trial.objects.filter(kind="scored").exclude(state__in=Trial.GONE).order_by()
    shown = live.values("sitting__rater", "part", "stimulus", "left", "right").annotate(n=Count("pk"))
    assert not shown.filter(n__gt=1).exists()


@given(
    shape=st.sampled_from(["some", "pairs", "two"]),
    seed=st.integers(0, 2**32 - 1),
    shy=st.sampled_from([0.0, 0.3, 0.6]),
)
@FEW
def test_without_a_quota_counts_are_even_again_once_others_have_come(
    shape: str, seed: int, shy: float
) -> None:
    with transaction.atomic():
        become_even_again(study_of(*SHAPES[shape]), seed, shy)
        transaction.set_rollback(True)


def become_even_again(study: Study, seed: int, shy: float) -> None:
    acting = Acting(study, np.random.default_rng(seed), shy)
    for _ in range(6):
        assert acting.once()
    check(study)
    for _ in range(6):
        places.return_abandoned(study)
        sitting = entered(study)
        assert sitting is not None
        answer(sitting)
    check(study)
    for counts in valid(study).values():
        assert spread(counts) <= 1


def test_who_comes_when_all_places_are_held_is_told_so_and_is_let_in_once_some_are_back() -> None:
    study = study_of(part(), stop={"rule": "quota"}, targets={"raters_per_method": 1})
    first = entered(study)
    assert first is not None
    with pytest.raises(NotAdmittedError) as refused:
        enrol(open_link(study), Enrolment("some", "", "desktop"))
    assert refused.value.reason.key == "full"
    assert entered(study, simulated=True) is not None  # a rehearsal has places of its own
    answer(first, 5)
    stay_away(first)
    assert places.return_abandoned(study) == 1
    second = entered(study)
    assert second is not None
    assert second.trials.filter(kind="scored").count() == 7
    answer(second)
    assert sorted(valid(study)["part"]) == [1] * 12


def back_too_late(study: Study, *, answered: int) -> Sitting:
    """Who answered so many, stayed away, and comes back once somebody else took what was left."""
    late = entered(study)
    assert late is not None
    answer(late, answered)
    stay_away(late)
    places.return_abandoned(study)
    other = entered(study)
    assert other is not None
    answer(other)
    reserve_sitting(late)
    return late


def test_who_comes_back_too_late_has_a_code_and_who_did_nothing_is_told_that_all_is_taken(
    client: Client,
) -> None:
    study = study_of(part(), stop={"rule": "quota"}, targets={"raters_per_method": 1}, setup={"checks": []})
    idle = enrol(open_link(study), Enrolment("some", "", "desktop"))
    late = back_too_late(study, answered=6)
    assert late.over_quota
    assert late.completion_code
    state = client.get(f"/api/sittings/{idle.token}/").json()
    assert (state["trial"], state["total"], state["completion_code"]) == (None, 0, "")
    page = client.get(state["ended"])
    assert "All places in this study are taken." in page.content.decode()
    assert "Nothing about you was stored" not in page.content.decode()
    assert client.get(f"/api/sittings/{late.token}/").json()["ended"] is None


def test_a_code_is_not_had_for_a_single_answer_and_coming_back_too_late() -> None:
    study = study_of(part(), stop={"rule": "quota"}, targets={"raters_per_method": 1})
    late = back_too_late(study, answered=1)
    assert late.over_quota
    assert not late.completion_code


def test_doors_stay_open_until_each_method_was_met_by_enough_raters() -> None:
    """Pairs with the reference alone: a sitting of three meets the same method more than once."""
    methods = [{"name": "real", "reference": True}, *"abcde"]
    pairs = part(test_method="PC", pairs="with_reference", trials_per_sitting=3)
    study = study_of(
        pairs, items=10, methods=methods, stop={"rule": "quota"}, targets={"raters_per_method": 15}
    )
    while (sitting := entered(study)) is not None:
        answer(sitting)
    held = Trial.objects.filter(kind="scored", holds_place=True)
    for method in study.methods.all():
        beside = held.filter(Q(left__method=method) | Q(right__method=method))
        assert beside.values("sitting__rater").distinct().count() >= 15, method
    check(study)
    assert spread(valid(study)["part"]) == 0
    assert Tally.objects.get(study=study, simulated=False).rounds > 0


def test_who_comes_back_gets_as_many_trials_as_were_returned_and_none_twice() -> None:
    study = study_of(part(trials_per_sitting=6, attention_checks=1, training=2, repeats=1))
    sitting = entered(study)
    assert sitting is not None
    answer(sitting, 5)
    before = list(sitting.trials.values_list("kind", flat=True))
    stay_away(sitting)
    assert places.return_abandoned(study) == 1
    assert places.return_abandoned(study) == 0
    returned = list(sitting.trials.filter(state=Trial.State.RETURNED).values_list("kind", flat=True))
    assert len(returned) == len(before) - 5
    reserve_sitting(sitting)
    waiting = list(sitting.trials.filter(state__in=Trial.WAITING).values_list("kind", flat=True))
    assert sorted(waiting) == sorted(returned)
    check(study)
    answer(sitting)
    assert sitting.trials.filter(kind="scored", state=Trial.State.ANSWERED).count() == 6


@pytest.mark.parametrize("count", [True, False])
def test_whether_droppers_answers_fill_their_places_is_the_studys_rule(count: bool) -> None:
    study = study_of(part(), design={"dropouts_count": count})
    sitting = entered(study)
    assert sitting is not None
    answer(sitting, 5)
    stay_away(sitting)
    places.return_abandoned(study)
    assert sum(valid(study)["part"]) == (5 if count else 0)
    reserve_sitting(sitting)
    answer(sitting)
    assert sum(valid(study)["part"]) == 12
    check(study)


def test_exclusion_and_its_end_are_told_once_each() -> None:
    study = study_of(part(), part("pairs", "PC"))
    sitting = entered(study)
    assert sitting is not None
    answer(sitting)
    told = [
        move(sitting.rater)
        for move in (
            places.return_places,
            places.return_places,
            places.take_back_places,
            places.take_back_places,
        )
    ]
    assert told == [24, 0, 24, 0]
    check(study)


def test_a_wrong_tally_is_told_and_mended(capsys: pytest.CaptureFixture[str]) -> None:
    study = study_of(part(), part("pairs", "PC"))
    entered(study)
    Tally.objects.filter(part="pairs").update(taken=[3] * 12)
    call_command("places", "places")
    assert (
        "pairs (raters): 1 to 1 for each of 12; 12 taken, 0 of them answered. WRONG"
        in capsys.readouterr().out
    )
    call_command("places", "places", "--recount")
    capsys.readouterr()
    call_command("places", "places")
    assert "WRONG" not in capsys.readouterr().out
