"""Native libraries that chat on standard error, kept from doing so while they start."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_STDERR = 2
_ONE_AT_A_TIME = threading.Lock()


@contextmanager
def without_chatter(chatter: tuple[str, ...]) -> Iterator[None]:
    """Hold back what is written to standard error, and let it through at the end.

    Lines that contain one of the words in `chatter` are dropped. Reaches what C++ writes, unlike
    `contextlib.redirect_stderr`.
    """
    with _ONE_AT_A_TIME, tempfile.TemporaryFile() as held:
        own = os.dup(_STDERR)
        os.dup2(held.fileno(), _STDERR)
        try:
            yield
        finally:
            os.dup2(own, _STDERR)
            os.close(own)
            held.seek(0)
            for line in held:
                if not any(word.encode() in line for word in chatter):
                    os.write(_STDERR, line)
