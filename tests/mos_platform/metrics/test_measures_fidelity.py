"""PSNR and SSIM: definitions, other software, behaviour on clips."""

from __future__ import annotations

import itertools
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from skimage.metrics import structural_similarity

from mos_platform.metrics.measures import Measurement
from mos_platform.metrics.measures.fidelity import clip_psnr, clip_ssim, psnr, ssim
from mos_platform.metrics.measures.frames import luma, read_frames

DEMO = Path(__file__).resolve().parents[3] / "studies" / "demo" / "clips"


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


def ffmpeg(*arguments: str) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments], check=True)


def test_psnr_by_hand() -> None:
    picture = np.zeros((2, 2, 3), np.uint8)
    other = picture.copy()
    other[0, 0, 0] = 12
    assert psnr(other, picture) == pytest.approx(10 * np.log10(255**2 / (144 / 12)))
    assert psnr(np.full_like(picture, 255), picture) == pytest.approx(0)
    assert psnr(picture, picture) == float("inf")


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 80))
def test_ssim_equals_scikit_image(seed: int, noise: float) -> None:
    clean, noisy = pictures(seed, noise)
    value = ssim(noisy, clean)
    assert value == pytest.approx(reference_ssim(noisy, clean), abs=1e-6)
    assert value == pytest.approx(ssim(clean, noisy), abs=1e-12)
    assert value <= 1


def test_both_fall_as_noise_grows() -> None:
    versions = [pictures(7, noise) for noise in (1, 4, 16, 64)]
    for compare in (psnr, ssim):
        values = [compare(noisy, clean) for clean, noisy in versions]
        assert values == sorted(values, reverse=True)


def test_ssim_refuses_pictures_smaller_than_its_window() -> None:
    tiny = np.zeros((10, 40), np.uint8)
    with pytest.raises(ValueError, match="11 × 11"):
        ssim(tiny, tiny)


def test_a_clip_against_itself() -> None:
    clip = DEMO / "reference" / "boat.mp4"
    assert clip_psnr(clip, clip) == Measurement(None, "identical pictures: PSNR is infinite")
    assert clip_ssim(clip, clip).value == pytest.approx(1)


def test_some_identical_pictures_are_counted_in_the_reason(tmp_path: Path) -> None:
    plain, marked = tmp_path / "plain.mkv", tmp_path / "marked.mkv"
    source = "testsrc=size=64x64:rate=25:duration=0.4"
    ffmpeg("-f", "lavfi", "-i", source, "-c:v", "ffv1", str(plain))
    mark = "drawbox=color=white:enable='gte(n,4)':t=fill"
    ffmpeg("-i", str(plain), "-vf", mark, "-c:v", "ffv1", str(marked))
    assert clip_psnr(marked, plain) == Measurement(
        None, "identical pictures in 4 of 10 frames: PSNR is infinite"
    )
    value = clip_ssim(marked, plain).value
    assert value is not None
    assert 0.3 < value < 0.9


def test_no_reference_and_other_sizes_give_a_reason(tmp_path: Path) -> None:
    clip = DEMO / "reference" / "boat.mp4"
    small = tmp_path / "small.mp4"
    ffmpeg("-i", str(clip), "-vf", "scale=128:128", "-frames:v", "3", str(small))
    assert clip_psnr(clip, None) == Measurement(None, "no reference clip for this item")
    measurement = clip_ssim(small, clip)
    assert measurement.value is None
    assert measurement.reason.endswith("128 × 128 pixels against 384 × 384")


def test_a_clip_that_hardly_overlaps_its_reference_gives_a_reason(tmp_path: Path) -> None:
    clip = DEMO / "reference" / "boat.mp4"
    short = tmp_path / "short.mp4"
    ffmpeg("-i", str(clip), "-frames:v", "20", "-an", str(short))
    assert clip_psnr(clip, short).reason == "only 20 of 85 frames have a counterpart in time"
    assert clip_psnr(short, clip).value is not None


def test_clip_values_are_means_over_frames(shared: Path, tmp_path: Path) -> None:
    """Checked on published clips of one portrait, cut to eight frames without loss."""
    folder = shared / "clips" / "float" / "id03"
    cut = {}
    for name in ("EDTalk", "Hallo"):
        cut[name] = tmp_path / f"{name}.mkv"
        rgb = ("-c:v", "libx264rgb", "-qp", "0", "-an")
        ffmpeg("-i", str(folder / f"{name}.mp4"), "-frames:v", "8", *rgb, str(cut[name]))
    frames = {name: [frame.rgb for frame in read_frames(file)] for name, file in cut.items()}
    pairs = list(zip(frames["EDTalk"], frames["Hallo"], strict=True))
    errors = [np.mean((a.astype(float) - b) ** 2) for a, b in pairs]
    expected = np.mean([10 * np.log10(255**2 / error) for error in errors])
    assert clip_psnr(cut["EDTalk"], cut["Hallo"]).value == pytest.approx(expected, abs=1e-9)
    expected = np.mean([reference_ssim(luma(a), luma(b)) for a, b in pairs])
    assert clip_ssim(cut["EDTalk"], cut["Hallo"]).value == pytest.approx(expected, abs=1e-6)


def test_ssim_keeps_up_with_film() -> None:
    """Far below what it does (about 300 frames a second at 320²), so that a busy machine passes too."""
    frames = [
        luma(frame.rgb)[:320, :320]
        for frame in itertools.islice(read_frames(DEMO / "reference/boat.mp4"), 30)
    ]
    begin = time.process_time()
    for frame, following in itertools.pairwise(frames):
        ssim(frame, following)
    assert 29 / (time.process_time() - begin) > 60
