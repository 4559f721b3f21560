"""How a method's clips are distributed against the references: FID, FVD, IS."""

from __future__ import annotations

from mos_platform.metrics.measures.implementation import Implementation

IMPLEMENTATIONS: tuple[Implementation, ...] = ()
