"""A clip's first face with its landmarks, as a picture to look at. No Django here."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mos_platform.metrics.measures.geometry.points import MESH_OF_68
from mos_platform.metrics.measures.reading.drawing import with_landmarks
from mos_platform.metrics.measures.reading.frames import Frame, Picture, read_frames
from mos_platform.metrics.measures.reading.landmarker import Landmarker
from mos_platform.metrics.measures.result import NoValueError
from mos_platform.metrics.measures.weights import Weights
from studies.errors import InputError


def draw_landmarks(clip: Path, weights: Weights, target: Path) -> None:
    """Write the first picture that shows a face: all landmarks, larger those that stand for the usual 68.

    Raises InputError where that cannot be.
    """
    try:
        with Landmarker(weights) as landmarker, closing(read_frames(clip)) as frames:
            found = next(filter(None, (_seen(landmarker, frame) for frame in frames)), None)
    except NoValueError as none:
        raise InputError(f"no landmarks can be drawn: {none}.") from None
    if found is None:
        raise InputError(f"no landmarks can be drawn: no face was found in {clip}.")
    try:
        Image.fromarray(with_landmarks(*found, MESH_OF_68)).save(target)
    except (OSError, ValueError) as error:
        raise InputError(f"{target} cannot be written ({error}); name a PNG file.") from None


def _seen(landmarker: Landmarker, frame: Frame) -> tuple[Picture, NDArray[np.float32]] | None:
    landmarker.see(frame)
    return None if landmarker.latest is None else (frame.rgb, landmarker.latest)
