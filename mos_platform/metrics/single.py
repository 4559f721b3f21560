"""One clip, measured by itself: no study, no server, no database. No Django here either."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from mos_platform.metrics.measures.implementation import (
    ClipMeasure,
    Files,
    FrameMeasure,
    Implementation,
    SetMeasure,
    TrackMeasure,
)
from mos_platform.metrics.measures.inventory import Lack, lacking, without_weights
from mos_platform.metrics.measures.onepass import Order, one_pass
from mos_platform.metrics.measures.reading.frames import read_frames
from mos_platform.metrics.measures.registry import REGISTRY
from mos_platform.metrics.measures.result import Measurement, NoValueError
from mos_platform.metrics.measures.running import needs_reference
from mos_platform.metrics.measures.weights import Weights
from studies.errors import InputError
from studies.metrics import CATALOGUE, Metric, known_metric
from studies.names import did_you_mean

logger = logging.getLogger(__name__)
LEFT_THIS_OUT = Measurement(None, "the measure left this metric out")
NO_REFERENCE = Measurement(None, "it compares with a reference; give --reference REF")


@dataclass(frozen=True)
class Wish:
    """What to measure of `clip`, against `reference` where there is one.

    metrics: names; none asks for all that can be computed here. every: measures of single pictures look at
    every n-th only.
    """

    clip: Path
    reference: Path | None
    weights: Weights
    metrics: tuple[str, ...] = ()
    every: int = 1


@dataclass(frozen=True)
class Measured:
    """One value, or none and why. `implementation` is None for a metric that is not computed here."""

    metric: Metric
    measurement: Measurement
    implementation: Implementation | None = None


@dataclass(frozen=True)
class LeftOut:
    """What nobody asked for by name and could not be computed, by what it lacks."""

    for_want_of_reference: tuple[str, ...] = ()
    for_want_of: Mapping[Lack, tuple[str, ...]] = field(default_factory=dict)
    of_methods: tuple[str, ...] = ()


def metrics_named(names: Iterable[str]) -> list[Metric]:
    """The catalogue's metrics of those names, each once. Raises InputError for a name it does not know."""
    found: dict[str, Metric] = {}
    for name in names:
        metric = known_metric(name)
        if metric is None:
            known = [*(one.title for one in CATALOGUE.values()), *CATALOGUE]
            raise InputError(
                f"no metric is called {name!r}{did_you_mean(name, known)}; studies/METRICS.md lists them all."
            )
        found[metric.name] = metric
    return list(found.values())


def measure(wish: Wish) -> tuple[list[Measured], LeftOut]:
    """The values in the order asked for. Raises InputError where a file is no video, or a name unknown."""
    for file in filter(None, (wish.clip, wish.reference)):
        _check_is_video(file)
    if wish.metrics:
        return _measured(metrics_named(wish.metrics), wish), LeftOut()
    able, left_out = _able(wish)
    return _measured(able, wish), left_out


def _check_is_video(file: Path) -> None:
    with closing(read_frames(file)) as frames:
        next(frames)


def _able(wish: Wish) -> tuple[list[Metric], LeftOut]:
    """The metrics that can be computed from what there is."""
    able, comparing, methods = [], [], []
    lacks: dict[Lack, list[str]] = {}
    for name, implementation in REGISTRY.items():
        if isinstance(implementation.measure, SetMeasure):
            methods.append(name)
        elif needs_reference(implementation) and wish.reference is None:
            comparing.append(name)
        elif lack := lacking(implementation, wish.weights):
            lacks.setdefault(lack, []).append(name)
        else:
            able.append(CATALOGUE[name])
    wanting = {lack: tuple(names) for lack, names in lacks.items()}
    return able, LeftOut(tuple(comparing), wanting, tuple(methods))


def _measured(metrics: Sequence[Metric], wish: Wish) -> list[Measured]:
    here = [REGISTRY[metric.name] for metric in metrics if metric.name in REGISTRY]
    of_clips = [each for each in here if not isinstance(each.measure, SetMeasure)]
    bare = [each for each in of_clips if needs_reference(each) and wish.reference is None]
    answers = {each.metric: NO_REFERENCE for each in bare}
    answers |= without_weights((each for each in of_clips if each not in bare), wish.weights)
    able = [each for each in of_clips if each.metric not in answers]
    passing = tuple(each for each in able if isinstance(each.measure, FrameMeasure | TrackMeasure))
    if passing:
        answers |= one_pass(Order(wish.clip, wish.reference, passing, wish.weights, wish.every))
    answers |= _by_networks(able, wish)
    return [
        Measured(metric, answers.get(metric.name) or _elsewhere(metric), REGISTRY.get(metric.name))
        for metric in metrics
    ]


def _elsewhere(metric: Metric) -> Measurement:
    if metric.name in REGISTRY:
        return Measurement(None, "a value of a method, from all of its clips; ask for it in a study file")
    return Measurement(
        None, "measured elsewhere; `python -m mos_platform import_metrics` takes such values in"
    )


def _by_networks(implementations: Sequence[Implementation], wish: Wish) -> dict[str, Measurement]:
    """Metrics that come from one computation are computed together."""
    together: dict[str, tuple[ClipMeasure, list[str]]] = {}
    for each in implementations:
        if isinstance(each.measure, ClipMeasure):
            together.setdefault(each.measure.name, (each.measure, []))[1].append(each.metric)
    answers: dict[str, Measurement] = {}
    for measure, metrics in together.values():
        found = _of_clip(measure, metrics, wish)
        answers |= {metric: found.get(metric, LEFT_THIS_OUT) for metric in metrics}
    return answers


def _of_clip(measure: ClipMeasure, metrics: Sequence[str], wish: Wish) -> Mapping[str, Measurement]:
    try:
        return measure.of(Files(wish.clip, wish.reference, wish.weights))
    except (NoValueError, InputError) as none:
        reason = str(none)
    except Exception as error:  # a network may fail in any way; the other metrics go on
        logger.exception("%s failed", measure.name)
        reason = f"{type(error).__name__}: {error}"
    return dict.fromkeys(metrics, Measurement(None, reason))
