"""The embedded worker: a Celery worker on the memory broker, in threads of this process.

Its queue dies with the process and need not outlive it: the work to do is rows, and the sweep, which the
same process runs every second, sends a message for each of them again.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from celery.worker import WorkController, state
from django.conf import settings
from django.db import connections

from mos_platform.celery import app
from mos_platform.metrics.computing import CHILDREN
from mos_platform.metrics.tasks import send_pending

logger = logging.getLogger(__name__)

SWEEP_S = 1.0
STOP_S = 120.0


class _Worker(WorkController):  # type: ignore[misc]
    """Celery's worker without its program's signal handlers, which only a main thread may install."""

    def __init__(self) -> None:
        self.is_ready = threading.Event()
        super().__init__(
            app=app,
            hostname=f"embedded@{os.getpid()}",
            pool_cls="threads",
            concurrency=max(1, min(os.cpu_count() or 1, 4)),
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
        )

    def on_consumer_ready(self, _consumer: Any) -> None:
        self.is_ready.set()


@contextmanager
def embedded_worker() -> Iterator[None]:
    """Work off Celery's tasks while the block runs; the tasks under way are finished before it is left."""
    worker = _Worker()
    stopping = threading.Event()
    threads = [
        threading.Thread(target=worker.start, name="celery-worker", daemon=True),
        threading.Thread(target=_sweep, args=(worker, stopping), name="celery-sweep", daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopping.set()
        _stop(worker, threads)
        CHILDREN.close()


def _stop(worker: _Worker, threads: list[threading.Thread]) -> None:
    """A warm shutdown. Celery's flag for it is global to the process, so it is taken back afterwards."""
    worker.is_ready.wait(STOP_S)
    state.should_stop = os.EX_OK
    try:
        for thread in threads:
            thread.join(STOP_S)
    finally:
        state.should_stop = None


def _sweep(worker: _Worker, stopping: threading.Event) -> None:
    worker.is_ready.wait()
    sweeps = [app.tasks[entry["task"]] for entry in settings.CELERY_BEAT_SCHEDULE.values()]
    try:
        _guarded(lambda: send_pending(again=True))
        while not stopping.wait(SWEEP_S):
            for sweep in sweeps:
                _guarded(sweep)
    finally:
        connections.close_all()


def _guarded(step: Callable[[], object]) -> None:
    """Whatever goes wrong once, a database that is away for a moment, must not end the sweeping."""
    try:
        step()
    except Exception:
        logger.exception("a sweep failed; the next one tries again")
