"""Work that goes wrong in each way a decoder can, to be run in child processes."""

from __future__ import annotations

import ctypes
import importlib
import os
import signal
import sys
import time
from pathlib import Path

from studies.errors import InputError, MistakesError


def behave(number: int) -> tuple[int, int]:
    """The number and the process that saw it."""
    return number, os.getpid()


def dawdle(number: int, seconds: float) -> int:
    time.sleep(seconds)
    return number


def crash(number: int, bad: int) -> int:
    """A segmentation fault for one number, as a broken decoder has."""
    if number == bad:
        ctypes.string_at(0)
    return number


def abort(number: int, bad: int) -> int:
    if number == bad:
        os.abort()
    return number


def die(number: int, bad: int) -> int:
    """As the kernel ends a process when memory runs out."""
    if number == bad:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def hog(number: int, bad: int, size: int) -> int:
    if number == bad:
        return len(bytearray(size))
    return number


def spin(number: int, bad: int) -> int:
    while number == bad:
        pass
    return number


def burn(seconds: float) -> float:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return seconds


def hang(number: int, bad: int) -> int:
    """For ever, deaf to signals, while another thread is blocked too."""
    if number == bad:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
        time.sleep(3600)
    return number


def hold(number: int, folder: Path) -> int:
    """Leave word of the own process, and stay."""
    (folder / f"{os.getpid()}.pid").touch()
    time.sleep(3600)
    return number


def write(path: Path, size: int) -> int:
    with path.open("wb") as file:
        for _ in range(size >> 20):
            file.write(b"\1" * (1 << 20))
    return size


def refuse(number: int) -> int:
    raise InputError(f"{number}.mp4 is nothing; mend it.")


def refuse_twice(number: int) -> int:
    raise MistakesError([f"{number}.mp4 is nothing; mend it.", f"{number}.mp4 is less; mend it."])


def blunder(number: int) -> int:
    raise KeyError(f"our own mistake {number}")


class Unreadable(Exception):  # noqa: N818
    """An exception that cannot be read back from a pipe."""

    def __init__(self, one: int, other: int) -> None:
        super().__init__("two numbers")


def blunder_badly(number: int) -> int:
    raise Unreadable(number, number)


def chatter(number: int) -> int:
    """What libraries print must not disturb the talk with the parent."""
    print("noise" * 1000)
    os.write(1, b"more noise" * 1000)
    os.write(2, b"and errors" * 1000)
    return number


def surroundings(_number: int) -> tuple[list[str], dict[str, str], int]:
    """Loaded modules once clips can be probed and prepared; environment; niceness."""
    importlib.import_module("mos_platform.clips.probing")
    importlib.import_module("mos_platform.clips.preparing")
    return sorted(sys.modules), dict(os.environ), os.nice(0)
