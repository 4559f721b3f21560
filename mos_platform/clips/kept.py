"""Child processes that stay from task to task, for work that takes seconds to get ready for.

What crashes one, never ends, or wants all memory costs its task and nothing else; the next task gets a fresh
one. Their memory is watched from outside: libraries for networks reserve far more addresses than they use.
"""

from __future__ import annotations

import logging
import os
import select
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

from mos_platform.clips.child import Reply
from mos_platform.clips.children import GIB, START_S, Child, Limits

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
# Leaks must not add up.
MOST_TASKS = 200
WATCH_S = 0.2
IDLE_S = 30.0
PAGE = os.sysconf("SC_PAGE_SIZE")
# The bounds that hold are those of `Allowance`, which differ from task to task.
LIMITS = Limits(memory_bytes=1 << 46, file_bytes=4 * GIB, cpu_s=7 * 24 * 3600)


class LostError(Exception):
    """The child crashed or had to be ended over a task. The text says why, as the end of a sentence."""


@dataclass(frozen=True)
class Allowance:
    """What one task may take: seconds that pass, and bytes of memory in use."""

    wall_s: float
    resident_bytes: int


class Kept:
    """One child, at one task at a time; a lost or worn one is replaced before the next task."""

    def __init__(self) -> None:
        self._child: Child | None = None
        self._done = 0

    def call(
        self, work: Callable[..., Result], arguments: tuple[object, ...], allowance: Allowance
    ) -> Result:
        """`work(*arguments)` in the child; `work` must be a function of a module. Raises what it raises,
        and LostError where the child was lost over it."""
        child = self._ready()
        child.give(0, work, arguments)
        child.deadline = time.monotonic() + allowance.wall_s
        verdict, content = self._heard(child, allowance)
        self._done += 1
        if verdict == "done":
            return cast(Result, content)
        if verdict in ("refused", "failed"):
            raise content
        self.close()
        raise LostError("it wants more memory or disk than one clip may take")

    def close(self) -> None:
        """End the child, if there is one."""
        if self._child is not None:
            self._child.end()
            self._child, self._done = None, 0

    def _ready(self) -> Child:
        if self._child is not None and (self._child.is_worn or self._done >= MOST_TASKS):
            self.close()
        if self._child is None:
            self._child = Child(LIMITS)
            self._heard(self._child, Allowance(START_S, LIMITS.memory_bytes))
        return self._child

    def _heard(self, child: Child, allowance: Allowance) -> Reply:
        """Its whole reply. Raises LostError."""
        while True:
            left = child.deadline - time.monotonic()
            if left <= 0:
                raise self._lost(f"it took more than {allowance.wall_s:.0f} s")
            if _resident(child.pid) > allowance.resident_bytes:
                raise self._lost(f"it wants more than {allowance.resident_bytes / GIB:.3g} GiB of memory")
            if not select.select([child], [], [], min(left, WATCH_S))[0]:
                continue
            try:
                reply = child.hear()
            except EOFError:
                raise self._lost("") from None
            if reply is not None:
                return reply

    def _lost(self, why: str) -> LostError:
        child, self._child, self._done = self._child, None, 0
        if child is None:
            return LostError(why)
        said = child.said()
        status = child.end()
        why = why or _ended(status)
        logger.warning("a measuring process was lost (%s): %s", why, said)
        return LostError(why)


def _ended(status: int) -> str:
    if status == -signal.SIGKILL:
        return "it was killed, as happens when the system runs out of memory"
    if status < 0:
        return f"it makes the decoder or a library crash ({signal.Signals(-status).name})"
    return f"its process ended by itself (exit code {status})"


def _resident(pid: int) -> int:
    """Bytes in use; 0 where the system does not tell, or the process is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * PAGE
    except (OSError, IndexError):
        return 0


class Stock:
    """Children for the threads of one process: as many as are at work; idle ones end after a while."""

    def __init__(self, idle_s: float = IDLE_S) -> None:
        self._idle: list[Kept] = []
        self._idle_s = idle_s
        self._closing: threading.Timer | None = None
        self._lock = threading.Lock()

    @contextmanager
    def one(self) -> Iterator[Kept]:
        with self._lock:
            self._stay()
            kept = self._idle.pop() if self._idle else Kept()
        try:
            yield kept
        finally:
            with self._lock:
                self._idle.append(kept)
                self._stay()
                self._closing = threading.Timer(self._idle_s, self.close)
                self._closing.daemon = True
                self._closing.start()

    def close(self) -> None:
        """End the children that are not at work."""
        with self._lock:
            idle, self._idle = self._idle, []
        for kept in idle:
            kept.close()

    def _stay(self) -> None:
        """They are in use: the end that was set for them is taken back."""
        if self._closing is not None:
            self._closing.cancel()
