"""Support vector regression, as libsvm writes a trained one to a text file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mos_platform.metrics.measures.result import NoValueError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Regression:
    """A radial kernel: Σ weight · exp(−γ |x − vector|²) − ρ. vectors: (n, d), weights: (n,)."""

    vectors: Floats
    weights: Floats
    gamma: float
    rho: float

    def of(self, features: Floats) -> float:
        """The value at `features`, (d,)."""
        apart = np.square(self.vectors - features).sum(axis=1)
        return float(self.weights @ np.exp(-self.gamma * apart)) - self.rho


def read_regression(path: Path, dimensions: int) -> Regression:
    """Raises NoValueError where the file is no epsilon regression with a radial kernel."""
    try:
        head, _, body = path.read_text(encoding="ascii").partition("\nSV\n")
        settings = dict(line.split(maxsplit=1) for line in head.splitlines())
        if (settings["svm_type"], settings["kernel_type"]) != ("epsilon_svr", "rbf"):
            raise ValueError("another kind of model")
        rows = [line.split() for line in body.splitlines()]
        vectors = np.zeros((len(rows), dimensions))
        for row, (_, *entries) in zip(vectors, rows, strict=True):
            for entry in entries:
                place, _, value = entry.partition(":")
                row[int(place) - 1] = float(value)
        weights = np.array([float(row[0]) for row in rows])
        return Regression(vectors, weights, float(settings["gamma"]), float(settings["rho"]))
    except (ValueError, KeyError, IndexError):
        raise NoValueError(f"weights damaged ({path.name} is no support vector regression)") from None
