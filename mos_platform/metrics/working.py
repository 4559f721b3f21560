"""What the measuring processes do: one function for each kind of work. No Django here; names come in, not
objects, since implementations hold functions that no pipe can carry."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from mos_platform.metrics.measures.implementation import ClipMeasure, Files, Implementation, SetMeasure
from mos_platform.metrics.measures.inventory import without_weights
from mos_platform.metrics.measures.onepass import Order, one_pass
from mos_platform.metrics.measures.registry import REGISTRY
from mos_platform.metrics.measures.result import Measurement, NoValueError
from mos_platform.metrics.measures.weights import Weights
from studies.errors import InputError


def measure_pass(
    clip: Path, reference: Path | None, metrics: Sequence[str], weights: Path
) -> dict[str, Measurement]:
    """By metric: the frame and track measures of a clip, in one decoding."""
    _one_thread()
    bare = _bare(metrics, weights)
    able = tuple(REGISTRY[metric] for metric in metrics if metric not in bare)
    return bare | (one_pass(Order(clip, reference, able, Weights(weights))) if able else {})


def measure_clip(
    clip: Path, reference: Path | None, metrics: Sequence[str], weights: Path
) -> Mapping[str, Measurement]:
    """By metric: what one network says of a clip; all `metrics` come from the same measure."""
    _one_thread()
    measure = REGISTRY[metrics[0]].measure
    if not isinstance(measure, ClipMeasure):
        raise TypeError(f"{metrics[0]} is not measured from whole clips")
    bare = _bare(metrics, weights)
    able = [metric for metric in metrics if metric not in bare]
    if not able:
        return bare
    found = _or_reason(able, lambda: measure.of(Files(clip, reference, Weights(weights))))
    left_out = Measurement(None, "the measure left this metric out")
    return bare | {metric: found.get(metric, left_out) for metric in able}


def extract_features(clip: Path, metric: str, weights: Path, target: Path) -> Measurement:
    """Write what the clip gives to a metric of sets into `target` (.npz); the value is their number."""
    _one_thread()
    if bare := _bare([metric], weights):
        return bare[metric]

    def extracted() -> Mapping[str, Measurement]:
        features = _set_measure(REGISTRY[metric]).extractor.of(clip, Weights(weights))
        _write(target, features)
        return {metric: Measurement(float(len(features)))}

    return _or_reason([metric], extracted)[metric]


def measure_set(metric: str, clips: Sequence[Path], references: Sequence[Path]) -> Measurement:
    """A method's value from the features of its clips and of the references of the same items."""
    _one_thread()
    measure = _set_measure(REGISTRY[metric])

    def compared() -> Mapping[str, Measurement]:
        return {metric: measure.over([*map(_read, clips)], [*map(_read, references)])}

    return _or_reason([metric], compared)[metric]


def _bare(metrics: Sequence[str], weights: Path) -> dict[str, Measurement]:
    return without_weights((REGISTRY[metric] for metric in metrics), Weights(weights))


def _set_measure(implementation: Implementation) -> SetMeasure:
    if not isinstance(implementation.measure, SetMeasure):
        raise TypeError(f"{implementation.metric} is not measured from sets of clips")
    return implementation.measure


def _or_reason(
    metrics: Sequence[str], compute: Callable[[], Mapping[str, Measurement]]
) -> Mapping[str, Measurement]:
    try:
        return compute()
    except (NoValueError, InputError) as none:
        return {metric: Measurement(None, str(none)) for metric in metrics}


def _write(target: Path, features: object) -> None:
    """Whole or not at all, whoever else writes the same."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{os.getpid()}-{target.name}")
    try:
        with fresh.open("wb") as file:
            np.savez_compressed(file, features=np.asarray(features, dtype=np.float32))
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)


def _read(file: Path) -> np.ndarray:
    with np.load(file) as archive:
        return np.asarray(archive["features"], dtype=np.float32)


def _one_thread() -> None:
    """Each worker has a process of its own; more threads in each would only stand in each other's way."""
    with suppress(ImportError):
        import cv2

        cv2.setNumThreads(1)
