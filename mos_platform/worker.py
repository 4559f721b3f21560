"""The embedded workers: Celery on the memory broker, in threads of this process.

What somebody waits for, an upload or a report, has a worker of its own: measuring a clip can take a minute,
and an answer must not stand behind it.

Its queue dies with the process and need not outlive it: the work to do is rows, and the sweep, which the
same process runs every second, sends a message for each of them again.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from celery import Celery
from celery.app.registry import TaskRegistry
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

    def __init__(self, own_app: Celery, queues: Sequence[str], concurrency: int) -> None:
        self.is_ready = threading.Event()
        super().__init__(
            app=own_app,
            hostname=f"embedded-{queues[0]}@{os.getpid()}",
            queues=list(queues),
            pool_cls="threads",
            concurrency=concurrency,
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
        )

    def on_consumer_ready(self, _consumer: Any) -> None:
        self.is_ready.set()


@contextmanager
def embedded_worker() -> Iterator[None]:
    """Work off Celery's tasks while the block runs; the tasks under way are finished before it is left."""
    workers = [
        _Worker(app, settings.QUEUES, max(1, min(os.cpu_count() or 1, 4))),
        _Worker(_app_beside(), settings.AWAITED_QUEUES, 1),
    ]
    stopping = threading.Event()
    threads = [
        *(threading.Thread(target=worker.start, name="celery-worker", daemon=True) for worker in workers),
        threading.Thread(target=_sweep, args=(workers, stopping), name="celery-sweep", daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopping.set()
        _stop(workers, threads)
        CHILDREN.close()


def _app_beside() -> Celery:
    """The same tasks for a second worker: an application remembers one choice of queues."""
    own = {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}
    beside = Celery("mos_platform.awaited", tasks=TaskRegistry(own), set_as_current=False)
    beside.config_from_object("django.conf:settings", namespace="CELERY")
    return beside


def _stop(workers: Sequence[_Worker], threads: list[threading.Thread]) -> None:
    """A warm shutdown. Celery's flag for it is global to the process, so it is taken back afterwards."""
    for worker in workers:
        worker.is_ready.wait(STOP_S)
    state.should_stop = os.EX_OK
    try:
        for thread in threads:
            thread.join(STOP_S)
    finally:
        state.should_stop = None


def _sweep(workers: Sequence[_Worker], stopping: threading.Event) -> None:
    for worker in workers:
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
