"""Programs that fill in forms, kept out by simple means: a field that people never see, and a shortest time.

Each page that offers to take part carries a signed ticket with the time at which it was made. Sent off sooner
than a person can read, or without a ticket, it is shown again; sent off twice, it is one rater.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.core import signing

SHORTEST = timedelta(seconds=2)
OLDEST = timedelta(days=7)
SALT = "raters.ticket"
HONEYPOT = "subject_line"


@dataclass(frozen=True)
class Ticket:
    """`id` is "" where the ticket is missing or was not made here; `too_soon` where nobody can have read."""

    id: str = ""
    too_soon: bool = False


def new_ticket() -> str:
    return signing.TimestampSigner(salt=SALT).sign(secrets.token_hex(16))


def read_ticket(given: str) -> Ticket:
    signer = signing.TimestampSigner(salt=SALT)
    try:
        name = signer.unsign(given, max_age=OLDEST)
    except signing.BadSignature:
        return Ticket()
    return Ticket(name, too_soon=_is_younger(signer, given))


def _is_younger(signer: signing.TimestampSigner, given: str) -> bool:
    try:
        signer.unsign(given, max_age=SHORTEST)
    except signing.SignatureExpired:
        return False
    return True
