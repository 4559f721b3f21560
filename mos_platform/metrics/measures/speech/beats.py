"""Beat alignment: whether the head's motion has its turning points where the voice sets in."""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import NDArray

from mos_platform.metrics.measures.implementation import Gathered, TrackMeasure
from mos_platform.metrics.measures.motion import steps
from mos_platform.metrics.measures.motion.rotation import euler
from mos_platform.metrics.measures.reading.facetrack import FaceTrack
from mos_platform.metrics.measures.reading.sound import RATE, Sound
from mos_platform.metrics.measures.result import Measurement, NoValueError
from mos_platform.metrics.measures.speech.cepstrum import STEP, WINDOW, bands
from mos_platform.metrics.measures.speech.heard import audible

Floats = NDArray[np.float64]

SMOOTHED = 5.0
TOLERANCE = 3.0
RANGE = 60.0
THRESHOLD = 0.07
_BEFORE, _AROUND, _APART = 3, 10, 3
_NEEDED_SHARE = 0.5


def onsets(sound: Sound) -> Floats:
    """Times in seconds at which the sound sets in or swells, ascending.

    The strength of a frame is the mean rise over bands since the frame before, in dB, bands below the
    loudest by more than 60 dB being raised to there; over a whole sound it is scaled to 0–1. A frame is an
    onset where it is the strongest of the last 30 ms, above the mean of ±100 ms by 0.07, and more than 30 ms
    after the one before.
    """
    energies = bands(sound.samples)
    rise = np.diff(np.maximum(energies, energies.max() - RANGE), axis=0)
    strength = np.concatenate([[0.0], np.maximum(rise, 0).mean(axis=1)])
    if strength.max() <= 0:
        return np.empty(0)
    frames = _picked(strength / strength.max())
    return np.asarray((frames * STEP + WINDOW / 2) / RATE)


def _picked(strength: Floats) -> NDArray[np.int64]:
    strongest = scipy.ndimage.maximum_filter1d(strength, _BEFORE + 1, origin=_BEFORE // 2)
    mean = scipy.ndimage.uniform_filter1d(strength, 2 * _AROUND + 1)
    found: list[int] = []
    for frame in np.flatnonzero((strength >= strongest) & (strength >= mean + THRESHOLD)):
        if not found or frame - found[-1] > _APART:
            found.append(int(frame))
    return np.array(found, dtype=np.int64)


def turning_points(times: Floats, angles: Floats) -> Floats:
    """Times of the beats of head motion: local minima of the speed of turning, ascending.

    times (T,) s, angles (T, 3) in degrees, NaN where no face was found. Speed is the length of the change of
    angles over steps of 1/25 s, smoothed by a Gaussian of 5 steps; gaps are bridged by straight lines.
    Raises NoValueError where more than half of the steps are unknown.
    """
    clock = steps.clock(times)
    speed = np.linalg.norm(np.diff(steps.at_steps(times, _unwrapped(angles), clock), axis=0), axis=1)
    known = np.isfinite(speed)
    if known.sum() < max(_NEEDED_SHARE * len(speed), 2):
        raise NoValueError(f"the head's motion is known in only {known.sum()} of {len(speed)} steps")
    places = np.arange(len(speed))
    smooth = scipy.ndimage.gaussian_filter1d(np.interp(places, places[known], speed[known]), SMOOTHED)
    _, flat = scipy.signal.find_peaks(-smooth, plateau_size=1)
    middle = (flat["left_edges"] + flat["right_edges"]) / 2
    return np.asarray(clock[0] + (middle + 0.5) / steps.RATE)


def _unwrapped(angles: Floats) -> Floats:
    known = np.isfinite(angles).all(axis=1)
    found = np.full(angles.shape, np.nan)
    found[known] = np.unwrap(angles[known], period=360, axis=0)
    return found


def alignment(heard: Floats, seen: Floats) -> float:
    """Mean over beats of the sound of exp(−d² / 2·3²), d the steps of 1/25 s to the nearest of motion.

    0 to 1. Both not empty. Source: Siyao et al. (2022), "Bailando", where beats are of music and
    dance; as its code has it, the mean is over beats of the sound.
    """
    nearest = np.abs(heard[:, None] - seen[None, :]).min(axis=1) * steps.RATE
    return float(np.exp(-(nearest**2) / (2 * TOLERANCE**2)).mean())


def _aligned(gathered: Gathered) -> Measurement:
    face, sound = gathered.face, audible(gathered.sound)
    if len(face.times) < 2 or face.times[-1] - face.times[0] < 1:
        raise NoValueError("the face is seen for less than 1 s")
    seen = turning_points(
        np.asarray(face.times, dtype=np.float64), np.asarray(euler(face.pose), dtype=np.float64)
    )
    heard = _while_seen(onsets(sound), face)
    if not len(seen):
        raise NoValueError("no beat in the head's motion")
    if not len(heard):
        raise NoValueError("no beat in the sound")
    counts = f"{len(heard)} beats of the sound, {len(seen)} of the head"
    return Measurement(alignment(heard, seen), note="; ".join(filter(None, [counts, face.note])))


def _while_seen(times: Floats, face: FaceTrack) -> Floats:
    return np.asarray(times[(times >= face.times[0]) & (times <= face.times[-1])])


BEATS = TrackMeasure(_aligned, uses_face=True, uses_sound=True)
