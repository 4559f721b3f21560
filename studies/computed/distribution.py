"""Distribution: a method's clips against the references, as sets."""

from __future__ import annotations

from studies.computed.metric import Metric

METRICS: tuple[Metric, ...] = ()
