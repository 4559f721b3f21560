"""The weights that tests can have: those of ../shared, and those that the package registry carries."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from mos_platform.metrics.measures.weights import WEIGHT_FILES, Weights
from mos_platform.metrics.measures.weights.fetching import fetch_all
from mos_platform.metrics.measures.weights.found import damage

FROM_PACKAGES = (
    "brisque_svm.txt",
    "lpips_alex.pth",
    "dlib_face_recognition_resnet_model_v1.dat",
)
# dlib's own alignment, which tests compare ours with; it lies in the archive of dlib's network.
_DLIB = WEIGHT_FILES["dlib_face_recognition_resnet_model_v1.dat"]
_NAME = "shape_predictor_5_face_landmarks.dat"
ALIGNMENT = replace(
    _DLIB,
    name=_NAME,
    member=_DLIB.member.replace(_DLIB.name, _NAME),
    bytes=9150489,
    sha256="c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
)


@pytest.fixture(scope="session")
def weights(shared: Path) -> Weights:
    """Fetched once per machine, and kept outside the checkout."""
    folder = Path(os.environ.get("MOS_TEST_WEIGHTS") or Path.home() / ".cache" / "mos_platform" / "weights")
    found = fetch_all([*(WEIGHT_FILES[name] for name in FROM_PACKAGES), ALIGNMENT], folder)
    if problems := [one.problem for one in found if one.problem]:
        pytest.skip(f"no weights: {problems[0]}")
    for file in (shared / "weights").iterdir():
        link = folder / file.name
        if file.name in WEIGHT_FILES and (not link.is_file() or damage(link, WEIGHT_FILES[file.name])):
            fresh = folder / f".{file.name}-{os.getpid()}"
            fresh.symlink_to(file.resolve())
            fresh.replace(link)
    return Weights(folder)
