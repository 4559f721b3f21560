"""Trials that were given up: what is believed of that, and whether the sitting still earns its code."""

from __future__ import annotations

from mos_platform.assignments.models import Showing, Trial
from mos_platform.raters.models import Sitting
from mos_platform.ratings.refusals import RefusedError
from mos_platform.stimuli.models import Stimulus

COUNTING = (Trial.Kind.SCORED, Trial.Kind.REPEAT, Trial.Kind.TRAP, Trial.Kind.GOLD)
# Of the trials that count: a broken clip is nobody's fault, giving up half is no sitting.
EARNED_PERCENT = 80
NO_CLIPS = (Showing.Role.PICTURE, Showing.Role.SOUND)


def trouble_of(trial: Trial, told: Trial.Trouble) -> Trial.Trouble:
    """Why the trial cannot be played: what the browser says, unless the server itself lacks a clip.

    Nobody can fail to decode what was never sent. Raises RefusedError.
    """
    if not all(map(_is_held, trial.clips.values())):
        return Trial.Trouble.ABSENT
    sent = trial.showings.exclude(role__in=NO_CLIPS).filter(delivered_at__isnull=False)
    if told == Trial.Trouble.DECODE and not trial.sitting.rater.simulated and not sent.exists():
        raise RefusedError("not_played", trial.sitting)
    return told


def _is_held(clip: Stimulus) -> bool:
    try:
        return bool(clip.file and clip.file.size)
    except FileNotFoundError:
        return False


def is_earned(sitting: Sitting) -> bool:
    """Whether enough of the trials that count were answered, of those that the server could deliver.

    One that is not is always forgiven, but never the only one.
    """
    counting = sitting.trials.filter(kind__in=COUNTING).exclude(
        state__in=(Trial.State.VOID, Trial.State.RETURNED)
    )
    asked = counting.exclude(state=Trial.State.LOST, trouble=Trial.Trouble.ABSENT).count()
    answered = counting.filter(state=Trial.State.ANSWERED).count()
    return 100 * answered >= EARNED_PERCENT * asked or 0 < answered == asked - 1
