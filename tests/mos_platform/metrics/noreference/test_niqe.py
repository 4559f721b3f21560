"""NIQE: the published value, values of basicsr, what has no value."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from textured import scene, worse

from mos_platform.metrics.measures.noreference.niqe import MODEL, Pristine, niqe, read_pristine
from mos_platform.metrics.measures.result import NoValueError
from mos_platform.metrics.measures.weights import Weights

SCENES = json.loads((Path(__file__).parents[1] / "golden" / "pictures.json").read_text())["alone"]


@pytest.fixture(scope="module")
def pristine(shared: Path) -> Pristine:
    return read_pristine(shared / "weights" / MODEL)


def baboon(shared: Path) -> Any:
    with Image.open(shared / "weights" / "niqe_ref_baboon.png") as file:
        return np.asarray(file.convert("RGB"))


def test_the_authors_program_in_matlab(shared: Path, pristine: Pristine) -> None:
    assert niqe(baboon(shared), pristine) == pytest.approx(5.72957338, abs=1e-6)


@pytest.mark.parametrize("case", SCENES, ids=lambda case: f"{case['size']}-{case['blur']}")
def test_values_of_basicsr_in_double_precision(case: dict[str, Any], pristine: Pristine) -> None:
    picture = scene(case["seed"], *case["size"], case["blur"])
    assert niqe(picture, pristine) == pytest.approx(case["niqe"], abs=1e-9)


def test_what_lies_beyond_the_last_whole_block_does_not_count(pristine: Pristine) -> None:
    picture = scene(4, 240, 290)
    assert niqe(picture, pristine) == niqe(picture[:192, :288], pristine)


def test_flat_blocks_are_left_out_of_the_covariance(pristine: Pristine) -> None:
    picture = scene(5, 192, 288)
    picture[:96, :96] = 40
    value = niqe(picture, pristine)
    assert value is not None
    assert np.isfinite(value)


def test_no_value_without_two_blocks(pristine: Pristine) -> None:
    assert niqe(np.full((192, 192, 3), 77, np.uint8), pristine) is None
    with pytest.raises(NoValueError, match="two blocks of 96 × 96"):
        niqe(scene(1, 191, 191), pristine)


def test_noise_on_a_photograph_is_worse(shared: Path, pristine: Pristine) -> None:
    values = [niqe(worse(baboon(shared), 1, noise), pristine) or 0 for noise in (0, 20, 60)]
    assert values == sorted(values)
    assert values[-1] > 2 * values[0]


def test_a_damaged_file_is_a_reason(tmp_path: Path, weights: Weights) -> None:
    assert read_pristine(weights.file(MODEL)).covariance.shape == (36, 36)
    file = tmp_path / MODEL
    file.write_bytes(b"no model")
    with pytest.raises(NoValueError, match=r"weights damaged \(niqe_pris_params\.npz"):
        read_pristine(file)
