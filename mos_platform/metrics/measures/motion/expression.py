"""How expressions differ and how the upper face moves: pure functions."""

from __future__ import annotations

import numpy as np

from mos_platform.metrics.measures.geometry.points import UPPER_OF_68, Floats, facing


def blendshape_distance(clip: Floats, reference: Floats) -> float:
    """Mean absolute difference of blendshape scores (T, B)."""
    return float(np.abs(clip - reference).mean())


def upper_dynamics(points: Floats) -> float:
    """How much the upper face moves: (T, 68, 2), no NaN, in inter-ocular distances.

    Head motion in the plane is taken out; then the standard deviation over time of each brow and eye point's
    distance from its mean place, and the mean over points.
    """
    upper = facing(points)[:, UPPER_OF_68]
    away = np.linalg.norm(upper - upper.mean(axis=0), axis=-1)
    return float(away.std(axis=0).mean())


def dynamics_deviation(clip: Floats, reference: Floats) -> float:
    """Absolute difference of `upper_dynamics`."""
    return abs(upper_dynamics(reference) - upper_dynamics(clip))
