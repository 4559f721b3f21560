"""The trial loop: open a trial, record its answers once, close the sitting after the last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from math import inf
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from mos_platform.assignments.models import Trial
from mos_platform.assignments.services import mark_answered, mark_opened
from mos_platform.raters.models import Sitting
from mos_platform.raters.services import complete_sitting, declared_clock
from mos_platform.ratings.answers import Given, check, preferred
from mos_platform.ratings.models import Comparison, Rating, TextAnswer

Stored = Rating | Comparison | TextAnswer

# A player may end a clip up to some frames before its nominal duration.
EARLY_TOLERANCE = timedelta(milliseconds=250)


class TooEarlyError(Exception):
    """An answer before the clip can have been seen; `retry_after` is how long to wait."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__("Please watch the clip to its end before you answer.")
        self.retry_after = retry_after


class WrongTurnError(Exception):
    """A trial that is not the sitting's current one."""


@dataclass(frozen=True)
class Facts:
    """How the trial was presented, as the browser reports it; None = not reported."""

    response_ms: int | None = None
    played_fraction: float | None = None
    stalled_ms: int | None = None
    dropped_frames: int | None = None
    hidden_ms: int | None = None
    displayed_width: int | None = None
    replays: int | None = None


@dataclass(frozen=True)
class Clock:
    """A simulated rater's own times."""

    presented_at: datetime
    submitted_at: datetime


@dataclass(frozen=True)
class Submission:
    answers: dict[str, str]
    facts: Facts = Facts()
    clock: Clock | None = None


@transaction.atomic
def open_trial(token: str, clock: datetime | None = None) -> Trial:
    """Record that a trial is about to be played. Raises Trial.DoesNotExist, WrongTurnError or InputError."""
    trial = _locked(token)
    at = declared_clock(simulated=trial.sitting.rater.simulated, clock=clock)
    if trial.state == Trial.State.ANSWERED:
        return trial
    _check_turn(trial)
    return mark_opened(trial, at)


@transaction.atomic
def record_answers(token: str, submission: Submission) -> Sitting:
    """Store a trial's answers; the same trial answered again changes nothing (the first answer stands).

    Raises Trial.DoesNotExist, WrongTurnError, TooEarlyError, or InputError for answers that do not fit.
    """
    trial = _locked(token)
    sitting = trial.sitting
    clock = submission.clock.submitted_at if submission.clock else None
    now = declared_clock(simulated=sitting.rater.simulated, clock=clock)
    if trial.state == Trial.State.ANSWERED:
        return sitting
    _check_turn(trial)
    if submission.clock is not None:
        trial = mark_opened(trial, submission.clock.presented_at)
    _check_watched(trial, now)
    _store(trial, submission, now)
    mark_answered(trial)
    if not sitting.trials.exclude(state=Trial.State.ANSWERED).exists():
        complete_sitting(sitting, now)
    return sitting


def _locked(token: str) -> Trial:
    """The trial, locked so that a double click is stored once."""
    trials = Trial.objects.select_for_update(of=("self",))
    related = ("sitting__rater__study", "stimulus", "reference", "left", "right")
    return trials.select_related(*related).get(token=token)


def _check_turn(trial: Trial) -> None:
    earlier = trial.sitting.trials.filter(position__lt=trial.position)
    if earlier.exclude(state=Trial.State.ANSWERED).exists():
        raise WrongTurnError("This clip is not next; please reload the page.")


def _check_watched(trial: Trial, now: datetime) -> None:
    if trial.opened_at is None:
        raise TooEarlyError(timedelta(seconds=trial.clip_seconds))
    earliest = trial.opened_at + timedelta(seconds=trial.clip_seconds) - EARLY_TOLERANCE
    if now < earliest:
        raise TooEarlyError(earliest - now)


def _store(trial: Trial, submission: Submission, now: datetime) -> None:
    part = trial.sitting.rater.study.parsed.part(trial.part)
    given = check(part, trial, submission.answers)
    presentation = {"presented_at": trial.opened_at, "submitted_at": now, **asdict(submission.facts)}
    for answer in given:
        model, value = _stored_as(trial, answer)
        place = {"question": answer.question, "question_position": answer.position}
        model.objects.create(trial=trial, **place, **value, **presentation)


def _stored_as(trial: Trial, answer: Given) -> tuple[type[Stored], dict[str, Any]]:
    if answer.type in ("choice", "text"):
        return TextAnswer, {"text": answer.value}
    if answer.type == "preference":
        return Comparison, {"choice": answer.value}
    if trial.is_pair:
        return Comparison, {"score": int(answer.value), "choice": preferred(int(answer.value), trial.first)}
    return Rating, {"score": float(answer.value)}


def with_answers(trials: QuerySet[Trial]) -> Iterable[Trial]:
    """The trials with what was answered on them."""
    return trials.prefetch_related("ratings", "comparisons")


def as_instructed(trial: Trial) -> bool:
    """Whether every answer of an attention check or gold trial is one of those expected."""
    answers: list[Rating | Comparison] = [*trial.ratings.all(), *trial.comparisons.all()]
    return all(_is_expected(answer, trial.expected.get(answer.question, {})) for answer in answers)


def _is_expected(answer: Rating | Comparison, expected: Mapping[str, Any]) -> bool:
    if "choice" in expected:
        return isinstance(answer, Comparison) and answer.choice == expected["choice"]
    low, high = expected.get("low", -inf), expected.get("high", inf)
    return answer.score is not None and bool(low <= answer.score <= high)
