"""Fidelity: how close pictures are to the reference."""

from __future__ import annotations

from studies.computed.metric import Metric

ALIGNED = (
    (
        "frames matched by",
        "time since the first picture, nearest; half of the clip at least",
    ),
    ("reference of another size", "resized to the clip's by bicubic filter (Pillow), same shape within 1 %"),
    ("over frames", "mean"),
)

METRICS: tuple[Metric, ...] = (
    Metric(
        "mse",
        "MSE",
        "mean squared difference of pixel values; the range of values has to be stated",
        "definition",
        "lower",
        "",
        needs=frozenset({"reference"}),
        parameters=(("range", "0–255"), ("colour", "RGB"), *ALIGNED),
    ),
    Metric(
        "l1",
        "L1",
        "mean absolute difference of pixel values; the range of values has to be stated",
        "definition",
        "lower",
        "",
        needs=frozenset({"reference"}),
        aliases=("MAE",),
        parameters=(("range", "0–255"), ("colour", "RGB"), *ALIGNED),
    ),
    Metric(
        "psnr",
        "PSNR",
        "10·log10(peak² / mean squared difference of pixel values); undefined (infinite) where pictures "
        "are identical",
        "ITU-T J.340 (2010)",
        "higher",
        "dB",
        needs=frozenset({"reference"}),
        parameters=(("peak", "255"), ("colour", "RGB"), *ALIGNED),
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
            ("range", "0–255"),
            ("window", "Gaussian, 11 × 11, σ 1.5"),
            ("K1", "0.01"),
            ("K2", "0.03"),
            ("downsampling", "none"),
            *ALIGNED,
        ),
    ),
    Metric(
        "ms_ssim",
        "MS-SSIM",
        "structural similarity over several scales",
        "Wang, Simoncelli & Bovik (2003)",
        "higher",
        "1",
        needs=frozenset({"reference"}),
        parameters=(
            ("colour", "BT.601 luma"),
            ("range", "0–255"),
            ("window", "Gaussian, 11 × 11, σ 1.5"),
            ("K1", "0.01"),
            ("K2", "0.03"),
            ("scales", "5, weights 0.0448, 0.2856, 0.3001, 0.2363, 0.1333"),
            ("downsampling", "means of 2 × 2 pixels, odd sides as in piq 0.8"),
            ("negative contrast and structure", "0"),
            *ALIGNED,
        ),
    ),
    Metric(
        "lpips",
        "LPIPS",
        "weighted distance of a network's features of image patches, calibrated to human judgements; the "
        "network (AlexNet, VGG, SqueezeNet) has to be stated",
        "Zhang, Isola, Efros, Shechtman & Wang (2018)",
        "lower",
        "1",
        needs=frozenset({"reference", "weights"}),
        files=("alexnet-owt-7be5be79.pth", "lpips_alex.pth"),
        parameters=(
            ("network", "AlexNet of torchvision, calibration of lpips 0.1"),
            ("colour", "RGB, scaled to −1 to 1"),
            ("downsampling", "none"),
            *ALIGNED,
        ),
    ),
)
