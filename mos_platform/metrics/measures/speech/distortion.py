"""Mel-cepstral distortion: how far apart the spectra of two utterances are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mos_platform.metrics.measures.implementation import Gathered, TrackMeasure
from mos_platform.metrics.measures.reading.sound import Sound
from mos_platform.metrics.measures.result import Measurement, NoValueError
from mos_platform.metrics.measures.speech.cepstrum import STEP, bands, cepstra, loudness
from mos_platform.metrics.measures.speech.heard import both

Floats = NDArray[np.float64]

DECIBELS = 10 * np.sqrt(2) / np.log(10)
# A frame so far below the loudest is a pause.
PAUSE = 40.0
# Warping looks at every pair of frames.
LONGEST = 120.0
_NEEDED_SHARE = 0.5


@dataclass(frozen=True)
class Spoken:
    """cepstra: (T, 13), 100 a second. sounds: (T,), whether the frame is no pause."""

    cepstra: Floats
    sounds: NDArray[np.bool_]


def spoken(sound: Sound) -> Spoken:
    energies = bands(sound.samples)
    level = loudness(energies)
    return Spoken(cepstra(energies), level > level.max() - PAUSE)


def in_time(clip: Spoken, reference: Spoken) -> float:
    """Mean distortion in dB of frames at the same time, pauses of the reference left out.

    That of a frame is 10·√2 / ln 10 times the Euclidean distance of coefficients 1 to 13. What one of the
    two has beyond the other's end does not count. Raises NoValueError where less than half of the longer one
    has a counterpart, or nothing is left. Source: Kubichek (1993); the factor: Mashimo et al. (2001).
    """
    shorter, longer = sorted((len(clip.cepstra), len(reference.cepstra)))
    if shorter < _NEEDED_SHARE * longer:
        raise NoValueError(f"clip and reference share only {shorter / 100:g} of {longer / 100:g} s of sound")
    heard = reference.sounds[:shorter]
    if not heard.any():
        raise NoValueError("nothing is heard while both clip and reference sound")
    apart = (clip.cepstra[:shorter] - reference.cepstra[:shorter])[heard]
    return float(DECIBELS * np.linalg.norm(apart, axis=1).mean())


def warped(clip: Spoken, reference: Spoken) -> float:
    """Mean distortion in dB along the warping path on which its sum is smallest, pauses of both left out."""
    return float(DECIBELS) * warped_mean(clip.cepstra[clip.sounds], reference.cepstra[reference.sounds])


def warped_mean(one: Floats, other: Floats) -> float:
    """The mean distance along the path of the smallest sum from the first rows to the last of (n, k), (m, k).

    Each step moves on by one row in either or in both; a step in both is preferred where sums are equal.
    Dynamic time warping after Sakoe & Chiba (1978), symmetric, without weights or window.
    """
    nowhere = np.full(len(one) + 1, np.inf)
    before, earlier = nowhere, nowhere
    steps, steps_earlier = np.zeros(len(one) + 1), np.zeros(len(one) + 1)
    for diagonal in range(len(one) + len(other) - 1):
        first, last = max(0, diagonal - len(other) + 1), min(diagonal, len(one) - 1)
        there = slice(first, last + 1)
        facing = other[diagonal - last : diagonal - first + 1][::-1]
        apart = np.linalg.norm(one[there] - facing, axis=1)
        # Places in these rows are one behind: the first stands for what lies before the first row.
        here = slice(first + 1, last + 2)
        sums = np.stack([earlier[there], before[there], before[here]])
        counts = np.stack([steps_earlier[there], steps[there], steps[here]])
        best = sums.argmin(axis=0)
        across = np.arange(len(best))
        total, count = nowhere.copy(), np.zeros(len(one) + 1)
        total[here] = apart + (sums[best, across] if diagonal else 0.0)
        count[here] = 1 + (counts[best, across] if diagonal else 0.0)
        earlier, before, steps_earlier, steps = before, total, steps, count
    return float(before[-1] / steps[-1])


def _in_time(gathered: Gathered) -> Measurement:
    clip, reference = map(spoken, both(gathered))
    shorter, longer = sorted((len(clip.cepstra), len(reference.cepstra)))
    beyond = (longer - shorter) * STEP / 16000
    note = f"{beyond:.2g} s have no counterpart" if beyond >= 0.1 else ""
    return Measurement(in_time(clip, reference), note=note)


def _warped(gathered: Gathered) -> Measurement:
    sounds = both(gathered)
    if max(sound.duration for sound in sounds) > LONGEST:
        raise NoValueError(f"the sound is longer than {LONGEST:g} s")
    return Measurement(warped(*map(spoken, sounds)))


MCD = TrackMeasure(_in_time, uses_sound=True)
MCD_DTW = TrackMeasure(_warped, uses_sound=True)
