"""SyncNet's procedures from clip to figures, with random weights: pictures, sound, reasons."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from syncnet_random import random_s3fd, random_syncnet

from mos_platform.metrics.measures.implementation import ClipMeasure, Files
from mos_platform.metrics.measures.reading.facetrack import FaceTrack
from mos_platform.metrics.measures.reading.frames import Picture
from mos_platform.metrics.measures.result import NoValueError
from mos_platform.metrics.measures.synchronisation import mesh, pipeline, programs, variants
from mos_platform.metrics.measures.weights import Weights

Make = Callable[..., Path]


@pytest.fixture(scope="module", autouse=True)
def program() -> None:
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed (Debian: apt-get install ffmpeg)")


@pytest.fixture
def made(tmp_path: Path) -> Make:
    """A clip of a test picture that moves, with a tone."""

    def make(size: str = "224x224", rate: str = "25", seconds: float = 1.2, sound: str = "sine=300") -> Path:
        target = tmp_path / "clip.mp4"
        source = ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}:duration={seconds}"]
        heard = ["-f", "lavfi", "-t", str(seconds), "-i", sound] if sound else []
        command = ["ffmpeg", "-loglevel", "error", "-y", *source, *heard, "-pix_fmt", "yuv420p", str(target)]
        subprocess.run(command, check=True)
        return target

    return make


@dataclass(frozen=True)
class Still:
    """In SyncNet's place: features that say how bright a picture and how loud a moment is."""

    def lips(self, faces: object) -> np.ndarray:
        rows = [np.full(1024, float(face.mean()), np.float32) for face in faces]  # type: ignore[attr-defined]
        return np.array(rows[4:], np.float32).reshape(-1, 1024)

    def sound(self, coefficients: np.ndarray, count: int) -> np.ndarray:
        return np.repeat(coefficients[: 4 * count : 4, :1], 1024, axis=1).astype(np.float32)


def test_pictures_pass_through_jpeg(made: Make) -> None:
    clip = made()
    pictures = list(programs.jpegs(clip))
    assert len(pictures) == 30
    assert {picture.shape for picture in pictures} == {(224, 224, 3)}
    finer = next(programs.jpegs(clip, 2))
    assert 0 < np.abs(pictures[0].astype(int) - finer).mean() < 10


def children() -> set[str]:
    """The processes that this one has started."""
    return {pid for task in Path("/proc/self/task").glob("*/children") for pid in task.read_text().split()}


def test_pictures_that_are_not_wanted_any_more_end_the_program(made: Make) -> None:
    pictures = programs.jpegs(made(seconds=4))
    before = children()
    next(pictures)
    assert len(children() - before) == 1
    pictures.close()
    assert children() == before


def test_sound_is_mono_at_16_khz(made: Make) -> None:
    samples = programs.sound(made())
    assert abs(len(samples) - 1.2 * 16000) < 1100
    assert samples.dtype == np.int16


@pytest.mark.parametrize("procedure", [variants.of_crop, variants.of_whole_picture])
def test_a_silent_track_and_none_are_reasons(procedure: Callable[..., object], made: Make) -> None:
    with pytest.raises(NoValueError, match=r"^the sound is silent$"):
        procedure(made(sound="anullsrc"), Still())
    with pytest.raises(NoValueError, match=r"^the clip has no sound$"):
        procedure(made(sound=""), Still())


@pytest.mark.parametrize("procedure", [variants.of_crop, variants.of_whole_picture])
def test_too_short_a_clip_is_a_reason(procedure: Callable[..., object], made: Make) -> None:
    with pytest.raises(NoValueError, match="fewer than 6 pictures with sound"):
        procedure(made(seconds=0.2), Still())


@pytest.mark.parametrize("procedure", [variants.of_crop, variants.of_whole_picture])
def test_another_frame_rate_is_a_reason(procedure: Callable[..., object], made: Make) -> None:
    with pytest.raises(
        NoValueError, match=r"29\.97 pictures a second: .* lse_d and lse_c bring a clip to it"
    ):
        procedure(made(rate="30000/1001"), Still())


def test_the_demo_wants_a_crop_already(made: Make) -> None:
    with pytest.raises(NoValueError, match="320 × 240 pixels, no face crop of 224 × 224"):
        variants.of_crop(made("320x240"), Still())


def test_a_file_that_is_no_video_is_a_reason(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"no video")
    for procedure in (variants.of_crop, variants.of_whole_picture):
        with pytest.raises(NoValueError, match="cannot be decoded as video"):
            procedure(tmp_path / "clip.mp4", Still())
    with pytest.raises(NoValueError, match=r"^ffmpeg cannot read the clip \([^/]+\)$"):
        variants.full(tmp_path / "clip.mp4", Still(), lambda picture: [])


def test_whole_pictures_are_brought_to_size(made: Make) -> None:
    found = variants.of_whole_picture(made("320x240"), Still())
    assert found.windows == 25


