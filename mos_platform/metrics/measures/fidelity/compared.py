"""What a clip's value is, of the values of those of its pictures that have a counterpart."""

from __future__ import annotations

from dataclasses import replace

from mos_platform.metrics.measures.implementation import Series, mean
from mos_platform.metrics.measures.result import Measurement, NoValueError

NEEDED_SHARE = 0.5


def compared(series: Series) -> Measurement:
    """The mean over pictures with a counterpart; the note counts the others.

    Raises NoValueError where fewer than half of the pictures have one.
    """
    check_overlap(series)
    measurement = mean(series)
    if not series.alone:
        return measurement
    note = f"{len(series.values)} of {_total(series)} frames have a counterpart in time"
    return replace(measurement, note="; ".join(filter(None, [measurement.note, note])))


def check_overlap(series: Series) -> None:
    """Raises NoValueError where fewer than half of the pictures have a counterpart, or none is there."""
    total = _total(series)
    if len(series.values) < NEEDED_SHARE * total or not series.values:
        raise NoValueError(f"only {len(series.values)} of {total} frames have a counterpart in time")


def _total(series: Series) -> int:
    return len(series.values) + series.alone
