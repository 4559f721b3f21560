"""The trial loop: open a trial, record its answers once, close the sitting after the last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal

from django.db import transaction
from django.utils import timezone

from mos_platform.assignments import states
from mos_platform.assignments.models import Trial
from mos_platform.assignments.places import show_life
from mos_platform.raters.models import Sitting
from mos_platform.raters.services import complete_sitting, declared_clock
from mos_platform.ratings import attention, evidence, giving_up
from mos_platform.ratings.answers import Given, check, number_typed, preferred
from mos_platform.ratings.events import Event, replays, viewed
from mos_platform.ratings.models import Comparison, Rating, TextAnswer, Viewing
from mos_platform.ratings.refusals import RefusedError
from studies.config import Part

Stored = Rating | Comparison | TextAnswer
Notice = Literal["again", "later"]
OF_PAIRS = ("drift_ms", "audible")  # facts of clips that play together


@dataclass(frozen=True)
class Facts:
    """How the trial was presented: as the browser sums it up, or as its events tell; None = not known."""

    response_ms: int | None = None
    played_fraction: float | None = None
    stalled_ms: int | None = None
    dropped_frames: int | None = None
    hidden_ms: int | None = None
    displayed_width: int | None = None
    replays: int | None = None
    drift_ms: int | None = None
    audible: str | None = None


@dataclass(frozen=True)
class Clock:
    """A simulated rater's own times."""

    presented_at: datetime
    submitted_at: datetime


@dataclass(frozen=True)
class Submission:
    """`events` is None where a simulated rater, who plays nothing, has none."""

    answers: dict[str, str]
    facts: Facts = Facts()
    clock: Clock | None = None
    events: tuple[Event, ...] | None = None


@dataclass(frozen=True)
class Outcome:
    """The sitting after a trial was sent, and the `notice` that what it showed comes once more."""

    sitting: Sitting
    notice: Notice | None = None


@transaction.atomic
def open_trial(token: str, clock: datetime | None = None, *, again: bool = False) -> Trial:
    """Record that a trial is about to be played; one that is done with is opened no more.

    `again`: by the same page as before, which is no further view of its clips.
    Raises Trial.DoesNotExist, RefusedError, or InputError for a clock that is not allowed.
    """
    trial = _locked(token)
    at = declared_clock(simulated=trial.sitting.rater.simulated, clock=clock)
    if trial.state not in Trial.WAITING:
        return trial
    _check_turn(trial)
    if trial.state == Trial.State.OPENED and not again:
        states.note_opened_anew(trial, at)
    return states.mark_opened(trial, at)


@transaction.atomic
def record_answers(token: str, submission: Submission) -> Outcome:
    """Store a trial's answers; the same trial answered again changes nothing (the first answer stands).

    Nothing is stored of a trial that stood still for longer than its part allows: it comes again, once. A
    missed check ends the sitting where the study declares it.
    Raises Trial.DoesNotExist, RefusedError, or InputError for answers that do not fit.
    """
    trial = _locked(token)
    sitting = trial.sitting
    clock = submission.clock.submitted_at if submission.clock else None
    now = declared_clock(simulated=sitting.rater.simulated, clock=clock)
    if trial.state not in Trial.WAITING:
        return _outcome(trial)
    _check_turn(trial)
    if submission.clock is not None:
        trial = states.mark_opened(trial, submission.clock.presented_at)
    part = sitting.rater.study.parsed.part(trial.part)
    given = check(part, trial, submission.answers)
    facts = _facts(part, trial, submission, now)
    if _stood_still(part, facts) and states.may_come_again(trial):
        states.show_again(trial, Trial.Trouble.STALLED)
    else:
        _store(trial, given, facts, now)
        states.mark_answered(trial)
        attention.end_where_declared(trial, now)
    _complete_after_last(sitting, now)
    return _outcome(trial)


