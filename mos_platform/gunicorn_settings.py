"""gunicorn's settings: threads, because raters mostly wait and clips are streamed."""

from __future__ import annotations

import ctypes
import os
import signal
from typing import Any

worker_class = "gthread"
workers = 2
threads = 8
keepalive = 15
graceful_timeout = 10
timeout = 60
loglevel = "warning"
preload_app = False

PR_SET_PDEATHSIG = 1
PARENT = "MOS_SERVER_PARENT"


def on_starting(_server: Any) -> None:
    """Go when the process that started us is killed, so that its port is free for the next run."""
    if os.environ.get(PARENT) == str(os.getppid()) and hasattr(signal, "SIGTERM"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
