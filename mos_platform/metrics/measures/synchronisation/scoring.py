"""A stream of face pictures and its sound, scored by SyncNet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mos_platform.metrics.measures.reading.frames import Picture
from mos_platform.metrics.measures.reading.sound import Sound
from mos_platform.metrics.measures.result import NoValueError
from mos_platform.metrics.measures.synchronisation.mfcc import mfcc
from mos_platform.metrics.measures.synchronisation.shifts import Sync, sync

if TYPE_CHECKING:
    from mos_platform.metrics.measures.synchronisation.syncnet import SyncNet

_SAMPLES = 640
_LOST = 5


def score(net: SyncNet, faces: Iterable[Picture], samples: NDArray[np.int16]) -> Sync:
    """faces: 224 × 224 × 3 BGR uint8 at 25 per second; samples: int16 at 16 kHz from the same moment on.

    Pictures and sound that have no counterpart at the end are left out. Raises NoValueError where fewer than
    6 pictures have one, and where the sound is silent.
    """
    if Sound(samples, 16000).is_silent:
        raise NoValueError("the sound is silent")
    heard = len(samples) // _SAMPLES
    lips = net.lips(islice(faces, heard)) if heard > _LOST else np.empty((0, 1024), np.float32)
    # The reference leaves the last window of the pictures out.
    count = len(lips) - 1
    if count < 1:
        raise NoValueError("fewer than 6 pictures with sound")
    return sync(lips[:count], net.sound(mfcc(samples), count))


def windows(faces: Iterable[Picture], length: int, chunk: int) -> Iterator[NDArray[np.uint8]]:
    """Stacks of up to `chunk` + length − 1 pictures; each begins with the last length − 1 of the one before.

    A stack of n pictures holds n − length + 1 windows; together they are every window once.
    """
    stream = iter(faces)
    stack = list(islice(stream, length - 1))
    while more := list(islice(stream, chunk)):
        stack += more
        yield np.stack(stack)
        stack = stack[len(stack) - length + 1 :]
