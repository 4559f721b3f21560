"""Identity: whether the face stays the same person."""

from __future__ import annotations

from studies.computed.metric import Metric

METRICS: tuple[Metric, ...] = ()
