"""What a face-recognition network makes of a face: an embedding."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mos_platform.metrics.measures.reading.frames import Picture
from mos_platform.metrics.measures.reading.landmarker import unusable
from mos_platform.metrics.measures.result import NoValueError
from mos_platform.metrics.measures.weights import Weights

DLIB_MODEL = "dlib_face_recognition_resnet_model_v1.dat"
ARCFACE_MODEL = "w600k_r50.onnx"

Mesh = NDArray[np.float32]

# dlib's five points on MediaPipe's mesh: outer and inner corner of either eye, base of the nose.
_FIVE_OF_DLIB = (263, 362, 33, 133, 2)

# Where insightface's crop of 112 × 112 has the eyes' centres, the tip of the nose and the mouth's corners.
ARCFACE_PLACES = np.array(
    [(38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041)]
)
_ARCFACE_SIDE = 112
_EYES = ((33, 160, 158, 133, 153, 144), (362, 385, 387, 263, 373, 380))
_NOSE_TIP, _MOUTH_CORNERS = 4, (61, 291)


class Embedder(Protocol):
    """`of`: the face with these landmarks (478, 3) in a picture → (d,)."""

    def of(self, rgb: Picture, mesh: Mesh) -> NDArray[np.float64]: ...


class Dlib:
    """dlib's ResNet, 128 numbers; chip of 150 × 150 with a quarter of padding, aligned by five points."""

    def __init__(self, weights: Weights) -> None:
        model = weights.file(DLIB_MODEL)
        try:
            import dlib
        except ModuleNotFoundError:
            raise NoValueError("package missing (dlib; pip install 'mos-platform[metrics]')") from None
        except (ImportError, OSError) as error:
            raise NoValueError(unusable("dlib-bin", error)) from None
        self._dlib = dlib
        try:
            self._network = dlib.face_recognition_model_v1(str(model))
        except RuntimeError as error:
            raise NoValueError(_damaged(DLIB_MODEL, error)) from None

    def of(self, rgb: Picture, mesh: Mesh) -> NDArray[np.float64]:
        points = [self._dlib.point(*map(round, mesh[index, :2].tolist())) for index in _FIVE_OF_DLIB]
        box = self._dlib.rectangle(*_box(mesh))
        shape = self._dlib.full_object_detection(box, points)
        return np.array(self._network.compute_face_descriptor(np.ascontiguousarray(rgb), shape))


class ArcFace:
    """insightface's w600k_r50 (ArcFace, ResNet-50, WebFace600K), 512 numbers, on crops of 112 × 112."""

    def __init__(self, weights: Weights) -> None:
        model = weights.file(ARCFACE_MODEL)
        self._cv2 = _opencv()
        try:
            self._network = self._cv2.dnn.readNetFromONNX(str(model))
        except self._cv2.error as error:
            raise NoValueError(_damaged(ARCFACE_MODEL, error)) from None

    def of(self, rgb: Picture, mesh: Mesh) -> NDArray[np.float64]:
        matrix = onto(arcface_points(mesh), ARCFACE_PLACES)
        crop = self._cv2.warpAffine(rgb, matrix, (_ARCFACE_SIDE, _ARCFACE_SIDE))
        scaled = (crop.astype(np.float32) - 127.5) / 127.5
        self._network.setInput(np.ascontiguousarray(scaled.transpose(2, 0, 1)[None]))
        return np.asarray(self._network.forward(), dtype=np.float64).ravel()


def arcface_points(mesh: Mesh) -> NDArray[np.float64]:
    """(478, 3) → (5, 2): centres of the eyes, left one of the picture first, nose tip, mouth corners."""
    flat = mesh[:, :2].astype(np.float64)
    eyes = [flat[list(eye)].mean(axis=0) for eye in _EYES]
    return np.stack([*eyes, flat[_NOSE_TIP], *flat[list(_MOUTH_CORNERS)]])


def onto(points: NDArray[np.float64], places: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, 3): the similarity that brings points (N, 2) onto places (N, 2) with the least squares."""
    own, other = points @ (1, 1j), places @ (1, 1j)
    centred = own - own.mean()
    turn = (centred.conj() * (other - other.mean())).sum() / (np.abs(centred) ** 2).sum()
    shift = other.mean() - turn * own.mean()
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])


def _opencv() -> Any:
    try:
        import cv2
    except ModuleNotFoundError:
        raise NoValueError("package missing (opencv; pip install 'mos-platform[metrics]')") from None
    except (ImportError, OSError) as error:
        raise NoValueError(unusable("opencv-contrib-python", error)) from None
    return cv2


def _box(mesh: Mesh) -> tuple[int, int, int, int]:
    (left, top), (right, bottom) = mesh[:, :2].min(axis=0), mesh[:, :2].max(axis=0)
    return round(float(left)), round(float(top)), round(float(right)), round(float(bottom))


def _damaged(name: str, error: Exception) -> str:
    said = str(error).strip().splitlines()[-1]
    return f"weights damaged ({name}: {said}; `python -m mos_platform weights` says how to get it)"
