"""Spoken digits as WAV, in the languages of the interface. No Django here.

The speech was made with espeak-ng by mos_platform/setup/making/speech.py. Every digit takes the same time, so
that a file's length does not tell which ones it holds.
"""

from __future__ import annotations

import io
import unicodedata
import wave
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal

import av
import numpy as np
from numpy.typing import NDArray

from mos_platform.words import LANGUAGES

FOLDER = Path(__file__).parent / "speech"
RATE = 22050  # Hz
SLOT = RATE  # samples: 1 s
LEAD = 6615  # samples of silence around the digits, 0.3 s: some players swallow the beginning
Ear = Literal["both", "left", "right"]
CHANNELS: dict[Ear, tuple[int, ...]] = {"both": (1,), "left": (1, 0), "right": (0, 1)}

__all__ = ["LANGUAGES", "RATE", "SLOT", "Ear", "digit_samples", "spoken_digits", "typed_digits", "wav"]


@cache
def _speech(language: str) -> NDArray[np.int16]:
    """(10, SLOT): the digits 0 to 9. Raises FileNotFoundError for a language that there is not."""
    with av.open(str(FOLDER / f"{language}.flac")) as container:
        samples = np.concatenate([frame.to_ndarray().reshape(-1) for frame in container.decode(audio=0)])
    return samples.astype(np.int16).reshape(10, SLOT)


def digit_samples(digits: Sequence[int], language: str) -> NDArray[np.int16]:
    """(n,) mono at RATE Hz: the digits one after the other, with silence before and after."""
    silence = np.zeros(LEAD, dtype=np.int16)
    return np.concatenate([silence, *(_speech(language)[digit] for digit in digits), silence])


def spoken_digits(digits: Sequence[int], language: str, ear: Ear = "both") -> bytes:
    """The digits as a WAV file: mono for both ears, stereo for one."""
    mono = digit_samples(digits, language)
    return wav(np.outer(mono, CHANNELS[ear]).astype(np.int16))


def wav(samples: NDArray[np.int16]) -> bytes:
    """(n, channels) at RATE Hz as a WAV file."""
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.astype("<i2").tobytes())
    return target.getvalue()


def typed_digits(text: str) -> list[int]:
    """The digits of what was typed, in any script's digits; whatever stands between them does not count."""
    return [unicodedata.digit(sign) for sign in text if sign.isdigit() and sign.isdecimal()]
