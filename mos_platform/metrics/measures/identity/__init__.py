"""Whether the face stays the same person."""

from __future__ import annotations

from mos_platform.metrics.measures.implementation import Implementation

IMPLEMENTATIONS: tuple[Implementation, ...] = ()
