"""Sound moved against the pictures, or taken from another clip; length and loudness stay."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mos_platform.clips.soundtrack import RATE, Sound
from mos_platform.clips.stripping import UnfitError

SEAM = RATE // 200  # samples (5 ms) over which sound fades out and in where its end meets its beginning
SHARE = 2  # a clip lasts as many times as long as its sound is moved by, or more
ENVELOPE = RATE // 25
ALIKE = 0.8  # correlation above which two clips say the same

SOUNDLESS = ("has no sound that could be damaged", "take a clip with sound for gold")
LENGTHEN = "make the shift smaller, or take another item"


def whole(pieces: Iterable[Sound]) -> Sound:
    """All of a sound, (2, n). Raises UnfitError where there is none."""
    found = list(pieces)
    sound = np.concatenate(found, axis=1) if found else np.zeros((2, 0), np.float32)
    if not sound.any():
        raise UnfitError(*SOUNDLESS)
    return sound


def moved(sound: Sound, by_s: Fraction) -> Sound:
    """The sound (2, n) later by so many seconds, earlier where negative, as long as before.

    What falls off at one end comes in at the other, so that no silence tells of it. Raises UnfitError for a
    sound that is shorter than twice the shift.
    """
    length, by = sound.shape[1], round(by_s * RATE)
    if length < SHARE * abs(by):
        short = f"{length / RATE:.2f} s of sound"
        raise UnfitError(f"has {short}, too little to be moved by {abs(float(by_s)):g} s", LENGTHEN)
    turned = np.roll(sound, by, axis=1)
    return turned * _dip(length, by % length)


def replaced(own: Sound, other: Sound) -> Sound:
    """The other sound (2, m), looped or cut to the length of the clip's own (2, n).

    Raises UnfitError where both say the same, as clips with one driving sound do.
    """
    length = own.shape[1]
    times = -(-length // other.shape[1])
    looped = np.tile(other, (1, times))[:, :length]
    for seam in range(other.shape[1], length, other.shape[1]):
        looped *= _dip(length, seam)
    if alikeness(own, looped) > ALIKE:
        raise UnfitError(
            "has the same sound as the item that is to lend it another",
            "name another item under swapped_sound",
        )
    return looped


def alikeness(one: Sound, other: Sound) -> float:
    """The larger correlation of two sounds of one length: of samples, or of envelopes in steps of 40 ms.

    0 where one does not vary.
    """
    samples = (sound.astype(np.float64).mean(axis=0) for sound in (one, other))
    return max(_correlation(*samples), _correlation(_envelope(one), _envelope(other)))


def _correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    a, b = one - one.mean(), other - other.mean()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale > 0 else 0.0


def _envelope(sound: Sound) -> NDArray[np.float64]:
    """RMS; what is left over at the end does not count."""
    steps = max(1, sound.shape[1] // ENVELOPE)
    cut = sound[:, : steps * ENVELOPE].astype(np.float64).mean(axis=0)
    return np.asarray(np.sqrt((cut.reshape(steps, -1) ** 2).mean(axis=1)))


def _dip(length: int, at: int) -> NDArray[np.float32]:
    """(n,): 1, going down to 0 at one sample and up again."""
    away = np.abs(np.arange(length, dtype=np.float32) - at)
    return np.minimum(away / SEAM, 1.0).astype(np.float32)
