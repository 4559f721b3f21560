"""CPBD: values of the cpbd package, properties, plain-loop definition of edge widths."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filmed import ffmpeg
from numpy.typing import NDArray
from passing import measured
from scipy.ndimage import gaussian_filter
from skimage.feature import canny
from textured import scene

from mos_platform.metrics.measures.noreference.cpbd import cpbd, edge_widths
from mos_platform.metrics.measures.noreference.edges import blocks, busy_blocks, sobel_edges
from mos_platform.metrics.measures.reading.frames import luma, read_frames
from mos_platform.metrics.measures.result import NoValueError

DEMO = Path(__file__).resolve().parents[4] / "studies" / "demo" / "clips"

GOLDEN_SCENES = json.loads((Path(__file__).parents[1] / "golden" / "pictures.json").read_text())["alone"]

# cpbd 1.0.7 on frames 0 to 2 of published clips, grey by OpenCV.
GOLDEN = {
    "Hallo": (0.35430974, 0.33661952, 0.33789503),
    "EDTalk": (0.10521157, 0.10588592, 0.12274791),
}
# The same package on `texture(5, blur)`.
TEXTURES = {0.0: 0.8947948223629855, 0.7: 0.80061115355233, 1.0: 0.6202295169468909, 1.5: 0.26160053799596505}


def texture(seed: int, blur: float) -> NDArray[np.uint8]:
    noise = np.random.default_rng(seed).uniform(size=(140, 200))
    smooth = gaussian_filter(noise, blur)
    return np.rint(255 * (smooth - smooth.min()) / np.ptp(smooth)).astype(np.uint8)


def walk(row: NDArray[np.float64], start: int, step: int, sign: int) -> int:
    """Pixels from `start`'s neighbour outwards for as long as sign × intensity falls."""
    place, length = start + step, 1
    while 0 <= place + step < len(row) and sign * (row[place] - row[place + step]) > 0 and length <= 100:
        place, length = place + step, length + 1
    return length


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_values_of_the_cpbd_package(shared: Path, name: str) -> None:
    clip = shared / "clips" / "float" / "id03" / f"{name}.mp4"
    values = [cpbd(luma(frame.rgb)) for frame in itertools.islice(read_frames(clip), 3)]
    assert values == pytest.approx(GOLDEN[name], abs=1e-8)


def test_edge_widths_follow_a_row_while_it_is_monotone() -> None:
    grey = texture(3, 2.0)
    edges = sobel_edges(grey)
    widths = edge_widths(grey, edges)
    picture = grey.astype(float)
    checked = 0
    for row, column in zip(*np.nonzero(edges[1:-1, 1:-1]), strict=True):
        line, place = picture[row + 1], column + 1
        horizontal = line[place + 1] - line[place - 1]
        vertical = picture[row + 2, place] - picture[row, place]
        if abs(vertical) < 0.4 * abs(horizontal):
            sign = 1 if horizontal > 0 else -1
            expected = walk(line, place, -1, sign) + walk(line, place, 1, -sign)
            assert widths[row + 1, place] == expected
            checked += 1
    assert checked > 100


def test_blur_lowers_the_value() -> None:
    values = [cpbd(texture(5, blur)) for blur in (0.0, 0.7, 1.0, 1.5, 2.5)]
    assert None not in values
    assert values == sorted(values, reverse=True)
    assert values[0] > 0.8
    assert values[-1] < 0.05


@pytest.mark.parametrize(("blur", "value"), sorted(TEXTURES.items()))
def test_values_of_the_cpbd_package_on_noise(blur: float, value: float) -> None:
    """200 × 140 pixels: what lies beyond the last whole block does not count."""
    assert cpbd(texture(5, blur)) == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize("case", GOLDEN_SCENES, ids=lambda case: f"{case['size']}-{case['blur']}")
def test_values_of_the_cpbd_package_on_scenes(case: dict[str, Any]) -> None:
    picture = luma(scene(case["seed"], *case["size"], case["blur"]))
    assert cpbd(picture) == pytest.approx(case["cpbd"], abs=1e-12)


def test_a_run_along_a_long_ramp_is_cut() -> None:
    """The published program follows an edge for 101 pixels to each side."""
    row = np.concatenate([np.zeros(150), np.arange(250), np.full(100, 250)]).astype(np.uint8)
    grey = np.tile(row, (64, 1))
    edges = np.zeros(grey.shape, dtype=bool)
    edges[30, [151, 275]] = True
    assert edge_widths(grey, edges)[30, [151, 275]].tolist() == [1 + 101, 101 + 101]


def few_weak_edges() -> NDArray[np.uint8]:
    """Single steps of one level in otherwise flat areas: gradients near the thresholds."""
    rng = np.random.default_rng(8)
    grey = np.full((256, 320), 100, np.uint8)
    for row, column in rng.integers(0, (250, 310), (60, 2)):
        grey[row : row + rng.integers(1, 5), column : column + rng.integers(1, 5)] += 1
    return grey


@pytest.mark.parametrize("grey", [few_weak_edges(), few_weak_edges() // 2, luma(scene(3, 200, 210, 2.0))])
def test_busy_blocks_are_those_of_scikit_images_canny(grey: NDArray[np.uint8]) -> None:
    edges = np.count_nonzero(blocks(canny(grey.astype(float))), axis=(1, 2))
    assert busy_blocks(grey.astype(float)).tolist() == (edges > 8.192).tolist()


def test_a_picture_smaller_than_a_block_is_refused() -> None:
    with pytest.raises(NoValueError, match="smaller than 64 × 64 pixels"):
        cpbd(texture(5, 1.0)[:63])


@pytest.mark.parametrize("grey", [np.full((128, 128), 90), np.zeros((64, 200))])
def test_a_picture_without_edges_has_no_value(grey: NDArray[np.float64]) -> None:
    assert cpbd(grey.astype(np.uint8)) is None


def test_a_clip_without_edges_gives_a_reason(tmp_path: Path) -> None:
    flat = tmp_path / "flat.mkv"
    ffmpeg("-f", "lavfi", "-i", "color=c=gray:size=128x96:rate=25:duration=0.2", "-c:v", "ffv1", flat)
    assert measured(flat, None, "cpbd")["cpbd"].reason == "undefined in every picture"


def test_the_blurred_clip_is_the_least_sharp() -> None:
    values = {
        method: measured(DEMO / method / "harbour.mp4", None, "cpbd", every=10)["cpbd"].value or 0
        for method in ("reference", "near_clean", "blurred")
    }
    assert sorted(values, key=values.__getitem__) == ["blurred", "near_clean", "reference"]


def test_published_methods_differ_as_the_eye_says(shared: Path) -> None:
    folder = shared / "clips" / "float" / "id03"
    soft, sharp = (
        np.mean(
            [cpbd(luma(frame.rgb)) or 0 for frame in itertools.islice(read_frames(folder / name), 0, 60, 12)]
        )
        for name in ("EDTalk.mp4", "Hallo.mp4")
    )
    assert soft < 0.5 * sharp
