"""Recruitment links, enrolment with consent, and the end of a sitting."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from mos_platform.raters.admission import Enrolment, refusal
from mos_platform.raters.models import Link, Rater, Sitting
from mos_platform.stimuli.models import Study
from studies.config import StudyConfig
from studies.errors import InputError

# Without letters and digits that are easily mistaken for each other.
CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


class NotAdmittedError(InputError):
    """Somebody cannot take part; the reason is a sentence or two for them."""


def open_link(study: Study) -> Link:
    """The study's open recruitment link; made at the first call."""
    return Link.objects.get_or_create(study=study, kind=Link.Kind.OPEN)[0]


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
def enrol(link: Link, enrolment: Enrolment) -> Sitting:
    """Store the consent and open a sitting.

    Raises InputError for a clock that is not allowed; NotAdmittedError where the study is closed or full, or
    where its rules exclude this person or device: then nothing is stored.
    """
    study = Study.objects.select_for_update(no_key=True).get(pk=link.study_id)
    simulated = link.kind == Link.Kind.SIMULATED
    now = declared_clock(simulated=simulated, clock=enrolment.clock)
    _admit(study, enrolment, simulated=simulated)
    rater = Rater.objects.create(
        study=study,
        link=link,
        simulated=simulated,
        language=enrolment.language or study.parsed.language,
        expertise=enrolment.expertise,
        age_group=enrolment.age_group,
        device=enrolment.device,
        screen_width=enrolment.screen_width,
        screen_height=enrolment.screen_height,
        consent_version=study.parsed.texts.consent.version,
        consented_at=now,
    )
    return Sitting.objects.create(rater=rater, seed=_sitting_seed(study, rater), started_at=now)


def _admit(study: Study, enrolment: Enrolment, *, simulated: bool) -> None:
    if not study.is_open:
        raise NotAdmittedError("This study is closed; thank you for your interest.")
    if is_full(study, simulated=simulated):
        raise NotAdmittedError("All places in this study are taken; thank you for your interest.")
    reason = refusal(study.parsed, enrolment)
    if reason is not None:
        raise NotAdmittedError(reason)


def is_full(study: Study, *, simulated: bool) -> bool:
    """Whether as many have begun as the study declares; a rehearsal takes no places from people."""
    limit = study.parsed.recruitment.limit
    return limit is not None and study.raters.filter(simulated=simulated).count() >= limit


def begun_sitting(link: Link, token: str) -> Sitting | None:
    """The sitting that a browser remembers to have begun by this link."""
    return Sitting.objects.filter(token=token, rater__link=link).first() if token else None


def _sitting_seed(study: Study, rater: Rater) -> int:
    """Simulated raters are repeatable, by the study's seed and their number; real ones unpredictable."""
    if not rater.simulated:
        return secrets.randbits(62)
    number = Rater.objects.filter(study=study, simulated=True, pk__lte=rater.pk).count()
    return study.parsed.seed * 100_000 + number


def complete_sitting(sitting: Sitting, at: datetime) -> None:
    """Close a sitting after its last answer; the completion code is given once and never changes."""
    if sitting.completed_at is not None:
        return
    sitting.completed_at = at
    sitting.completion_code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(8))
    sitting.save(update_fields=["completed_at", "completion_code"])
    Rater.objects.filter(pk=sitting.rater_id).update(status=Rater.Status.FINISHED)
