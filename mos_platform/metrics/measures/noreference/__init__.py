"""How good a clip's pictures look by themselves: CPBD, BRISQUE, NIQE."""

from __future__ import annotations

from mos_platform.metrics.measures.implementation import FrameMeasure, Implementation
from mos_platform.metrics.measures.noreference import brisque, cpbd, niqe

IMPLEMENTATIONS: tuple[Implementation, ...] = (
    Implementation(
        "cpbd", FrameMeasure(lambda _weights: lambda picture, _reference: cpbd.cpbd(picture.luma))
    ),
    Implementation("brisque", FrameMeasure(brisque.prepare), weights=(brisque.MODEL,)),
    Implementation("niqe", FrameMeasure(niqe.prepare), weights=(niqe.MODEL,)),
)
