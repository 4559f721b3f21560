"""Cosine similarity of embeddings: pure functions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


def cosine(one: Floats, other: Floats) -> Floats:
    """Row by row: (N, d), (N, d) or (1, d) → (N,), −1 to 1. NaN where a row is NaN or zero."""
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    products = np.asarray((one * other).sum(axis=1), dtype=np.float64)
    ratio = np.full(products.shape, np.nan)
    np.divide(products, lengths, out=ratio, where=lengths > 0)
    return np.asarray(ratio.clip(-1, 1))
