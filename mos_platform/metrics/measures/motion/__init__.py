"""Head pose and how faces move over time."""

from __future__ import annotations

from mos_platform.metrics.measures.implementation import Implementation

IMPLEMENTATIONS: tuple[Implementation, ...] = ()
