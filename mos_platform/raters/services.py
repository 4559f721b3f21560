"""Recruitment links, enrolment with consent, the end of a sitting, and withdrawal."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime

from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from mos_platform.raters.admission import Enrolment, Refusal, refusal
from mos_platform.raters.doors import Entry, begun_sitting, forget_panel, may_go_on, remember, study_link
from mos_platform.raters.models import Invitation, Link, Rater, Sitting
from mos_platform.raters.panels import PROLIFIC_QUERY
from mos_platform.stimuli.models import Study
from mos_platform.words import interface_language, say
from studies.config import StudyConfig
from studies.errors import InputError

# Without letters and digits that are easily mistaken for each other.
CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


TAKEN = Refusal("taken")
PLACELESS = (Rater.Status.WITHDRAWN, Rater.Status.TURNED_AWAY)


class NotAdmittedError(InputError):
    """Somebody cannot take part; `reason` says why, to them and to the panel."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.sentence("en"))
        self.reason = reason


class LeftError(Exception):
    """Whoever has withdrawn sends something: it is not stored. `language` is the rater's."""

    def __init__(self, rater: Rater) -> None:
        super().__init__("The rater has left the study.")
        self.language = rater.language


def check_takes_part(rater: Rater) -> None:
    """As it is stored now. Raises LeftError."""
    rater.refresh_from_db(fields=["status"])
    if rater.status == Rater.Status.WITHDRAWN:
        raise LeftError(rater)


def open_link(study: Study) -> Link:
    """The study's link for raters, of the kind that its study file declares; made at the first call."""
    return study_link(study)


def path_for_raters(study: Study) -> str | None:
    """The path that raters or their panel are given; None where everybody has an invitation of their own.

    Prolific fills its own marks in; Mechanical Turk appends to it what it has to say.
    """
    link = study_link(study)
    if link.kind == Link.Kind.INVITATION:
        return None
    path = reverse("raters:welcome", args=[link.token])
    return f"{path}?{PROLIFIC_QUERY}" if link.kind == Link.Kind.PROLIFIC else path


def simulated_link(study: Study) -> Link:
    """The link for simulated raters; whoever enters by it is marked as simulated for ever."""
    return Link.objects.get_or_create(study=study, kind=Link.Kind.SIMULATED)[0]


def study_for(rater: Rater) -> StudyConfig:
    """The rater's study with all its words in the rater's language."""
    study = rater.study.parsed
    return study.in_language(rater.language) if study.translations else study


def declared_clock(*, simulated: bool, clock: datetime | None) -> datetime:
    """The time that counts: the server's, unless a simulated rater declares its own.

    Raises InputError where a real rater tries to.
    """
    if clock is None:
        return timezone.now()
    if not simulated:
        raise InputError("A sitting by a real person uses the server's clock; leave 'clock' out.")
    return clock


@transaction.atomic
def enrol(came: Link | Entry, enrolment: Enrolment) -> Sitting:
    """Store the consent and open a sitting; whoever has begun one before gets that one.

    Raises InputError for a clock that is not allowed, or a page that somebody else has sent off;
    NotAdmittedError where the study is closed or full, where its rules exclude this person or device, or
    where another began by this panel id: then nothing is stored.
    """
    came = Entry(came) if isinstance(came, Link) else came
    study = Study.objects.select_for_update(no_key=True).get(pk=came.link.study_id)
    now = declared_clock(simulated=came.simulated, clock=enrolment.clock)
    begun = _sent_twice(came, enrolment)
    if begun is not None:
        return begun
    if enrolment.ticket and Rater.objects.filter(link=came.link, ticket=enrolment.ticket).exists():
        raise InputError(say("welcome.stale", interface_language(enrolment.language)))
    _admit(study, came, enrolment)
    rater = Rater.objects.create(
        study=study,
        link=came.link,
        simulated=came.simulated,
        language=enrolment.language or study.parsed.language,
        expertise=enrolment.expertise,
        age_group=enrolment.age_group,
        further=dict(enrolment.further),
        device=enrolment.device,
        screen_width=enrolment.screen_width,
        screen_height=enrolment.screen_height,
        consent_version=study.parsed.texts.consent.version,
        consented_at=now,
        ticket=enrolment.ticket,
    )
    remember(came, rater)
    return Sitting.objects.create(rater=rater, seed=_sitting_seed(study, rater), started_at=now)


def _sent_twice(came: Entry, enrolment: Enrolment) -> Sitting | None:
    """The sitting that this person or page began before. Raises NotAdmittedError for another's panel id."""
    if came.is_known:
        return _sitting_of_known(came, enrolment)
    sent = Sitting.objects.filter(rater__link=came.link, rater__ticket=enrolment.ticket)
    begun = sent.first() if enrolment.ticket else None
    return begun or _left_open(came, enrolment)


