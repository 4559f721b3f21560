"""SyncNet's figures by four procedures, each under its own names: they are not comparable with each other."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import av
import numpy as np
from numpy.typing import NDArray

from mos_platform.metrics.measures.implementation import ClipMeasure, Files
from mos_platform.metrics.measures.reading.frames import Picture
from mos_platform.metrics.measures.reading.sound import RATE, read_sound
from mos_platform.metrics.measures.result import Measurement, NoValueError
from mos_platform.metrics.measures.synchronisation import mesh, pipeline, programs
from mos_platform.metrics.measures.synchronisation.scoring import score
from mos_platform.metrics.measures.synchronisation.shifts import Sync
from mos_platform.metrics.measures.synchronisation.tracking import SIDE, Track
from mos_platform.metrics.measures.weights import Weights

if TYPE_CHECKING:
    from mos_platform.metrics.measures.synchronisation.s3fd import Detector
    from mos_platform.metrics.measures.synchronisation.syncnet import SyncNet

SYNCNET = "syncnet_v2.model"
S3FD = "sfd_face.pth"

_SCALE = 0.25
_RATE_TOLERANCE = 0.1


def full(clip: Path, net: SyncNet, detect: pipeline.Detect) -> list[Sync]:
    """The whole published procedure: a result for each face that can be followed."""
    with TemporaryDirectory() as folder:
        avi = Path(folder, "video.avi")
        programs.at_25_per_second(clip, avi)
        samples = programs.sound(avi)
        return [
            _encoded(avi, track, Path(folder, "crop.avi"), net, pipeline.sound_of(samples, track))
            for track in pipeline.followed(avi, detect)
        ]


def _encoded(avi: Path, track: Track, target: Path, net: SyncNet, samples: NDArray[np.int16]) -> Sync:
    pipeline.encoded_crop(avi, track, target)
    with closing(programs.jpegs(target)) as faces:
        return score(net, faces, samples)


def of_crop(clip: Path, net: SyncNet) -> Sync:
    """The published demo: the clip is a crop of 224 × 224 at 25 pictures a second already."""
    width, height, rate = _shape(clip)
    if (width, height) != (SIDE, SIDE):
        raise NoValueError(f"the picture is {width} × {height} pixels, no face crop of {SIDE} × {SIDE}")
    _check_rate(rate)
    with closing(programs.jpegs(clip)) as faces:
        return score(net, faces, programs.sound(clip))


def of_whole_picture(clip: Path, net: SyncNet) -> Sync:
    """Wav2Lip's script for LRS: every picture as a whole brought to 224 × 224, whatever it shows."""
    _check_rate(_shape(clip)[2])
    with closing(_resized(clip)) as faces:
        return score(net, faces, programs.sound(clip))


def _resized(clip: Path) -> Generator[Picture]:
    opencv = programs.cv2()
    with closing(programs.jpegs(clip)) as pictures:
        for picture in pictures:
            yield opencv.resize(picture, (SIDE, SIDE))


def by_mesh(clip: Path, net: SyncNet, weights: Weights) -> Sync:
    """The crop from landmarks, pictures as decoded, sound as decoded."""
    sound = read_sound(clip)
    face = mesh.watched(clip, weights)
    start = round(float(mesh.grid(face)[0]) * RATE)
    with closing(mesh.crops(clip, face)) as faces:
        return score(net, faces, sound.samples[start:])


def _shape(clip: Path) -> tuple[int, int, float]:
    try:
        with av.open(str(clip)) as container:
            stream = container.streams.video[0]
            return stream.width, stream.height, float(stream.average_rate or 0)
    except (av.FFmpegError, OSError, IndexError):
        raise NoValueError("the clip cannot be decoded as video") from None


def _check_rate(rate: float) -> None:
    if abs(rate - programs.RATE) > _RATE_TOLERANCE:
        raise NoValueError(
            f"{rate:.4g} pictures a second: this procedure takes {programs.RATE} for granted; "
            "lse_d and lse_c bring a clip to it"
        )


def _syncnet(weights: Weights) -> SyncNet:
    path = weights.file(SYNCNET)
    try:
        from mos_platform.metrics.measures.synchronisation import syncnet
    except ModuleNotFoundError as error:
        raise _torch_missing(error) from None
    return syncnet.load(path)


def _detect(weights: Weights) -> pipeline.Detect:
    path = weights.file(S3FD)
    try:
        from mos_platform.metrics.measures.synchronisation import s3fd
    except ModuleNotFoundError as error:
        raise _torch_missing(error) from None
    return detecting(s3fd.load(path))


def _torch_missing(error: ModuleNotFoundError) -> Exception:
    missing = error.name == "torch"
    return NoValueError("package missing (torch; pip install torch==2.13.0)") if missing else error


def detecting(detector: Detector) -> pipeline.Detect:
    """Faces in a BGR picture, looked for at a quarter of its size as the published procedure does."""
    opencv = programs.cv2()

    def detect(bgr: Picture) -> list[tuple[float, float, float, float]]:
        height, width = bgr.shape[:2]
        rgb = opencv.cvtColor(bgr, opencv.COLOR_BGR2RGB)
        small = opencv.resize(rgb, (0, 0), fx=_SCALE, fy=_SCALE, interpolation=opencv.INTER_LINEAR)
        return [
            (left, top, right, bottom) for left, top, right, bottom, _ in detector.faces(small, width, height)
        ]

    return detect


def _figures(found: Sequence[Sync], suffix: str = "") -> dict[str, Measurement]:
    """Distance and confidence are means over face tracks; the offset is that of the most confident."""
    surest = max(found, key=lambda each: each.confidence)
    note = f"{sum(each.windows for each in found)} windows of 5 pictures"
    if len(found) > 1:
        note += f" in {len(found)} face tracks; the offset is that of the most confident"
    return {
        f"lse_d{suffix}": Measurement(float(np.mean([each.distance for each in found])), note=note),
        f"lse_c{suffix}": Measurement(float(np.mean([each.confidence for each in found])), note=note),
        f"av_offset{suffix}": Measurement(float(surest.offset), note=note),
    }


def _full(files: Files) -> Mapping[str, Measurement]:
    net = _syncnet(files.weights)
    return _figures(full(files.clip, net, _detect(files.weights)))


def _demo(files: Files) -> Mapping[str, Measurement]:
    return _figures([of_crop(files.clip, _syncnet(files.weights))], "_demo")


def _lrs(files: Files) -> Mapping[str, Measurement]:
    return _figures([of_whole_picture(files.clip, _syncnet(files.weights))], "_lrs")


def _mesh(files: Files) -> Mapping[str, Measurement]:
    return _figures([by_mesh(files.clip, _syncnet(files.weights), files.weights)], "_mesh")


FULL = ClipMeasure("syncnet", _full)
DEMO = ClipMeasure("syncnet_demo", _demo)
LRS = ClipMeasure("syncnet_lrs", _lrs)
MESH = ClipMeasure("syncnet_mesh", _mesh)
