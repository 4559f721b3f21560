"""SSIM and MS-SSIM: values of scikit-image and piq, properties, sizes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from passing import measured
from skimage.metrics import structural_similarity
from textured import scene, worse

from mos_platform.metrics.measures.fidelity import ms_ssim, psnr, ssim
from mos_platform.metrics.measures.fidelity.similarity import SCALE_WEIGHTS
from mos_platform.metrics.measures.reading.frames import luma, read_frames
from mos_platform.metrics.measures.result import NoValueError

DEMO = Path(__file__).resolve().parents[4] / "studies" / "demo" / "clips"
GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "pictures.json").read_text())["compared"]


def reference_ssim(picture: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    value = structural_similarity(
        picture.astype(float),
        other.astype(float),
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        data_range=255,
    )
    return float(value)


def pictures(seed: int, noise: float) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A smooth picture with flat bright and dark areas, and a noisy version of it."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:61, 0:83]
    clean = 127 + 127 * np.sin(rows / rng.uniform(2, 20)) * np.cos(columns / rng.uniform(2, 20))
    clean[:20, :20], clean[30:50, 40:70] = 255, 3
    noisy = np.clip(clean + rng.normal(0, noise, clean.shape), 0, 255)
    return clean.astype(np.uint8), noisy.astype(np.uint8)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 80))
def test_ssim_equals_scikit_image(seed: int, noise: float) -> None:
    clean, noisy = pictures(seed, noise)
    value = ssim(noisy, clean)
    assert value == pytest.approx(reference_ssim(noisy, clean), abs=1e-9)
    assert value == pytest.approx(ssim(clean, noisy), abs=1e-12)
    assert value <= 1


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: f"{case['size']}-{case['noise']}")
def test_ms_ssim_equals_piq_at_even_and_odd_sizes(case: dict[str, Any]) -> None:
    clean = scene(case["seed"], *case["size"])
    noisy = worse(clean, case["seed"], case["noise"])
    assert ms_ssim(luma(noisy), luma(clean)) == pytest.approx(case["ms_ssim"], abs=1e-9)


def test_a_constant_difference_costs_the_last_scales_luminance_only() -> None:
    picture = luma(scene(1, 176, 176)).clip(0, 200)
    value = ms_ssim(picture + 30, picture)
    assert 0.9 < value < 1
    assert value > ssim(picture + 30, picture) ** SCALE_WEIGHTS[-1] - 0.01


def test_all_fall_as_noise_grows() -> None:
    clean = scene(2, 170, 180)
    versions = [luma(worse(clean, 3, noise)) for noise in (1, 4, 16, 64)]
    for compare in (psnr, ssim, ms_ssim):
        values = [compare(noisy, luma(clean)) for noisy in versions]
        assert values == sorted(values, reverse=True)


def test_a_negative_gives_nothing() -> None:
    """Structure is negative then, and has no root."""
    picture = luma(scene(4, 161, 170))
    assert ssim(255 - picture, picture) < 0
    assert ms_ssim(255 - picture, picture) == 0


@pytest.mark.parametrize(
    ("compare", "side", "text"), [(ssim, 10, "11 × 11"), (ms_ssim, 160, "161 × 161 pixels")]
)
def test_pictures_that_are_too_small_are_refused(compare: Any, side: int, text: str) -> None:
    tiny = np.zeros((side, 400), np.uint8)
    with pytest.raises(NoValueError, match=text):
        compare(tiny, tiny)
    larger = np.zeros((side + 1, 400), np.uint8)
    assert compare(larger, larger) == 1


def test_in_one_pass_they_are_the_means_of_the_pictures() -> None:
    clip, reference = DEMO / "blurred" / "boat.mp4", DEMO / "reference" / "boat.mp4"
    answers = measured(clip, reference, "ssim", "ms_ssim", every=20)
    pairs = list(zip(read_frames(clip), read_frames(reference), strict=True))[::20]
    for name, compare in (("ssim", ssim), ("ms_ssim", ms_ssim)):
        expected = np.mean([compare(luma(one.rgb), luma(other.rgb)) for one, other in pairs])
        assert answers[name].value == pytest.approx(expected, abs=1e-12)
        assert answers[name].note == "one picture in 20"
