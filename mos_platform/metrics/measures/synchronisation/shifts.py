"""From SyncNet's features of lips and sound to distance, confidence and offset."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Features = NDArray[np.float32]

VSHIFT = 15
_EPSILON = 1e-6


@dataclass(frozen=True)
class Sync:
    """distance: smallest mean distance over shifts. confidence: median less smallest. offset: frames of 40 ms
    by which the sound leads the lips; negative: it lags. windows: how many the means are taken over.
    """

    distance: float
    confidence: float
    offset: int
    windows: int


def mean_distances(lips: Features, sound: Features, vshift: int = VSHIFT) -> NDArray[np.float64]:
    """(n, d) and (n, d) → (2·vshift + 1,): mean distance of the lips' window i to the sound's i + shift.

    Shifts ascend from −vshift to vshift. Euclidean in single precision, 1e-6 added to each difference;
    beyond the ends the sound's features are zeros. The mean is over the n windows of the lips.
    """
    padded = np.pad(sound, ((vshift, vshift), (0, 0)))
    count = len(lips)
    distances = [
        np.linalg.norm(lips - padded[shift : shift + count] + np.float32(_EPSILON), axis=1)
        for shift in range(2 * vshift + 1)
    ]
    return np.asarray(np.mean(distances, axis=1, dtype=np.float64))


def sync(lips: Features, sound: Features, vshift: int = VSHIFT) -> Sync:
    """The three figures of a clip; the first of equal distances counts. n must be positive."""
    means = mean_distances(lips, sound, vshift)
    best = int(np.argmin(means))
    distance = float(means[best])
    return Sync(distance, float(np.median(means)) - distance, vshift - best, len(lips))
