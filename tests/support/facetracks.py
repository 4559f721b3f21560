"""Face tracks with known landmarks, for measures that need no picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mos_platform.metrics.measures.implementation import Gathered
from mos_platform.metrics.measures.reading.facetrack import FaceTrack

SIDE = 256


def mesh(seed: int = 0) -> NDArray[np.float64]:
    """Landmarks (478, 3) of one picture of 256 × 256, no two alike."""
    return np.random.default_rng(seed).uniform(60, 200, (478, 3))


def track(
    points: NDArray[np.float64],
    *,
    fps: float = 25.0,
    start: float = 0.0,
    pose: NDArray[np.float64] | None = None,
    faces: NDArray[np.int64] | None = None,
    side: int = SIDE,
) -> FaceTrack:
    """A track of landmarks (T, 478, 3), one face in each picture but where `faces` says otherwise."""
    number = len(points)
    seen = np.ones(number, dtype=np.int64) if faces is None else faces
    hidden = seen == 0
    shown = points.astype(np.float64).copy()
    shown[hidden] = np.nan
    poses = np.tile(np.eye(4), (number, 1, 1)) if pose is None else pose.copy()
    poses[hidden] = np.nan
    shapes = np.full((number, 52), 0.25)
    shapes[hidden] = np.nan
    names = tuple(f"shape{index}" for index in range(52))
    times = start + np.arange(number) / fps
    return FaceTrack(times, shown, poses, shapes, names, seen, side, side, "synthetic")


def still(number: int = 10, seed: int = 0) -> NDArray[np.float64]:
    """The same landmarks in each of so many pictures, (number, 478, 3)."""
    return np.tile(mesh(seed), (number, 1, 1))


def gathered(clip: FaceTrack | str, reference: FaceTrack | str | None = None) -> Gathered:
    other = None if reference is None else Gathered(reference, "no sound was asked for")
    return Gathered(clip, "no sound was asked for", other)
