"""Jaw against envelope: whether the mouth moves with the voice, and how much the one leads the other.

Needs no network. It flags a clip whose sound is shifted; it does not rank methods.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy
from numpy.typing import NDArray

from mos_platform.metrics.measures.implementation import Gathered, TrackMeasure
from mos_platform.metrics.measures.reading.facetrack import FaceTrack
from mos_platform.metrics.measures.reading.sound import Sound
from mos_platform.metrics.measures.result import Measurement, NoValueError

Floats = NDArray[np.float64]

RATE: Final = 25
REACH: Final = 10
CONFIDENCE: Final = 0.2

_NOSE_TIP, _CHIN, _RIGHT_EYE, _LEFT_EYE = 1, 152, 33, 263
_SHORTEST = 1.0
_WINDOW = 0.04
_FOUND_SHARE = 0.5


@dataclass(frozen=True)
class Lag:
    """frames: by how many of 40 ms the sound leads the jaw; negative: it lags. correlation: at that shift."""

    frames: int
    correlation: float


def jaw_opening(points: NDArray[np.floating]) -> Floats:
    """(T, P, 3) points of the 478-point face mesh → (T,): nose tip to chin over the eyes' outer corners.

    Distances in space, so that a nodding head does not look like a moving jaw. NaN where a point is NaN or
    the corners coincide.
    """
    height = np.linalg.norm(points[:, _NOSE_TIP] - points[:, _CHIN], axis=1)
    width = np.linalg.norm(points[:, _RIGHT_EYE] - points[:, _LEFT_EYE], axis=1)
    ratio = np.full(len(height), np.nan)
    np.divide(height, width, out=ratio, where=width > 0)
    return ratio


def envelope(sound: Sound, times: Floats) -> Floats:
    """RMS of the sound between 300 and 3400 Hz in 40 ms around each of the times (s), in units of samples.

    Butterworth of order 4, forward and backward. 0 beyond the ends.
    """
    band = scipy.signal.butter(4, [300, 3400], "bandpass", fs=sound.rate, output="sos")
    voice = scipy.signal.sosfiltfilt(band, sound.samples.astype(np.float64))
    energy = np.concatenate([[0.0], np.cumsum(voice**2)])
    first, last = (
        np.clip(np.rint((times + side * _WINDOW / 2) * sound.rate).astype(int), 0, len(sound.samples))
        for side in (-1, 1)
    )
    power = np.maximum(energy[last] - energy[first], 0) / np.maximum(last - first, 1)
    return np.asarray(np.sqrt(power))


def lag(jaw: Floats, loudness: Floats, reach: int = REACH) -> Lag:
    """The shift within ±reach frames at which two series on the 25 Hz grid, (n,) each, correlate best.

    Both lose what is slower than 0.8 Hz (Butterworth of order 2, forward and backward). Pearson's correlation
    of what overlaps. Raises NoValueError where either does not vary.
    """
    slow = scipy.signal.butter(2, 0.8, "highpass", fs=RATE, output="sos")
    moved, heard = scipy.signal.sosfiltfilt(slow, jaw), scipy.signal.sosfiltfilt(slow, loudness)
    correlations = [_correlation(moved, heard, shift) for shift in range(-reach, reach + 1)]
    best = int(np.argmax(correlations))
    return Lag(best - reach, correlations[best])


def _correlation(moved: Floats, heard: Floats, shift: int) -> float:
    late, early = max(shift, 0), max(-shift, 0)
    a, b = moved[late : len(moved) - early], heard[early : len(heard) - late]
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    if scale < 1e-12:
        raise NoValueError("jaw or sound does not vary")
    return float(a @ b) / scale


def of_clip(face: FaceTrack, sound: Sound) -> Lag:
    """Jaw against envelope of a clip. Raises NoValueError with the reason where that is not defined."""
    if sound.is_silent:
        raise NoValueError("the sound is silent")
    times = _grid(face, sound)
    return lag(_on(times, face), envelope(sound, times))


def _grid(face: FaceTrack, sound: Sound) -> Floats:
    if len(face.times) == 0:
        raise NoValueError("no picture")
    start, end = max(float(face.times[0]), 0.0), min(float(face.times[-1]), sound.duration)
    if end - start < _SHORTEST:
        raise NoValueError(f"face and sound overlap for less than {_SHORTEST:g} s")
    return start + np.arange(int((end - start) * RATE) + 1) / RATE


def _on(times: Floats, face: FaceTrack) -> Floats:
    """The jaw's opening at these times; gaps are bridged by straight lines."""
    opening = jaw_opening(face.points)
    known = np.isfinite(opening)
    if known.sum() < max(_FOUND_SHARE * len(opening), 2):
        raise NoValueError(f"a face in only {known.sum()} of {len(opening)} pictures")
    return np.interp(times, face.times[known], opening[known])


def _lag(gathered: Gathered) -> Measurement:
    found = of_clip(gathered.face, gathered.sound)
    if found.correlation < CONFIDENCE:
        raise NoValueError(
            f"no estimate: jaw and sound correlate by {found.correlation:.2f} at best, below {CONFIDENCE}"
        )
    return Measurement(float(found.frames), note=_several(gathered.face))


def _correlated(gathered: Gathered) -> Measurement:
    found = of_clip(gathered.face, gathered.sound)
    return Measurement(found.correlation, note=_several(gathered.face))


def _several(face: FaceTrack) -> str:
    several = int((face.faces > 1).sum())
    return f"several faces in {several} of {len(face.faces)} pictures; the largest counts" if several else ""


JAW_LAG = TrackMeasure(_lag, uses_face=True, uses_sound=True)
JAW_CORRELATION = TrackMeasure(_correlated, uses_face=True, uses_sound=True)
