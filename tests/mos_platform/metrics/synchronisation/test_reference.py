"""Against the reference code itself, where MOS_BENCH_PEERS names the folder that has it.

tests/support/syncnet_reference.py says what has to lie there. All of it with random weights.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from syncnet_random import random_syncnet

from mos_platform.metrics.measures.synchronisation import pipeline, programs, variants

Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def reference(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    peers = Path(os.environ.get("MOS_BENCH_PEERS", ""))
    if not (peers / "syncnet_python").is_dir() or not (peers / "venv/bin/python").exists():
        pytest.skip("MOS_BENCH_PEERS names no folder with syncnet_python (see support/syncnet_reference.py)")

    def run(mode: str, *arguments: str | Path) -> dict[str, Any]:
        target = tmp_path_factory.mktemp("reference") / "out.npz"
        script = repo / "tests/support/syncnet_reference.py"
        command = [peers / "venv/bin/python", script, mode, peers / "syncnet_python", target, *arguments]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return dict(np.load(target))

    return run


@pytest.fixture
def cut(shared: Path, tmp_path: Path) -> Path:
    """Two people one after the other, 4.4 s each."""
    target = tmp_path / "cut.mp4"
    given = [
        argument
        for person in ("id03/Hallo.mp4", "id04/SadTalker.mp4")
        for argument in ("-t", "4.4", "-i", str(shared / "clips/float" / person))
    ]
    joined = ["-filter_complex", "[0:v][0:a][1:v][1:a]concat=n=2:v=1:a=1", "-c:v", "libx264", str(target)]
    subprocess.run(["ffmpeg", "-loglevel", "error", "-y", *given, *joined], check=True)
    return target


def test_the_example_has_the_reference_s_figures(reference: Run, shared: Path) -> None:
    clip = shared / "clips/real/syncnet_example.avi"
    theirs, ours = reference("score", clip), variants.of_crop(clip, random_syncnet())
    assert ours.offset == int(theirs["offset"])
    assert ours.distance == pytest.approx(float(theirs["means"].min()), abs=1e-5)
    assert ours.confidence == pytest.approx(float(theirs["confidence"]), abs=1e-5)


def wandering(count: int, width: int, height: int) -> list[list[tuple[float, float, float, float]]]:
    """Boxes round a face that wanders, with misses, and a second face that is too small."""
    rng = np.random.default_rng(1)
    seen: list[list[tuple[float, float, float, float]]] = []
    for number in range(count):
        x, y = 0.3 * width + 0.2 * number, 0.25 * height
        box = np.array([x, y, x + 0.45 * width, y + 0.5 * height]) + rng.normal(0, 2, 4)
        seen.append([] if number % 17 == 5 else [(1, 1, 30, 30), tuple(map(float, box))])
    return seen


@pytest.mark.parametrize("name", ["real/vexpress_AOC_2997fps.mp4", "cut"])
def test_crops_and_sound_are_the_reference_s_to_the_last_bit(
    name: str, reference: Run, shared: Path, cut: Path, tmp_path: Path
) -> None:
    clip = cut if name == "cut" else shared / "clips" / name
    avi = tmp_path / "video.avi"
    programs.at_25_per_second(clip, avi)
    shapes = [picture.shape for picture in programs.jpegs(avi, 2)]
    faces = wandering(len(shapes), shapes[0][1], shapes[0][0])
    (tmp_path / "faces.json").write_text(json.dumps(faces))
    theirs = reference("pipeline", clip, tmp_path / "faces.json")
    given = iter(faces)
    found = pipeline.followed(avi, lambda picture: next(given))
    assert len(found) == sum(name.startswith("crop") for name in theirs) == len(theirs["scenes"])
    samples = programs.sound(avi)
    for number, track in enumerate(found):
        np.testing.assert_allclose(track.boxes, theirs[f"boxes{number}"], rtol=0, atol=1e-9)
        pipeline.encoded_crop(avi, track, tmp_path / "crop.avi")
        np.testing.assert_array_equal(_decoded(tmp_path / "crop.avi"), theirs[f"crop{number}"])
        np.testing.assert_array_equal(pipeline.sound_of(samples, track), theirs[f"sound{number}"])


def _decoded(clip: Path) -> np.ndarray:
    capture, pictures = programs.cv2().VideoCapture(str(clip)), []
    while (read := capture.read())[0]:
        pictures.append(read[1])
    return np.stack(pictures)
