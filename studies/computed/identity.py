"""Identity: whether the face stays the same person."""

from __future__ import annotations

from studies.computed.faces import DETECTOR, LANDMARKER
from studies.computed.metric import Metric

_NEEDS = frozenset({"reference", "face", "weights"})
_SAMPLED = (
    ("pictures", "the first of each fifth of a second"),
    ("compared with", "the reference's picture nearest in time; with its only one where it is a still"),
    ("over pictures", "mean cosine"),
)

METRICS: tuple[Metric, ...] = (
    Metric(
        "csim_dlib",
        "CSIM (dlib)",
        "cosine similarity of face-recognition features with those of the reference person, by dlib's "
        "128 numbers: different people come out at 0.8 to 0.9",
        "survey literature; dlib: King (2017)",
        "higher",
        "1",
        needs=_NEEDS,
        files=(LANDMARKER, "dlib_face_recognition_resnet_model_v1.dat"),
        parameters=(
            *DETECTOR,
            ("embedding", "dlib_face_recognition_resnet_model_v1, no jitter"),
            ("alignment", "eye corners and base of the nose to dlib's chip of 150 × 150, padding 0.25"),
            *_SAMPLED,
        ),
    ),
    Metric(
        "csim_arcface",
        "CSIM (ArcFace w600k_r50)",
        "cosine similarity of face-recognition features with those of the reference person, by ArcFace",
        "survey literature; ArcFace: Deng, Guo, Xue & Zafeiriou (2019)",
        "higher",
        "1",
        needs=_NEEDS,
        files=(LANDMARKER, "w600k_r50.onnx"),
        parameters=(
            *DETECTOR,
            ("embedding", "insightface w600k_r50, RGB scaled to −1 to 1"),
            ("alignment", "five points by similarity to insightface's crop of 112 × 112"),
            *_SAMPLED,
        ),
    ),
)
