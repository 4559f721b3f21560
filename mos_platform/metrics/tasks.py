"""Celery's part: a message wakes a worker for a job, and a sweep sends again what is still pending.

A method's value comes at the end, once the features of all its clips are there. That is no chord of Celery:
the rows say when a set is ready, so that a broker which loses its messages costs time and no value.
"""

from __future__ import annotations

import logging

from celery import Task
from django.conf import settings
from django.db import transaction
from kombu.connection import Connection
from kombu.exceptions import OperationalError

from mos_platform.celery import app
from mos_platform.metrics import services
from mos_platform.metrics.computing import compute
from mos_platform.metrics.planning import FEATURES

logger = logging.getLogger(__name__)

TIMEOUT_S = 2.0


def _compute(clip_sha256: str, reference_sha256: str, work: str) -> None:
    if compute(clip_sha256, reference_sha256, work) and work.startswith(FEATURES):
        wake()


# The same work under two names, which the settings route to two queues.
measure = app.task(name="metrics.measure")(_compute)
by_network = app.task(name="metrics.by_network")(_compute)


def send_pending(*, again: bool = False) -> int:
    """Send a message for each job that wants one; returns how many were sent.

    A queue that is empty has lost its messages, or never had any: everything pending is sent to it. Raises
    kombu's OperationalError where the broker cannot be reached; the rows stay pending.
    """
    with app.connection_for_write(connect_timeout=TIMEOUT_S) as broker:
        # Rows count as sent for a while: ask for them only once the broker is there.
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=TIMEOUT_S)
        sent = 0
        for task, network in ((measure, False), (by_network, True)):
            jobs = services.to_send(network=network, again=again or _is_empty(broker, task.name))
            _send(broker, task, jobs)
            sent += len(jobs)
    return sent


def _is_empty(broker: Connection, task: str) -> bool:
    queue = app.amqp.router.route({}, task)["queue"].name
    declared = broker.default_channel.queue_declare(queue=queue)  # type: ignore[no-untyped-call]
    return bool(declared.message_count == 0)


def _send(broker: Connection, task: Task, jobs: list[services.Job]) -> None:
    with app.amqp.Producer(broker) as producer:
        for job in jobs:
            words = job.clip_sha256, job.reference_sha256, job.work
            task.apply_async(words, producer=producer, retry=False)


def sweep_now(*, again: bool = False) -> int:
    services.release_expired()
    return send_pending(again=again)


sweep = app.task(name="metrics.sweep")(sweep_now)


def wake_after_commit() -> None:
    """Tell the workers, once the rows of this transaction are committed."""
    transaction.on_commit(wake)


def wake() -> None:
    """Tell the workers now. A broker that is down costs only time.

    Embedded, the queue lies in the memory of the process that runs the worker, whose sweep sees the rows.
    """
    if settings.EMBEDDED:
        return
    try:
        send_pending()
    except (OperationalError, OSError) as error:
        logger.warning("broker not reached, metrics wait for the next sweep: %s", error)
