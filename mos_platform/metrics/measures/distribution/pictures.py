"""FID and inception score: a method's pictures as Inception sees them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from mos_platform.metrics.measures.distribution import frechet, inception_score
from mos_platform.metrics.measures.identity.csim import sampled
from mos_platform.metrics.measures.implementation import Extractor, Features, SetMeasure
from mos_platform.metrics.measures.networks import loading
from mos_platform.metrics.measures.reading.frames import Picture, read_frames
from mos_platform.metrics.measures.result import Measurement, NoValueError
from mos_platform.metrics.measures.weights import Weights

INCEPTION = "pt_inception-2015-12-05-6726825d.pth"
# As in networks.inception, which cannot be imported where torch is not.
FEATURES = 2048
# Below so many pictures of either side the bias is large beside differences between methods.
ENOUGH = 10_000
_BATCH = 8


def of_clip(clip: Path, weights: Weights) -> Features:
    """(n, 2048 + 1008): features and logits of five pictures a second."""
    path = weights.file(INCEPTION)
    loading.torch()
    from mos_platform.metrics.measures.networks import inception

    net = loading.loaded(path, inception.network)
    with closing(read_frames(clip)) as frames:
        return of_pictures(net, (frame.rgb for frame in sampled(frames)))


def of_pictures(net: Any, pictures: Iterable[Picture]) -> Features:
    """Of pictures of one size, (height, width, 3) uint8 each."""
    torch = loading.torch()
    with torch.inference_mode(), loading.exact():
        rows = [_of_batch(net, batch).cpu().numpy() for batch in _batches(iter(pictures))]
    return np.concatenate(rows)


def _of_batch(net: Any, batch: Sequence[Picture]) -> Any:
    from mos_platform.metrics.measures.networks import inception

    found = inception.features(net, loading.torch().stack([*map(loading.picture, batch)]))
    return loading.torch().cat([found, inception.logits(net, found)], dim=1)


def _batches(pictures: Iterator[Picture]) -> Iterator[list[Picture]]:
    while batch := list(islice(pictures, _BATCH)):
        yield batch


def fid(clips: Sequence[Features], references: Sequence[Features]) -> Measurement:
    """Of the pictures of a method's clips against those of the references of the same items."""
    value = frechet_of([each[:, :FEATURES] for each in clips], [each[:, :FEATURES] for each in references])
    counts = f"{counted(clips, 'pictures')} against {counted(references, 'pictures')}"
    biased = fewest(clips, references) < ENOUGH
    caution = f"; so few make it too high: compare only values of as many (below {ENOUGH})" if biased else ""
    return Measurement(value, note=counts + caution)


def frechet_of(clips: Sequence[Features], references: Sequence[Features]) -> float:
    """The Fréchet distance of the features of all clips from those of all references."""
    if not references:
        raise NoValueError("no reference clip for these items")
    sides = [np.concatenate(side) for side in (clips, references)]
    if min(map(len, sides)) < 2:
        raise NoValueError("a distribution needs at least two samples on either side")
    return frechet.distance(*map(frechet.gaussian, sides))


def counted(clips: Sequence[Features], samples: str) -> str:
    plural = "" if len(clips) == 1 else "s"
    return f"{sum(map(len, clips))} {samples} of {len(clips)} clip{plural}"


def fewest(clips: Sequence[Features], references: Sequence[Features]) -> int:
    return min(sum(map(len, clips)), sum(map(len, references)))


def inception(clips: Sequence[Features], _references: Sequence[Features]) -> Measurement:
    """Of the pictures of a method's clips, whatever the references."""
    logits = np.concatenate([each[:, FEATURES:] for each in clips])
    needed = 2 * inception_score.SPLITS
    if len(logits) < needed:
        raise NoValueError(f"{len(logits)} pictures are too few: at least {needed} are needed")
    value, deviation = inception_score.score(logits)
    return Measurement(value, note=f"{counted(clips, 'pictures')}; standard deviation {deviation:.3g}")


PICTURES = Extractor("inception", "1", of_clip)
FID = SetMeasure(PICTURES, fid)
IS = SetMeasure(PICTURES, inception)
