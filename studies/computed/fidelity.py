"""Fidelity: how close pictures are to the reference."""

from __future__ import annotations

from studies.computed.metric import Metric

METRICS: tuple[Metric, ...] = (
    Metric(
        "psnr",
        "PSNR",
        "10·log10(peak² / mean squared difference of pixel values); undefined (infinite) where pictures "
        "are identical",
        "ITU-T J.340 (2010)",
        "higher",
        "dB",
        needs=frozenset({"reference"}),
        parameters=(
            ("peak", "255"),
            ("colour", "RGB"),
            ("frames matched by", "presentation time"),
            ("over frames", "mean"),
        ),
    ),
    Metric(
        "ssim",
        "SSIM",
        "structural similarity: luminance, contrast and structure compared in a sliding window",
        "Wang, Bovik, Sheikh & Simoncelli (2004)",
        "higher",
        "1",
        needs=frozenset({"reference"}),
        parameters=(
            ("colour", "BT.601 luma"),
            ("window", "Gaussian, 11 × 11, σ 1.5"),
            ("K1", "0.01"),
            ("K2", "0.03"),
            ("downsampling", "none"),
            ("frames matched by", "presentation time"),
            ("over frames", "mean"),
        ),
    ),
)
