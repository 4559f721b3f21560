"""Celery tasks of looks. A message only wakes a worker; the sweep asks for looks and sends open ones."""

from __future__ import annotations

import contextlib

from django.conf import settings
from kombu.exceptions import OperationalError

from mos_platform.celery import app
from mos_platform.standing import services

take_look = app.task(name="standing.take_look")(services.take_look)


def send_unfinished() -> None:
    """Raises kombu's OperationalError where the broker cannot be reached; the rows stay as they are."""
    services.ask_where_due()
    unfinished = services.unfinished()
    if not unfinished:
        return
    with app.producer_or_acquire() as producer:
        for standing_id in unfinished:
            take_look.apply_async((standing_id,), producer=producer, retry=False)


def wake() -> None:
    """Tell the workers now. A broker that is down costs only time: the sweep finds the rows."""
    if not settings.EMBEDDED:
        with contextlib.suppress(OperationalError, OSError):
            send_unfinished()


sweep = app.task(name="standing.sweep")(send_unfinished)
