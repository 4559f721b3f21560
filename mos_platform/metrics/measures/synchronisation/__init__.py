"""Lips against sound: SyncNet and its variants, jaw against envelope."""

from __future__ import annotations

from mos_platform.metrics.measures.implementation import Implementation

IMPLEMENTATIONS: tuple[Implementation, ...] = ()
