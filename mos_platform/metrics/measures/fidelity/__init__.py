"""How close a clip's pictures are to the reference's: PSNR, SSIM and their kin."""

from __future__ import annotations

from mos_platform.metrics.measures.fidelity.pictures import PSNR, SSIM
from mos_platform.metrics.measures.implementation import Implementation

IMPLEMENTATIONS: tuple[Implementation, ...] = (Implementation("psnr", PSNR), Implementation("ssim", SSIM))
