"""Speech: whether the sound is understood, and how it differs from the reference's."""

from __future__ import annotations

from studies.computed.faces import DETECTOR, LANDMARKER
from studies.computed.metric import Metric

_SOUNDS = frozenset({"reference", "audio"})
_RECOGNISED = (
    ("recogniser", "pocketsphinx 5 with its own en-us model: English only, whatever is spoken"),
    ("transcript", "what the same recogniser hears in the reference"),
    ("sound", "mono, 16 kHz; the clip's up to the end of the reference's"),
)
_CEPSTRA = (
    ("sound", "mono, 16 kHz"),
    ("window", "Hann, 32 ms, every 10 ms"),
    ("bands", "40 triangles on the mel scale, 0–8 kHz"),
    ("coefficients", "1 to 13, loudness left out"),
    ("factor", "10·√2 / ln 10"),
)

METRICS: tuple[Metric, ...] = (
    Metric(
        "wer_asr",
        "WER (heard, against the reference)",
        "substituted, deleted and inserted words per word of what a recogniser hears in the reference: how "
        "well the sound is kept; it says nothing about lips",
        "own, after the definition of WER",
        "lower",
        "1",
        needs=_SOUNDS,
        parameters=(*_RECOGNISED, ("alignment", "jiwer 4, words")),
    ),
    Metric(
        "cer_asr",
        "CER (heard, against the reference)",
        "substituted, deleted and inserted characters per character of what a recogniser hears in the "
        "reference: how well the sound is kept; it says nothing about lips",
        "own, after the definition of CER",
        "lower",
        "1",
        needs=_SOUNDS,
        parameters=(*_RECOGNISED, ("alignment", "jiwer 4, characters and spaces")),
    ),
    Metric(
        "mcd",
        "MCD",
        "scaled distance of mel-cepstral coefficients of two utterances; analyses differ, and have to be "
        "stated",
        "Kubichek (1993); the factor: Mashimo, Toda, Shikano & Campbell (2001)",
        "lower",
        "dB",
        needs=_SOUNDS,
        aliases=("mel-cepstral distortion", "mel cepstral distortion"),
        parameters=(
            *_CEPSTRA,
            ("matched by", "time"),
            ("pauses", "left out: frames more than 40 dB below the reference's loudest"),
        ),
    ),
    Metric(
        "mcd_dtw",
        "MCD-DTW",
        "scaled distance of mel-cepstral coefficients of two utterances, one warped onto the other in time: "
        "a shift or another pace costs nothing",
        "Kubichek (1993); warping: Sakoe & Chiba (1978)",
        "lower",
        "dB",
        needs=_SOUNDS,
        parameters=(
            *_CEPSTRA,
            ("matched by", "dynamic time warping, symmetric steps of one, no window, up to 120 s"),
            ("pauses", "left out of either: frames more than 40 dB below its loudest"),
        ),
    ),
    Metric(
        "beat_align_pose",
        "Beat Align (pose, onsets)",
        "closeness in time of the beats of head motion to those of the audio, with own detectors of both; no "
        "code was published for heads",
        "own, after SadTalker (CVPR 2023), arXiv:2211.12194, and Bailando (CVPR 2022), arXiv:2203.13055",
        "higher",
        "1",
        needs=frozenset({"face", "audio"}),
        files=(LANDMARKER,),
        parameters=(
            *DETECTOR,
            ("beats of the head", "minima of the angular speed, steps of 1/25 s, Gaussian of 5 steps"),
            ("beats of the sound", "onsets: rises of 40 mel bands every 10 ms, above their surroundings"),
            ("closeness", "exp(−d² / 2·3²), d in steps to the nearest beat of the head"),
            ("over beats of the sound", "mean"),
        ),
    ),
)
