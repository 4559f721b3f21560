"""Beat alignment: clicks and nods at known times."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from facetracks import still, track

from mos_platform.metrics.measures.implementation import Gathered, TrackMeasure
from mos_platform.metrics.measures.reading.facetrack import FaceTrack
from mos_platform.metrics.measures.reading.sound import RATE, Sound, read_sound
from mos_platform.metrics.measures.result import Measurement, NoValueError
from mos_platform.metrics.measures.speech import beats

CLICKS = np.array([0.5, 1.3, 2.2, 2.9])


def clicks(times: np.ndarray = CLICKS, seconds: float = 4, level: float = 5000) -> Sound:
    samples = np.zeros(int(seconds * RATE))
    fading = np.exp(-np.arange(1600) / 300) * np.random.default_rng(0).normal(0, level, 1600)
    for time in times:
        samples[int(time * RATE) :][:1600] += fading
    return Sound(np.clip(samples, -32768, 32767).astype(np.int16), RATE)


def pose(yaw: np.ndarray) -> np.ndarray:
    poses = np.tile(np.eye(4), (len(yaw), 1, 1))
    angle = np.radians(yaw)
    poses[:, 0, 0] = poses[:, 2, 2] = np.cos(angle)
    poses[:, 0, 2], poses[:, 2, 0] = np.sin(angle), -np.sin(angle)
    return poses


def shaking(period: float = 2.0, *, fps: float = 25, seconds: float = 4, start: float = 0.0) -> FaceTrack:
    """A head that turns to and fro: at rest at 0, period / 2, period, …"""
    times = start + np.arange(int(seconds * fps)) / fps
    yaw = 10 * np.cos(2 * np.pi * times / period)
    return track(still(len(times)), fps=fps, start=start, pose=pose(yaw))


def measured(face: FaceTrack | str, sound: Sound | str) -> Measurement:
    measure = beats.BEATS
    assert isinstance(measure, TrackMeasure)
    assert measure.uses_face
    assert measure.uses_sound
    return measure.of(Gathered(face, sound))


def test_clicks_are_heard_when_they_come() -> None:
    found = beats.onsets(clicks())
    assert len(found) == len(CLICKS)
    assert np.abs(found - CLICKS).max() < 0.02


def test_loudness_does_not_matter_to_onsets_nor_does_a_tone_have_any() -> None:
    assert np.array_equal(beats.onsets(clicks(level=1000)), beats.onsets(clicks(level=5000)))
    tone = np.round(3000 * np.sin(2 * np.pi * 500 * np.arange(2 * RATE) / RATE)).astype(np.int16)
    assert len(beats.onsets(Sound(tone, RATE))) == 0


@pytest.mark.parametrize("fps", [25, 30, 50])
def test_a_head_turns_back_when_it_does(fps: float) -> None:
    face = shaking(2.0, fps=fps)
    found = beats.turning_points(face.times, beats.euler(face.pose))
    assert found == pytest.approx([1, 2, 3], abs=0.03)


def test_a_track_that_starts_late_and_has_gaps() -> None:
    face = shaking(2.0, start=0.2)
    face.pose[40:46] = np.nan
    found = beats.turning_points(face.times, beats.euler(face.pose))
    assert found == pytest.approx([1, 2, 3], abs=0.1)


def test_closeness_falls_with_the_distance_in_steps() -> None:
    heard = np.array([1.0, 2.0])
    assert beats.alignment(heard, np.array([1.0, 2.0, 3.5])) == 1
    late = np.exp(-(3**2) / 18)
    assert beats.alignment(heard, heard + 0.12) == pytest.approx(late)
    assert beats.alignment(heard, np.array([2.12])) == pytest.approx((late + np.exp(-(28**2) / 18)) / 2)


def test_a_head_that_moves_with_the_sound_scores_higher() -> None:
    head = shaking(2.0)
    with_it = measured(head, clicks(np.array([1.0, 2.0, 3.0])))
    against = measured(head, clicks(np.array([0.5, 1.5, 2.5, 3.5])))
    assert with_it.value == pytest.approx(1, abs=0.05)
    assert against.value == pytest.approx(0, abs=0.01)
    assert with_it.note == "3 beats of the sound, 3 of the head"


def test_sound_beyond_the_face_does_not_count() -> None:
    short = shaking(2.0, seconds=2.5)
    assert measured(short, clicks(np.array([1.0, 2.0, 3.2]))).note.startswith("2 beats of the sound")


def test_reasons() -> None:
    head, sound = shaking(), clicks()
    frozen = track(still(100), pose=pose(np.zeros(100)))
    hidden = shaking()
    hidden.pose[20:80] = np.nan
    tone = np.round(3000 * np.sin(2 * np.pi * 500 * np.arange(4 * RATE) / RATE)).astype(np.int16)
    for face, heard, reason in [
        ("no face in any picture", sound, r"^no face in any picture$"),
        (head, "the clip has no sound", r"^the clip has no sound$"),
        (head, Sound(np.zeros(4 * RATE, np.int16), RATE), r"^the sound is silent$"),
        (head, clicks(np.array([0.1]), seconds=0.6), r"^the sound is shorter than 1 s$"),
        (shaking(seconds=0.8), sound, r"^the face is seen for less than 1 s$"),
        (frozen, sound, r"^no beat in the head's motion$"),
        (head, Sound(tone, RATE), r"^no beat in the sound$"),
        (hidden, sound, r"^the head's motion is known in only \d+ of 99 steps$"),
    ]:
        with pytest.raises(NoValueError, match=reason):
            measured(face, heard)


def test_a_real_voice_has_an_onset_for_most_syllables(shared: Path) -> None:
    """Ten seconds of English hold some 45 syllables."""
    voice = read_sound(shared / "clips" / "anitalker" / "english_male.mp3")
    assert 35 <= len(beats.onsets(voice)) <= 75
