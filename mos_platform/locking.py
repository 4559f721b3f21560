"""One at a time among the processes of one machine: a file lock, which the kernel frees with its process."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command


@contextmanager
def one_at_a_time(what: str) -> Iterator[None]:
    """Wait until no other process does `what` in this installation, then do it."""
    with (Path(settings.VAR) / f"{what}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def collect_static() -> None:
    """Put scripts and styles, compressed too, where the web server takes them from."""
    with one_at_a_time("static"):
        call_command("collectstatic", verbosity=0, interactive=False)


def migrate() -> None:
    """Bring the database up to date; processes that start together take turns."""
    with one_at_a_time("migrate"):
        call_command("migrate", verbosity=0, interactive=False)
