"""A child process in which hostile clips are decoded.

It lowers its own limits, works off tasks, and dies with its parent. It imports only what its tasks need.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import pickle
import queue
import resource
import signal
import struct
import sys
import threading
import traceback
from contextlib import suppress
from typing import Any, BinaryIO, Literal

from studies.errors import InputError

LENGTH = struct.Struct(">Q")
NICENESS = 10
PR_SET_PDEATHSIG = 1

Verdict = Literal["ready", "done", "refused", "memory", "file", "failed"]
Reply = tuple[Verdict, Any]


def framed(message: bytes) -> bytes:
    """A message as it goes through a pipe: its length, then itself."""
    return LENGTH.pack(len(message)) + message


def main() -> None:
    """Work off what comes on standard input until it ends. Arguments: the parent's id and the limits."""
    parent, limits = int(sys.argv[1]), json.loads(sys.argv[2])
    _die_with(parent)
    _obey(limits)
    inbox, outbox = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not be taken for replies
    tasks: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(inbox, tasks), daemon=True).start()
    _send(outbox, pickle.dumps(("ready", None)))
    while True:
        _grant_seconds(limits["cpu_s"])
        _send(outbox, _work(tasks.get()))


def _die_with(parent: int) -> None:
    """Where the system can, it kills this process with its parent; elsewhere the end of input does."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _obey(limits: dict[str, int]) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for kind, bound in (
        (resource.RLIMIT_AS, limits["memory_bytes"]),
        (resource.RLIMIT_FSIZE, limits["file_bytes"]),
    ):
        _, hard = resource.getrlimit(kind)
        with suppress(ValueError, OSError):  # some systems know a limit and do not let it be set
            resource.setrlimit(kind, (bound, hard))
    os.nice(NICENESS)
    with suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write("1000")


def _grant_seconds(seconds: int) -> None:
    """So much processor time for the next task; the kernel ends this process where it takes more."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + 1 + seconds, hard))


def _receive(inbox: BinaryIO, tasks: queue.SimpleQueue[bytes]) -> None:
    """Runs beside the work, so that a parent's end is noticed in the midst of it."""
    while True:
        header = inbox.read(LENGTH.size)
        if len(header) < LENGTH.size:
            os._exit(0)
        tasks.put(inbox.read(LENGTH.unpack(header)[0]))


def _send(outbox: BinaryIO, reply: bytes) -> None:
    outbox.write(framed(reply))
    outbox.flush()


def _work(task: bytes) -> bytes:
    """The reply, pickled."""
    try:
        work, arguments = pickle.loads(task)  # noqa: S301 - our own parent wrote it
        return pickle.dumps(("done", work(*arguments)))
    except InputError as error:
        return _sendable(("refused", error))
    except MemoryError:
        return pickle.dumps(("memory", None))
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.EFBIG:
            return pickle.dumps(("file", None))
        return _failed(error)


def _failed(error: Exception) -> bytes:
    """A mistake of ours, not of the clip: the parent raises it with this process's own traceback."""
    error.add_note(traceback.format_exc())
    try:
        return _sendable(("failed", error))
    except Exception:
        return pickle.dumps(("failed", RuntimeError(traceback.format_exc())))


def _sendable(reply: Reply) -> bytes:
    pickled = pickle.dumps(reply)
    pickle.loads(pickled)  # noqa: S301 - some exceptions can be pickled, but not read again
    return pickled


if __name__ == "__main__":
    main()
