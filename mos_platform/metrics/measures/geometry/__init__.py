"""Where landmarks lie against the reference's: LMD and its kin."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mos_platform.metrics.measures.geometry import distances
from mos_platform.metrics.measures.geometry.matched import matched
from mos_platform.metrics.measures.geometry.points import Floats, points68
from mos_platform.metrics.measures.implementation import Gathered, Implementation, TrackMeasure
from mos_platform.metrics.measures.reading.landmarker import MODEL
from mos_platform.metrics.measures.result import Measurement, NoValueError


def _against(distance: Callable[[Floats, Floats], float]) -> Callable[[Gathered], Measurement]:
    def measured(gathered: Gathered) -> Measurement:
        pair = matched(gathered)
        return Measurement(distance(*pair.points), note=pair.note)

    return measured


def _mean_of(shape: Callable[[Floats], Floats]) -> Callable[[Gathered], Measurement]:
    """The mean of a number for each picture of the clip."""

    def measured(gathered: Gathered) -> Measurement:
        values = shape(points68(gathered.face.points))
        if np.isnan(values).all():
            raise NoValueError("undefined in every picture")
        return Measurement(float(np.nanmean(values)), note=gathered.face.note)

    return measured


def _difference_of(shape: Callable[[Floats], Floats]) -> Callable[[Floats, Floats], float]:
    """The mean absolute difference of a number for each picture of clip and reference."""

    def difference(clip: Floats, reference: Floats) -> float:
        apart = np.abs(shape(clip) - shape(reference))
        if np.isnan(apart).all():
            raise NoValueError("undefined in every picture")
        return float(np.nanmean(apart))

    return difference


def _implementation(metric: str, of: Callable[[Gathered], Measurement]) -> Implementation:
    return Implementation(metric, TrackMeasure(of, uses_face=True), weights=(MODEL,), packages=("mediapipe",))


IMPLEMENTATIONS: tuple[Implementation, ...] = (
    _implementation("lmd", _against(distances.landmark_distance)),
    _implementation("m_lmd", _against(distances.mouth_distance)),
    _implementation("f_lmd", _against(distances.face_distance)),
    _implementation("lmd_lips", _against(distances.calibrated_lip_distance)),
    _implementation("lve_2d", _against(distances.lip_vertex_error)),
    _implementation("akd", _against(distances.keypoint_difference)),
    _implementation("ear", _mean_of(distances.eye_aspect_ratio)),
    _implementation("ear_difference", _against(_difference_of(distances.eye_aspect_ratio))),
    _implementation("lip_opening", _mean_of(distances.lip_opening)),
    _implementation("lip_opening_difference", _against(_difference_of(distances.lip_opening))),
)
