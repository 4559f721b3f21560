"""Making, revoking and recognising tokens, and what each opens."""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from mos_platform.exports.models import Token
from mos_platform.stimuli.lookup import named
from mos_platform.stimuli.models import Study
from studies.errors import InputError

PREFIX = "mos_"  # scanners for leaked secrets go by a known beginning
SECRET_BYTES = 32
NAME = re.compile(r"[\w.@-]{1,64}", re.ASCII)
USE_NOTED_EVERY = timedelta(minutes=1)
NOTE_WAITS_MS = 100  # behind another who writes
logger = logging.getLogger(__name__)


def make_token(
    name: str, study: Study | None = None, permission: Token.Permission = Token.Permission.READ
) -> str:
    """A new token's secret, which cannot be shown again. Raises InputError for a bad or taken name."""
    if not NAME.fullmatch(name):
        raise InputError(f"{name!r} is no name for a token; write up to 64 letters, digits and _ . @ -")
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    try:
        with transaction.atomic():
            Token.objects.create(name=name, digest=_digest(secret), study=study, permission=permission)
    except IntegrityError:
        raise InputError(f"there is a token named '{name}'; revoke it or choose another name.") from None
    return secret


def revoke_token(name: str) -> None:
    """Raises InputError that lists the names there are."""
    revoked, _ = Token.objects.filter(name=name).delete()
    if not revoked:
        known = ", ".join(Token.objects.values_list("name", flat=True)) or "none"
        raise InputError(f"there is no token named '{name}'; known: {known}.")


def find_token(secret: str) -> Token | None:
    """The token of that secret. Hashes are compared, so that the time it takes tells nothing of secrets."""
    token = Token.objects.filter(digest=_digest(secret)).first()
    if token is not None:
        _note_use(token)
    return token


def readable_study(token: Token, name: str) -> Study | None:
    """The study of that name where the token reads it; a token for one study reads all its versions."""
    if token.permission != Token.Permission.READ:
        return None
    opened = Study.objects.all() if token.study is None else Study.objects.filter(slug=token.study.slug)
    return named(name, opened)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _note_use(token: Token) -> None:
    """Where the database cannot be written just now the note is left out: reading goes on."""
    now = timezone.now()
    if token.last_used_at is not None and token.last_used_at >= now - USE_NOTED_EVERY:
        return
    noted_long_ago = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_NOTED_EVERY)
    try:
        with _impatient(), transaction.atomic():
            Token.objects.filter(noted_long_ago, pk=token.pk).update(last_used_at=now)
    except DatabaseError as error:
        logger.debug("the use of token %s was not noted: %s", token.name, error)


@contextmanager
def _impatient() -> Iterator[None]:
    """SQLite would wait half a minute for its one writer."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        waits_ms = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout = {NOTE_WAITS_MS}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {waits_ms}")
