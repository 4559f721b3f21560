"""Networks with random weights of the published names and shapes, and pictures to show them.

The same for the same names and shapes on every machine; needs nothing but numpy, and torch for `state_of`.
"""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray


def torch_or_skip() -> Any:
    return pytest.importorskip("torch", reason="torch is not installed (pip install torch==2.13.0)")


def state_of(network: Any) -> dict[str, Any]:
    """Random weights of the names and shapes of a network, under which signals keep their size."""
    import torch

    shapes = {name: tuple(values.shape) for name, values in network.state_dict().items()}
    return {name: torch.from_numpy(_drawn(name, shape)) for name, shape in shapes.items()}


def _drawn(name: str, shape: tuple[int, ...]) -> NDArray[Any]:
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    if name.endswith("num_batches_tracked"):
        return np.zeros(shape, np.int64)
    if name.endswith("running_var"):
        return rng.uniform(0.5, 1.5, shape).astype(np.float32)
    if len(shape) < 2:
        return (rng.normal(0, 0.1, shape) + (1 if name.endswith("weight") else 0)).astype(np.float32)
    spread = np.float32(np.sqrt(2 / np.prod(shape[1:])))
    return rng.standard_normal(shape, dtype=np.float32) * spread


def picture(seed: int, height: int, width: int) -> NDArray[np.uint8]:
    """(height, width, 3) RGB: a smooth pattern with noise, so that both coarse and fine parts tell."""
    rng = np.random.default_rng(seed)
    down, across = np.mgrid[0:height, 0:width][..., None] / 20
    waves = 60 * np.sin(down + rng.uniform(0, 6, 3)) + 60 * np.cos(across * rng.uniform(0.5, 2, 3))
    return np.clip(127 + waves + rng.normal(0, 15, (height, width, 3)), 0, 255).astype(np.uint8)
