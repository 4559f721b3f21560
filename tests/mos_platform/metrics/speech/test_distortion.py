"""Mel-cepstral distortion: known spectra, known shifts, real voices."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter

from mos_platform.metrics.measures.implementation import Gathered, TrackMeasure
from mos_platform.metrics.measures.reading.sound import RATE, Sound, read_sound
from mos_platform.metrics.measures.result import Measurement, NoValueError
from mos_platform.metrics.measures.speech import IMPLEMENTATIONS
from mos_platform.metrics.measures.speech.cepstrum import bands, cepstra
from mos_platform.metrics.measures.speech.distortion import DECIBELS, spoken, warped_mean

MEASURES = {each.metric: each.measure for each in IMPLEMENTATIONS}


def measured(metric: str, clip: Sound | str, reference: Sound | str) -> Measurement:
    measure = MEASURES[metric]
    assert isinstance(measure, TrackMeasure)
    assert measure.uses_sound
    assert not measure.uses_face
    return measure.of(Gathered("no face was asked for", clip, Gathered("no face was asked for", reference)))


def value(metric: str, clip: Sound, reference: Sound) -> float:
    found = measured(metric, clip, reference).value
    assert found is not None
    return found


def noise(seconds: float = 1.5, seed: int = 0, level: float = 2000) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, level, int(seconds * RATE))


def sound(samples: np.ndarray) -> Sound:
    return Sound(np.round(samples).astype(np.int16), RATE)


def babble(seconds: float = 2.0, seed: int = 0) -> np.ndarray:
    """Noise through resonances that change ten times a second."""
    rng = np.random.default_rng(seed)
    pieces = []
    for _ in range(int(seconds * 10)):
        place, width = rng.uniform(0.1, 2.5), rng.uniform(0.85, 0.97)
        pieces.append(lfilter([1], [1, -2 * width * np.cos(place), width**2], rng.normal(0, 300, RATE // 10)))
    return np.concatenate(pieces)


@pytest.mark.parametrize("metric", ["mcd", "mcd_dtw"])
def test_identical_and_louder_sounds_do_not_differ(metric: str) -> None:
    voice = babble()
    assert measured(metric, sound(voice), sound(voice)) == Measurement(0)
    # Only rounding to 16 bits tells the louder one.
    assert value(metric, sound(voice), sound(2 * voice)) < 0.1
    assert value(metric, sound(voice), sound(babble(seed=1))) > 4


def test_a_difference_of_spectra_in_decibels() -> None:
    """A band spectrum that swings by 6 dB up and down over the mel scale, k times: rms 6/√2 dB."""
    band = np.arange(1, 41) - 0.5
    flat = np.full((1, 40), 60.0)
    for k in (1, 5, 13):
        swung = flat + 6 * np.cos(k * np.pi * band / 40)
        apart = DECIBELS * np.linalg.norm(cepstra(swung) - cepstra(flat))
        assert apart == pytest.approx(6 / np.sqrt(2))
    beyond = flat + 6 * np.cos(14 * np.pi * band / 40)
    assert np.linalg.norm(cepstra(beyond) - cepstra(flat)) == pytest.approx(0, abs=1e-12)
    assert np.linalg.norm(cepstra(flat + 20) - cepstra(flat)) == pytest.approx(0, abs=1e-12)


def test_a_tone_lies_in_the_band_of_its_pitch() -> None:
    places = []
    for pitch in (200, 1000, 4000):
        tone = 8000 * np.sin(2 * np.pi * pitch * np.arange(RATE) / RATE)
        energies = bands(np.round(tone).astype(np.int16))
        assert energies.shape == (1 + (RATE - 512) // 160, 40)
        places.append(int(energies.mean(axis=0).argmax()))
    mel = 2595 * np.log10(1 + np.array([200, 1000, 4000]) / 700)
    expected = mel / (2595 * np.log10(1 + 8000 / 700)) * 41 - 1
    assert np.abs(np.array(places) - expected).max() <= 0.6


def test_digital_silence_has_a_floor() -> None:
    energies = bands(np.zeros(RATE, np.int16))
    assert np.isfinite(energies).all()
    assert np.isfinite(cepstra(energies)).all()


def test_in_time_a_shift_costs_and_warped_it_does_not() -> None:
    voice = babble()
    late = np.concatenate([np.zeros(RATE // 10), voice])
    assert value("mcd", sound(late), sound(voice)) > 4
    assert value("mcd_dtw", sound(late), sound(voice)) < 0.5


def test_pauses_do_not_count() -> None:
    """The clip hums where the reference pauses."""
    voice = babble()
    reference = np.concatenate([voice, np.zeros(RATE), voice])
    humming = np.concatenate([voice, noise(1, level=3), voice])
    with_pause = value("mcd", sound(humming), sound(reference))
    assert with_pause < 0.5
    assert np.mean(spoken(sound(reference)).sounds) == pytest.approx(0.8, abs=0.03)


def test_what_has_no_counterpart_is_noted_or_refused() -> None:
    voice = babble(3)
    answer = measured("mcd", sound(voice[: 2 * RATE]), sound(voice))
    assert answer.value == pytest.approx(0, abs=1e-9)
    assert answer.note == "1 s have no counterpart"
    with pytest.raises(NoValueError, match="clip and reference share only"):
        measured("mcd", sound(voice[:RATE]), sound(voice))


@pytest.mark.parametrize("metric", ["mcd", "mcd_dtw"])
def test_reasons(metric: str) -> None:
    voice, silence, click = sound(babble()), Sound(np.zeros(RATE * 2, np.int16), RATE), sound(babble(0.5))
    for clip, reference, reason in [
        (silence, voice, r"^the sound is silent$"),
        (voice, silence, r"^reference: the sound is silent$"),
        (click, voice, r"^the sound is shorter than 1 s$"),
        (voice, click, r"^reference: the sound is shorter than 1 s$"),
        ("the clip has no sound", voice, r"^the clip has no sound$"),
        (voice, "the clip has no sound", r"^reference: the clip has no sound$"),
    ]:
        with pytest.raises(NoValueError, match=reason):
            measured(metric, clip, reference)


def test_sound_too_long_to_warp() -> None:
    long = sound(np.tile(noise(1), 121))
    with pytest.raises(NoValueError, match="longer than 120 s"):
        measured("mcd_dtw", long, long)


def by_recursion(one: np.ndarray, other: np.ndarray) -> float:
    """Dynamic time warping as it is defined, cell by cell."""
    apart = np.linalg.norm(one[:, None] - other[None], axis=2)
    best: dict[tuple[int, int], tuple[float, int]] = {(-1, -1): (0.0, 0)}
    for i in range(len(one)):
        for j in range(len(other)):
            ways = [best[at] for at in ((i - 1, j - 1), (i - 1, j), (i, j - 1)) if at in best]
            total, count = min(ways, key=lambda way: way[0])
            best[i, j] = total + apart[i, j], count + 1
    total, count = best[len(one) - 1, len(other) - 1]
    return total / count


@settings(max_examples=30, deadline=None)
@given(n=st.integers(1, 9), m=st.integers(1, 9), seed=st.integers(0, 99))
def test_warping_as_defined(n: int, m: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    one, other = rng.normal(0, 1, (n, 3)), rng.normal(0, 1, (m, 3))
    assert warped_mean(one, other) == pytest.approx(by_recursion(one, other), rel=1e-12)
    assert warped_mean(one, one) == 0
    assert warped_mean(one, np.repeat(one, 3, axis=0)) == 0


def test_a_voice_against_itself_in_a_clip_and_against_another(shared: Path) -> None:
    folder = shared / "clips"
    einstein = read_sound(folder / "anitalker" / "Einstein_hubert__Einstein-english_male.mp4")
    spoken_to_it = read_sound(folder / "anitalker" / "english_male.mp3")
    other = read_sound(folder / "edtalk" / "mouth_source.wav")
    for metric in ("mcd", "mcd_dtw"):
        assert value(metric, einstein, spoken_to_it) < 1
        assert value(metric, other, spoken_to_it) > 8
