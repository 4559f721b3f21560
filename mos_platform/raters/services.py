"""Recruitment links, enrolment with consent, and the end of a sitting."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from mos_platform.raters.models import Link, Rater, Sitting
from mos_platform.stimuli.models import Study
from studies.errors import InputError

# Without letters and digits that are easily mistaken for each other.
CODE_ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True)
class Enrolment:
    """A rater's consent and questionnaire, as the form parsed them."""

    expertise: str
    age_group: str
    device: str
    clock: datetime | None = None


def open_link(study: Study) -> Link:
    """The study's open recruitment link; made at the first call."""
    return Link.objects.get_or_create(study=study, kind=Link.Kind.OPEN)[0]


def simulated_link(study: Study) -> Link:
    """The link for simulated raters; whoever enters by it is marked as simulated for ever."""
    return Link.objects.get_or_create(study=study, kind=Link.Kind.SIMULATED)[0]


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
    """Store the consent and open a sitting. Raises InputError: study closed, or a clock not allowed."""
    if not link.study.is_open:
        raise InputError("This study is closed; thank you for your interest.")
    simulated = link.kind == Link.Kind.SIMULATED
    now = declared_clock(simulated=simulated, clock=enrolment.clock)
    rater = Rater.objects.create(
        study=link.study,
        link=link,
        simulated=simulated,
        expertise=enrolment.expertise,
        age_group=enrolment.age_group,
        device=enrolment.device,
        consent_version=link.study.parsed.texts.consent.version,
        consented_at=now,
    )
    return Sitting.objects.create(rater=rater, seed=_sitting_seed(link.study, rater), started_at=now)


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
