"""Sound encoded anew: AAC-LC, stereo, 48 kHz, in step with the pictures, at an asked-for loudness."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from typing import BinaryIO

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.codec.context import Flags
from av.filter import Graph
from av.packet import Packet
from numpy.typing import NDArray

from mos_platform.clips.mp4 import Sample, Track, audio_entry
from mos_platform.clips.sounds import SoundMeter
from mos_platform.clips.stripping import strip_aac

RATE = 48_000
BIT_RATE = 192_000
BLOCK = 1024
LC_STEREO = b"\x11\x90"  # AAC's configuration: LC, 48 kHz, two channels
JUMP = 960  # samples (20 ms): time stamps further off than that are a gap, not rounding
CEILING = 10 ** (-1 / 20)  # -1 dB of full scale: room for what AAC adds

Sound = NDArray[np.float32]  # (2, n), full scale 1


@dataclass(frozen=True)
class Level:
    """Loudness before (LUFS, None where not measurable), the gain in dB, whether peaks were limited."""

    loudness_lufs: float | None
    gain_db: float
    limited: bool


def heard(frames: Iterable[AudioFrame], zero: Fraction, end: Fraction | None) -> Iterator[Sound]:
    """The sound from `zero` to `end` (seconds): silence where there is none, nothing moved."""
    position, limit = 0, None if end is None else max(0, round(end * RATE))
    for at, sound in _located(frames, zero):
        begin = at if limit is None else min(at, limit)
        if begin > position:
            yield from _silence(begin - position)
            position = begin
        rest = sound[:, max(0, position - at) :]
        if limit is not None and position + rest.shape[1] >= limit:
            yield rest[:, : limit - position]
            return
        position += rest.shape[1]
        yield rest


def silence(length_s: Fraction) -> Iterator[Sound]:
    """So many seconds of it."""
    return _silence(round(length_s * RATE))


def _silence(length: int) -> Iterator[Sound]:
    for begin in range(0, length, RATE):
        yield np.zeros((2, min(RATE, length - begin)), np.float32)


def _located(frames: Iterable[AudioFrame], zero: Fraction) -> Iterator[tuple[int, Sound]]:
    """Pieces at 48 kHz in stereo, and the sample where each begins, counted from `zero`."""
    resampler: AudioResampler | None = None
    mono, expected, at = False, 0, 0
    for frame in frames:
        stamped = expected if frame.pts is None else round((_time(frame) - zero) * RATE)
        if resampler is None or abs(stamped - expected) > JUMP:
            for piece in _resampled(resampler, None, mono):
                yield at, piece
            mono = len(frame.layout.channels) == 1
            resampler = AudioResampler("fltp", "mono" if mono else "stereo", RATE)
            expected = at = stamped
        expected += round(Fraction(frame.samples * RATE, frame.sample_rate))
        for piece in _resampled(resampler, frame, mono):
            yield at, piece
            at += piece.shape[1]
    for piece in _resampled(resampler, None, mono):
        yield at, piece
        at += piece.shape[1]


def _time(frame: AudioFrame) -> Fraction:
    return (frame.pts or 0) * Fraction(frame.time_base or 1)


def _resampled(resampler: AudioResampler | None, frame: AudioFrame | None, mono: bool) -> Iterator[Sound]:
    """Mono sounds from both sides at its own level, as browsers play it."""
    if resampler is None:
        return
    for done in resampler.resample(frame):
        sound = done.to_ndarray().astype(np.float32, copy=False)
        yield np.repeat(sound, 2, axis=0) if mono else sound


def measure(sound: Iterable[Sound]) -> tuple[float | None, float]:
    """Loudness in LUFS (None where silent or shorter than 0.4 s) and peak as a share of full scale."""
    meter, peak = SoundMeter(), 0.0
    for piece in _blocks(sound):
        meter.add(piece)
        peak = max(peak, float(np.abs(piece.to_ndarray()).max(initial=0.0)))
    return (meter.loudness_lufs() if meter.first is not None else None), peak


def level_for(loudness_lufs: float | None, peak: float, target_lufs: float | None) -> Level:
    """The gain to the target; a limiter only where peaks would pass -1 dB of full scale."""
    if target_lufs is None or loudness_lufs is None:
        return Level(loudness_lufs, 0.0, limited=False)
    gain_db = target_lufs - loudness_lufs
    return Level(loudness_lufs, gain_db, limited=gain_db > 0 and peak * 10 ** (gain_db / 20) > CEILING)


def encode_sound(sound: Iterable[Sound], level: Level, payload: BinaryIO) -> Track | None:
    """The track, None where no sound came."""
    factor = np.float32(10 ** (level.gain_db / 20))
    louder = (piece * factor for piece in sound) if level.gain_db else sound
    blocks = _blocks(louder)
    coder, samples, length = _coder(), [], 0
    for block in _limited(blocks) if level.limited else blocks:
        length += block.samples
        samples += [_sample(packet, payload) for packet in coder.encode(block)]
    samples += [_sample(packet, payload) for packet in coder.encode(None)]
    if not samples:
        return None
    return Track("audio", RATE, audio_entry(2, RATE, bytes(coder.extradata or b"")), samples, end=length)


def loudness_of(track: Track, payload: BinaryIO) -> float | None:
    """Loudness in LUFS of a track that was encoded here, as players decode it; None where not measurable."""
    return measure(_decoded(track, payload))[0]


def _decoded(track: Track, payload: BinaryIO) -> Iterator[Sound]:
    """Its sound from time 0 to its end."""
    coder, after = av.CodecContext.create("aac", "r"), payload.tell()
    coder.extradata, coder.thread_count = LC_STEREO, 1
    for sample in track.samples:
        payload.seek(sample.at)
        for frame in coder.decode(Packet(payload.read(sample.size))):
            sound = frame.to_ndarray().astype(np.float32, copy=False)
            yield sound[:, max(0, -sample.pts) : max(0, track.ends - sample.pts)]
    payload.seek(after)


def _coder() -> AudioCodecContext:
    coder = av.CodecContext.create("aac", "w")
    coder.sample_rate, coder.layout, coder.format = RATE, "stereo", "fltp"
    coder.time_base, coder.bit_rate, coder.thread_count = Fraction(1, RATE), BIT_RATE, 1
    coder.flags |= Flags.global_header | Flags.bitexact
    coder.open()
    return coder


def _blocks(sound: Iterable[Sound]) -> Iterator[AudioFrame]:
    """The sound in pieces of 1,024 samples with their times; the last may be shorter."""
    rest, at = np.zeros((2, 0), np.float32), 0
    for piece in sound:
        rest = np.concatenate([rest, piece], axis=1)
        whole = rest.shape[1] // BLOCK * BLOCK
        for begin in range(0, whole, BLOCK):
            yield _frame(rest[:, begin : begin + BLOCK], at + begin)
        rest, at = rest[:, whole:], at + whole
    if rest.shape[1]:
        yield _frame(rest, at)


def _frame(sound: Sound, at: int) -> AudioFrame:
    frame = AudioFrame.from_ndarray(np.ascontiguousarray(sound), "fltp", "stereo")
    frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
    return frame


def _limited(blocks: Iterable[AudioFrame]) -> Iterator[AudioFrame]:
    """FFmpeg's look-ahead limiter, its delay taken out."""
    graph = Graph()
    graph.threads = 1
    source = graph.add_abuffer(sample_rate=RATE, format="fltp", layout="stereo", time_base=Fraction(1, RATE))
    limiter = graph.add("alimiter", f"limit={CEILING}:level=0:attack=5:release=50:latency=1")
    shape = graph.add("aformat", "sample_fmts=fltp:channel_layouts=stereo")
    graph.link_nodes(source, limiter, shape, graph.add("abuffersink")).configure()
    yield from _blocks(_through(graph, blocks))


def _through(graph: Graph, blocks: Iterable[AudioFrame]) -> Iterator[Sound]:
    for block in chain(blocks, [None]):
        graph.push(block)
        while True:
            try:
                yield graph.pull().to_ndarray().astype(np.float32, copy=False)
            except (av.BlockingIOError, av.EOFError):
                break


def _sample(packet: Packet[AudioStream], payload: BinaryIO) -> Sample:
    content = strip_aac(bytes(packet))
    at = payload.tell()
    payload.write(content)
    return Sample(packet.pts or 0, packet.dts or 0, packet.duration or BLOCK, at, len(content), key=True)
