"""Claims on rows of work: held by renewing them, lost half a minute after their worker died."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import DatabaseError, connection

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
RENEW_S = 5.0


@contextmanager
def renewed(renew: Callable[[], object], *, longest_s: float) -> Iterator[None]:
    """Call `renew` every few seconds while the block runs, but not for ever: the work may hang."""
    finished = threading.Event()
    renewing = threading.Thread(target=_renew, args=(renew, finished, longest_s), daemon=True)
    renewing.start()
    try:
        yield
    finally:
        finished.set()
        renewing.join()


def _renew(renew: Callable[[], object], finished: threading.Event, longest_s: float) -> None:
    until = time.monotonic() + longest_s
    try:
        while not finished.wait(RENEW_S) and time.monotonic() < until:
            _renew_once(renew)
    finally:
        connection.close()


def _renew_once(renew: Callable[[], object]) -> None:
    """A database that is away for a moment costs one renewal; the next opens a connection of its own."""
    try:
        renew()
    except DatabaseError as error:
        logger.warning("a claim was not renewed, and is tried again: %s", error)
        connection.close()
