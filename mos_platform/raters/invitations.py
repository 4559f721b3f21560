"""Invitations: addresses that each let one person in."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac

from mos_platform.raters.models import Invitation
from mos_platform.stimuli.models import Study
from studies.errors import InputError

MOST_AT_ONCE = 10_000


def invite(study: Study, count: int) -> list[Invitation]:
    """So many new invitations. Raises InputError where the study is not by invitation."""
    _check(study, count)
    return Invitation.objects.bulk_create(Invitation(study=study) for _ in range(count))


@transaction.atomic
def invite_people(study: Study, names: Sequence[str]) -> list[tuple[str, Invitation]]:
    """Each person's invitation, in the given order; who was invited before has the same one.

    Raises InputError where the study is not by invitation, and for names that are missing or given twice.
    """
    people = [" ".join(name.split()) for name in names if name.strip()]
    _check(study, len(people))
    for name, times in Counter(people).items():
        if times > 1:
            raise InputError(f"the list of names holds {name!r} twice; tell the two apart.")
    return [(name, _invitation_of(study, name)) for name in people]


def address(invitation: Invitation) -> str:
    """The whole address that the person opens."""
    return str(settings.BASE_URL) + reverse("raters:welcome", args=[invitation.token])


def _check(study: Study, count: int) -> None:
    if study.parsed.recruitment.by != "invitation":
        raise InputError(
            f"study '{study.name}' recruits by {study.parsed.recruitment.by}; write 'recruitment: {{by: "
            "invitation}' in its study.yaml and import it anew."
        )
    if not 1 <= count <= MOST_AT_ONCE:
        raise InputError(f"{count} invitations cannot be made; ask for 1 to {MOST_AT_ONCE}.")


def _invitation_of(study: Study, name: str) -> Invitation:
    """Only a hash that the platform's secret key goes into is stored of the name."""
    known = salted_hmac(f"invitation {study.pk}", unicodedata.normalize("NFC", name), algorithm="sha256")
    return Invitation.objects.get_or_create(study=study, name_hash=known.hexdigest())[0]
