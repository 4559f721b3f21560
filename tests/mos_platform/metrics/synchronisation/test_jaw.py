"""Jaw against envelope: known lags are found, on synthetic faces and real clips; the rest has its reason."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mos_platform.metrics.measures.implementation import Gathered
from mos_platform.metrics.measures.reading.facetrack import FaceTrack
from mos_platform.metrics.measures.reading.sound import RATE, Sound, read_sound
from mos_platform.metrics.measures.result import NoValueError
from mos_platform.metrics.measures.synchronisation import jaw, mesh
from mos_platform.metrics.measures.weights import Weights

FRAME = RATE // 25


def syllables(seconds: float, seed: int = 3) -> np.ndarray:
    """How wide the mouth is at 1000 Hz: openings at irregular times."""
    rng = np.random.default_rng(seed)
    opening = np.zeros(int(seconds * 1000))
    for start in np.cumsum(rng.uniform(140, 420, int(seconds * 5))).astype(int):
        width = int(rng.uniform(90, 180))
        piece = opening[start : start + width]
        piece += np.hanning(width)[: len(piece)] * rng.uniform(0.4, 1)
    return opening


def speaking(opening: np.ndarray, fps: float = 25, start: float = 0.0) -> FaceTrack:
    """A face whose chin follows `opening`, seen at `fps` pictures a second from `start` on."""
    times = np.arange(start, len(opening) / 1000 - 1e-9, 1 / fps)
    points = np.zeros((len(times), 478, 3))
    points[:, 33], points[:, 263], points[:, 1] = (200, 200, 0), (300, 200, 0), (250, 250, -30)
    points[:, 152] = (250, 340, -10)
    points[:, 152, 1] += 15 * np.interp(times, np.arange(len(opening)) / 1000, opening)
    count = len(times)
    return FaceTrack(
        times,
        points,
        np.tile(np.eye(4), (count, 1, 1)),
        np.zeros((count, 1)),
        ("_neutral",),
        np.ones(count, np.int64),
        512,
        512,
        "synthetic",
    )


def voiced(opening: np.ndarray, later: int = 0) -> Sound:
    """Noise as loud as the mouth is wide, `later` frames of 40 ms after it."""
    loudness = np.repeat(opening, RATE // 1000)
    noise = np.random.default_rng(4).normal(0, 3000, len(loudness))
    return Sound(moved((loudness * noise).astype(np.int16), later * FRAME), RATE)


def moved(samples: np.ndarray, by: int) -> np.ndarray:
    """Samples later by so many; earlier where negative."""
    return np.concatenate([np.zeros(by, samples.dtype), samples]) if by >= 0 else samples[-by:]


@pytest.mark.parametrize("later", [-9, -5, -1, 0, 1, 5, 9])
def test_a_known_lag_is_found(later: int) -> None:
    opening = syllables(6)
    found = jaw.of_clip(speaking(opening), voiced(opening, later))
    assert found.frames == -later
    assert found.correlation > 0.9


@pytest.mark.parametrize("fps", [22.13, 29.97, 60])
def test_pictures_are_placed_by_their_times(fps: float) -> None:
    opening = syllables(6)
    track = speaking(opening, fps, start=0.3)
    assert jaw.of_clip(track, voiced(opening, 4)).frames == -4


def test_size_place_and_rotation_of_the_head_do_not_matter() -> None:
    opening = syllables(6)
    track, sound = speaking(opening), voiced(opening, 3)
    angle = 0.4 * np.sin(np.arange(len(track.times)) / 9)
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    x, y, z = np.moveaxis(track.points, 2, 0)
    turned = np.stack([x, y * cos - z * sin, y * sin + z * cos], axis=2)
    nodding = replace(track, points=turned * 0.4 + 37)
    found, plain = jaw.of_clip(nodding, sound), jaw.of_clip(track, sound)
    assert found.frames == plain.frames == -3
    assert found.correlation == pytest.approx(plain.correlation, abs=1e-9)


def test_missing_faces_are_bridged() -> None:
    opening = syllables(6)
    track = speaking(opening)
    gappy = track.points.copy()
    gappy[::4] = np.nan
    assert jaw.of_clip(replace(track, points=gappy), voiced(opening, 5)).frames == -5


def test_a_stranger_s_voice_gives_no_estimate() -> None:
    silent_jaw = speaking(syllables(8) * 0 + np.random.default_rng(8).normal(0, 0.1, 8000))
    gathered = Gathered(silent_jaw, voiced(syllables(8, seed=9)))
    correlation = jaw.JAW_CORRELATION.of(gathered)
    assert correlation.value is not None
    assert abs(correlation.value) < jaw.CONFIDENCE
    with pytest.raises(NoValueError, match=r"^no estimate: jaw and sound correlate by -?0\.\d\d at best"):
        jaw.JAW_LAG.of(gathered)


def test_silence_is_a_reason() -> None:
    opening = syllables(3)
    with pytest.raises(NoValueError, match="the sound is silent"):
        jaw.of_clip(speaking(opening), Sound(np.zeros(3 * RATE, np.int16), RATE))


def test_a_still_face_is_a_reason() -> None:
    opening = syllables(3)
    with pytest.raises(NoValueError, match="does not vary"):
        jaw.of_clip(speaking(opening * 0), voiced(opening))


def test_a_short_clip_is_a_reason() -> None:
    opening = syllables(0.9)
    with pytest.raises(NoValueError, match="overlap for less than 1 s"):
        jaw.of_clip(speaking(opening), voiced(opening))


def test_sound_that_ends_before_the_face_is_a_reason() -> None:
    opening = syllables(3)
    sound = voiced(opening)
    with pytest.raises(NoValueError, match="overlap for less than 1 s"):
        jaw.of_clip(speaking(opening, start=2.5), replace(sound, samples=sound.samples[: 3 * RATE]))


def test_too_few_faces_are_a_reason() -> None:
    opening = syllables(3)
    track = speaking(opening)
    hidden = track.points.copy()
    hidden[10:] = np.nan
    with pytest.raises(NoValueError, match=r"a face in only 10 of \d+ pictures"):
        jaw.of_clip(replace(track, points=hidden), voiced(opening))


def test_several_faces_are_noted() -> None:
    opening = syllables(4)
    track = speaking(opening)
    crowd = replace(track, faces=np.where(np.arange(len(track.times)) < 30, 2, 1))
    note = jaw.JAW_LAG.of(Gathered(crowd, voiced(opening))).note
    assert note == f"several faces in 30 of {len(track.times)} pictures; the largest counts"


def shifted(face: FaceTrack, clip: Path) -> tuple[jaw.Lag, list[jaw.Lag]]:
    """The clip as it is, then with its sound 5 frames early and late."""
    sound = read_sound(clip)
    return jaw.of_clip(face, sound), [
        jaw.of_clip(face, replace(sound, samples=moved(sound.samples, later * FRAME))) for later in (-5, 5)
    ]


def test_shifted_sound_of_a_generated_clip_is_found(shared: Path, weights: Weights) -> None:
    clip = shared / "clips/float/id04/SadTalker.mp4"
    plain, (early, late) = shifted(mesh.watched(clip, weights), clip)
    assert plain.correlation > 0.4
    assert early.frames - plain.frames == 5
    assert late.frames - plain.frames == -5


def test_the_known_offset_of_syncnet_s_example_is_found(example: tuple[Path, FaceTrack]) -> None:
    clip, face = example
    plain, (early, late) = shifted(face, clip)
    assert (plain.frames, early.frames, late.frames) == (3, 8, -2)


@pytest.mark.all
def test_shifted_sound_of_all_real_clips(shared: Path, weights: Weights) -> None:
    """Of the shifts that are not beyond reach and give an estimate, at least 86 % are found exactly."""
    wrong, total = [], 0
    for clip in sorted([*(shared / "clips").rglob("*.mp4"), *(shared / "clips").rglob("*.avi")]):
        try:
            plain, moved_ones = shifted(mesh.watched(clip, weights), clip)
        except NoValueError:
            continue
        for found, later in zip(moved_ones, (-5, 5), strict=True):
            expected = plain.frames - later
            if min(plain.correlation, found.correlation) >= jaw.CONFIDENCE and abs(expected) <= jaw.REACH:
                total += 1
                wrong += [] if found.frames == expected else [(clip.name, later, found.frames, expected)]
    print(f"{total - len(wrong)} of {total} exactly; wrong: {wrong}")
    assert total >= 40
    assert len(wrong) <= 0.14 * total
