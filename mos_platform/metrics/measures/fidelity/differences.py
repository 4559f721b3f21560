"""MSE, L1 and PSNR: pixel values of one picture against another's."""

from __future__ import annotations

import math

import numpy as np

from mos_platform.metrics.measures.fidelity.compared import check_overlap, compared
from mos_platform.metrics.measures.implementation import FrameMeasure, Series
from mos_platform.metrics.measures.reading.frames import Picture
from mos_platform.metrics.measures.reading.moment import Moment
from mos_platform.metrics.measures.result import Measurement, NoValueError

PEAK = 255.0


def mse(picture: Picture, reference: Picture) -> float:
    """Mean squared difference over all samples of two uint8 arrays of one shape, in 0–255²."""
    apart = _apart(picture, reference).ravel().astype(np.float64)
    return float(apart @ apart) / apart.size


def l1(picture: Picture, reference: Picture) -> float:
    """Mean absolute difference over all samples of two uint8 arrays of one shape, in 0–255."""
    apart = _apart(picture, reference)
    return int(np.sum(apart, dtype=np.int64)) / apart.size


def psnr(picture: Picture, reference: Picture) -> float:
    """Peak signal-to-noise ratio in dB: 10·log10(255² / MSE) over all samples of two uint8 arrays.

    Shapes must agree. Infinite where the pictures are identical. Source: ITU-T J.340 (2010).
    """
    return _decibels(mse(picture, reference))


def _apart(picture: Picture, reference: Picture) -> Picture:
    """Absolute differences, which uint8 holds."""
    return np.maximum(picture, reference) - np.minimum(picture, reference)


def _decibels(error: float) -> float:
    return 10 * math.log10(PEAK**2 / error) if error > 0 else math.inf


def _mse_of(picture: Moment, reference: Moment) -> float:
    return mse(picture.rgb, reference.rgb)


def _mse(picture: Moment, reference: Moment | None) -> float | None:
    return None if reference is None else picture.once_beside(reference, _mse_of)


def _l1(picture: Moment, reference: Moment | None) -> float | None:
    return None if reference is None else l1(picture.rgb, reference.rgb)


def _psnr(picture: Moment, reference: Moment | None) -> float | None:
    return None if reference is None else _decibels(picture.once_beside(reference, _mse_of))


def _finite(series: Series) -> Measurement:
    """As `compared`, but a picture that equals the reference's leaves the clip without a value."""
    check_overlap(series)
    identical = sum(value == math.inf for value in series.values)
    if identical:
        all_of_them = identical == len(series.values)
        count = "" if all_of_them else f" in {identical} of {len(series.values)} frames"
        raise NoValueError(f"identical pictures{count}: PSNR is infinite")
    return compared(series)


MSE = FrameMeasure(lambda _weights: _mse, compared)
L1 = FrameMeasure(lambda _weights: _l1, compared)
PSNR = FrameMeasure(lambda _weights: _psnr, _finite)
