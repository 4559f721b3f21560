"""The landmarker on real clips."""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from filmed import bars
from numpy.testing import assert_allclose, assert_array_equal

from mos_platform.metrics.measures.motion.rotation import euler
from mos_platform.metrics.measures.reading.facetrack import FaceTrack
from mos_platform.metrics.measures.reading.finding import Box, around
from mos_platform.metrics.measures.reading.found import whole_pose
from mos_platform.metrics.measures.reading.frames import Frame, read_frames
from mos_platform.metrics.measures.reading.landmarker import MODEL, Landmarker, unusable
from mos_platform.metrics.measures.result import NoValueError
from mos_platform.metrics.measures.weights import Weights

mediapipe = pytest.importorskip("mediapipe", reason="the extra `metrics` is not installed")


def pictures(clip: Path, number: int) -> list[Frame]:
    return list(islice(read_frames(clip), number))


def tracked(frames: list[Frame], weights: Weights) -> FaceTrack:
    with Landmarker(weights) as landmarker:
        for frame in frames:
            landmarker.see(frame)
        return landmarker.track()


@pytest.fixture(scope="module")
def hallo(shared: Path) -> list[Frame]:
    return pictures(shared / "clips/float/id03/Hallo.mp4", 8)


@pytest.fixture(scope="module")
def flo(shared: Path) -> list[Frame]:
    return pictures(shared / "clips/float/id02/FLOAT.mp4", 8)


@pytest.fixture(scope="module")
def track(hallo: list[Frame], weights: Weights) -> FaceTrack:
    return tracked(hallo, weights)


def test_a_track_holds_every_picture(track: FaceTrack) -> None:
    assert_allclose(track.times, np.arange(8) / 25, atol=1e-9)
    assert track.points.shape == (8, 478, 3)
    assert track.blendshapes.shape == (8, 52)
    assert track.pose.shape == (8, 4, 4)
    assert track.points.dtype == track.blendshapes.dtype == np.float32
    assert "jawOpen" in track.blendshape_names
    assert_array_equal(track.faces, 1)
    assert (track.width, track.height) == (512, 512)
    assert mediapipe.__version__ in track.detector


def test_landmarks_lie_where_the_face_is(track: FaceTrack) -> None:
    """Read off the picture by eye, to 10 pixels of 512: pupils, nose tip, mouth corners."""
    at = track.points[0, :, :2]
    places = {468: (190, 219), 473: (297, 219), 4: (248, 283), 61: (208, 337), 291: (280, 337)}
    for index, place in places.items():
        assert np.linalg.norm(at[index] - place) < 10, (index, at[index])


def test_the_same_pictures_twice_give_the_same_numbers(
    hallo: list[Frame], track: FaceTrack, weights: Weights
) -> None:
    again = tracked(hallo, weights)
    assert_array_equal(again.points, track.points)
    assert_array_equal(again.pose, track.pose)
    assert_array_equal(again.blendshapes, track.blendshapes)


def test_a_picture_gives_the_same_numbers_wherever_it_stands(
    hallo: list[Frame], track: FaceTrack, weights: Weights
) -> None:
    assert_array_equal(tracked(hallo[5:6], weights).points[0], track.points[5])


def test_a_shifted_picture_shifts_the_landmarks(hallo: list[Frame], weights: Weights) -> None:
    rgb = hallo[0].rgb
    moved = np.roll(rgb, (12, -20), axis=(0, 1))
    one, other = tracked([Frame(0, rgb)], weights), tracked([Frame(0, moved)], weights)
    shift = np.median(other.points[0, :, :2] - one.points[0, :, :2], axis=0)
    assert_allclose(shift, (-20, 12), atol=1.5)


def test_a_turned_picture_turns_the_head(hallo: list[Frame], weights: Weights) -> None:
    """The head's roll follows a turn of the picture by known degrees, counterclockwise."""
    cv2 = pytest.importorskip("cv2", reason="the extra `metrics` is not installed")
    rgb = hallo[0].rgb
    matrix = cv2.getRotationMatrix2D((256, 256), 15, 1)
    turned = cv2.warpAffine(rgb, matrix, (512, 512), borderMode=cv2.BORDER_REPLICATE)
    one, other = (euler(tracked([Frame(0, each)], weights).pose)[0] for each in (rgb, turned))
    assert other[2] - one[2] == pytest.approx(15, abs=2)


def test_the_larger_of_two_faces_is_followed_and_the_other_counted(
    hallo: list[Frame], flo: list[Frame], weights: Weights
) -> None:
    small = [frame.rgb[::2, ::2] for frame in flo]
    beside = [
        Frame(one.time, np.hstack([one.rgb, np.pad(other, ((128, 128), (0, 0), (0, 0)))]))
        for one, other in zip(hallo, small, strict=True)
    ]
    track = tracked(beside, weights)
    assert_array_equal(track.faces, 2)
    assert (track.points[:, :, 0] < 512).all()
    assert "several faces in 8 of 8 pictures" in track.note


