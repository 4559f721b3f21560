"""Kinds of evaluation split that the literature recommends (Zhang et al. 2026); own names are allowed."""

from __future__ import annotations

KNOWN_SPLITS = {
    "iid_holdout": "speakers held out of the training data, usually a fifth of them",
    "cross_dataset": "a high-fidelity data set not seen in training, such as CelebV-HQ or HDTF",
    "emotion": "an emotion data set, such as CREMA-D or RAVDESS",
    "low_shot": "one to five frames of the speaker are given",
    "novel_view": "head poses that the given frames do not show",
}
