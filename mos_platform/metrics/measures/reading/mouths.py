"""Where the lower face is in each picture of a clip: for clips whose mouth is made to stand still."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mos_platform.clips.damaging.marks import FaceMarks
from mos_platform.metrics.measures.reading.facetrack import FaceTrack
from mos_platform.metrics.measures.reading.frames import read_frames
from mos_platform.metrics.measures.reading.landmarker import Landmarker
from mos_platform.metrics.measures.result import NoValueError
from mos_platform.metrics.measures.weights import Weights
from studies.errors import InputError

# Points of the face mesh. What speech hardly moves: the nose, and the corners of the eyes.
STILL = (168, 6, 195, 4, 98, 327, 33, 133, 362, 263)
JAW = (58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288)
UNDER_NOSE = (425, 327, 98, 205)
LIPS, EYES = (13, 14), (33, 263)
REACH = (0.94, 1.12)  # of the held region, across and down: the jaw opens below its edge


def face_marks(clip: Path, name: str, weights: Path) -> FaceMarks:
    """Of a clip that sentences call `name`. Raises InputError: no finder here, no face in the clip."""
    try:
        with Landmarker(Weights(weights)) as finder:
            for frame in read_frames(clip):
                finder.see(frame)
            return marks_of(finder.track())
    except NoValueError as error:
        raise InputError(
            f"{name} cannot get a frozen mouth: {error}; mend that, or choose another damage."
        ) from None


def marks_of(track: FaceTrack) -> FaceMarks:
    """Of pictures without a face: NaN."""
    points = track.points[..., :2].astype(np.float64)
    jaw = points[:, JAW, :]
    middle = points[:, UNDER_NOSE, :].mean(axis=1, keepdims=True)
    region = np.concatenate([middle + REACH * (jaw - middle), points[:, UNDER_NOSE, :]], axis=1)
    lips, eyes = (np.linalg.norm(points[:, a] - points[:, b], axis=1) for a, b in (LIPS, EYES))
    return FaceMarks(points[:, STILL, :], region, lips / eyes, track.detector)
