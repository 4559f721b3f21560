"""Speech: whether the sound is understood."""

from __future__ import annotations

from studies.computed.metric import Metric

METRICS: tuple[Metric, ...] = ()
