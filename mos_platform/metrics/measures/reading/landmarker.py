"""Landmarks of faces, found by MediaPipe's Face Landmarker.

Each picture is looked at by itself (running mode IMAGE): the same picture gives the same numbers wherever it
stands in a clip, and nothing is smoothed over time. MediaPipe's mode VIDEO smooths landmarks when it follows
one face (1.7 px behind on a 512 px clip), which would flatter measures of jitter and blur those of lips; when
it looks for two it gives the numbers of mode IMAGE at no greater speed.

The detector inside finds faces of about a tenth of the picture or more. Where it finds none, overlapping
squares are searched, and a small face is looked at in a square around it, where a second face is noticed
only if it comes near.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from mos_platform.metrics.measures.reading.facetrack import FaceTrack
from mos_platform.metrics.measures.reading.finding import SMALLEST, Box, around, chosen, squares, zoom
from mos_platform.metrics.measures.reading.found import Found, detected
from mos_platform.metrics.measures.reading.frames import Frame, Picture
from mos_platform.metrics.measures.reading.quiet import without_chatter
from mos_platform.metrics.measures.result import NoValueError
from mos_platform.metrics.measures.weights import Weights

MODEL = "face_landmarker_v2_with_blendshapes.task"
POINTS = 478
BLENDSHAPES = 52
_MARGIN = 2.5
_SEARCH_EVERY_S = 1.0
_CHATTER = ("face_landmarker_graph", "inference_feedback_manager", "InitGoogle", "TensorFlow Lite XNNPACK")
_PACKAGES_OF = {
    "libGL.so": "libgl1",
    "libEGL.so": "libegl1",
    "libGLES": "libgles2",
    "libgthread": "libglib2.0-0",
}


class Landmarker:
    """Sees the pictures of one clip in order. NoValueError where package, library or file are missing."""

    def __init__(self, weights: Weights) -> None:
        self._finder = _finder(weights)
        self._times: list[float] = []
        self._found: list[Found | None] = []
        self._several: list[int] = []
        self._size = (0, 0)
        self._face: Box | None = None
        self._searched = -np.inf

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finder.close()

    def see(self, frame: Frame) -> None:
        """Find the faces of one more picture."""
        height, width = frame.rgb.shape[:2]
        self._size = (width, height)
        faces = self._faces(frame.rgb, frame.time)
        self._times.append(frame.time)
        self._several.append(len(faces))
        self._found.append(faces[0] if faces else None)

    @property
    def latest(self) -> NDArray[np.float32] | None:
        """The landmarks (478, 3) of the last picture seen, in pixels; None where it shows no face."""
        found = self._found[-1] if self._found else None
        return found.points if found else None

    def track(self) -> FaceTrack:
        """The track of all pictures seen. Raises NoValueError where fewer than half of them showed a face."""
        number = len(self._times)
        there = sum(found is not None for found in self._found)
        if not there:
            raise NoValueError(f"no face found in any of {number} pictures")
        if 2 * there < number:
            raise NoValueError(f"a face was found in only {there} of {number} pictures")
        return FaceTrack(
            np.array(self._times),
            _stacked([found.points if found else None for found in self._found], (POINTS, 3)),
            _stacked([found.pose if found else None for found in self._found], (4, 4)),
            _stacked([found.blendshapes if found else None for found in self._found], (BLENDSHAPES,)),
            next(found.names for found in self._found if found),
            np.array(self._several),
            *self._size,
            _detector(),
        )

    def _faces(self, rgb: Picture, time: float) -> list[Found]:
        """The faces found, the one that is followed first."""
        if faces := self._near(rgb):
            return faces
        height, width = rgb.shape[:2]
        places = [Box(0, 0, width, height), *self._squares(width, height, time)]
        return next((faces for place in places if (faces := self._far(rgb, place))), [])

    def _near(self, rgb: Picture) -> list[Found]:
        """The faces in a square around the last one, where that is small."""
        height, width = rgb.shape[:2]
        place = zoom(self._face, width, height, _MARGIN) if self._face else None
        return self._ordered(detected(self._finder, rgb, place)) if place else []

    def _far(self, rgb: Picture, place: Box) -> list[Found]:
        """The faces in a larger part: how many is seen from afar, a small face's landmarks from near."""
        faces = self._ordered(detected(self._finder, rgb, place))
        closer = self._near(rgb) if faces else []
        return closer[:1] + faces[1:] if closer else faces

    def _squares(self, width: int, height: int, time: float) -> list[Box]:
        """Where to search what the whole picture did not show; small squares once a second only."""
        short = min(width, height)
        places = squares(width, height, short) if width != height and short >= SMALLEST else []
        if time - self._searched >= _SEARCH_EVERY_S and short // 2 >= SMALLEST:
            self._searched = time
            places += squares(width, height, short // 2)
        return places

    def _ordered(self, faces: list[Found]) -> list[Found]:
        if not faces:
            return []
        boxes = [around(face.points) for face in faces]
        first = chosen(boxes, self._face)
        self._face = boxes[first]
        return [faces[first], *faces[:first], *faces[first + 1 :]]


def _stacked(rows: list[NDArray[np.float32] | None], shape: tuple[int, ...]) -> NDArray[np.float32]:
    missing = np.full(shape, np.nan, dtype=np.float32)
    return np.stack([missing if row is None else row for row in rows])


def _finder(weights: Weights) -> Any:
    """MediaPipe's landmarker, started."""
    model = weights.file(MODEL)
    vision, options = _imported()
    try:
        with without_chatter(_CHATTER):
            finder = vision.FaceLandmarker.create_from_options(
                vision.FaceLandmarkerOptions(
                    base_options=options(model_asset_path=str(model)),
                    num_faces=2,
                    output_face_blendshapes=True,
                    output_facial_transformation_matrixes=True,
                )
            )
            detected(finder, np.zeros((64, 64, 3), dtype=np.uint8), Box(0, 0, 64, 64))
            return finder
    except OSError as error:
        raise NoValueError(unusable("mediapipe", error)) from None
    except (RuntimeError, ValueError) as error:
        raise NoValueError(
            f"weights damaged ({MODEL}: {error}; `python -m mos_platform weights` says how to get it)"
        ) from None


def _imported() -> tuple[Any, Any]:
    try:
        from mediapipe.tasks.python import BaseOptions, vision
    except ModuleNotFoundError:
        raise NoValueError("package missing (mediapipe; pip install 'mos-platform[metrics]')") from None
    except (ImportError, OSError) as error:
        raise NoValueError(unusable("mediapipe", error)) from None
    return vision, BaseOptions


def unusable(package: str, error: Exception) -> str:
    """The reason for a package that does not load: the system library it lacks, where it is that."""
    text = " ".join(str(error).split())
    if "shared object" not in text:
        return f"package broken ({package}: {text}; pip install --force-reinstall {package})"
    brought = [debian for library, debian in _PACKAGES_OF.items() if library in text]
    packages = " ".join(brought or _PACKAGES_OF.values())
    return f"system library missing ({text.split(':')[0]}; Debian: apt-get install {packages})"


def _detector() -> str:
    import mediapipe

    return f"MediaPipe Face Landmarker v2 with blendshapes (mediapipe {mediapipe.__version__})"
