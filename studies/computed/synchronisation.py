"""Synchronisation: lips against sound."""

from __future__ import annotations

from studies.computed.metric import Metric

METRICS: tuple[Metric, ...] = ()
