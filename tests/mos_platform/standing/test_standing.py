"""Where a study stands: the verdict of the real analysis program, and what follows from it."""

from __future__ import annotations

import sys
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from attentive import View, answer_next, enter, rating_part, right, sit, state_of, study_with, wrong
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from imported import rows_of

from mos_platform.assignments.models import Trial
from mos_platform.assignments.places import recounted
from mos_platform.raters.models import Link, Rater, Sitting
from mos_platform.raters.services import NotAdmittedError, simulated_link
from mos_platform.ratings.models import Rating
from mos_platform.standing.models import Standing
from mos_platform.standing.services import ask, ask_where_due, is_due, latest, take_look, unfinished
from mos_platform.stimuli.models import Study

pytestmark = pytest.mark.django_db

PRECISE = {
    "stop": {"rule": "precision", "least_raters_per_method": 3, "most_raters_per_method": 4},
    "targets": {"raters_per_method": 3, "half_width": 30},  # two items leave one degree of freedom
}


def study(**keys: Any) -> Study:
    return rows_of(study_with([rating_part()], items=["one", "two"], **keys))


def of_mixed_mind(view: View, trial: Trial) -> dict[str, str]:
    """Scores that differ by method, item and rater, so that every interval is known."""
    if trial.kind == "trap":
        return right(view, trial)
    known = trial.stimulus_id + trial.sitting.rater_id
    return {question["id"]: str(1 + known % 5) for question in view["questions"]}


def look(of: Study) -> Standing:
    take_look(ask(of).pk)
    found = of.standings.first()
    assert found is not None
    return found


def places(of: Study) -> list[int]:
    """Trials that hold a place, by part; the tally agrees with the trials."""
    told = list(recounted(of))
    assert not any(part.wrong for part in told)
    return [part.held for part in told]


def test_whoever_has_not_finished_is_left_out_and_keeps_what_waits():
    own = study(design={"dropouts_count": False})
    done, under_way = enter(own), enter(own)
    sit(done, of_mixed_mind)
    answer_next(state_of(under_way), of_mixed_mind)
    held = places(own)
    found = look(own)
    told = [(row["rater"], row["rule"]) for row in found.found["real"]["excluded"]]
    assert (under_way.rater.public_id, "completion") in told
    assert under_way.rater.public_id not in found.excluded
    assert places(own) == held


def test_the_excluded_lose_their_places_and_get_them_back(monkeypatch: pytest.MonkeyPatch):
    own = study()
    good, bad = enter(own), enter(own)
    sit(good, of_mixed_mind)
    sit(bad, wrong)
    assert places(own) == [12]
    first = look(own)
    assert (first.state, first.message) == ("done", "")
    assert first.excluded == {bad.rater.public_id}
    assert first.found["real"]["raters"] == 2
    assert first.found["simulated"] is None
    assert places(own) == [6]
    monkeypatch.setattr(sys, "executable", "/nowhere")  # the same data are not analysed again
    assert look(own).found == first.found
    monkeypatch.undo()
    assert places(own) == [6]

    answer = Rating.objects.get(trial__sitting=bad, trial__kind="trap")
    Rating.objects.filter(pk=answer.pk).update(score=answer.trial.expected["overall"]["low"])
    assert look(own).excluded == set()
    assert places(own) == [12]


def test_a_study_stops_once_its_declared_precision_is_reached():
    own = study(**PRECISE)
    sittings = [enter(own) for _ in range(4)]
    for sitting in sittings[:3]:
        sit(sitting, of_mixed_mind)
    found = look(own).found["real"]
    assert found["stop"]["reached"]
    assert found["stop"]["because"] == "precision"
    assert found["stop"]["widest"] == max(width["half_width"] for width in found["widths"])
    assert "cover a little less often" in found["stop"]["caveat"]
    own.refresh_from_db()
    assert own.completed_at is not None

    page = Client().get(reverse("raters:welcome", args=[Link.objects.get().token])).content.decode()
    assert "This study is complete" in page
    with pytest.raises(NotAdmittedError, match="complete"):
        enter(own)
    assert sit(sittings[3])["completion_code"], "who had begun can finish"