def _sitting_of_known(came: Entry, enrolment: Enrolment) -> Sitting | None:
    begun = begun_sitting(replace(came, invitation=came.invitation and _fresh(came.invitation)))
    if begun is None:
        return None
    same_page = enrolment.ticket != "" and enrolment.ticket == begun.rater.ticket
    if not same_page and not may_go_on(came, begun):
        raise NotAdmittedError(TAKEN)
    return begun


def _left_open(came: Entry, enrolment: Enrolment) -> Sitting | None:
    """What this browser has begun and not ended: gone on with, unless its page said that it is another's."""
    begun = None if enrolment.another or came.simulated else begun_sitting(came)
    return begun if begun is not None and begun.rater.status == Rater.Status.ACTIVE else None


def _fresh(invitation: Invitation) -> Invitation:
    """As it is now that the study is locked: another request may have used it meanwhile."""
    return Invitation.objects.get(pk=invitation.pk)


def _admit(study: Study, came: Entry, enrolment: Enrolment) -> None:
    reason = came.barred
    if reason is None and not study.is_open:
        reason = Refusal("closed", "over_quota")
    if reason is None and is_complete(study, simulated=came.simulated):
        reason = Refusal("complete", "over_quota")
    if reason is None and is_full(study, simulated=came.simulated):
        reason = Refusal("full", "over_quota")
    reason = reason or refusal(study.parsed, enrolment, simulated=came.simulated)
    if reason is not None:
        raise NotAdmittedError(reason)


def is_complete(study: Study, *, simulated: bool) -> bool:
    """Whether the declared stop rule was met; it stops no rehearsal."""
    return study.completed_at is not None and not simulated


def is_full(study: Study, *, simulated: bool) -> bool:
    """Whether as many have begun as the study declares, or every clip has its quota.

    A rehearsal, and whoever has withdrawn or found no place, take none.
    """
    doors = study.links.filter(is_full=True)
    rehearsal = models.Q(kind=Link.Kind.SIMULATED)
    if doors.filter(rehearsal if simulated else ~rehearsal).exists():
        return True
    limit = study.parsed.recruitment.limit
    taken = study.raters.filter(simulated=simulated).exclude(status__in=PLACELESS)
    return limit is not None and taken.count() >= limit


def _sitting_seed(study: Study, rater: Rater) -> int:
    """Simulated raters are repeatable, by the study's seed and their number; real ones unpredictable."""
    if not rater.simulated:
        return secrets.randbits(62)
    number = Rater.objects.filter(study=study, simulated=True, pk__lte=rater.pk).count()
    return study.parsed.seed * 100_000 + number


def complete_sitting(sitting: Sitting, at: datetime, *, earned: bool) -> None:
    """Close a sitting after its last trial; a code that is earned is given once and never changes."""
    if sitting.completed_at is not None:
        return
    sitting.completed_at = at
    if earned:
        sitting.completion_code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(8))
    sitting.seen_at = None
    sitting.save(update_fields=["completed_at", "completion_code", "seen_at"])
    Rater.objects.filter(pk=sitting.rater_id).update(status=Rater.Status.FINISHED)


def turn_away(sitting: Sitting, at: datetime) -> None:
    """Close a sitting for which nothing was left to show."""
    sitting.over_quota, sitting.completed_at = True, at
    sitting.save(update_fields=["over_quota", "completed_at"])
    Rater.objects.filter(pk=sitting.rater_id).update(status=Rater.Status.TURNED_AWAY)


def reopen_sitting(sitting: Sitting) -> None:
    """Of somebody who had found no place, and now has one."""
    sitting.completed_at, sitting.over_quota = None, False
    sitting.save(update_fields=["completed_at", "over_quota"])
    Rater.objects.filter(pk=sitting.rater_id).update(status=Rater.Status.ACTIVE)


def end_sitting(sitting: Sitting, at: datetime) -> None:
    """Close a sitting that a declared check has ended: without a code; what was answered stays."""
    if sitting.completed_at is not None:
        return
    sitting.completed_at, sitting.seen_at = at, None
    sitting.save(update_fields=["completed_at", "seen_at"])
    sitting.rater.status = Rater.Status.ENDED
    sitting.rater.save(update_fields=["status"])


@transaction.atomic
def withdraw_rater(rater: Rater) -> None:
    """Delete what a rater said of themselves, their device and their ids at a panel; not their answers.

    What stays: that somebody consented and when, the sitting's address, which says what happened, and a hash
    of the id at a panel, by which whoever left is known again.
    """
    forget_panel(rater)
    rater.status = Rater.Status.WITHDRAWN
    rater.expertise = rater.age_group = rater.device = rater.ticket = ""
    rater.further = {}
    rater.screen_width = rater.screen_height = None
    rater.save()
