"""Rounds of the checks that a rater answers: handed out, sent and judged, one after the other."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

import numpy as np
from django.db import transaction
from django.utils import timezone

from mos_platform.raters.models import Sitting
from mos_platform.setup.models import SetupCheck, SetupRound
from mos_platform.setup.quizzes import QUIZZES, Body, Quiz, Round
from mos_platform.setup.services import (
    NoSuchCheckError,
    Reply,
    finish_try,
    language_of,
    locked_check,
    wait_s,
)
from mos_platform.words import say


@dataclass(frozen=True)
class HandedOut:
    """The open round: the `place`-th of `of` in this try."""

    token: str
    place: int
    of: int
    wait_s: float


@transaction.atomic
def open_round(sitting: Sitting, name: str) -> HandedOut:
    """The round that waits for an answer; a try is begun where none does. Raises NoSuchCheckError."""
    if name not in QUIZZES:
        raise NoSuchCheckError(name)
    check = locked_check(sitting, name)
    waiting = list(check.rounds.filter(answered_at=None)) or _begin_try(check, QUIZZES[name])
    of = _rounds_of_try(check)
    return HandedOut(waiting[0].token, of - len(waiting) + 1, of, wait_s(check, timezone.now()))


def _begin_try(check: SetupCheck, quiz: Quiz) -> list[SetupRound]:
    done = check.rounds.count()
    rng = np.random.default_rng(secrets.randbits(128))
    rounds = [
        SetupRound(check_of=check, number=done + place, try_number=check.tries + 1, secret=secret)
        for place, secret in enumerate(quiz.secrets(rng), start=1)
    ]
    return SetupRound.objects.bulk_create(rounds)


def _rounds_of_try(check: SetupCheck) -> int:
    return check.rounds.filter(try_number=check.tries + 1).count()


def body_of(token: str) -> Body:
    """What is heard or seen in a round. Raises NoSuchCheckError."""
    try:
        asked = SetupRound.objects.select_related("check_of__sitting__rater").get(token=token)
    except SetupRound.DoesNotExist:
        raise NoSuchCheckError(token) from None
    check = asked.check_of
    return QUIZZES[check.name].body(asked.secret, language_of(check.sitting.rater))


@transaction.atomic
def answer_round(token: str, given: str) -> Reply:
    """Judge an answer; each round takes one, and the first of several at once. Raises NoSuchCheckError."""
    check = _locked_by_round(token)
    now = timezone.now()
    asked = check.rounds.get(token=token)
    open_rounds = list(check.rounds.filter(answered_at=None))
    language, wait = language_of(check.sitting.rater), wait_s(check, now)
    if not open_rounds or open_rounds[0] != asked:
        return Reply(check.passed, check.settled, check.tries, say("setup.answered", language))
    if wait > 0:
        return Reply(False, check.settled, check.tries, say("setup.wait", language), wait_s=wait)
    asked.given, asked.answered_at = given, now
    asked.save(update_fields=["given", "answered_at"])
    name = QUIZZES[check.name].said(Round(asked.secret, given))
    said = name and say(name, language)
    if len(open_rounds) > 1:
        return Reply(None, check.settled, check.tries, said)
    reply = finish_try(check, QUIZZES[check.name].judge(_answered(check)))
    return replace(reply, told=f"{said} {reply.told}".strip())


def _locked_by_round(token: str) -> SetupCheck:
    try:
        found = SetupCheck.objects.select_related("sitting__rater__study").get(rounds__token=token)
    except SetupCheck.DoesNotExist:
        raise NoSuchCheckError(token) from None
    return locked_check(found.sitting, found.name)


def _answered(check: SetupCheck) -> list[Round]:
    rounds = check.rounds.filter(try_number=check.tries + 1)
    return [Round(one.secret, one.given) for one in rounds]
