"""Whether the face stays the same person."""

from __future__ import annotations

from mos_platform.metrics.measures.identity.csim import csim
from mos_platform.metrics.measures.identity.embedding import ARCFACE_MODEL, DLIB_MODEL, ArcFace, Dlib
from mos_platform.metrics.measures.implementation import ClipMeasure, Implementation
from mos_platform.metrics.measures.reading.landmarker import MODEL

IMPLEMENTATIONS: tuple[Implementation, ...] = (
    Implementation(
        "csim_dlib",
        ClipMeasure("csim_dlib", csim("csim_dlib", Dlib)),
        weights=(MODEL, DLIB_MODEL),
        packages=("mediapipe", "dlib"),
    ),
    Implementation(
        "csim_arcface",
        ClipMeasure("csim_arcface", csim("csim_arcface", ArcFace)),
        weights=(MODEL, ARCFACE_MODEL),
        packages=("mediapipe", "cv2"),
    ),
)
