"""Whether a trial can have been seen when its answers come: by the server's clock first, then by its events.

Neither proves that anybody looked. Together they leave no way to answer sooner than somebody who does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from mos_platform.assignments.models import Showing, Trial
from mos_platform.ratings.events import OF_THE_PAGE, SLACK_S, Course, Event, courses, covered_s
from mos_platform.ratings.refusals import RefusedError

EARLY_TOLERANCE = timedelta(seconds=SLACK_S)
# Of a clip's duration: a busy browser notes late that a clip began.
PLAYED_SHARE = 0.8  # for how long it played
COVERED_SHARE = 0.9  # how much of it, whatever was played twice


def check_time(trial: Trial, now: datetime) -> timedelta:
    """How much time there was to answer: what has passed since the clips can have ended, at least 0.

    Refuses an answer that is earlier than the clips' length after they were delivered and opened. A clip that
    was never delivered was never seen. Simulated raters fetch none.
    """
    if trial.opened_at is None:
        raise RefusedError("too_early", trial.sitting, timedelta(seconds=trial.clip_seconds))
    begun = trial.opened_at
    if not trial.sitting.rater.simulated:
        begun = max([begun, *_deliveries(trial)])
    since = now - begun - timedelta(seconds=trial.clip_seconds)
    if since < -EARLY_TOLERANCE:
        raise RefusedError("too_early", trial.sitting, -EARLY_TOLERANCE - since)
    return max(since, timedelta())


def response_ms(told: int | None, left: timedelta) -> int:
    """How long the rater took after the clips, as the browser says but within what the server saw.

    `left`: the time that there was to answer; it stands where the browser says nothing.
    """
    if told is None:
        return round(left / timedelta(milliseconds=1))
    return min(told, round((left + EARLY_TOLERANCE) / timedelta(milliseconds=1)))


def _deliveries(trial: Trial) -> list[datetime]:
    clips = trial.showings.exclude(role__in=(Showing.Role.PICTURE, Showing.Role.SOUND))
    delivered = [at for at in clips.values_list("delivered_at", flat=True) if at is not None]
    if len(delivered) < len(trial.clips):
        raise RefusedError("not_played", trial.sitting)
    return delivered


def check_events(trial: Trial, events: Sequence[Event], now: datetime) -> None:
    """Refuse events that contradict themselves, the trial or the server's clock, or leave a clip unseen."""
    if _disordered(events) or _foreign(trial, events) or _longer_than(trial, events, now):
        raise RefusedError("invalid", trial.sitting)
    played = courses(events, trial.clips)
    for role, clip in trial.clips.items():
        if not _whole(played[role], clip.duration_s):
            raise RefusedError("not_played", trial.sitting)


def _whole(course: Course, duration_s: float) -> bool:
    """Whether it ended after playing for long enough, from one end to the other."""
    watched = course.watched_s >= duration_s * PLAYED_SHARE - SLACK_S
    covered = covered_s(course.seconds, duration_s) >= duration_s * COVERED_SHARE - SLACK_S
    return bool(course.ended_ms) and watched and covered


def _disordered(events: Sequence[Event]) -> bool:
    times = [event.at_ms for event in events]
    return times != sorted(times)


def _foreign(trial: Trial, events: Sequence[Event]) -> bool:
    """Whether an event belongs to a clip that the trial lacks, or to none though it must."""
    clips = trial.clips
    return any(event.role not in clips and (event.role or event.type not in OF_THE_PAGE) for event in events)


def _longer_than(trial: Trial, events: Sequence[Event], now: datetime) -> bool:
    """Whether the events claim more time than has passed since the trial was opened.

    The browser starts its clock when it likes, but plays nothing before the trial is opened.
    """
    if trial.opened_at is None:
        return True
    passed_ms = (now - trial.opened_at + EARLY_TOLERANCE) / timedelta(milliseconds=1)
    plays = [event.at_ms for event in events if event.type == "play"]
    spans = [course.times for course in courses(events, trial.clips).values()]
    playing = [sum(stop - start for start, stop in times) for times in spans]
    longest = max(playing) if trial.together else sum(playing)
    return max(longest, events[-1].at_ms - plays[0] if plays else 0) > passed_ms
