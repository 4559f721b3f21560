"""Work on files that anyone may have made, in child processes with limits.

What crashes a decoder, never ends, or wants all memory costs one clip its place and nothing else. The
children are programs of their own (no fork of a process with threads; no Django), and die with the thread
that called. They hold against accidents and denial of service; they run as the same user: this is no jail.
"""

from __future__ import annotations

import os
import selectors
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from mos_platform.clips.child import Reply
from mos_platform.clips.children import GIB, Child, Limits
from mos_platform.clips.opening import MEND
from studies.errors import InputError

__all__ = ["DECODING", "ENCODING", "Limits", "Progress", "Task", "as_done", "run_each"]

Result = TypeVar("Result")
Progress = Callable[[int, int], None]
DECODING = Limits()
# For clips that were decoded before: slow, but surely not for ever.
ENCODING = Limits(cpu_s=3600, wall_s=7200.0)
# After so many crashes and timeouts the rest is not tried, so that hostile material costs bounded time.
MOST_LOST = 10


@dataclass(frozen=True)
class Task:
    """`arguments` for the work on the clip that sentences call `name`."""

    name: str
    arguments: tuple[Any, ...]


def run_each(
    work: Callable[..., Result],
    tasks: Sequence[Task],
    *,
    limits: Limits = DECODING,
    workers: int | None = None,
    progress: Progress | None = None,
) -> list[Result | InputError]:
    """`work(*arguments)` for each task, in order: its result, or the InputError of that clip.

    After ten crashes and timeouts the rest is given up, each with its InputError.
    `work` must be a function of a module. There are as many children as processors, or as `workers` says.
    `progress` is called with the numbers done and in all. Any other exception of `work` is raised here.
    """
    ended: dict[int, Result | InputError] = {}
    for place, outcome in as_done(work, tasks, limits=limits, workers=workers):
        ended[place] = outcome
        if progress is not None:
            progress(len(ended), len(tasks))
    return [ended[place] for place in range(len(tasks))]


def as_done(
    work: Callable[..., Result],
    tasks: Sequence[Task],
    *,
    limits: Limits = DECODING,
    workers: int | None = None,
) -> Iterator[tuple[int, Result | InputError]]:
    """As `run_each`, but each task's place and outcome as soon as they are there.

    Leaving the loop early, by an error or by closing the iterator, ends the children.
    """
    pool = _Pool(work, tasks, limits)
    try:
        pool.start(min(workers or os.cpu_count() or 1, len(tasks)))
        while pool.children:
            yield from pool.collect()
        yield from pool.give_up()
    finally:
        pool.stop()


class _Pool:
    """Children, each at one task at a time; the calling thread looks after all of them."""

    def __init__(self, work: Callable[..., Any], tasks: Sequence[Task], limits: Limits) -> None:
        self.children: set[Child] = set()
        self._work, self._tasks, self._limits = work, tasks, limits
        self._next = self._lost = 0
        self._selector = selectors.DefaultSelector()

    def start(self, count: int) -> None:
        for _ in range(count):
            child = Child(self._limits)
            self.children.add(child)
            self._selector.register(child, selectors.EVENT_READ)

    def collect(self) -> Iterator[tuple[int, Any]]:
        """Wait for something to happen, and say what tasks have ended by it."""
        deadline = min(child.deadline for child in self.children)
        for key, _ in self._selector.select(max(deadline - time.monotonic(), 0.0)):
            if isinstance(key.fileobj, Child):
                yield from self._hear(key.fileobj)
        for child in [child for child in self.children if child.deadline <= time.monotonic()]:
            yield self._lose(child)

    def give_up(self) -> Iterator[tuple[int, Any]]:
        """What is left when too many children were lost."""
        for place in range(self._next, len(self._tasks)):
            why = f"since {self._lost} other clips made the decoder crash, or took too long; mend those first"
            yield place, InputError(f"{self._tasks[place].name} was not looked at, {why}.")

    def stop(self) -> None:
        for child in list(self.children):
            self._dismiss(child)
        self._selector.close()

    def _hear(self, child: Child) -> Iterator[tuple[int, Any]]:
        try:
            reply = child.hear()
        except EOFError:
            yield self._lose(child)
            return
        if reply is None:
            return
        place = child.place
        self._employ(child)
        if place is not None:
            yield place, _outcome(reply, self._tasks[place].name, self._limits)

    def _employ(self, child: Child) -> None:
        """Give it the next task, where there is one; a worn child is replaced before."""
        if self._next == len(self._tasks) or self._lost >= MOST_LOST:
            self._dismiss(child)
        elif child.is_worn:
            self._dismiss(child)
            self.start(1)
        else:
            child.give(self._next, self._work, self._tasks[self._next].arguments)
            self._next += 1

    def _lose(self, child: Child) -> tuple[int, InputError]:
        """It died over its task, or is past its deadline; another goes on with the tasks after that."""
        is_late, place, said = child.deadline <= time.monotonic(), child.place, child.said()
        status = self._dismiss(child)
        if place is None:
            raise RuntimeError(f"a process for decoding could not be started (status {status}): {said}")
        self._lost += 1
        if self._lost < MOST_LOST and self._next < len(self._tasks):
            self.start(1)
        return place, _ended_by(status, is_late, self._tasks[place].name, self._limits)

    def _dismiss(self, child: Child) -> int:
        self.children.discard(child)
        self._selector.unregister(child)
        return child.end()


def _outcome(reply: Reply, name: str, limits: Limits) -> Any:
    verdict, content = reply
    if verdict in ("done", "refused"):
        return content
    if verdict == "failed":
        raise content
    if verdict == "memory":
        most = f"{limits.memory_bytes / GIB:.3g} GiB of memory"
        return InputError(f"{name} needs more than {most} to be decoded; make its picture smaller.")
    return InputError(f"{name} would grow beyond {limits.file_bytes / GIB:.3g} GiB; cut it shorter.")


def _ended_by(status: int, is_late: bool, name: str, limits: Limits) -> InputError:
    if is_late or status == -signal.SIGXCPU:
        most = limits.wall_s if is_late else limits.cpu_s
        return InputError(f"{name} takes more than {most:.3g} s to be decoded; cut it shorter, or {MEND}.")
    if status == -signal.SIGKILL:
        return InputError(f"{name} was given up when the system ran out of memory; make its picture smaller.")
    return InputError(f"{name} makes the decoder crash; {MEND}.")
