"""Synchronisation: lips against sound."""

from __future__ import annotations

from dataclasses import dataclass

from studies.computed.metric import Metric

Parameters = tuple[tuple[str, str], ...]

_SYNCNET = "syncnet_v2.model"
_S3FD = "sfd_face.pth"
_LANDMARKER = "face_landmarker_v2_with_blendshapes.task"
_CHUNG = "Chung & Zisserman (2016)"
_PRAJWAL = "Prajwal, Mukhopadhyay, Namboodiri & Jawahar (2020)"


@dataclass(frozen=True)
class _Variant:
    """One way from a clip to SyncNet's input."""

    suffix: str
    title: str
    procedure: str
    files: tuple[str, ...]
    parameters: Parameters
    aliases: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]] = ((), (), ())


_SCORING: Parameters = (
    ("window", "5 pictures, 0.2 s of sound"),
    ("sound", "MFCC, python_speech_features defaults"),
    ("shifts", "−15 to 15 frames of 40 ms"),
)
_JPEG: Parameters = (("pictures", "BGR 0-255, through JPEG at ffmpeg's default quality"),)

_FULL = _Variant(
    "",
    "",
    "the full procedure of syncnet_python (6efbb1c): 25 pictures a second, S3FD faces, tracks, crops, "
    "its encoders; Wav2Lip's script for real videos does the same",
    (_SYNCNET, _S3FD),
    (
        ("frame rate", "25, by ffmpeg"),
        ("detector", "S3FD, scale 0.25, confidence 0.9"),
        ("track", "over 100 pictures, face over 100 pixels"),
        *_JPEG,
        ("over tracks", "mean; offset of the most confident"),
    ),
    (
        ("Sync-D", "SyncD", "lip sync error distance"),
        ("Sync-C", "SyncC", "lip sync error confidence", "AVConfidence", "AVConf", "AV confidence"),
        ("AV offset",),
    ),
)
_DEMO = _Variant(
    "_demo",
    " (demo: face crop)",
    "as syncnet_python's demo does: the clip is a face crop of 224 × 224 at 25 pictures a second already",
    (_SYNCNET,),
    (("crop", "none: the clip is one"), *_JPEG),
)
_LRS = _Variant(
    "_lrs",
    " (Wav2Lip-LRS)",
    "as Wav2Lip's script for LRS does: no face detection, each whole picture resized to 224 × 224, a clip "
    "of 25 pictures a second",
    (_SYNCNET,),
    (("crop", "none: the whole picture"), *_JPEG),
)
_MESH = _Variant(
    "_mesh",
    " (mesh crop)",
    "with a crop from landmarks in place of S3FD and its tracks, and pictures as decoded: faster than the "
    "full procedure, near its figures but not comparable with them",
    (_SYNCNET, _LANDMARKER),
    (
        ("frame rate", "25, nearest picture in time"),
        ("detector", "MediaPipe Face Landmarker"),
        ("box", "of the mesh, × 1.05, 3.5 % higher"),
        ("pictures", "BGR 0-255, as decoded"),
    ),
)


def _figures(variant: _Variant) -> tuple[Metric, ...]:
    distance, confidence, offset = variant.aliases
    needs = frozenset({"face", "audio", "weights"})
    parameters = _SCORING + variant.parameters
    return (
        Metric(
            f"lse_d{variant.suffix}",
            f"LSE-D{variant.title}",
            "smallest mean distance between SyncNet's lip and audio features over shifts of −15 to 15 "
            "frames; " + variant.procedure,
            f"{_PRAJWAL}, after {_CHUNG}",
            "lower",
            "1",
            needs=needs,
            aliases=distance,
            files=variant.files,
            parameters=parameters,
        ),
        Metric(
            f"lse_c{variant.suffix}",
            f"LSE-C{variant.title}",
            "median minus smallest mean distance between SyncNet's lip and audio features over shifts of "
            "−15 to 15 frames, which SyncNet's authors call the AV confidence; " + variant.procedure,
            f"{_PRAJWAL}, after {_CHUNG}",
            "higher",
            "1",
            needs=needs,
            aliases=confidence,
            files=variant.files,
            parameters=parameters,
        ),
        Metric(
            f"av_offset{variant.suffix}",
            f"AVOffset{variant.title}",
            "shift at which SyncNet's mean distance is smallest, in frames of 40 ms; 0 is in time, positive: "
            "the audio leads; " + variant.procedure,
            _CHUNG,
            None,
            "frames",
            needs=needs,
            aliases=offset,
            files=variant.files,
            parameters=parameters,
        ),
    )


_JAW: Parameters = (
    ("jaw", "nose tip to chin over outer eye corners, in space"),
    ("envelope", "RMS of 300-3400 Hz in 40 ms"),
    ("grid", "25 Hz"),
    ("high-pass", "0.8 Hz"),
    ("shifts", "−10 to 10 frames"),
    ("detector", "MediaPipe Face Landmarker"),
)

METRICS: tuple[Metric, ...] = (
    *(metric for variant in (_FULL, _DEMO, _LRS, _MESH) for metric in _figures(variant)),
    Metric(
        "jaw_envelope_lag",
        "Jaw–envelope lag",
        "shift at which the jaw's opening correlates best with the envelope of the voice, in frames of 40 "
        "ms; positive: the audio leads; no estimate where the correlation stays below 0.2. To flag a clip "
        "whose sound is shifted, not to rank methods: jaws of clips in time lead or lag by up to some frames",
        "this project: a companion of AVOffset that needs no network",
        None,
        "frames",
        needs=frozenset({"face", "audio"}),
        files=(_LANDMARKER,),
        parameters=_JAW,
    ),
    Metric(
        "jaw_envelope_correlation",
        "Jaw–envelope correlation",
        "Pearson's correlation of the jaw's opening with the envelope of the voice at the best shift within "
        "±10 frames: whether a mouth moves with this sound at all, not how well",
        "this project: a companion of AVConfidence that needs no network",
        "higher",
        "1",
        needs=frozenset({"face", "audio"}),
        files=(_LANDMARKER,),
        parameters=_JAW,
    ),
)
