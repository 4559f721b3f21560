"""The demo's clips: what a browser can play, and the defects that the study says they have."""

from __future__ import annotations

import ctypes.util
import itertools
from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from mos_platform.metrics.measures.fidelity import psnr
from mos_platform.metrics.measures.reading.frames import luma, match_by_time, read_frames
from studies.config import load_study, missing_clips

DEMO = Path(__file__).resolve().parents[2] / "studies" / "demo"
STUDY = load_study(DEMO)
METHODS = [method.name for method in STUDY.methods]
ITEMS = [item.name for item in STUDY.items]
RATE = 16000
FPS = 25


def clip(method: str, item: str) -> Path:
    return DEMO / STUDY.clip_path(method, item)


@cache
def sound(method: str, item: str) -> NDArray[np.float64]:
    """The clip's sound as a browser plays it: mono, 16 kHz, from the start of the presentation."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    with av.open(str(clip(method, item))) as container:
        frames = [part for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    assert frames[0].time == pytest.approx(0, abs=1e-3)
    return np.concatenate([frame.to_ndarray()[0] for frame in frames]).astype(float)


def envelope(method: str, item: str, frames: int) -> NDArray[np.float64]:
    """Loudness (RMS) of the sound during each picture."""
    samples = np.resize(sound(method, item), frames * RATE // FPS)
    return np.sqrt(np.mean(np.square(samples.reshape(frames, -1)), axis=1))


def mouth_darkness(method: str, item: str) -> NDArray[np.float64]:
    """Share of dark pixels around the mouth in each picture: an open mouth shows its dark inside."""
    return np.array(
        [np.mean(luma(frame.rgb)[250:300, 150:240] < 70) for frame in read_frames(clip(method, item))]
    )


def lag_of_lips(method: str, item: str) -> tuple[int, float]:
    """Frames by which the sound follows the lips where both agree best (±10), and their correlation there."""
    dark = mouth_darkness(method, item)
    loud = envelope(method, item, len(dark))
    agreement = {
        lag: float(np.corrcoef(np.roll(dark, lag)[10:-10], loud[10:-10])[0, 1]) for lag in range(-10, 11)
    }
    best = max(agreement, key=agreement.__getitem__)
    return best, agreement[best]


def test_every_clip_is_there_and_all_are_small() -> None:
    assert missing_clips(STUDY, DEMO) == []
    files = list((DEMO / "clips").rglob("*.mp4"))
    assert len(files) == len(METHODS) * len(ITEMS)
    assert sum(file.stat().st_size for file in files) <= 4_000_000


@pytest.mark.parametrize("item", ITEMS)
def test_browsers_can_play_them(item: str) -> None:
    lengths = set()
    for method in METHODS:
        with av.open(str(clip(method, item))) as container:
            video, audio = container.streams.video[0], container.streams.audio[0]
            assert (video.codec_context.name, audio.codec_context.name) == ("h264", "aac")
            assert video.codec_context.pix_fmt == "yuv420p"
            assert (video.width, video.height, video.average_rate) == (384, 384, FPS)
            lengths.add(video.frames)
        content = clip(method, item).read_bytes()
        assert content.index(b"moov") < content.index(b"mdat")
    assert len(lengths) == 1
    assert 3 <= lengths.pop() / FPS <= 4


@pytest.mark.parametrize("item", ITEMS)
def test_no_picture_is_identical_to_the_references(item: str) -> None:
    for method in METHODS[1:]:
        for pair in match_by_time(read_frames(clip(method, item)), read_frames(clip("reference", item))):
            assert pair.reference is not None
            assert not np.array_equal(pair.clip.rgb, pair.reference.rgb)


@pytest.mark.parametrize("item", ITEMS)
def test_the_sound_is_equally_loud_and_late_in_one_method_only(item: str) -> None:
    reference = sound("reference", item)
    for method in METHODS:
        samples = sound(method, item)
        loudness = 20 * np.log10(np.std(samples) / np.std(reference))
        assert loudness == pytest.approx(0, abs=0.3)
        product = np.fft.irfft(np.fft.rfft(samples, 2**17) * np.conj(np.fft.rfft(reference, 2**17)))
        assert np.argmax(product) / RATE == pytest.approx(0.24 if method == "late_audio" else 0, abs=0.002)


@pytest.mark.parametrize("item", ITEMS)
def test_lips_follow_the_speech_where_they_should(item: str) -> None:
    for method in ("reference", "near_clean"):
        lag, agreement = lag_of_lips(method, item)
        assert abs(lag) <= 1
        assert agreement > 0.5
    lag, agreement = lag_of_lips("late_audio", item)
    assert 5 <= lag <= 7
    assert agreement > 0.5
    dark = mouth_darkness("frozen_mouth", item)
    assert abs(np.corrcoef(dark, envelope("frozen_mouth", item, len(dark)))[0, 1]) < 0.3


def test_the_committed_clips_are_what_the_program_renders() -> None:
    if ctypes.util.find_library("espeak-ng") is None:
        pytest.skip("espeak-ng is not installed")
    from studies.demo.face import load_portrait, render
    from studies.demo.make_clips import FPS, LEAD_IN_S, SEED, SENTENCES, WORDS_PER_MINUTE
    from studies.demo.mouth import speech_motion
    from studies.demo.speech import Voice

    sentence = SENTENCES[1]
    speech = Voice(sentence.voice, WORDS_PER_MINUTE).say(sentence.text)
    committed = list(read_frames(clip("reference", sentence.item)))
    motion = speech_motion(speech, LEAD_IN_S, len(committed), FPS, np.random.default_rng([SEED, 1]))
    portrait = load_portrait()
    values = [
        psnr(committed[index].rgb, render(portrait, motion, index)) for index in range(0, len(committed), 9)
    ]
    assert min(values) > 33
    shifted = [psnr(a.rgb, b.rgb) for a, b in itertools.pairwise(committed[20:40])]
    assert np.median(shifted) < min(values)
