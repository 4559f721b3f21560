"""The one place that moves trials through their states. Callers hold the lock on the trial."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Max

from mos_platform.assignments.models import Showing, Trial

CLIPS = ("stimulus_id", "reference_id", "left_id", "right_id")
SHOWN = ("sitting_id", "part", "kind", *CLIPS, "first", "together", "expected")
PRACTICE = (Trial.Kind.TRAINING, Trial.Kind.DUMMY)  # out of place at the end


def mark_opened(trial: Trial, at: datetime) -> Trial:
    """Record when the trial's presentation began; opening it again changes nothing."""
    Trial.objects.filter(pk=trial.pk, state=Trial.State.PENDING).update(
        state=Trial.State.OPENED, opened_at=at
    )
    trial.refresh_from_db(fields=["state", "opened_at"])
    return trial


def mark_answered(trial: Trial) -> None:
    trial.state = Trial.State.ANSWERED
    trial.save(update_fields=["state"])


def may_come_again(trial: Trial) -> bool:
    """Whatever happens to it, a trial comes once more at most; practice never does."""
    return trial.again_of_id is None and trial.kind not in PRACTICE


def show_again(trial: Trial, trouble: Trial.Trouble) -> Trial:
    """Make the trial void and put what it shows at the end of the sitting, under new addresses."""
    _end(trial, Trial.State.VOID, trouble)
    last = trial.sitting.trials.aggregate(last=Max("position"))["last"]
    again = Trial.objects.create(
        position=last + 1, again_of=trial, **{field: getattr(trial, field) for field in SHOWN}
    )
    roles = trial.showings.order_by("pk").values_list("role", flat=True)
    Showing.objects.bulk_create(Showing(trial=again, role=role) for role in roles)
    return again


def lose(trial: Trial, trouble: Trial.Trouble) -> None:
    """Give the trial up: it can be neither played nor answered."""
    _end(trial, Trial.State.LOST, trouble)


def _end(trial: Trial, state: Trial.State, trouble: Trial.Trouble) -> None:
    trial.state, trial.trouble = state, trouble
    trial.save(update_fields=["state", "trouble"])
