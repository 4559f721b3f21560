"""Whether the sound is understood, how it differs from the reference's, and whether heads move with it."""

from __future__ import annotations

from mos_platform.metrics.measures.implementation import Implementation
from mos_platform.metrics.measures.reading.landmarker import MODEL
from mos_platform.metrics.measures.speech.beats import BEATS
from mos_platform.metrics.measures.speech.distortion import MCD, MCD_DTW
from mos_platform.metrics.measures.speech.recognition import ERRORS

IMPLEMENTATIONS: tuple[Implementation, ...] = (
    Implementation("wer_asr", ERRORS, packages=("pocketsphinx", "jiwer")),
    Implementation("cer_asr", ERRORS, packages=("pocketsphinx", "jiwer")),
    Implementation("mcd", MCD),
    Implementation("mcd_dtw", MCD_DTW),
    Implementation("beat_align_pose", BEATS, weights=(MODEL,), packages=("mediapipe",)),
)
