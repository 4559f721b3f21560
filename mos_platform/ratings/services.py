"""The trial loop: open a trial, record its answers once, close the sitting after the last."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import transaction

from mos_platform.assignments.models import Trial
from mos_platform.assignments.services import mark_answered, mark_opened
from mos_platform.raters.models import Sitting
from mos_platform.raters.services import complete_sitting, declared_clock
from mos_platform.ratings.models import Comparison, Rating
from mos_platform.ratings.presentation import allowed_answers
from studies.config import Part
from studies.errors import InputError

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
    related = ("sitting__rater__study", "stimulus", "left", "right")
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
    _check_answers(part, submission.answers)
    presentation = {"presented_at": trial.opened_at, "submitted_at": now, **asdict(submission.facts)}
    if trial.is_pair:
        ((question, choice),) = submission.answers.items()
        Comparison.objects.create(trial=trial, question=question, choice=choice, **presentation)
        return
    Rating.objects.bulk_create(
        Rating(
            trial=trial,
            question=question.id,
            question_position=position,
            score=float(submission.answers[question.id]),
            **presentation,
        )
        for position, question in enumerate(part.questions, start=1)
    )


def _check_answers(part: Part, answers: dict[str, str]) -> None:
    asked = {question.id: allowed_answers(part, question) for question in part.questions}
    unasked = sorted(set(answers) - set(asked))
    if unasked:
        raise InputError(f"Question {_shown(unasked[0])} was not asked; answer {', '.join(asked)}.")
    for question, allowed in asked.items():
        if question not in answers:
            raise InputError(f"The answer to '{question}' is missing; answer every question.")
        if answers[question] not in allowed:
            raise InputError(
                f"{_shown(answers[question])} is no answer to '{question}'; give one of {', '.join(allowed)}."
            )


def _shown(given: str) -> str:
    """What somebody sent, short and safe to send back."""
    return ascii(given[:40])
