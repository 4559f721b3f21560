"""Celery tasks of uploads. A message only wakes a worker; the sweep re-sends what is unfinished."""

from __future__ import annotations

import contextlib

from django.conf import settings
from kombu.exceptions import OperationalError

from mos_platform.celery import app
from mos_platform.uploads import services

take_in = app.task(name="uploads.take_in")(services.take_in_upload)


def send_unfinished() -> None:
    """Raises kombu's OperationalError where the broker cannot be reached; the rows stay as they are."""
    services.remove_leftovers()
    with app.producer_or_acquire() as producer:
        for upload_id in services.unfinished():
            take_in.apply_async((upload_id,), producer=producer, retry=False)


def wake() -> None:
    """Tell the workers now. A broker that is down costs only time: the sweep finds the rows."""
    if not settings.EMBEDDED:
        with contextlib.suppress(OperationalError, OSError):
            send_unfinished()


sweep = app.task(name="uploads.sweep")(send_unfinished)
