"""Celery tasks of the console. A message only wakes a worker; the sweep re-sends what is unfinished."""

from __future__ import annotations

import contextlib

from django.conf import settings
from kombu.exceptions import OperationalError

from mos_platform.celery import app
from mos_platform.console import reports

make_report = app.task(name="console.make_report")(reports.make_report)


def send_unfinished() -> None:
    """Raises kombu's OperationalError where the broker cannot be reached; the rows stay as they are."""
    with app.producer_or_acquire() as producer:
        for run_id in reports.unfinished():
            make_report.apply_async((run_id,), producer=producer, retry=False)


def wake() -> None:
    """Tell the workers now. A broker that is down costs only time: the sweep finds the rows."""
    if not settings.EMBEDDED:
        with contextlib.suppress(OperationalError, OSError):
            send_unfinished()


sweep = app.task(name="console.sweep")(send_unfinished)
