"""The face of a clip beside that of its reference, picture by picture."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mos_platform.metrics.measures.geometry.points import Floats, points68
from mos_platform.metrics.measures.implementation import Gathered
from mos_platform.metrics.measures.reading.alignment import same_shape
from mos_platform.metrics.measures.reading.facetrack import FaceTrack
from mos_platform.metrics.measures.result import NoValueError

# The longer side of a picture in the unit of published landmark distances: they stem from 256 × 256 clips.
SIDE = 256


@dataclass(frozen=True)
class Matched:
    """The pictures in which both show a face: two tracks of the same times. `note` says what was left out."""

    clip: FaceTrack
    reference: FaceTrack
    note: str

    @property
    def points(self) -> tuple[Floats, Floats]:
        """68 points of clip and reference, (T, 68, 2), where the longer side of each picture is 256."""
        return scaled(self.clip), scaled(self.reference)


def scaled(track: FaceTrack) -> Floats:
    """(T, 68, 2), in pixels of a picture whose longer side is 256."""
    return points68(track.points) * (SIDE / max(track.width, track.height))


def face_of_reference(gathered: Gathered) -> FaceTrack:
    """NoValueError where there is no reference, or no face in it."""
    reference = gathered.reference
    try:
        return reference.face
    except NoValueError as none:
        raise NoValueError(f"reference: {none}") from None


def matched(gathered: Gathered) -> Matched:
    """Each picture of the clip with the reference's nearest in time since the first, where both show a face.

    NoValueError where those are fewer than half of the clip's, where the two differ in shape
    (`reading.alignment`), and where both mostly show several faces: which belong together is not known.
    """
    clip, reference = gathered.face, face_of_reference(gathered)
    refuse_crowds(clip, reference)
    refuse_other_shape(clip, reference)
    other = replace(reference.at(clip.times + (reference.times[0] - clip.times[0])), times=clip.times)
    both = clip.found & other.found
    if not both.any():
        raise NoValueError("no picture in which both clip and reference show a face")
    if both.sum() < 0.5 * len(both):
        raise NoValueError(
            f"only {both.sum()} of {len(both)} pictures have a face and a counterpart that shows one"
        )
    left_out = int(np.sum(~both))
    notes = [f"{left_out} of {len(both)} pictures without a face or a counterpart"] if left_out else []
    notes += [crowd(clip)] if crowd(clip) else []
    notes += [f"reference: {crowd(reference)}"] if crowd(reference) else []
    return Matched(clip.taken(both), other.taken(both), "; ".join(notes))


def crowd(track: FaceTrack) -> str:
    """A note where several faces were seen."""
    several = int(np.sum(track.faces > 1))
    return f"several faces in {several} of {len(track.faces)} pictures, one followed" if several else ""


def refuse_crowds(clip: FaceTrack, reference: FaceTrack) -> None:
    if min(np.mean(clip.faces > 1), np.mean(reference.faces > 1)) > 0.5:
        raise NoValueError("several faces in both clip and reference: which belong together is not known")


def refuse_other_shape(clip: FaceTrack, reference: FaceTrack) -> None:
    if not same_shape((clip.height, clip.width), (reference.height, reference.width)):
        shapes = f"{clip.width} × {clip.height} pixels against {reference.width} × {reference.height}"
        raise NoValueError(f"the shapes of clip and reference differ: {shapes}")