@transaction.atomic
def give_up(token: str, trouble: Trial.Trouble) -> Outcome:
    """Go on without a trial that cannot be played: it comes once more at the end, then it is lost.

    A check that is lost though the server has its clip was missed.
    Raises Trial.DoesNotExist or RefusedError.
    """
    trial, now = _locked(token), timezone.now()
    if trial.state in Trial.WAITING:
        _check_turn(trial)
        found = giving_up.trouble_of(trial, trouble)
        if states.may_come_again(trial):
            states.show_again(trial, found)
        else:
            states.lose(trial, found)
            attention.end_where_declared(trial, now)
        _complete_after_last(trial.sitting, now)
    return _outcome(trial)


def _locked(token: str) -> Trial:
    """The trial; its sitting is locked: what is sent of one sitting is taken one after the other.

    One that was returned while its rater was away is no longer to be answered. Raises RefusedError.
    """
    list(Sitting.objects.select_for_update(of=("self",)).filter(trials__token=token))
    related = ("sitting__rater__study", "stimulus", "reference", "left", "right")
    trial = Trial.objects.select_related(*related).get(token=token)
    if trial.state == Trial.State.RETURNED:
        raise RefusedError("not_next", trial.sitting)
    show_life(trial.sitting)
    return trial


def _outcome(trial: Trial) -> Outcome:
    if trial.state != Trial.State.VOID:
        return Outcome(trial.sitting)
    return Outcome(trial.sitting, "again" if trial.trouble == Trial.Trouble.STALLED else "later")


def _check_turn(trial: Trial) -> None:
    if trial.sitting.completed_at is not None:
        raise RefusedError("closed", trial.sitting)
    earlier = trial.sitting.trials.filter(position__lt=trial.position)
    if earlier.filter(state__in=Trial.WAITING).exists():
        raise RefusedError("not_next", trial.sitting)


def _complete_after_last(sitting: Sitting, now: datetime) -> None:
    if not sitting.trials.filter(state__in=Trial.WAITING).exists():
        complete_sitting(sitting, now, earned=giving_up.is_earned(sitting))


def _facts(part: Part, trial: Trial, submission: Submission, now: datetime) -> Facts:
    """The facts of a presentation that can have happened; its events are kept. Raises RefusedError."""
    left = evidence.check_time(trial, now)
    events = submission.events
    if events is None and trial.sitting.rater.simulated:
        return submission.facts
    evidence.check_events(trial, events or (), now)
    durations = {role: clip.duration_s for role, clip in trial.clips.items()}
    told = viewed(events or (), durations, trial.first if trial.together else "")
    if part.replays is not None and max(replays(events or (), durations).values()) > part.replays:
        raise RefusedError("invalid", trial.sitting)
    Viewing.objects.create(trial=trial, events=[asdict(event) for event in events or ()])
    dropped = submission.facts.dropped_frames if told.dropped_frames is None else told.dropped_frames
    seen = {
        "response_ms": evidence.response_ms(submission.facts.response_ms, left),
        "dropped_frames": dropped,
        "replays": told.replays + trial.seen_before,
    }
    return replace(submission.facts, **{**asdict(told), **seen})


def _stood_still(part: Part, facts: Facts) -> bool:
    limit = part.again_after_stall_ms
    return limit is not None and (facts.stalled_ms or 0) > limit


def _store(trial: Trial, given: Iterable[Given], facts: Facts, now: datetime) -> None:
    presentation = {"presented_at": trial.opened_at, "submitted_at": now, **asdict(facts)}
    of_one = {name: fact for name, fact in presentation.items() if name not in OF_PAIRS}
    for answer in given:
        model, value = _stored_as(trial, answer)
        place = {"question": answer.question, "question_position": answer.position}
        model.objects.create(
            trial=trial, **place, **value, **(presentation if model is Comparison else of_one)
        )


def _stored_as(trial: Trial, answer: Given) -> tuple[type[Stored], dict[str, Any]]:
    if answer.type in ("choice", "text"):
        return TextAnswer, {"text": answer.value}
    if answer.type == "preference":
        return Comparison, {"choice": answer.value}
    if answer.type == "digits":
        return Rating, {"score": number_typed(answer.value)}
    if trial.is_pair:
        return Comparison, {"score": int(answer.value), "choice": preferred(int(answer.value), trial.first)}
    return Rating, {"score": float(answer.value)}
