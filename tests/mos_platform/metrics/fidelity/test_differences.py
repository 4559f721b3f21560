"""MSE, L1 and PSNR: by hand, and on clips."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from filmed import ffmpeg
from hypothesis import given
from hypothesis import strategies as st
from passing import measured, reason, value

from mos_platform.metrics.measures.fidelity import l1, mse, psnr
from mos_platform.metrics.measures.reading.frames import read_frames

DEMO = Path(__file__).resolve().parents[4] / "studies" / "demo" / "clips"


def test_by_hand() -> None:
    picture = np.zeros((2, 2, 3), np.uint8)
    other = picture.copy()
    other[0, 0, 0] = 12
    assert mse(other, picture) == 12
    assert l1(other, picture) == 1
    assert psnr(other, picture) == pytest.approx(10 * np.log10(255**2 / 12), abs=1e-12)
    assert psnr(np.full_like(picture, 255), picture) == pytest.approx(0)
    assert psnr(picture, picture) == float("inf")


@given(st.integers(0, 10_000))
def test_definitions_in_floating_point(seed: int) -> None:
    one, other = np.random.default_rng(seed).integers(0, 256, (2, 17, 23, 3), dtype=np.uint8)
    apart = one.astype(float) - other
    assert mse(one, other) == pytest.approx(np.mean(apart**2), rel=1e-12)
    assert l1(one, other) == pytest.approx(np.mean(np.abs(apart)), rel=1e-12)
    assert l1(one, other) == l1(other, one)


def test_a_clip_against_itself() -> None:
    clip = DEMO / "reference" / "boat.mp4"
    answers = measured(clip, clip, "mse", "l1", "psnr", "ssim", "ms_ssim")
    assert [answers[name].value for name in ("mse", "l1")] == [0, 0]
    assert [answers[name].value for name in ("ssim", "ms_ssim")] == pytest.approx([1, 1])
    assert answers["psnr"].value is None
    assert answers["psnr"].reason == "identical pictures: PSNR is infinite"


def test_some_identical_pictures_are_counted_in_the_reason(tmp_path: Path) -> None:
    plain, marked = tmp_path / "plain.mkv", tmp_path / "marked.mkv"
    source = "testsrc=size=64x64:rate=25:duration=0.4"
    ffmpeg("-f", "lavfi", "-i", source, "-c:v", "ffv1", plain)
    mark = "drawbox=color=white:enable='gte(n,4)':t=fill"
    ffmpeg("-i", plain, "-vf", mark, "-c:v", "ffv1", marked)
    assert reason(marked, plain, "psnr") == "identical pictures in 4 of 10 frames: PSNR is infinite"
    assert 0.3 < value(marked, plain, "ssim") < 0.9


def test_a_known_change_of_brightness(tmp_path: Path) -> None:
    dark, bright = tmp_path / "dark.mkv", tmp_path / "bright.mkv"
    for file, grey in ((dark, "0x404040"), (bright, "0x4a4a4a")):
        source = f"color=c={grey}:size=64x48:rate=25:duration=0.2,format=bgr0"
        ffmpeg("-f", "lavfi", "-i", source, "-c:v", "ffv1", file)
    assert value(bright, dark, "l1") == 10
    assert value(bright, dark, "mse") == 100
    assert value(bright, dark, "psnr") == pytest.approx(28.1308036086791, abs=1e-9)


def test_values_of_clips_are_means_over_pictures(shared: Path, tmp_path: Path) -> None:
    """Published clips of one portrait, cut to eight pictures without loss."""
    cut = {}
    for name in ("EDTalk", "Hallo"):
        cut[name] = tmp_path / f"{name}.mkv"
        rgb = ("-c:v", "libx264rgb", "-qp", "0", "-an")
        ffmpeg("-i", shared / "clips/float/id03" / f"{name}.mp4", "-frames:v", "8", *rgb, cut[name])
    pairs = zip(*([f.rgb.astype(float) for f in read_frames(file)] for file in cut.values()), strict=True)
    errors = [np.mean((a - b) ** 2) for a, b in pairs]
    expected = np.mean([10 * np.log10(255**2 / error) for error in errors])
    assert value(cut["EDTalk"], cut["Hallo"], "mse") == pytest.approx(np.mean(errors), rel=1e-12)
    assert value(cut["EDTalk"], cut["Hallo"], "psnr") == pytest.approx(expected, abs=1e-9)
