"""The published procedure from a clip to SyncNet's input: faces found, followed, cut out, encoded again."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from mos_platform.metrics.measures.reading.frames import Picture
from mos_platform.metrics.measures.result import NoValueError
from mos_platform.metrics.measures.synchronisation import programs
from mos_platform.metrics.measures.synchronisation.cuts import scenes, thinning
from mos_platform.metrics.measures.synchronisation.tracking import (
    SHORTEST,
    SIDE,
    SMALLEST,
    Sighting,
    Track,
    cut_out,
    squares,
    tracks,
)

Detect = Callable[[Picture], list[tuple[float, float, float, float]]]

_QUALITY = 2
_SAMPLES = 640


def followed(avi: Path, detect: Detect) -> list[Track]:
    """The faces of an AVI that `programs.at_25_per_second` made. `detect`: boxes in a BGR picture.

    Raises NoValueError where no face can be followed.
    """
    seen = [
        [Sighting(number, box) for box in detect(picture)]
        for number, picture in enumerate(programs.jpegs(avi, _QUALITY))
    ]
    found = [
        track
        for first, end in scenes(_hsv(avi))
        if end - first >= SHORTEST
        for track in tracks(seen[first:end])
    ]
    if not found:
        with_face = sum(map(bool, seen))
        raise NoValueError(
            f"no face larger than {SMALLEST} pixels could be followed for more than {SHORTEST} of {len(seen)}"
            f" pictures at 25 per second (a face was found in {with_face})"
        )
    return found


def _hsv(avi: Path) -> Generator[Picture]:
    opencv = programs.cv2()
    with av.open(str(avi)) as container:
        for frame in container.decode(video=0):
            bgr = frame.to_ndarray(format="bgr24")
            step = thinning(bgr.shape[1])
            yield opencv.cvtColor(np.ascontiguousarray(bgr[::step, ::step]), opencv.COLOR_BGR2HSV)


def encoded_crop(avi: Path, track: Track, target: Path) -> None:
    """The track's square at 224 × 224 through OpenCV's XVID encoder into `target`, an AVI without sound."""
    opencv = programs.cv2()
    writer = opencv.VideoWriter(str(target), opencv.VideoWriter_fourcc(*"XVID"), programs.RATE, (SIDE, SIDE))
    if not writer.isOpened():
        raise NoValueError("OpenCV here cannot write XVID video")
    try:
        for face in _crops(avi, track):
            writer.write(opencv.resize(face, (SIDE, SIDE)))
    finally:
        writer.release()


def _crops(avi: Path, track: Track) -> Generator[Picture]:
    place = squares(track.boxes)
    with closing(_from(programs.jpegs(avi, _QUALITY), track.first)) as pictures:
        for number, picture in zip(range(len(track.boxes)), pictures, strict=False):
            face = cut_out(picture, place.x[number], place.y[number], place.half[number])
            if not face.size:
                raise NoValueError("the face's square is empty after smoothing")
            yield face


def _from(pictures: Iterable[Picture], first: int) -> Generator[Picture]:
    for number, picture in enumerate(pictures):
        if number >= first:
            yield picture


def sound_of(samples: NDArray[np.int16], track: Track) -> NDArray[np.int16]:
    """The stretch of 16 kHz sound under a track."""
    return samples[_SAMPLES * track.first : _SAMPLES * (track.last + 1)]
