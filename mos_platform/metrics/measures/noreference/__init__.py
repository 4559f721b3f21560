"""How good a clip's pictures look by themselves: CPBD, BRISQUE, NIQE."""

from __future__ import annotations

from mos_platform.metrics.measures.implementation import FrameMeasure, Implementation
from mos_platform.metrics.measures.noreference.cpbd import cpbd

IMPLEMENTATIONS: tuple[Implementation, ...] = (
    Implementation("cpbd", FrameMeasure(lambda _weights: lambda picture, _reference: cpbd(picture.luma))),
)
