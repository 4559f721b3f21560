"""CSIM: whether the generated face is that of the reference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mos_platform.metrics.measures.identity.embedding import Embedder
from mos_platform.metrics.measures.identity.similarity import cosine
from mos_platform.metrics.measures.implementation import Files
from mos_platform.metrics.measures.reading.facetrack import nearest_times
from mos_platform.metrics.measures.reading.frames import Frame, read_frames
from mos_platform.metrics.measures.reading.landmarker import Landmarker
from mos_platform.metrics.measures.result import Measurement, NoValueError
from mos_platform.metrics.measures.weights import Weights

# Identity changes slowly: so many pictures a second are looked at.
PICTURES_PER_SECOND = 5


@dataclass(frozen=True)
class Embedded:
    """times: (T,) seconds; vectors: (T, d), NaN where a picture shows no face."""

    times: NDArray[np.float64]
    vectors: NDArray[np.float64]


def csim(
    metric: str, embedder: Callable[[Weights], Embedder]
) -> Callable[[Files], Mapping[str, Measurement]]:
    def measured(files: Files) -> Mapping[str, Measurement]:
        if files.reference is None:
            raise NoValueError("no reference clip for this item")
        network = embedder(files.weights)
        clip = embedded(files.clip, network, files.weights)
        try:
            reference = embedded(files.reference, network, files.weights)
        except NoValueError as none:
            raise NoValueError(f"reference: {none}") from None
        return {metric: similarity(clip, reference)}

    return measured


def embedded(clip: Path, network: Embedder, weights: Weights) -> Embedded:
    """The embeddings of a clip's face. NoValueError where fewer than half of the pictures show one."""
    times: list[float] = []
    vectors: list[NDArray[np.float64] | None] = []
    with Landmarker(weights) as landmarker, closing(read_frames(clip)) as frames:
        for frame in sampled(frames):
            landmarker.see(frame)
            mesh = landmarker.latest
            times.append(frame.time)
            vectors.append(None if mesh is None else network.of(frame.rgb, mesh))
        landmarker.track()
    width = next(len(vector) for vector in vectors if vector is not None)
    missing = np.full(width, np.nan)
    return Embedded(np.array(times), np.stack([missing if row is None else row for row in vectors]))


def sampled(frames: Iterable[Frame]) -> Iterator[Frame]:
    """The first picture of each fifth of a second."""
    last: int | None = None
    for frame in frames:
        # Time stamps are rounded to a container's clock: what falls short by that is not early.
        current = int(np.floor(frame.time * PICTURES_PER_SECOND + 1e-3))
        if last is None or current > last:
            last = current
            yield frame


def similarity(clip: Embedded, reference: Embedded) -> Measurement:
    """Mean cosine similarity of each picture to the reference's nearest in time.

    A reference of one picture is compared with all of them. Pictures without a face are left out, which the
    note says.
    """
    if len(reference.times) == 1:
        return _mean(cosine(clip.vectors, reference.vectors), "reference is a single picture")
    nearest = nearest_times(reference.times - reference.times[0], clip.times - clip.times[0])
    other = np.where((nearest >= 0)[:, None], reference.vectors[nearest], np.nan)
    return _mean(cosine(clip.vectors, other), "")


def _mean(values: NDArray[np.floating], note: str) -> Measurement:
    there = ~np.isnan(values)
    if not there.any():
        raise NoValueError("no picture in which both clip and reference show a face")
    if 2 * there.sum() < len(there):
        raise NoValueError(
            f"only {there.sum()} of {len(there)} pictures have a face and a counterpart that shows one"
        )
    notes = [note] if note else []
    if not there.all():
        notes.append(f"{int(np.sum(~there))} of {len(values)} pictures without a face or a counterpart")
    return Measurement(float(values[there].mean()), note="; ".join(notes))
