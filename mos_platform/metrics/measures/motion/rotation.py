"""Head rotation from pose matrices: pure functions."""

from __future__ import annotations

import numpy as np

from mos_platform.metrics.measures.geometry.points import Floats


def euler(pose: Floats) -> Floats:
    """Pitch, yaw and roll in degrees: (T, 4, 4) → (T, 3), each in −180 to 180, yaw in −90 to 90.

    R = Rz(roll) · Ry(yaw) · Rx(pitch) in the camera's axes, x to the right, y up, z towards the viewer: pitch
    is positive with the face turned down, yaw with the face turned to the picture's right, roll with the head
    tilted to the picture's left. A uniform scale in the matrix does not matter.
    """
    rotation = np.asarray(pose[:, :3, :3], dtype=np.float64)
    pitch = np.arctan2(rotation[:, 2, 1], rotation[:, 2, 2])
    yaw = np.arctan2(-rotation[:, 2, 0], np.hypot(rotation[:, 2, 1], rotation[:, 2, 2]))
    roll = np.arctan2(rotation[:, 1, 0], rotation[:, 0, 0])
    return np.asarray(np.degrees(np.stack([pitch, yaw, roll], axis=1)))


def turned(clip: Floats, reference: Floats) -> Floats:
    """Differences of angles in degrees, the shorter way round: −180 to 180."""
    return np.asarray((clip - reference + 180) % 360 - 180)


def pose_rmse(clip: Floats, reference: Floats) -> float:
    """Root mean squared difference of angles (T, 3), degrees, over pictures and angles."""
    return float(np.sqrt(np.mean(turned(clip, reference) ** 2)))


def pose_distance(clip: Floats, reference: Floats) -> float:
    """Mean absolute difference of angles (T, 3) given in degrees, over pictures and angles, in radians."""
    return float(np.radians(np.abs(turned(clip, reference)).mean()))


def spread(angles: Floats) -> float:
    """Standard deviation over time of each angle (T, 3), the mean of the three, degrees."""
    unwrapped = np.unwrap(angles, period=360, axis=0)
    return float(unwrapped.std(axis=0).mean())
