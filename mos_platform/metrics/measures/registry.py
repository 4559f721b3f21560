"""Which implementation computes which metric of the catalogue: each family lists its own."""

from __future__ import annotations

from types import MappingProxyType

from mos_platform.metrics.measures import (
    distribution,
    fidelity,
    geometry,
    identity,
    motion,
    noreference,
    speech,
    synchronisation,
)
from mos_platform.metrics.measures.implementation import Implementation

FAMILIES = (fidelity, noreference, synchronisation, geometry, motion, identity, speech, distribution)

REGISTRY: MappingProxyType[str, Implementation] = MappingProxyType(
    {
        implementation.metric: implementation
        for family in FAMILIES
        for implementation in family.IMPLEMENTATIONS
    }
)
