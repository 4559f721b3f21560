"""How a method's clips are distributed against the references: FID, FVD, IS."""

from __future__ import annotations

from mos_platform.metrics.measures.distribution.clips import FVD, I3D
from mos_platform.metrics.measures.distribution.pictures import FID, INCEPTION, IS
from mos_platform.metrics.measures.implementation import Implementation

IMPLEMENTATIONS: tuple[Implementation, ...] = (
    Implementation("fid", FID, weights=(INCEPTION,), packages=("torch",)),
    Implementation("is", IS, weights=(INCEPTION,), packages=("torch",)),
    Implementation("fvd_16f", FVD, weights=(I3D,), packages=("torch",)),
)
