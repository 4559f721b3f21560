"""Head pose and how faces move over time."""

from __future__ import annotations

from collections.abc import Callable

from mos_platform.metrics.measures.geometry.matched import (
    crowd,
    face_of_reference,
    matched,
    refuse_crowds,
    refuse_other_shape,
    scaled,
)
from mos_platform.metrics.measures.geometry.points import Floats
from mos_platform.metrics.measures.implementation import Gathered, Implementation, TrackMeasure
from mos_platform.metrics.measures.motion import expression, rotation, steps
from mos_platform.metrics.measures.reading.landmarker import MODEL
from mos_platform.metrics.measures.result import Measurement, NoValueError

FEWEST = 5


def _poses(distance: Callable[[Floats, Floats], float]) -> Callable[[Gathered], Measurement]:
    """A distance of the angles of the clip's head from those of the reference's."""

    def measured(gathered: Gathered) -> Measurement:
        pair = matched(gathered)
        clip, reference = rotation.euler(pair.clip.pose), rotation.euler(pair.reference.pose)
        return Measurement(distance(clip, reference), note=pair.note)

    return measured


def _blendshapes(gathered: Gathered) -> Measurement:
    pair = matched(gathered)
    value = expression.blendshape_distance(pair.clip.blendshapes, pair.reference.blendshapes)
    return Measurement(value, note=pair.note)


def _dynamics(gathered: Gathered) -> Measurement:
    pair = matched(gathered)
    # Of two pictures it is 0 whatever they show.
    _refuse_fewer(len(pair.clip.times), FEWEST)
    return Measurement(expression.dynamics_deviation(*pair.points), note=pair.note)


def _spread(gathered: Gathered) -> Measurement:
    face = gathered.face.taken(gathered.face.found)
    _refuse_fewer(len(face.times), 2)
    return Measurement(rotation.spread(rotation.euler(face.pose)), note=gathered.face.note)


def _refuse_fewer(number: int, wanted: int) -> None:
    if number < wanted:
        raise NoValueError(f"fewer than {wanted} pictures with a face")


def _length(order: int) -> Callable[[Gathered], Measurement]:
    """The mean length of the order-th difference of the clip's landmarks."""

    def measured(gathered: Gathered) -> Measurement:
        face = gathered.face
        points = steps.at_steps(face.times, scaled(face), steps.clock(face.times))
        differences = steps.difference(points, order)
        if not len(differences):
            raise NoValueError(_too_short(order))
        return Measurement(steps.mean_length(differences), note=face.note)

    return measured


def _too_short(order: int) -> str:
    return f"no {order + 1} pictures with a face in a row"


def _square(order: int) -> Callable[[Gathered], Measurement]:
    """The mean squared difference of the order-th differences from the reference's."""

    def measured(gathered: Gathered) -> Measurement:
        clip, reference = gathered.face, face_of_reference(gathered)
        refuse_crowds(clip, reference)
        refuse_other_shape(clip, reference)
        clock = steps.clock(clip.times)
        value = steps.mean_square(
            steps.at_steps(clip.times, scaled(clip), clock),
            # First pictures belong together, as in `matched`.
            steps.at_steps(reference.times - reference.times[0] + clip.times[0], scaled(reference), clock),
            order,
        )
        if value is None:
            raise NoValueError(f"{_too_short(order)}, in clip and reference at the same time")
        notes = [clip.note, f"reference: {reference.note}" if crowd(reference) else ""]
        return Measurement(value, note="; ".join(filter(None, notes)))

    return measured


def _implementation(metric: str, of: Callable[[Gathered], Measurement]) -> Implementation:
    return Implementation(metric, TrackMeasure(of, uses_face=True), weights=(MODEL,), packages=("mediapipe",))


IMPLEMENTATIONS: tuple[Implementation, ...] = (
    _implementation("prmse", _poses(rotation.pose_rmse)),
    _implementation("apd", _poses(rotation.pose_distance)),
    _implementation("aed_blendshapes", _blendshapes),
    _implementation("fdd_2d", _dynamics),
    _implementation("diversity_head_motion_pose", _spread),
    _implementation("landmark_velocity", _length(1)),
    _implementation("landmark_acceleration", _length(2)),
    _implementation("landmark_jitter", _length(3)),
    _implementation("velocity_mse", _square(1)),
    _implementation("acceleration_mse", _square(2)),
)
