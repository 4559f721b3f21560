"""A metric of sets that needs no weights: how far a method's colours lie from the references'.

It takes the place of FID, in the platform and in its measuring processes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np

from mos_platform.metrics import working
from mos_platform.metrics.measures.implementation import Extractor, Features, Implementation, SetMeasure
from mos_platform.metrics.measures.reading.frames import read_frames
from mos_platform.metrics.measures.registry import REGISTRY
from mos_platform.metrics.measures.result import Measurement
from mos_platform.metrics.measures.weights import Weights

METRIC = "fid"


def colours(clip: Path, _weights: Weights) -> Features:
    """(pictures, 3): the mean colour of each."""
    return np.array([frame.rgb.mean((0, 1)) for frame in read_frames(clip)], dtype=np.float32)


def distance(clips: Sequence[Features], references: Sequence[Features]) -> Measurement:
    own, others = (np.concatenate(some).mean(0, dtype=np.float64) for some in (clips, references))
    return Measurement(float(np.linalg.norm(own - others)), note=f"{len(clips)} clips")


MEASURE = SetMeasure(Extractor("colours", "1", colours), distance)
WITH_COLOURS: Mapping[str, Implementation] = MappingProxyType(
    {**REGISTRY, METRIC: Implementation(METRIC, MEASURE, "2")}
)
measure_pass = working.measure_pass
measure_clip = working.measure_clip


def extract_features(clip: Path, metric: str, weights: Path, target: Path) -> Measurement:
    working.REGISTRY = WITH_COLOURS  # type: ignore[assignment]
    return working.extract_features(clip, metric, weights, target)


def measure_set(metric: str, clips: Sequence[Path], references: Sequence[Path]) -> Measurement:
    working.REGISTRY = WITH_COLOURS  # type: ignore[assignment]
    return working.measure_set(metric, clips, references)