def test_wide_intervals_stop_it_at_its_maximum():
    own = study(**{**PRECISE, "targets": {"raters_per_method": 3, "half_width": 0.01}})
    for _ in range(4):
        sit(enter(own), of_mixed_mind)
    stop = look(own).found["real"]["stop"]
    assert (stop["reached"], stop["because"]) == (True, "maximum")
    own.refresh_from_db()
    assert own.completed_at is not None


def test_a_rehearsal_that_meets_the_rule_ends_itself_and_not_the_study():
    own = study(**PRECISE)
    link = simulated_link(own)
    for _ in range(3):
        sit(enter(own), of_mixed_mind)
    Rater.objects.update(simulated=True, link=link)
    found = look(own).found
    assert found["real"] is None
    assert found["simulated"]["stop"]["reached"]
    own.refresh_from_db()
    link.refresh_from_db()
    assert (own.completed_at, link.is_full) == (None, True)
    enter(own)


def finished(own: Study, n: int) -> None:
    """So many more raters who are through, without their answers."""
    link = Link.objects.get_or_create(study=own)[0]
    for _ in range(n):
        Rater.objects.create(
            study=own, link=link, status="finished", language="en", consented_at=timezone.now()
        )


def test_a_look_is_asked_for_after_five_more_raters_and_once():
    own = study()
    finished(own, 4)
    ask_where_due()
    assert not own.standings.exists()
    finished(own, 1)
    ask_where_due()
    ask_where_due()
    assert own.standings.count() == 1
    assert len(unfinished()) == 1
    own.standings.update(state="done", finished_at=timezone.now())
    finished(own, 4)
    assert not is_due(own)
    finished(own, 1)
    assert is_due(own)


def test_later_looks_come_rarer_but_a_lone_rater_is_seen_in_time():
    own = study()
    finished(own, 101)
    done = Standing.objects.create(study=own, raters=92, state="done", finished_at=timezone.now())
    assert not is_due(own)
    finished(own, 1)
    assert is_due(own)
    Standing.objects.filter(pk=done.pk).update(raters=101)
    assert not is_due(own)
    Standing.objects.filter(pk=done.pk).update(finished_at=timezone.now() - timedelta(minutes=11))
    assert is_due(own)


def test_a_failed_look_is_taken_again_and_who_left_is_noticed():
    own = study()
    finished(own, 6)
    past = timezone.now() - timedelta(minutes=11)
    done = Standing.objects.create(study=own, raters=6, state="failed", finished_at=timezone.now())
    assert not is_due(own)
    Standing.objects.filter(pk=done.pk).update(finished_at=past)
    assert is_due(own)
    Standing.objects.filter(pk=done.pk).update(state="done")
    assert not is_due(own)
    answer_next(state_of(enter(own)), of_mixed_mind)
    assert is_due(own)


def test_a_pilot_of_few_raters_is_looked_at_too():
    own = study()
    sit(enter(own), of_mixed_mind)
    assert not is_due(own)
    Sitting.objects.update(completed_at=timezone.now() - timedelta(minutes=11))
    assert is_due(own)


def test_no_look_is_asked_for_where_it_would_have_no_consequence():
    own = study(screening={"apply": []})
    finished(own, 9)
    ask_where_due()
    assert not own.standings.exists()


def test_the_command_and_the_console_tell_the_same(admin_client: Client):
    own = study(**PRECISE)
    for sitting in (enter(own), enter(own)):
        sit(sitting, of_mixed_mind)
    out = StringIO()
    call_command("standing", own.name, stdout=out)
    told = out.getvalue()
    assert "2 raters answered, 0 excluded; 2 count for the method that has fewest." in told
    assert "It goes on: 2 raters count" in told
    page = admin_client.get(f"/console/studies/{own.name}/").content.decode()
    standing = latest(own)
    assert standing is not None
    for width in standing.found["real"]["widths"]:
        shown = "no interval" if width["half_width"] is None else f"± {width['half_width']:.2f}"
        assert shown in page
    assert "It goes on: 2 raters count" in page
    assert "cover a little less often" in page
    asked = admin_client.post(f"/console/studies/{own.name}/look/")
    assert asked["Location"] == f"/console/studies/{own.name}/"
    assert own.standings.filter(state="pending").count() == 1
