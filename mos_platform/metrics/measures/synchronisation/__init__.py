"""Lips against sound: SyncNet and its variants, jaw against envelope."""

from __future__ import annotations

from mos_platform.metrics.measures.implementation import ClipMeasure, Implementation
from mos_platform.metrics.measures.reading.landmarker import MODEL
from mos_platform.metrics.measures.synchronisation.jaw import JAW_CORRELATION, JAW_LAG
from mos_platform.metrics.measures.synchronisation.variants import DEMO, FULL, LRS, MESH, S3FD, SYNCNET


def _syncnet(
    measure: ClipMeasure, suffix: str, weights: tuple[str, ...] = (), packages: tuple[str, ...] = ()
) -> tuple[Implementation, ...]:
    return tuple(
        Implementation(
            f"{figure}{suffix}", measure, weights=(SYNCNET, *weights), packages=("torch", "cv2", *packages)
        )
        for figure in ("lse_d", "lse_c", "av_offset")
    )


IMPLEMENTATIONS: tuple[Implementation, ...] = (
    *_syncnet(FULL, "", (S3FD,)),
    *_syncnet(DEMO, "_demo"),
    *_syncnet(LRS, "_lrs"),
    *_syncnet(MESH, "_mesh", (MODEL,), ("mediapipe",)),
    Implementation("jaw_envelope_lag", JAW_LAG, weights=(MODEL,), packages=("mediapipe",)),
    Implementation("jaw_envelope_correlation", JAW_CORRELATION, weights=(MODEL,), packages=("mediapipe",)),
)
