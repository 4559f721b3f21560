"""Decoding: a clip's sound as one channel of samples on the time line that a viewer hears."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from mos_platform.metrics.measures.result import NoValueError

RATE = 16000
LONGEST_GAP_S = 60.0
_SILENT = 10 ** (-60 / 20)


@dataclass(frozen=True)
class Sound:
    """`samples` int16, (N,), mono; sample n sounds at n / rate seconds from the start of the presentation.

    A track that starts late begins with zeros; gaps between packets are zeros.
    """

    samples: NDArray[np.int16]
    rate: int

    @property
    def duration(self) -> float:
        return len(self.samples) / self.rate

    @property
    def is_silent(self) -> bool:
        """Nothing above −60 dB of full scale."""
        return not len(self.samples) or float(np.abs(self.samples.astype(np.int32)).max()) < _SILENT * 32768


def read_sound(path: Path, rate: int = RATE) -> Sound:
    """The first sound track, mixed to one channel and resampled to `rate` samples per second.

    Times count from the start of the file's presentation, as `read_frames` counts them. Raises NoValueError
    where there is no sound track, or it cannot be decoded.
    """
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise NoValueError("the clip has no sound")
            return _decoded(container, rate)
    except (av.FFmpegError, OSError) as error:
        message = getattr(error, "strerror", None) or str(error)
        raise NoValueError(f"the clip's sound cannot be decoded ({message})") from None


def _decoded(container: av.container.InputContainer, rate: int) -> Sound:
    stream = container.streams.audio[0]
    resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
    start = (container.start_time or 0) / av.time_base
    pieces: list[tuple[int, NDArray[np.int16]]] = []
    end = 0
    for frame in container.decode(stream):
        place = round((frame.time - start) * rate) if frame.time is not None else end
        for piece in resampler.resample(frame):
            samples = np.asarray(piece.to_ndarray(), dtype=np.int16).ravel()
            if place - end > LONGEST_GAP_S * rate:
                raise NoValueError("the sound's time stamps jump; encode the clip anew")
            # Rounding of time stamps is no gap.
            place = end if abs(place - end) <= rate // 100 and pieces else place
            pieces.append((place, samples))
            end = place = place + len(samples)
    for piece in resampler.resample(None):
        pieces.append((end, np.asarray(piece.to_ndarray(), dtype=np.int16).ravel()))
        end += len(pieces[-1][1])
    return Sound(_laid_out(pieces, end), rate)


def _laid_out(pieces: list[tuple[int, NDArray[np.int16]]], end: int) -> NDArray[np.int16]:
    samples = np.zeros(max(end, 0), dtype=np.int16)
    for place, piece in pieces:
        first = max(-place, 0)
        samples[place + first : place + len(piece)] = piece[first:]
    return samples
