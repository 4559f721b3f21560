"""Which files of the registry are there, and what each is for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from mos_platform.metrics.measures.implementation import Implementation
from mos_platform.metrics.measures.registry import REGISTRY
from mos_platform.metrics.measures.result import Measurement
from mos_platform.metrics.measures.weights.found import Weights, damage, missing
from mos_platform.metrics.measures.weights.registry import WEIGHT_FILES, WeightFile

State = Literal["there", "missing", "damaged"]


@dataclass(frozen=True)
class Stock:
    """One file of the registry. `problem`: what speaks against a damaged one. `metrics` that need it."""

    file: WeightFile
    state: State
    problem: str
    metrics: tuple[str, ...]


def inventory(weights: Weights) -> list[Stock]:
    """Every file of the registry, in its order."""
    return [_stock(file, weights.folder / file.name) for file in WEIGHT_FILES.values()]


def _stock(file: WeightFile, path: Path) -> Stock:
    metrics = tuple(name for name, implementation in REGISTRY.items() if file.name in implementation.weights)
    if not path.is_file():
        return Stock(file, "missing", "", metrics)
    problem = damage(path, file)
    return Stock(file, "damaged" if problem else "there", problem, metrics)


@dataclass(frozen=True)
class Lack:
    """What keeps a metric from being computed on this machine: files and packages that are not there."""

    weights: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.weights or self.packages)

    def __str__(self) -> str:
        kinds = ("weights", self.weights), ("package", self.packages)
        return " and ".join(f"{kind} {', '.join(names)}" for kind, names in kinds if names)


def lacking(implementation: Implementation, weights: Weights) -> Lack:
    """What of an implementation's needs is not there, or damaged."""
    packages = tuple(name for name in implementation.packages if find_spec(name) is None)
    return Lack(tuple(_unusable(implementation, weights.folder)), packages)


def _unusable(implementation: Implementation, folder: Path) -> Iterator[str]:
    for name in implementation.weights:
        path = folder / name
        if not path.is_file() or damage(path, WEIGHT_FILES.get(name)):
            yield name


def without_weights(implementations: Iterable[Implementation], weights: Weights) -> dict[str, Measurement]:
    """By metric, for those that lack files: no value, and a reason that names all files that are missing."""
    lacks = {
        each.metric: [name for name in each.weights if not (weights.folder / name).is_file()]
        for each in implementations
    }
    return {metric: Measurement(None, missing(names)) for metric, names in lacks.items() if names}
