"""Landmarks of faces, found by MediaPipe's Face Landmarker."""

from __future__ import annotations

from typing import Self

from mos_platform.metrics.measures.reading.facetrack import FaceTrack
from mos_platform.metrics.measures.reading.frames import Frame
from mos_platform.metrics.measures.weights import Weights

MODEL = "face_landmarker_v2_with_blendshapes.task"


class Landmarker:
    """Sees the pictures of one clip in order. NoValueError where package, library or file are missing."""

    def __init__(self, weights: Weights) -> None:
        self._model = weights.file(MODEL)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        return None

    def see(self, frame: Frame) -> None:
        """Find the faces of one more picture."""
        raise NotImplementedError

    def track(self) -> FaceTrack:
        """The track of all pictures seen. Raises NoValueError where no picture showed a face."""
        raise NotImplementedError
