"""Fréchet distance of two sets of features, each described by a Gaussian: pure functions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Gaussian:
    """mean: (d,). root: (k, d) with rootᵀ·root the sample covariance (of n − 1)."""

    mean: Floats
    root: Floats


def gaussian(features: NDArray[np.floating]) -> Gaussian:
    """Of (n, d) features, n at least 2."""
    values = features.astype(np.float64)
    mean = values.mean(axis=0)
    root = (values - mean) / np.sqrt(len(values) - 1)
    if len(root) > root.shape[1]:
        root = np.linalg.qr(root, mode="r")
    return Gaussian(mean, root)


def distance(one: Gaussian, other: Gaussian) -> float:
    """Squared Fréchet distance: |m₁ − m₂|² + tr(S₁ + S₂ − 2·(S₁S₂)^½), never below 0.

    The trace of (S₁S₂)^½ is the sum of the singular values of R₁·R₂ᵀ, where S = RᵀR. That holds for singular
    covariances too, as those of fewer pictures than features are, where a matrix root is hardly to be found.
    Source: Dowson & Landau (1982), "The Fréchet distance between multivariate normal distributions".
    """
    apart = one.mean - other.mean
    common = np.linalg.svd(one.root @ other.root.T, compute_uv=False).sum()
    spread = np.sum(one.root**2) + np.sum(other.root**2)
    return max(float(apart @ apart + spread - 2 * common), 0.0)
