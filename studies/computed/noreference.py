"""No reference: how good pictures look by themselves."""

from __future__ import annotations

from studies.computed.metric import Metric

METRICS: tuple[Metric, ...] = (
    Metric(
        "cpbd",
        "CPBD",
        "cumulative probability of blur detection: the share of edges whose blur is hardly noticed",
        "Narvekar & Karam (2011)",
        "higher",
        "1",
        parameters=(
            ("colour", "BT.601 luma"),
            ("block", "64 × 64"),
            ("β", "3.6"),
            ("edges", "as in the cpbd package 1.0.7"),
            ("over frames", "mean over those with a measurable edge"),
        ),
    ),
    Metric(
        "brisque",
        "BRISQUE",
        "distortion predicted from statistics of locally normalised luminance, without a reference",
        "Mittal, Moorthy & Bovik (2012)",
        "lower",
        "1",
        needs=frozenset({"weights"}),
        files=("brisque_svm.txt",),
        parameters=(
            ("colour", "grey, 0.2125 R + 0.7154 G + 0.0721 B"),
            ("window", "Gaussian, 7 × 7, σ 7/6, zeros outside"),
            ("scales", "2, bicubic (a = −0.75) without antialiasing"),
            ("regression", "of the brisque package 0.2.0"),
            ("over frames", "mean"),
        ),
    ),
    Metric(
        "niqe",
        "NIQE",
        "distance of a picture's luminance statistics from those of pristine pictures, without a reference "
        "or opinions",
        "Mittal, Soundararajan & Bovik (2013)",
        "lower",
        "1",
        needs=frozenset({"weights"}),
        files=("niqe_pris_params.npz",),
        parameters=(
            ("colour", "BT.601 luma, 16–235, rounded"),
            ("window", "Gaussian, 7 × 7, σ 7/6, edges repeated"),
            ("block", "96 × 96, all whole ones"),
            ("scales", "2, bicubic (a = −0.5) with antialiasing"),
            ("model", "the authors' pristine pictures"),
            ("over frames", "mean"),
        ),
    ),
)
