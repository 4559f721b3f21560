"""CSIM of real clips: the same person, and a swapped one."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.testing import assert_allclose
from onnx_file import write_pooled_linear

from mos_platform.metrics.measures.identity import IMPLEMENTATIONS
from mos_platform.metrics.measures.identity.embedding import (
    ARCFACE_MODEL,
    ARCFACE_PLACES,
    DLIB_MODEL,
    ArcFace,
    Dlib,
    arcface_points,
    onto,
)
from mos_platform.metrics.measures.implementation import ClipMeasure, Files
from mos_platform.metrics.measures.reading.frames import Frame, read_frames
from mos_platform.metrics.measures.reading.landmarker import MODEL, Landmarker
from mos_platform.metrics.measures.result import Measurement, NoValueError
from mos_platform.metrics.measures.weights import Weights

pytest.importorskip("mediapipe", reason="the extra `metrics` is not installed")
cv2 = pytest.importorskip("cv2", reason="the extra `metrics` is not installed")
dlib = pytest.importorskip("dlib", reason="the extra `metrics` is not installed")

MEASURES = {each.metric: each.measure for each in IMPLEMENTATIONS}


def measured(metric: str, files: Files) -> Measurement:
    measure = MEASURES[metric]
    assert isinstance(measure, ClipMeasure)
    return measure.of(files)[metric]


@pytest.fixture(scope="module")
def clips(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first 0.8 s of some clips, as they are."""
    folder = tmp_path_factory.mktemp("clips")
    for name in ("id02/Hallo", "id02/FLOAT", "id03/Hallo"):
        source = shared / f"clips/float/{name}.mp4"
        with (
            av.open(str(source)) as whole,
            av.open(str(folder / f"{name.replace('/', '-')}.mp4"), "w") as cut,
        ):
            stream = cut.add_stream_from_template(whole.streams.video[0])
            for packet in whole.demux(whole.streams.video[0]):
                if packet.dts is not None and packet.pts * packet.time_base < 0.8:
                    packet.stream = stream
                    cut.mux(packet)
    return folder


def csim(metric: str, one: Path, other: Path, weights: Weights) -> float:
    value = measured(metric, Files(one, other, weights)).value
    assert value is not None
    return value


def test_the_same_person_is_far_more_alike_than_another(clips: Path, weights: Weights) -> None:
    hallo = clips / "id02-Hallo.mp4"
    same = csim("csim_dlib", clips / "id02-FLOAT.mp4", hallo, weights)
    swapped = csim("csim_dlib", clips / "id03-Hallo.mp4", hallo, weights)
    assert same > 0.97
    assert swapped < 0.88
    assert csim("csim_dlib", hallo, hallo, weights) == pytest.approx(1, abs=1e-9)


def test_a_source_picture_will_do_as_a_reference(clips: Path, shared: Path, weights: Weights) -> None:
    source = shared / "clips/float/id02/source.png"
    answer = measured("csim_dlib", Files(clips / "id02-FLOAT.mp4", source, weights))
    assert answer.value is not None
    assert answer.value > 0.95
    assert answer.note == "reference is a single picture"


def seen(frame: Frame, weights: Weights) -> np.ndarray:
    with Landmarker(weights) as landmarker:
        landmarker.see(frame)
        mesh = landmarker.latest
    assert mesh is not None
    return mesh


@pytest.fixture(scope="module")
def frame(shared: Path) -> Frame:
    return next(islice(read_frames(shared / "clips/real/retalking_face3.mp4"), 1))


def test_dlib_aligned_by_the_mesh_is_as_aligned_by_its_own_points(frame: Frame, weights: Weights) -> None:
    own = Dlib(weights).of(frame.rgb, seen(frame, weights))
    rgb = np.ascontiguousarray(frame.rgb)
    predictor = dlib.shape_predictor(str(weights.file("shape_predictor_5_face_landmarks.dat")))
    shape = predictor(rgb, dlib.get_frontal_face_detector()(rgb)[0])
    network = dlib.face_recognition_model_v1(str(weights.file(DLIB_MODEL)))
    other = np.array(network.compute_face_descriptor(rgb, shape))
    assert own.shape == (128,)
    assert np.linalg.norm(own - other) < 0.2  # dlib takes 0.6 and less for one person
    assert own @ other / np.linalg.norm(own) / np.linalg.norm(other) > 0.99


@pytest.fixture
def with_arcface(weights: Weights, tmp_path: Path) -> tuple[Weights, np.ndarray]:
    """A linear network of ArcFace's shape in place of its own file."""
    matrix = np.random.default_rng(0).normal(size=(512, 48)).astype(np.float32)
    write_pooled_linear(tmp_path / ARCFACE_MODEL, 112, 28, matrix)
    (tmp_path / MODEL).symlink_to(weights.file(MODEL))
    return Weights(tmp_path), matrix


def test_arcface_sees_an_aligned_crop_in_rgb_from_minus_1_to_1(
    frame: Frame, with_arcface: tuple[Weights, np.ndarray]
) -> None:
    weights, matrix = with_arcface
    mesh = seen(frame, weights)
    crop = cv2.warpAffine(frame.rgb, onto(arcface_points(mesh), ARCFACE_PLACES), (112, 112))
    squares = crop.reshape(4, 28, 4, 28, 3).mean(axis=(1, 3)).transpose(2, 0, 1).ravel()
    expected = matrix @ ((squares - 127.5) / 127.5)
    assert_allclose(ArcFace(weights).of(frame.rgb, mesh), expected, atol=1e-3)


def test_arcface_measures_a_clip(clips: Path, with_arcface: tuple[Weights, np.ndarray]) -> None:
    weights, _ = with_arcface
    hallo = clips / "id02-Hallo.mp4"
    assert csim("csim_arcface", hallo, hallo, weights) == pytest.approx(1, abs=1e-6)
    assert csim("csim_arcface", clips / "id03-Hallo.mp4", hallo, weights) < 0.9


def test_the_eyes_of_the_crop_are_where_arcface_wants_them(frame: Frame, weights: Weights) -> None:
    points = arcface_points(seen(frame, weights))
    matrix = onto(points, ARCFACE_PLACES)
    assert_allclose(points @ matrix[:, :2].T + matrix[:, 2], ARCFACE_PLACES, atol=6)
    assert np.hypot(matrix[0, 0], matrix[1, 0]) < 1


def test_reasons(clips: Path, weights: Weights, tmp_path: Path) -> None:
    hallo = clips / "id02-Hallo.mp4"
    with pytest.raises(NoValueError, match="no reference clip for this item"):
        measured("csim_dlib", Files(hallo, None, weights))
    with pytest.raises(NoValueError, match=f"weights missing.*{ARCFACE_MODEL}"):
        measured("csim_arcface", Files(hallo, hallo, Weights(tmp_path)))
    blank = tmp_path / "blank.mp4"
    with av.open(str(blank), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for _ in range(5):
            picture = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), dtype=np.uint8), format="rgb24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    with pytest.raises(NoValueError, match=r"^reference: no face found in any of 1 pictures$"):
        measured("csim_dlib", Files(hallo, blank, weights))
    with pytest.raises(NoValueError, match=r"^no face found in any of 1 pictures$"):
        measured("csim_dlib", Files(blank, hallo, weights))


@pytest.mark.parametrize(("name", "network"), [(DLIB_MODEL, Dlib), (ARCFACE_MODEL, ArcFace)])
def test_a_file_that_is_no_network(
    name: str, network, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_bytes(b"<html>not found</html>" * 1000)
    with pytest.raises(NoValueError, match=f"weights damaged \\({name}"):
        network(Weights(tmp_path))
