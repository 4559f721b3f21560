"""What is heard in a clip: integrated loudness and silence. One pass, bounded memory."""

from __future__ import annotations

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph

from mos_platform.clips.stretches import Longest

# The level below which silence detectors speak of silence: -60 dB of full scale.
SILENT_PEAK = 1e-3
# ITU-R BS.1770's absolute gate: below it FFmpeg's meter has heard nothing.
GATE_LUFS = -70.0
BLOCK_S = 0.4
# Samples as FFmpeg stores them: their type, and full scale.
SAMPLES = {
    "u8": (np.uint8, 2.0**7),
    "s16": (np.int16, 2.0**15),
    "s32": (np.int32, 2.0**31),
    "s64": (np.int64, 2.0**63),
    "flt": (np.float32, 1.0),
    "dbl": (np.float64, 1.0),
}
# The meter is read once for so much sound: each reading costs.
READ_EVERY_S = 2.0


class SoundMeter:
    """Fed with all pieces of sound in order. Times in seconds."""

    def __init__(self) -> None:
        self.first: AudioFrame | None = None
        self.first_s = 0.0
        self.end_s = 0.0
        self.damaged = False
        self.changed = False
        self.silent = True
        self._shape: tuple[str, str, int] | None = None
        self._silence = Longest()
        self._loudness = _LoudnessMeter()

    def add(self, piece: AudioFrame) -> None:
        """The next piece."""
        at_s = piece.time if piece.time is not None else self.end_s
        if self.first is None:
            self.first, self.first_s, self._shape = piece, at_s, _shape(piece)
            self._loudness.open(piece)
        self.damaged |= piece.is_corrupt
        self.changed |= _shape(piece) != self._shape
        self.end_s = max(self.end_s, at_s + piece.samples / piece.sample_rate)
        quiet = _is_quiet(piece)
        self.silent &= quiet
        self._silence.note(at_s, holds=quiet)
        if not self.changed:
            self._loudness.add(piece)

    @property
    def silence_s(self) -> float:
        """The longest silent stretch so far."""
        return self._silence.close(self.end_s)

    def loudness_lufs(self) -> float | None:
        """Integrated loudness of all that was added; None where silent or shorter than a block of 0.4 s."""
        if self.silent or self.end_s - self.first_s < BLOCK_S:
            return None
        loudness = self._loudness.close()
        return loudness if loudness is not None and loudness > GATE_LUFS else None


class _LoudnessMeter:
    """FFmpeg's meter of ITU-R BS.1770; it tells its reading with each 100 ms of sound."""

    def __init__(self) -> None:
        self._graph = Graph()
        self._reading: float | None = None
        self._unread_s = 0.0

    def open(self, piece: AudioFrame) -> None:
        self._graph.threads = 1
        source = self._graph.add_abuffer(
            sample_rate=piece.sample_rate,
            format=piece.format.name,
            layout=piece.layout.name,
            time_base=piece.time_base,
        )
        # Mono is heard from both sides, as loud as two channels of the same.
        meter = self._graph.add("ebur128", "metadata=1:framelog=quiet:dualmono=1")
        self._graph.link_nodes(source, meter, self._graph.add("abuffersink")).configure()

    def add(self, piece: AudioFrame) -> None:
        self._graph.push(piece)
        self._unread_s += piece.samples / piece.sample_rate
        if self._unread_s > READ_EVERY_S:
            self._read()

    def close(self) -> float | None:
        self._graph.push(None)
        self._read()
        return self._reading

    def _read(self) -> None:
        self._unread_s = 0.0
        while True:
            try:
                reading = self._graph.pull().metadata.get("lavfi.r128.I")
            except (av.BlockingIOError, av.EOFError):
                return
            self._reading = self._reading if reading is None else float(reading)


def _shape(piece: AudioFrame) -> tuple[str, str, int]:
    return piece.format.name, piece.layout.name, piece.sample_rate


def _is_quiet(piece: AudioFrame) -> bool:
    """Whether it stays below the level of silence; most pieces show with one look that they do not."""
    kind, full_scale = SAMPLES[piece.format.packed.name]
    middle = full_scale if kind is np.uint8 else 0.0
    count = piece.samples if piece.format.is_planar else piece.samples * len(piece.layout.channels)
    for plane in piece.planes if count else ():
        samples = np.frombuffer(memoryview(plane), kind, count)
        if (float(samples.max()) - middle) / full_scale >= SILENT_PEAK:
            return False
        if (middle - float(samples.min())) / full_scale >= SILENT_PEAK:
            return False
    return True
