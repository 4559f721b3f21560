"""Pose and motion: how heads and faces move."""

from __future__ import annotations

from studies.computed.metric import Metric

METRICS: tuple[Metric, ...] = ()
