"""How close a clip's pictures are to the reference's: PSNR, SSIM and their kin."""

from __future__ import annotations

from mos_platform.metrics.measures.fidelity.differences import L1, MSE, PSNR, l1, mse, psnr
from mos_platform.metrics.measures.fidelity.lpips import ALEXNET, CALIBRATION, LPIPS
from mos_platform.metrics.measures.fidelity.similarity import MS_SSIM, SSIM, ms_ssim, ssim
from mos_platform.metrics.measures.implementation import Implementation

__all__ = ["IMPLEMENTATIONS", "l1", "ms_ssim", "mse", "psnr", "ssim"]

IMPLEMENTATIONS: tuple[Implementation, ...] = (
    Implementation("mse", MSE),
    Implementation("l1", L1),
    Implementation("psnr", PSNR),
    Implementation("ssim", SSIM),
    Implementation("ms_ssim", MS_SSIM),
    Implementation("lpips", LPIPS, weights=(ALEXNET, CALIBRATION), packages=("torch",)),
)
