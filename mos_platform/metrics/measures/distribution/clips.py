"""FVD: a method's clips as a video network sees them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mos_platform.metrics.measures.distribution.pictures import counted, fewest, frechet_of
from mos_platform.metrics.measures.implementation import Extractor, Features, SetMeasure
from mos_platform.metrics.measures.networks import loading
from mos_platform.metrics.measures.reading.frames import Frame, Picture, read_frames
from mos_platform.metrics.measures.result import Measurement, NoValueError
from mos_platform.metrics.measures.weights import Weights

I3D = "i3d_torchscript.pt"
PICTURES = 16
RATE = 25
# Published values are of 2048 stretches.
USUAL = 2048


def of_clip(clip: Path, weights: Weights) -> Features:
    """(n, 400): a row for each stretch of 16 pictures, one after another, at 25 pictures a second."""
    net = load(weights.file(I3D))
    with closing(read_frames(clip)) as frames:
        return of_stretches(net, stretches(picture.rgb for picture in at_rate(frames)))


def load(path: Path) -> Any:
    """The network, which comes as a program of its own. Raises NoValueError where the file is none."""
    try:
        return loading.torch().jit.load(str(path), map_location=loading.device()).eval()
    except NoValueError:
        raise
    except Exception as error:  # a damaged archive fails in any way
        raise NoValueError(loading.unusable(path, error)) from None


def at_rate(frames: Iterable[Frame], rate: int = RATE) -> Iterator[Frame]:
    """For each step of 1/rate s from the first picture to the last the picture shown then."""
    shown, step, start = None, 0, 0.0
    for frame in frames:
        if shown is None:
            start = frame.time
        # Time stamps are rounded to a container's clock: what falls short by that is not early.
        while shown is not None and step / rate < frame.time - start - 1e-3:
            yield shown
            step += 1
        shown = frame
    if shown is not None:
        yield shown


def stretches(pictures: Iterable[Picture]) -> Iterator[NDArray[np.uint8]]:
    """(16, height, width, 3) each, none overlapping; what is left at the end does not count."""
    held: list[Picture] = []
    for picture in pictures:
        held.append(picture)
        if len(held) == PICTURES:
            yield np.stack(held)
            held = []


def of_stretches(net: Any, parts: Iterable[NDArray[np.uint8]]) -> Features:
    """The network brings pictures to 224 × 224, and 0–255 to −1 to 1, by itself."""
    torch = loading.torch()
    with torch.inference_mode(), loading.exact():
        rows = [_features(net, part) for part in parts]
    if not rows:
        raise NoValueError(f"the clip is shorter than {PICTURES} pictures at {RATE} a second")
    return np.concatenate(rows)


def _features(net: Any, part: NDArray[np.uint8]) -> Features:
    x = loading.torch().from_numpy(part).to(loading.device()).permute(3, 0, 1, 2).float()[None]
    found = net(x, rescale=True, resize=True, return_features=True)
    return np.asarray(found.cpu().numpy(), dtype=np.float32).reshape(1, -1)


def fvd(clips: Sequence[Features], references: Sequence[Features]) -> Measurement:
    """Of a method's clips against the references of the same items."""
    value = frechet_of(clips, references)
    counts = f"{counted(clips, 'stretches')} against {counted(references, 'stretches')}"
    few = fewest(clips, references) < USUAL
    caution = f"; so few make it too high: published values take {USUAL}" if few else ""
    return Measurement(value, note=counts + caution)


FVD = SetMeasure(Extractor("i3d", "1", of_clip), fvd)
