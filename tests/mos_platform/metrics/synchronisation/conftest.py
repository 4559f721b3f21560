"""What several tests of synchronisation look at."""

from __future__ import annotations

from pathlib import Path

import pytest

from mos_platform.metrics.measures.reading.facetrack import FaceTrack
from mos_platform.metrics.measures.synchronisation import mesh
from mos_platform.metrics.measures.weights import Weights


@pytest.fixture(scope="session")
def example(shared: Path, weights: Weights) -> tuple[Path, FaceTrack]:
    """SyncNet's example, a face crop whose sound leads by 3 frames, and the face in it."""
    clip = shared / "clips/real/syncnet_example.avi"
    return clip, mesh.watched(clip, weights)
