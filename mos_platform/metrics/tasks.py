"""Celery's part: a message wakes a worker for a row, and a sweep sends again what is still pending."""

from __future__ import annotations

import logging
from functools import partial

from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from mos_platform.celery import app
from mos_platform.metrics import services
from mos_platform.stimuli.models import Study

logger = logging.getLogger(__name__)

TIMEOUT_S = 2.0

compute = app.task(name="metrics.compute")(services.compute)


def send_pending(*, again: bool = False) -> int:
    """Send a message for each pending row that wants one; returns how many were sent.

    Raises kombu's OperationalError where the broker cannot be reached; the rows stay pending.
    """
    with app.connection_for_write(connect_timeout=TIMEOUT_S) as broker:
        # Rows count as sent for a while: ask for them only once the broker is there.
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=TIMEOUT_S)
        ids = services.to_send(again=again)
        with app.amqp.Producer(broker) as producer:
            for value_id in ids:
                compute.apply_async((value_id,), producer=producer, retry=False)
    return len(ids)


def sweep_now(*, again: bool = False) -> int:
    services.release_expired()
    return send_pending(again=again)


sweep = app.task(name="metrics.sweep")(sweep_now)


def wake(study: Study) -> None:
    """Tell the workers, once the study's rows are committed. A broker that is down costs only time.

    Embedded, the queue lies in the memory of the process that runs the worker, whose sweep sees the rows.
    """
    if not settings.EMBEDDED:
        transaction.on_commit(partial(_send_or_leave, study.slug))


def _send_or_leave(slug: str) -> None:
    try:
        send_pending()
    except (OperationalError, OSError) as error:
        logger.warning("broker not reached, the metrics of %r wait for the next sweep: %s", slug, error)
