"""BRISQUE: values of the brisque package, a regression by hand, what has no value."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import peers
import pytest
from passing import measured
from PIL import Image, ImageFilter
from textured import scene

from mos_platform.metrics.measures.noreference.brisque import MODEL, brisque
from mos_platform.metrics.measures.noreference.svr import Regression, read_regression
from mos_platform.metrics.measures.reading.frames import read_frames
from mos_platform.metrics.measures.result import NoValueError
from mos_platform.metrics.measures.weights import Weights

SCENES = json.loads((Path(__file__).parents[1] / "golden" / "pictures.json").read_text())["alone"]

# brisque 0.2.0 on frames 0 to 5 of published clips. They have flat areas, where the sign of rounding errors
# counts: with another order of sums the package itself gives values up to 0.03 away.
PUBLISHED = {
    "Hallo": (42.902116, 42.205766, 41.386078, 40.814349, 40.071033, 40.095501),
    "EDTalk": (56.257639, 55.251676, 54.742493, 54.451175, 54.385920, 54.479700),
}
ROUNDING = 0.03

SMALL_MODEL = """svm_type epsilon_svr
kernel_type rbf
gamma 0.5
nr_class 2
total_sv 2
rho -3
SV
2 1:1 3:-1
-1 2:2
"""


@pytest.fixture(scope="module")
def regression(weights: Weights) -> Regression:
    return read_regression(weights.file(MODEL), 36)


@pytest.mark.parametrize("case", SCENES, ids=lambda case: f"{case['size']}-{case['blur']}")
def test_values_of_the_package(case: dict[str, Any], regression: Regression) -> None:
    """Sizes even and odd."""
    picture = scene(case["seed"], *case["size"], case["blur"])
    assert brisque(picture, regression) == pytest.approx(case["brisque"], abs=1e-6)


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_published_clips(shared: Path, name: str, regression: Regression) -> None:
    frames = itertools.islice(read_frames(shared / "clips/float/id03" / f"{name}.mp4"), 6)
    values = [brisque(frame.rgb, regression) for frame in frames]
    assert values == pytest.approx(PUBLISHED[name], abs=ROUNDING)


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_the_package_here_rounds_alike(shared: Path, name: str, regression: Regression) -> None:
    try:
        package = peers.brisque()
    except peers.AbsentError as absent:
        pytest.skip(str(absent))
    for frame in itertools.islice(read_frames(shared / "clips/float/id03" / f"{name}.mp4"), 2):
        assert brisque(frame.rgb, regression) == pytest.approx(package(frame.rgb), abs=1e-6)


def test_a_regression_by_hand(tmp_path: Path) -> None:
    file = tmp_path / "small.txt"
    file.write_text(SMALL_MODEL)
    small = read_regression(file, 3)
    expected = 2 * np.exp(-0.5 * (1 + 1 + 1)) - np.exp(-0.5 * 1) + 3
    assert small.of(np.array([0.0, 1.0, 0.0])) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    "text", ["", "no model\n", SMALL_MODEL.replace("rbf", "linear"), SMALL_MODEL.replace("3:-1", "9:1")]
)
def test_a_damaged_file_is_a_reason(tmp_path: Path, text: str) -> None:
    file = tmp_path / MODEL
    file.write_text(text)
    with pytest.raises(NoValueError, match=r"weights damaged \(brisque_svm\.txt"):
        read_regression(file, 3)


def test_a_flat_picture_has_no_value_and_a_tiny_one_is_refused(regression: Regression) -> None:
    assert brisque(np.zeros((64, 64, 3), np.uint8), regression) is None
    with pytest.raises(NoValueError, match="smaller than 16 × 16"):
        brisque(scene(1, 15, 40), regression)


def test_a_missing_file_is_a_reason_and_the_others_go_on(shared: Path) -> None:
    clip = shared / "clips/float/id02/FLOAT.mp4"
    answers = measured(clip, None, "brisque", "cpbd", every=100)
    assert answers["brisque"].reason.startswith("weights missing (brisque_svm.txt")
    assert answers["cpbd"].value is not None


def test_blur_of_a_photograph_is_worse(shared: Path, regression: Regression) -> None:
    with Image.open(shared / "weights" / "niqe_ref_baboon.png") as file:
        photograph = file.convert("RGB")
    blurred = [photograph, *(photograph.filter(ImageFilter.GaussianBlur(radius)) for radius in (1, 2, 4))]
    values = [brisque(np.asarray(picture), regression) or 0 for picture in blurred]
    assert values == sorted(values)
    assert values[-1] > values[0] + 30


@pytest.mark.parametrize("metric", ["cpbd", "brisque", "niqe"])
def test_edtalk_is_worse_than_hallo(shared: Path, weights: Weights, metric: str) -> None:
    folder = shared / "clips/float/id03"
    soft, good = (
        measured(folder / f"{name}.mp4", None, metric, weights=weights, every=40)[metric].value
        for name in ("EDTalk", "Hallo")
    )
    assert soft is not None
    assert good is not None
    assert (soft < good) if metric == "cpbd" else (soft > good)
