"""One pass over a clip, in a line."""

from __future__ import annotations

from pathlib import Path

from mos_platform.metrics.measures.onepass import Order, one_pass
from mos_platform.metrics.measures.registry import REGISTRY
from mos_platform.metrics.measures.result import Measurement
from mos_platform.metrics.measures.weights import Weights


def measured(
    clip: Path, reference: Path | None, *metrics: str, weights: Weights | None = None, every: int = 1
) -> dict[str, Measurement]:
    implementations = tuple(REGISTRY[name] for name in metrics)
    return one_pass(Order(clip, reference, implementations, weights or Weights(Path("absent")), every))


def value(clip: Path, reference: Path | None, metric: str) -> float:
    measurement = measured(clip, reference, metric)[metric]
    assert measurement.value is not None, measurement.reason
    return measurement.value


def reason(clip: Path, reference: Path | None, metric: str) -> str:
    measurement = measured(clip, reference, metric)[metric]
    assert measurement.value is None
    return measurement.reason