def test_no_face_is_a_reason(made: Make) -> None:
    with pytest.raises(NoValueError, match=r"no face larger than 100 pixels .* \(a face was found in 0\)"):
        variants.full(made("96x96", seconds=4.2), Still(), lambda picture: [])


def test_no_sound_is_a_reason_for_the_full_procedure(made: Make) -> None:
    with pytest.raises(NoValueError, match=r"^the clip has no sound$"):
        variants.full(made("96x96", sound=""), Still(), lambda picture: [])


def test_two_faces_are_two_tracks(made: Make) -> None:
    found = variants.full(
        made("288x128", seconds=4.2), Still(), lambda picture: [(10, 5, 120, 120), (150, 5, 270, 120)]
    )
    assert [each.windows for each in found] == [100, 100]
    figures = variants._figures(found)
    assert figures["lse_d"].value == pytest.approx(np.mean([each.distance for each in found]))
    assert "in 2 face tracks; the offset is that of the most confident" in figures["lse_d"].note


def test_the_crop_follows_the_face(made: Make, tmp_path: Path) -> None:
    """A face that stays put is cut out of the picture as decoded, but for what two encoders leave."""
    clip = made("256x288", seconds=4.2)
    avi, crop = tmp_path / "video.avi", tmp_path / "crop.avi"
    programs.at_25_per_second(clip, avi)
    [track] = pipeline.followed(avi, lambda picture: [(48, 48, 208, 208)])
    pipeline.encoded_crop(avi, track, crop)
    pictures = list(programs.jpegs(crop))
    whole = list(programs.jpegs(avi, 2))
    assert len(pictures) == 105

    def difference(down: int, right: int) -> float:
        expected = whole[50][48 + down : 272 + down, 16 + right : 240 + right]
        return float(np.abs(pictures[50].astype(int) - expected).mean())

    assert all(difference(*away) > 1.1 * difference(0, 0) for away in [(2, 0), (-2, 0), (0, 2), (0, -2)])


@pytest.mark.parametrize("measure", [variants.FULL, variants.DEMO, variants.LRS, variants.MESH])
def test_missing_weights_are_a_reason(measure: ClipMeasure, made: Make, tmp_path: Path) -> None:
    with pytest.raises(NoValueError, match=r"^weights missing \(syncnet_v2\.model"):
        measure.of(Files(made(), None, Weights(tmp_path)))


def test_the_mesh_s_box_is_a_little_larger_and_higher() -> None:
    points = np.zeros((3, 478, 3), np.float32)
    points[:, :468, 0] = np.linspace(100, 200, 468)
    points[:, :468, 1] = np.linspace(50, 250, 468)
    points[:, 468:] = 1000
    points[1] = np.nan
    np.testing.assert_allclose(mesh.boxes(points), np.tile([97.5, 38, 202.5, 248], (3, 1)), atol=1e-4)


def test_the_mesh_s_crop_is_the_example_s(example: tuple[Path, FaceTrack]) -> None:
    """The example is a crop already: the box that the mesh gives is nearly the one that it was cut by."""
    left, top, right, bottom = np.median(mesh.boxes(example[1].points), axis=0)
    assert max(right - left, bottom - top) == pytest.approx(160, abs=6)
    assert (left + right) / 2 == pytest.approx(112, abs=6)
    assert (top + bottom) / 2 == pytest.approx(80, abs=6)


@pytest.mark.all
def test_crops_by_mesh_are_on_a_grid_of_25(shared: Path, weights: Weights) -> None:
    clip = shared / "clips/real/vexpress_AOC_2997fps.mp4"
    face = mesh.watched(clip, weights)
    crops = list(mesh.crops(clip, face))
    assert len(crops) == len(mesh.grid(face)) == pytest.approx(len(face.times) * 25 / 29.97, abs=2)
    assert {crop.shape for crop in crops} == {(224, 224, 3)}


def test_no_face_for_the_mesh_is_a_reason(made: Make, weights: Weights) -> None:
    with pytest.raises(NoValueError, match="no face found"):
        variants.by_mesh(made(), Still(), weights)


def test_detection_looks_at_a_quarter_of_the_picture() -> None:
    seen: list[tuple[int, ...]] = []

    class Looking:
        def faces(self, rgb: Picture, width: int, height: int) -> np.ndarray:
            seen.append((*rgb.shape, width, height, int(rgb[0, 0, 0])))
            return np.array([[1.0, 2, 3, 4, 0.95]])

    red = np.zeros((400, 600, 3), np.uint8)
    red[:, :, 2] = 200
    assert variants.detecting(Looking())(red) == [(1, 2, 3, 4)]
    assert seen == [(100, 150, 3, 600, 400, 200)]


def test_the_networks_fit_the_procedure(made: Make) -> None:
    """With random weights, which are never sure of a face."""
    net, detect = random_syncnet(), variants.detecting(random_s3fd())
    clip = made(seconds=0.4)
    assert variants.of_crop(clip, net).windows == 5
    assert detect(next(programs.jpegs(clip))) == []
