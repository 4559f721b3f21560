"""SyncNet and its face detector with random weights: for what does not depend on what they have learnt."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from syncnet_reference import random_state


def torch_or_skip() -> Any:
    return pytest.importorskip("torch", reason="torch is not installed (pip install torch==2.13.0)")


def state_of(network: Any) -> dict[str, Any]:
    """Random weights of the names and shapes of a network."""
    torch = torch_or_skip()
    shapes = {name: tuple(values.shape) for name, values in network.state_dict().items()}
    return {name: torch.from_numpy(np.array(values)) for name, values in random_state(shapes).items()}


def random_syncnet() -> Any:
    torch_or_skip()
    from mos_platform.metrics.measures.synchronisation import syncnet

    return syncnet.ready(state_of(syncnet.network()))


def random_s3fd() -> Any:
    torch_or_skip()
    from mos_platform.metrics.measures.synchronisation import s3fd

    return s3fd.ready(state_of(s3fd.network()))
