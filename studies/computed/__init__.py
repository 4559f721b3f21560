"""The metrics that are computed here, one module per family, with definition, source and parameters."""

from studies.computed import (
    distribution,
    fidelity,
    geometry,
    identity,
    motion,
    noreference,
    speech,
    synchronisation,
)
from studies.computed.metric import Direction, Level, Metric

__all__ = ["COMPUTED", "Direction", "Level", "Metric"]

FAMILIES = (fidelity, noreference, synchronisation, geometry, motion, identity, speech, distribution)
COMPUTED: dict[str, Metric] = {metric.name: metric for family in FAMILIES for metric in family.METRICS}
