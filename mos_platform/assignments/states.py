"""The one place that moves trials through their states. Callers hold the lock on the trial."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max

from mos_platform.assignments import places
from mos_platform.assignments.models import Showing, Trial

CLIPS = ("stimulus_id", "reference_id", "left_id", "right_id")
SHOWN = ("sitting_id", "part", "kind", *CLIPS, "first", "together", "expected", "adaptive")


def mark_opened(trial: Trial, at: datetime) -> Trial:
    """Record when the trial's presentation began; opening it again changes nothing."""
    Trial.objects.filter(pk=trial.pk, state=Trial.State.PENDING).update(
        state=Trial.State.OPENED, opened_at=at
    )
    trial.refresh_from_db(fields=["state", "opened_at"])
    return trial


def note_opened_anew(trial: Trial, at: datetime) -> None:
    """Count a view that may have been: long enough ago the page that is left now began the clips."""
    if trial.opened_at is not None and (at - trial.opened_at).total_seconds() >= trial.clip_seconds:
        trial.seen_before += 1
        trial.save(update_fields=["seen_before"])


def mark_answered(trial: Trial) -> None:
    trial.state = Trial.State.ANSWERED
    trial.save(update_fields=["state"])
    places.note_answer(trial)


def may_come_again(trial: Trial) -> bool:
    """Whatever happens to it, a trial comes once more at most; practice never does.

    A dummy does, as raters must not be able to tell it from a scored trial.
    """
    return trial.again_of_id is None and trial.kind != Trial.Kind.TRAINING


def show_again(trial: Trial, trouble: Trial.Trouble) -> Trial:
    """Make the trial void and put what it shows at the end of the sitting, under new addresses.

    An attention check is about no clip: it then shows one that this browser has played, where there is one.
    """
    _end(trial, Trial.State.VOID, trouble)
    last = trial.sitting.trials.aggregate(last=Max("position"))["last"]
    shown = {field: getattr(trial, field) for field in SHOWN}
    again = Trial.objects.create(position=last + 1, again_of=trial, **{**shown, **_played(trial)})
    places.hand_on(trial, again)
    roles = trial.showings.order_by("pk").values_list("role", flat=True)
    Showing.objects.bulk_create(Showing(trial=again, role=role) for role in roles)
    return again


def _played(trial: Trial) -> dict[str, int | None]:
    if trial.kind != Trial.Kind.TRAP:
        return {}
    played = trial.sitting.trials.filter(
        part=trial.part,
        kind=Trial.Kind.SCORED,
        state=Trial.State.ANSWERED,
        stimulus__isnull=trial.stimulus_id is None,
    )
    return dict(played.values(*CLIPS).first() or {})


def lose(trial: Trial, trouble: Trial.Trouble) -> None:
    """Give the trial up: it can be neither played nor answered."""
    _end(trial, Trial.State.LOST, trouble)
    places.give_back(trial)


def _end(trial: Trial, state: Trial.State, trouble: Trial.Trouble) -> None:
    trial.state, trial.trouble = state, trouble
    trial.save(update_fields=["state", "trouble"])
