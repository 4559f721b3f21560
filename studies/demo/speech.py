"""Speech with the times of its phonemes, from the espeak-ng library that the system has installed."""

from __future__ import annotations

import ctypes
import ctypes.util
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studies.errors import InputError

_SYNCHRONOUS = 2
_PHONEME_EVENTS = 1
_UTF8 = 1
_RATE = 1
_LIST_TERMINATED, _PHONEME = 0, 7


@dataclass(frozen=True)
class Speech:
    """`samples` float in −1…1 at `rate` Hz; `phonemes`: espeak-ng mnemonic and start in seconds."""

    samples: NDArray[np.float64]
    rate: int
    phonemes: tuple[tuple[str, float], ...]

    @property
    def duration(self) -> float:
        return len(self.samples) / self.rate


class _Id(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(_Event))


class Voice:
    """espeak-ng opened once for one voice. The library keeps global state: use one voice after the other."""

    def __init__(self, name: str, words_per_minute: int) -> None:
        file = ctypes.util.find_library("espeak-ng")
        if file is None:
            raise InputError("espeak-ng was not found; install it (Debian: apt install espeak-ng).")
        self._library = ctypes.CDLL(file)
        self._rate = int(self._library.espeak_Initialize(_SYNCHRONOUS, 0, None, _PHONEME_EVENTS))
        if self._rate <= 0 or self._library.espeak_SetVoiceByName(name.encode()) != 0:
            raise InputError(f"espeak-ng has no voice {name!r}; see 'espeak-ng --voices'.")
        self._library.espeak_SetParameter(_RATE, words_per_minute, 0)

    def say(self, text: str) -> Speech:
        chunks: list[bytes] = []
        phonemes: list[tuple[str, float]] = []

        def collect(wave: int | None, count: int, events: ctypes._Pointer[_Event]) -> int:
            if wave and count:
                chunks.append(ctypes.string_at(wave, 2 * count))
            phonemes.extend(_phonemes(events, self._rate))
            return 0

        callback = _Callback(collect)
        self._library.espeak_SetSynthCallback(callback)
        data = text.encode()
        self._library.espeak_Synth(data, len(data) + 1, 0, 1, 0, _UTF8, None, None)
        self._library.espeak_Synchronize()
        samples = np.frombuffer(b"".join(chunks), dtype=np.int16) / 32768
        return Speech(samples, self._rate, tuple(phonemes))


def _phonemes(events: ctypes._Pointer[_Event], rate: int) -> list[tuple[str, float]]:
    found = []
    index = 0
    while (event := events[index]).type != _LIST_TERMINATED:
        if event.type == _PHONEME:
            found.append((bytes(event.id.string).decode(), event.sample / rate))
        index += 1
    return found
