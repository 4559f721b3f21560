"""How metrics are computed: four kinds of measure, by what they work on.

Measures of frames and of gathered material run together, in one pass over a clip. Measures of clips
(networks) decode for themselves, on a queue of their own. Measures of sets compare the clips of a method
with the references of the same items.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mos_platform.metrics.measures.reading.facetrack import FaceTrack
from mos_platform.metrics.measures.reading.moment import Moment
from mos_platform.metrics.measures.reading.sound import Sound
from mos_platform.metrics.measures.result import Measurement, NoValueError
from mos_platform.metrics.measures.weights import Weights

Features = NDArray[np.float32]
T = TypeVar("T")


@dataclass(frozen=True)
class Series:
    """The values of a frame measure over a clip, one for each picture with what it needs; None: undefined.

    `alone` counts the pictures that have no counterpart in the reference.
    """

    values: Sequence[float | None]
    alone: int = 0


def mean(series: Series) -> Measurement:
    """The mean over the pictures where the value is defined; the note says how many were left out."""
    defined = [value for value in series.values if value is not None]
    if not defined:
        raise NoValueError("undefined in every picture")
    left_out = len(series.values) - len(defined)
    note = f"undefined in {left_out} of {len(series.values)} pictures" if left_out else ""
    return Measurement(float(np.mean(defined)), note=note)


@dataclass(frozen=True)
class FrameMeasure:
    """A number for each picture (against the reference's, where the metric needs one), then one of all.

    `prepare` gets the weights, once for each clip, and returns the function of a picture and the reference's
    (None where the metric needs none), which answers None where the value is undefined for this picture.
    """

    prepare: Callable[[Weights], Callable[[Moment, Moment | None], float | None]]
    over: Callable[[Series], Measurement] = mean


@dataclass(frozen=True)
class Gathered:
    """What one pass over a clip gathered. A member that is not there raises NoValueError with the reason."""

    _face: FaceTrack | str
    _sound: Sound | str
    _reference: Gathered | None = None

    @property
    def face(self) -> FaceTrack:
        return _there(self._face)

    @property
    def sound(self) -> Sound:
        return _there(self._sound)

    @property
    def reference(self) -> Gathered:
        if self._reference is None:
            raise NoValueError("no reference clip for this item")
        return self._reference


def _there(member: T | str) -> T:
    if isinstance(member, str):
        raise NoValueError(member)
    return member


@dataclass(frozen=True)
class TrackMeasure:
    """A number from landmarks and sound. `uses_face`, `uses_sound`: what has to be gathered for it."""

    of: Callable[[Gathered], Measurement]
    uses_face: bool = False
    uses_sound: bool = False


@dataclass(frozen=True)
class Files:
    """What a measure of clips works on: the clip, its reference where there is one, and the weights."""

    clip: Path
    reference: Path | None
    weights: Weights


@dataclass(frozen=True)
class ClipMeasure:
    """Numbers from a whole clip, by metric. Metrics that come from one computation share this object."""

    name: str
    of: Callable[[Files], Mapping[str, Measurement]]


@dataclass(frozen=True)
class Extractor:
    """What is taken from each clip for a measure of sets: (n, d) float32. `version` rises with the values."""

    name: str
    version: str
    of: Callable[[Path, Weights], Features]


@dataclass(frozen=True)
class SetMeasure:
    """A number for a method, from the features of all its clips and of the references of the same items."""

    extractor: Extractor
    over: Callable[[Sequence[Features], Sequence[Features]], Measurement]


Measure = FrameMeasure | TrackMeasure | ClipMeasure | SetMeasure


@dataclass(frozen=True)
class Implementation:
    """How the metric of that name in the catalogue is computed.

    `version` rises whenever a value may change. `weights`: files of the registry that it needs; `packages`:
    modules that have to be importable beyond those of the platform.
    """

    metric: str
    measure: Measure
    version: str = "1"
    weights: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"mos_platform.{self.metric}"
