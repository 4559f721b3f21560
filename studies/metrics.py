"""The metric catalogue: what each objective metric is, where it is defined, and what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Direction = Literal["higher", "lower"]
Level = Literal["clip", "method"]


@dataclass(frozen=True)
class Metric:
    """One objective metric. `direction`: which way is better; `needs`: reference, audio, face, weights."""

    name: str
    title: str
    definition: str
    source: str
    direction: Direction
    unit: str
    level: Level = "clip"
    needs: frozenset[str] = frozenset()


CATALOGUE: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric(
            "psnr",
            "PSNR",
            "10·log10(255² / MSE) over RGB frames matched by presentation time; the mean over frames, "
            "undefined (infinite) where pictures are identical",
            "ITU-T J.340 (2010), per frame",
            "higher",
            "dB",
            needs=frozenset({"reference"}),
        ),
        Metric(
            "ssim",
            "SSIM",
            "structural similarity of BT.601 luma matched by presentation time, Gaussian window σ = 1.5 "
            "(11 × 11), K1 = 0.01, K2 = 0.03, no downsampling; the mean over frames",
            "Wang, Bovik, Sheikh & Simoncelli (2004)",
            "higher",
            "1",
            needs=frozenset({"reference"}),
        ),
        Metric(
            "cpbd",
            "CPBD",
            "cumulative probability of blur detection on BT.601 luma, 64 × 64 blocks, β = 3.6, edges as in "
            "the cpbd package 1.0.7; the mean over frames that hold a measurable edge",
            "Narvekar & Karam (2011)",
            "higher",
            "1",
        ),
    )
}
