"""Landmarks in steps of 1/25 s, and their differences from step to step: pure functions.

Clips run at 22 to 30 frames per second; differences are comparable on one clock only.
"""

from __future__ import annotations

import numpy as np

from mos_platform.metrics.measures.geometry.points import Floats

RATE = 25.0
# Nothing is invented where pictures are missing for longer, in seconds.
_GAP = 0.1
_SLACK = 1e-6


def clock(times: Floats) -> Floats:
    """The steps from the first to the last of these times, in seconds."""
    number = int(np.floor((times[-1] - times[0]) * RATE + _SLACK)) + 1
    return np.asarray(times[0] + np.arange(number) / RATE)


def at_steps(times: Floats, values: Floats, steps: Floats) -> Floats:
    """(T, …) at times (T,), ascending → (S, …), linear in between.

    NaN before the first and after the last, across gaps of more than 0.1 s, and where a neighbour is NaN.
    """
    if len(times) < 2:
        return np.full((len(steps), *values.shape[1:]), np.nan)
    after = np.searchsorted(times, steps).clip(1, len(times) - 1)
    before = after - 1
    share = (steps - times[before]) / np.maximum(times[after] - times[before], 1e-9)
    whole = np.where(np.abs(share - np.round(share)) < _SLACK * RATE, np.round(share), share)
    outside = (steps < times[0] - _SLACK) | (steps > times[-1] + _SLACK)
    far = (times[after] - times[before] > _GAP) & (whole > 0) & (whole < 1)
    weight = whole.reshape(-1, *[1] * (values.ndim - 1))
    early, late = values[before].astype(np.float64), values[after].astype(np.float64)
    mixed = np.where(weight <= 0, early, np.where(weight >= 1, late, (1 - weight) * early + weight * late))
    mixed[outside | far] = np.nan
    return np.asarray(mixed)


def difference(points: Floats, order: int) -> Floats:
    """The order-th difference from step to step, (S, P, 2) → (N, P, 2), of the steps that are complete."""
    steps = np.diff(points, n=order, axis=0)
    return np.asarray(steps[~np.isnan(steps).any(axis=(1, 2))])


def mean_length(steps: Floats) -> float:
    """Mean Euclidean length of (N, P, 2)."""
    return float(np.linalg.norm(steps, axis=-1).mean())


def mean_square(clip: Floats, reference: Floats, order: int) -> float | None:
    """Mean squared difference of the order-th differences, over steps, points and coordinates.

    (S, P, 2) on the same clock; None where no step is complete in both.
    """
    apart = difference(clip - reference, order)
    return float(np.mean(apart**2)) if len(apart) else None
