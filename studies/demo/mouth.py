"""From speech to the movement of a face: lip opening, rounding, blinks and head, one value per picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from studies.demo.speech import Speech

Curve = NDArray[np.float64]

GRID_HZ = 1000
COARTICULATION_S = 0.028
ENVELOPE_S = 0.03
# Lips take their shape a little before the sound is heard.
ANTICIPATION_S = 0.03
REST = (2.0, 0.0)

# First letters of espeak-ng mnemonics → lip opening in pixels of the portrait, rounding 0–1.
_VISEMES: dict[str, tuple[float, float]] = {
    **dict.fromkeys("mbp", (0.0, 0.0)),
    **dict.fromkeys("fv", (1.2, 0.0)),
    **dict.fromkeys("aA", (12.0, 0.0)),
    **dict.fromkeys("E&", (10.0, 0.0)),
    **dict.fromkeys("V0O", (10.5, 0.5)),
    **dict.fromkeys("eo", (8.5, 0.3)),
    **dict.fromkeys("@3", (6.5, 0.25)),
    **dict.fromkeys("iI", (5.5, 0.0)),
    **dict.fromkeys("uUw", (3.5, 1.0)),
    **dict.fromkeys("rSZ", (4.0, 0.6)),
    **dict.fromkeys("_", REST),
}
_OTHER_CONSONANT = (4.5, 0.1)


@dataclass(frozen=True)
class Motion:
    """One row per picture. Lengths in pixels of the portrait, angle in degrees, the rest 0–1."""

    opening: Curve
    rounding: Curve
    blink: Curve
    shift_x: Curve
    shift_y: Curve
    turn: Curve
    tilt: Curve

    def __len__(self) -> int:
        return len(self.opening)


def speech_motion(speech: Speech, lead_in: float, frames: int, fps: int, rng: np.random.Generator) -> Motion:
    """Movement for `frames` pictures; the speech begins `lead_in` seconds after the first."""
    opening, rounding = _lips(speech, lead_in, frames / fps)
    loudness = _loudness(speech, lead_in, frames / fps)
    at = np.rint((np.arange(frames) + 0.5) / fps * GRID_HZ).astype(int)
    stress = gaussian_filter1d(loudness, 0.15 * GRID_HZ)[at]
    time = (np.arange(frames) + 0.5) / fps
    return Motion(
        opening=(opening * (0.7 + 0.3 * loudness))[at],
        rounding=rounding[at],
        blink=_blinks(time, rng),
        shift_x=_sway(time, 1.6, rng),
        shift_y=_sway(time, 0.8, rng) + 2.2 * stress,
        turn=_sway(time, 1.8, rng),
        tilt=_sway(time, 1.4, rng),
    )


def stuck_opening(frames: int, fps: int, rng: np.random.Generator) -> Curve:
    """A mouth that ignores the speech: still, but for short jumps at random moments."""
    opening = np.full(frames, 5.0)
    start = int(rng.integers(fps // 3, fps))
    while start < frames:
        opening[start : start + int(rng.integers(2, 4))] = rng.choice([1.0, 9.0])
        start += int(rng.integers(fps // 2, fps))
    return opening


def _lips(speech: Speech, lead_in: float, duration: float) -> tuple[Curve, Curve]:
    targets = np.tile(np.array(REST), (round(duration * GRID_HZ) + 1, 1))
    begin = lead_in - ANTICIPATION_S
    starts = [round((begin + start) * GRID_HZ) for _, start in speech.phonemes]
    ends = [*starts[1:], round((begin + speech.duration) * GRID_HZ)]
    for (name, _), start, end in zip(speech.phonemes, starts, ends, strict=True):
        targets[start:end] = _VISEMES.get(name.lstrip("',")[:1], _OTHER_CONSONANT)
    smooth = gaussian_filter1d(targets, COARTICULATION_S * GRID_HZ, axis=0)
    return smooth[:, 0], smooth[:, 1]


def _loudness(speech: Speech, lead_in: float, duration: float) -> Curve:
    """RMS envelope relative to its 90th percentile, at most 1, on the millisecond grid."""
    power = gaussian_filter1d(np.square(speech.samples), ENVELOPE_S * speech.rate)
    grid = np.arange(round(duration * GRID_HZ) + 1) / GRID_HZ - lead_in
    envelope = np.sqrt(np.interp(grid, np.arange(len(power)) / speech.rate, power, left=0, right=0))
    return np.asarray(np.minimum(envelope / np.quantile(np.sqrt(power), 0.9), 1.0))


def _sway(time: Curve, size: float, rng: np.random.Generator) -> Curve:
    frequencies = rng.uniform(0.15, 0.75, size=3)
    phases = rng.uniform(0, 2 * np.pi, size=3)
    waves = np.sin(2 * np.pi * frequencies * time[:, None] + phases)
    return np.asarray(size * waves.mean(axis=1) * 1.3)


def _blinks(time: Curve, rng: np.random.Generator) -> Curve:
    first = rng.uniform(0.5, 1.4)
    moments = np.array([first, first + rng.uniform(1.3, 2.2)])
    distance = np.abs(time[:, None] - moments).min(axis=1)
    return np.asarray(np.clip(1.35 - distance / 0.085, 0, 1))
