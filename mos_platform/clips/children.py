"""One child process, seen from its parent: given a task, heard, and told apart in how it died."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import IO, Any

from mos_platform.clips.child import LENGTH, Reply, framed

GIB = 1 << 30
# Leaks of decoders must not add up, nor the quarter second that a child takes to start.
TASKS_PER_CHILD = 2000
START_S = 60.0
START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv.pop()); "
    "from mos_platform.clips.child import main; main()"
)
# What a child inherits of the environment: nothing secret.
ENVIRONMENT = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "TZ",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "CUDA_VISIBLE_DEVICES",
)
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Limits:
    """What one child may take: address space and largest file written, in bytes; seconds for each task.

    `cpu_s` counts the processor's time, `wall_s` the time that passes.
    """

    memory_bytes: int = 3 * GIB
    file_bytes: int = 4 * GIB
    cpu_s: int = 120
    wall_s: float = 600.0


class Child:
    """A started process, and the place in the list of the task it is at."""

    def __init__(self, limits: Limits) -> None:
        self.place: int | None = None
        self.is_worn = False
        self.deadline = time.monotonic() + START_S
        self._limits = limits
        self._given = 0
        self._buffer = bytearray()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed in end()
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-c", START, str(os.getpid()), json.dumps(asdict(limits)), json.dumps(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            bufsize=0,
            env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ} | ONE_THREAD,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def fileno(self) -> int:
        """Readable once there is something to hear."""
        return _pipe(self._process.stdout).fileno()

    def give(self, place: int, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        """Let it begin with a task."""
        self.place, self.deadline = place, time.monotonic() + self._limits.wall_s
        self._given += 1
        self.is_worn = self._given >= TASKS_PER_CHILD
        left = memoryview(framed(pickle.dumps((work, arguments))))
        try:
            while left:
                left = left[os.write(_pipe(self._process.stdin).fileno(), left) :]
        except BrokenPipeError:
            return  # its end is heard next

    def hear(self) -> Reply | None:
        """Its reply, None while that is still incomplete. Raises EOFError where it died."""
        piece = os.read(self.fileno(), 1 << 20)
        if not piece:
            raise EOFError
        self._buffer += piece
        if len(self._buffer) < LENGTH.size:
            return None
        length = LENGTH.unpack_from(self._buffer)[0]
        if len(self._buffer) < LENGTH.size + length:
            return None
        verdict, content = pickle.loads(self._buffer[LENGTH.size :])  # noqa: S301 - our own child wrote it
        self._buffer.clear()
        self.is_worn |= verdict == "memory"
        return verdict, content

    def end(self) -> int:
        """Stop it now, whatever it does; its exit status, negative for a signal."""
        self._process.kill()
        status = self._process.wait()
        for file in (_pipe(self._process.stdin), _pipe(self._process.stdout), self._errors):
            file.close()
        return status

    def said(self) -> str:
        """The end of what it wrote to its standard error."""
        self._errors.seek(0)
        return self._errors.read()[-2000:].decode(errors="replace")


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise ValueError("the process was started without this pipe")
    return stream
