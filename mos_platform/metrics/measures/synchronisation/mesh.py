"""A face crop like the published one from a mesh of landmarks: no detector, nothing encoded again."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mos_platform.metrics.measures.reading.facetrack import FaceTrack, nearest_times
from mos_platform.metrics.measures.reading.frames import Picture, read_frames
from mos_platform.metrics.measures.reading.landmarker import Landmarker
from mos_platform.metrics.measures.result import NoValueError
from mos_platform.metrics.measures.synchronisation import programs
from mos_platform.metrics.measures.synchronisation.tracking import SIDE, cut_out, squares
from mos_platform.metrics.measures.weights import Weights

Floats = NDArray[np.float64]

_MESH_POINTS = 468
_LARGER = 1.05
_HIGHER = 0.035


def watched(clip: Path, weights: Weights) -> FaceTrack:
    """The face of a clip. Raises NoValueError where there is none."""
    with Landmarker(weights) as landmarker, closing(read_frames(clip)) as frames:
        for frame in frames:
            landmarker.see(frame)
        return landmarker.track()


def boxes(points: NDArray[np.floating]) -> Floats:
    """(T, P, 3) points of a face mesh → (T, 4) boxes as a face detector would draw them.

    The mesh's box, 1.05 times as large about its centre, which moves up by 3.5 % of the mesh's height. Gaps
    (NaN) are bridged by straight lines. Raises NoValueError where no picture has points.
    """
    plane = points[:, :_MESH_POINTS, :2].astype(np.float64)
    low, high = plane.min(axis=1), plane.max(axis=1)
    centre, half = (low + high) / 2, (high - low) / 2 * _LARGER
    centre[:, 1] -= _HIGHER * (high - low)[:, 1]
    return _bridged(np.concatenate([centre - half, centre + half], axis=1))


def _bridged(sides: Floats) -> Floats:
    known = np.isfinite(sides).all(axis=1)
    if not known.any():
        raise NoValueError("no face found")
    numbers = np.arange(len(sides))
    return np.stack([np.interp(numbers, numbers[known], side[known]) for side in sides.T], axis=1)


def grid(face: FaceTrack) -> Floats:
    """25 moments a second from the first picture to the last, but none before the presentation starts."""
    start = max(float(face.times[0]), 0.0)
    return start + np.arange(int((float(face.times[-1]) - start) * programs.RATE + 1e-6) + 1) / programs.RATE


def crops(clip: Path, face: FaceTrack) -> Generator[Picture]:
    """At each moment of `grid` the face in the nearest picture: 224 × 224 × 3, BGR uint8."""
    nearest = nearest_times(face.times, grid(face))
    place = squares(boxes(face.points[nearest]))
    opencv = programs.cv2()
    moment = 0
    with closing(read_frames(clip)) as frames:
        for number, frame in enumerate(frames):
            while moment < len(nearest) and nearest[moment] == number:
                around = cut_out(frame.rgb, place.x[moment], place.y[moment], place.half[moment])
                if not around.size:
                    raise NoValueError("the face's square is empty after smoothing")
                yield np.ascontiguousarray(opencv.resize(around, (SIDE, SIDE))[:, :, ::-1])
                moment += 1
