"""Whether the sound can be understood, and how it differs from the reference's."""

from __future__ import annotations

from mos_platform.metrics.measures.implementation import Implementation

IMPLEMENTATIONS: tuple[Implementation, ...] = ()
