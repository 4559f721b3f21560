"""The checks before a sitting's first clip: which are open, what comes of them, and how one gets past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, FloatField, Max
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone

from mos_platform.raters.models import Rater, Sitting
from mos_platform.raters.panels import is_panel, return_url
from mos_platform.raters.services import check_takes_part
from mos_platform.setup.measured import MARGIN, ScreenNeeds
from mos_platform.setup.models import SetupCheck
from mos_platform.setup.outcome import Outcome
from mos_platform.setup.quizzes import QUIZZES
from mos_platform.stimuli.models import Study
from mos_platform.words import interface_language, say
from studies.config import StudyConfig
from studies.errors import InputError

FREE_TRIES = 5  # after so many each further answer has to wait
PAUSE = timedelta(seconds=5)
# What is said besides the reason, by how many tries have failed.
HINTS: Mapping[str, Mapping[int, str]] = {"sound": {2: "setup.sound_volume", FREE_TRIES: "setup.sound_none"}}


class NoSuchCheckError(Exception):
    """A check that the study does not ask for, or a round that there is not."""


@dataclass(frozen=True)
class Standing:
    """Where one check stands; `passed` is None while nothing was tried."""

    name: str
    required: bool
    passed: bool | None
    settled: bool
    tries: int


@dataclass(frozen=True)
class Reply:
    """What a rater learns after an answer; `passed` is None while the try goes on.

    `told` and `hint` are sentences in the language of the interface; `way_out`: it is time to say how to
    take part on another device; `way_back`: the panel's address for who cannot, "" where it has none;
    `wait_s`: seconds before which no answer is taken.
    """

    passed: bool | None
    settled: bool
    tries: int
    told: str
    hint: str = ""
    way_out: bool = False
    way_back: str = ""
    wait_s: float = 0.0


def setup_address(sitting: Sitting) -> str | None:
    """Where the rater has to go before the first clip; None where nothing is open."""
    asked = sitting.rater.study.parsed.setup.checks
    over = sitting.completed_at is not None or sitting.rater.status == Rater.Status.WITHDRAWN
    if not asked or over or sitting.rater.simulated:
        return None
    settled = set(sitting.setup_checks.filter(settled=True).values_list("name", flat=True))
    return None if settled.issuperset(asked) else reverse("setup:page", args=[sitting.token])


def standings(sitting: Sitting) -> list[Standing]:
    """All checks that the study asks for, in its order."""
    setup = sitting.rater.study.parsed.setup
    known = {check.name: check for check in sitting.setup_checks.all()}
    return [
        _standing(known.get(name) or SetupCheck(name=name), setup.is_required(name)) for name in setup.checks
    ]


def _standing(check: SetupCheck, required: bool) -> Standing:
    return Standing(check.name, required, check.passed, check.settled, check.tries)


@transaction.atomic
def record(sitting: Sitting, name: str, outcome: Outcome) -> Reply:
    """Store what came of a measured check. Raises NoSuchCheckError."""
    return finish_try(locked_check(sitting, name), outcome)


@transaction.atomic
def go_past(sitting: Sitting, name: str) -> Reply:
    """Leave a check that did not pass behind; this is stored.

    Raises NoSuchCheckError, and InputError where the check is required.
    """
    check = locked_check(sitting, name)
    if sitting.rater.study.parsed.setup.is_required(name):
        raise InputError(say("setup.required", language_of(sitting.rater)))
    if not check.settled:  # one never tried has not failed
        check.settled = True
        check.save()
    return Reply(check.passed, check.settled, check.tries, "")


def locked_check(sitting: Sitting, name: str) -> SetupCheck:
    """The check, locked with its sitting within the transaction; made at the first call.

    Raises NoSuchCheckError, or LeftError.
    """
    if name not in sitting.rater.study.parsed.setup.checks:
        raise NoSuchCheckError(name)
    list(Sitting.objects.select_for_update().filter(pk=sitting.pk))
    check_takes_part(sitting.rater)
    SetupCheck.objects.get_or_create(sitting=sitting, name=name)
    return SetupCheck.objects.select_for_update().get(sitting=sitting, name=name)


def finish_try(check: SetupCheck, outcome: Outcome) -> Reply:
    """Count a try; a check that passed once stays passed."""
    sitting = check.sitting
    if not check.passed:
        check.passed, check.value = outcome.passed, dict(outcome.value)
        check.settled = check.settled or outcome.passed
        check.tries, check.tried_at = check.tries + 1, timezone.now()
        check.save()
    language = language_of(sitting.rater)
    way_out = not outcome.passed and _needs_way_out(check)
    return Reply(
        passed=outcome.passed,
        settled=check.settled,
        tries=check.tries,
        told=say(outcome.told, language, outcome.places),
        hint="" if outcome.passed else _hint(check, language),
        way_out=way_out,
        way_back=_way_back(sitting.rater) if way_out else "",
        wait_s=wait_s(check, timezone.now()),
    )


def _hint(check: SetupCheck, language: str) -> str:
    reached = [key for tries, key in HINTS.get(check.name, {}).items() if check.tries >= tries]
    return say(reached[-1], language) if reached else ""


def _way_back(rater: Rater) -> str:
    """With the code for who may not take part: not before, or it could be had without trying."""
    from_panel = is_panel(rater.link.kind)
    return (return_url(rater.study.parsed.recruitment, "screened_out") or "") if from_panel else ""


def _needs_way_out(check: SetupCheck) -> bool:
    """At once where trying again changes little; after some tries where it may have been a slip."""
    required = check.sitting.rater.study.parsed.setup.is_required(check.name)
    return required and (check.name not in QUIZZES or check.tries >= FREE_TRIES)


def wait_s(check: SetupCheck, now: datetime) -> float:
    """Seconds until the next answer is taken: guessing is slow, whoever reloads the page."""
    if check.passed or check.tries < FREE_TRIES or check.tried_at is None:
        return 0.0
    return max(0.0, (check.tried_at + PAUSE - now).total_seconds())


def language_of(rater: Rater) -> str:
    """Of the interface around the study's texts."""
    return interface_language(rater.language)


def screen_needs(study: StudyConfig) -> ScreenNeeds:
    devices = study.devices
    return ScreenNeeds(
        devices.min_screen_width or 0, devices.min_screen_height or 0, study.setup.min_refresh_hz or 0.0
    )


def needed_mbits(study: Study) -> float:
    """What the study file says; else what the largest clip needs, with a margin."""
    stated = study.parsed.setup.min_mbits
    if stated is not None:
        return stated
    rate = Max(Cast(F("bytes"), FloatField()) * 8 / F("duration_s"))
    largest = study.stimuli.filter(duration_s__gt=0).aggregate(rate=rate)["rate"] or 0.0
    return MARGIN * float(largest) / 1e6