def test_a_face_is_followed_when_another_comes_nearer(
    hallo: list[Frame], flo: list[Frame], weights: Weights
) -> None:
    """Two faces beside each other: the first seen stays the one, whichever is larger later."""
    alone = [Frame(frame.time, np.hstack([frame.rgb, np.zeros_like(frame.rgb)])) for frame in hallo[:1]]
    both = [
        Frame(one.time, np.hstack([one.rgb, other.rgb]))
        for one, other in zip(hallo[1:4], flo[1:4], strict=True)
    ]
    swapped = [Frame(frame.time, frame.rgb[:, ::-1].copy()) for frame in alone + both]
    for frames, left in ((alone + both, True), (swapped, False)):
        centres = tracked(frames, weights).points[:, :, 0].mean(axis=1)
        assert ((centres < 512) == left).all()


def test_a_small_face_in_a_portrait_is_found(shared: Path, weights: Weights) -> None:
    """HEVC, 1080 × 1920, a face of a tenth of the height: the detector alone finds none."""
    track = tracked(pictures(shared / "clips/real/latentsync_demo1.mp4", 3), weights)
    assert (track.width, track.height) == (1080, 1920)
    assert track.found.all()
    box = around(track.points[0])
    assert 450 < box.left < box.right < 760
    assert 560 < box.top < box.bottom < 900


@pytest.mark.parametrize("clip", ["retalking_face1.mp4", "vexpress_AOC_2997fps.mp4", "syncnet_example.avi"])
def test_clips_of_other_sizes_and_rates(clip: str, shared: Path, weights: Weights) -> None:
    track = tracked(pictures(shared / "clips/real" / clip, 3), weights)
    assert track.found.all()
    assert (np.diff(track.times) > 0).all()
    inside = (track.points[..., :2] > 0) & (track.points[..., :2] < (track.width, track.height))
    assert inside.mean() > 0.98


@pytest.mark.parametrize("shape", [(96, 96), (1, 1), (3, 500), (500, 3)])
def test_no_face(shape: tuple[int, int], weights: Weights) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (*shape, 3), dtype=np.uint8)
    frames = [Frame(index / 25, noise) for index in range(2)]
    with pytest.raises(NoValueError, match="no face found in any of 2 pictures"):
        tracked(frames, weights)


@pytest.mark.parametrize("size", ["128x96", "320x240", "720x1280"])
def test_test_patterns_show_no_face(size: str, tmp_path: Path, weights: Weights) -> None:
    """Parts of a picture that are blown up beyond its own pixels look like faces now and then."""
    frames = pictures(bars(tmp_path / "bars.mp4", size=size, seconds=0.12), 3)
    with pytest.raises(NoValueError, match="no face found in any of 3 pictures"):
        tracked(frames, weights)


def test_a_face_in_fewer_than_half_of_the_pictures(hallo: list[Frame], weights: Weights) -> None:
    blank = [Frame(time, np.zeros((512, 512, 3), dtype=np.uint8)) for time in (1.0, 1.04)]
    with pytest.raises(NoValueError, match="a face was found in only 1 of 3 pictures"):
        tracked([hallo[0], *blank], weights)
    half = tracked([hallo[0], blank[0]], weights)
    assert_array_equal(half.faces, [1, 0])
    assert np.isnan(half.points[1]).all()
    assert half.note == "no face in 1 of 2 pictures"


def test_nothing_is_said_on_standard_error(
    hallo: list[Frame], weights: Weights, capfd: pytest.CaptureFixture[str]
) -> None:
    tracked(hallo[:2], weights)
    assert capfd.readouterr().err == ""


def test_a_missing_model_is_a_reason(tmp_path: Path) -> None:
    with pytest.raises(NoValueError, match=f"weights missing.*{MODEL}"):
        Landmarker(Weights(tmp_path))


def test_a_damaged_model_is_a_reason(tmp_path: Path) -> None:
    (tmp_path / MODEL).write_bytes(b"<html>not found</html>")
    with pytest.raises(NoValueError, match=f"weights damaged \\({MODEL}"):
        Landmarker(Weights(tmp_path))


def test_a_missing_package_is_a_reason(weights: Weights, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mediapipe.tasks.python", None)
    with pytest.raises(NoValueError, match=r"package missing \(mediapipe; pip install"):
        Landmarker(weights)


def test_a_missing_library_is_named_with_its_package() -> None:
    error = ImportError("libGL.so.1: cannot open shared object file: No such file or directory")
    assert (
        unusable("mediapipe", error) == "system library missing (libGL.so.1; Debian: apt-get install libgl1)"
    )
    assert "package broken (mediapipe: no such name" in unusable("mediapipe", ImportError("no such name"))


def test_a_pose_seen_in_a_part_is_that_of_the_whole_picture() -> None:
    """Projected by either camera, the head's origin falls on the same pixel at the same size."""
    pose = np.eye(4)
    pose[:3, 3] = (2.0, -3.0, -40.0)
    place, width, height = Box(600, 200, 900, 500), 1080, 1920
    moved = whole_pose(pose, place, width, height)
    reach = 2 * np.tan(np.radians(63 / 2))

    def seen(matrix: np.ndarray, focal: float) -> np.ndarray:
        return np.array([matrix[0, 3], -matrix[1, 3], 1]) * focal / -matrix[2, 3]

    part, whole = seen(pose, 300 / reach), seen(moved, 1920 / reach)
    assert_allclose(part[:2] + np.array((750, 350)), whole[:2] + np.array((540, 960)), atol=1e-3)
    assert part[2] == pytest.approx(whole[2], rel=1e-6)
    assert_array_equal(moved[:3, :3], np.eye(3))
    same = whole_pose(pose, Box(0, 0, width, height), width, height)
    assert_allclose(same, pose, atol=1e-5)
