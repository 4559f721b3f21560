"""One pass over a clip: each picture is decoded once and shown to every measure that was asked for.

Memory does not grow with the clip's length but for landmarks and sound (about 12 kB a picture with a face,
32 kB a second). A measure that fails gives a reason in place of its value, and the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from mos_platform.metrics.measures.implementation import FrameMeasure, Gathered, Implementation, TrackMeasure
from mos_platform.metrics.measures.reading.alignment import Pair, pairs
from mos_platform.metrics.measures.reading.facetrack import FaceTrack
from mos_platform.metrics.measures.reading.frames import Frame, read_frames
from mos_platform.metrics.measures.reading.landmarker import Landmarker
from mos_platform.metrics.measures.reading.sound import Sound, read_sound
from mos_platform.metrics.measures.result import Measurement, NoValueError
from mos_platform.metrics.measures.running import Running, guarded, needs_reference
from mos_platform.metrics.measures.weights import Weights
from studies.errors import InputError

NO_REFERENCE = "no reference clip for this item"


@dataclass(frozen=True)
class Order:
    """What to measure: a clip, against `reference` where there is one, by these implementations.

    `every`: frame measures look at every n-th picture only; landmarks are taken from all of them.
    """

    clip: Path
    reference: Path | None
    implementations: tuple[Implementation, ...]
    weights: Weights
    every: int = 1


def one_pass(order: Order) -> dict[str, Measurement]:
    """By metric: its value, or none with the reason. Only frame and track measures have a place in a pass."""
    lacking = [each for each in order.implementations if needs_reference(each) and order.reference is None]
    able = tuple(each for each in order.implementations if each not in lacking)
    answers = {each.metric: Measurement(None, NO_REFERENCE) for each in lacking}
    try:
        return answers | _measured(replace(order, implementations=able))
    except InputError as error:
        return answers | {each.metric: Measurement(None, str(error)) for each in able}


def _measured(order: Order) -> dict[str, Measurement]:
    running = [
        Running(each, each.measure)
        for each in order.implementations
        if isinstance(each.measure, FrameMeasure)
    ]
    for each in running:
        each.begin(order.weights)
    with ExitStack() as stack:
        faces = _Faces(stack, order)
        notes = {pair.note for pair in _shown(order, faces, running) if pair.note}
        gathered = faces.gathered(order)
    answers = {each.metric: _noted(each, order, notes) for each in running}
    for implementation in order.implementations:
        if isinstance(measure := implementation.measure, TrackMeasure):
            answers[implementation.metric] = guarded(implementation.metric, _bound(measure, gathered))
    return answers


def _bound(measure: TrackMeasure, gathered: Gathered) -> Callable[[], Measurement]:
    return lambda: measure.of(gathered)


def _noted(running: Running, order: Order, notes: set[str]) -> Measurement:
    """What was done to the reference concerns those who looked at it."""
    measurement = running.answer()
    sampled = f"one picture in {order.every}" if order.every > 1 else ""
    about_reference = sorted(notes) if needs_reference(running.implementation) else []
    if measurement.value is None:
        return measurement
    return replace(measurement, note="; ".join(filter(None, [measurement.note, sampled, *about_reference])))


def _shown(order: Order, faces: _Faces, running: list[Running]) -> Iterator[Pair]:
    """Show every picture to whom it concerns."""
    compares = any(map(needs_reference, order.implementations))
    reference = faces.of_reference(read_frames(order.reference)) if order.reference and compares else None
    for count, pair in enumerate(pairs(faces.of_clip(read_frames(order.clip)), reference)):
        if count % order.every == 0:
            for each in running:
                each.see(pair)
        yield pair


class _Faces:
    """The faces of clip and reference, watched while the pictures pass, where anything asks for them."""

    def __init__(self, stack: ExitStack, order: Order) -> None:
        self._tracking = [each for each in order.implementations if isinstance(each.measure, TrackMeasure)]
        watching = [each for each in self._tracking if _uses_face(each)]
        self._own = _landmarker(stack, order.weights, watching)
        self._other = _landmarker(stack, order.weights, list(filter(needs_reference, watching)))

    def of_clip(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        return _watched(self._own, frames)

    def of_reference(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        return _watched(self._other, frames)

    def gathered(self, order: Order) -> Gathered:
        reference = None
        if order.reference is not None:
            reference = Gathered(_track(self._other), self._sound(order.reference))
        return Gathered(_track(self._own), self._sound(order.clip), reference)

    def _sound(self, clip: Path) -> Sound | str:
        if not any(map(_uses_sound, self._tracking)):
            return "no sound was asked for"
        try:
            return read_sound(clip)
        except NoValueError as none:
            return str(none)


def _uses_sound(implementation: Implementation) -> bool:
    return isinstance(implementation.measure, TrackMeasure) and implementation.measure.uses_sound


def _uses_face(implementation: Implementation) -> bool:
    return isinstance(implementation.measure, TrackMeasure) and implementation.measure.uses_face


def _landmarker(stack: ExitStack, weights: Weights, watching: list[Implementation]) -> Landmarker | str:
    if not watching:
        return "no face was asked for"
    try:
        return stack.enter_context(Landmarker(weights))
    except NoValueError as none:
        return str(none)


def _watched(landmarker: Landmarker | str, frames: Iterable[Frame]) -> Iterator[Frame]:
    for frame in frames:
        if isinstance(landmarker, Landmarker):
            landmarker.see(frame)
        yield frame


def _track(landmarker: Landmarker | str) -> FaceTrack | str:
    try:
        return landmarker if isinstance(landmarker, str) else landmarker.track()
    except NoValueError as none:
        return str(none)
