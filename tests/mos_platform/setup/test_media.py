"""What the checks play and show: speech, plates, clips, each measured in what browsers are sent."""

from __future__ import annotations

import io
import subprocess
import wave
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from mos_platform.setup.measured import COLOUR_TOLERANCE, PROBE_COLOURS
from mos_platform.setup.plates import LMS_OF_RGB, PLATES, SIDE, digit_mask, plate_png, srgb_to_linear
from mos_platform.setup.sounds import LANGUAGES, RATE, SLOT, digit_samples, spoken_digits, typed_digits
from mos_platform.setup.syncclips import FPS, SHIFTS_MS, sync_clip

STATIC = Path(__file__).parents[3] / "mos_platform" / "static" / "setup"
CONES = {"protan": 0, "deutan": 1, "tritan": 2}


@pytest.mark.parametrize("language", LANGUAGES)
def test_ten_digits_are_spoken_alike_loud_and_differ(language: str):
    slots = [digit_samples([digit], language)[6615 : 6615 + SLOT].astype(float) for digit in range(10)]
    loudness = [np.sqrt(np.mean(slot[np.abs(slot) > 300] ** 2)) for slot in slots]
    assert max(loudness) < 2.5 * min(loudness)
    assert all(0.15 < np.ptp(np.flatnonzero(np.abs(slot) > 300)) / RATE < 0.98 for slot in slots)
    spectra = [np.abs(np.fft.rfft(slot))[:4000] for slot in slots]
    alike = np.corrcoef(spectra) - np.eye(10)
    assert alike.max() < 0.9


def test_speech_is_small():
    folder = STATIC.parents[1] / "setup" / "speech"
    assert sum(file.stat().st_size for file in folder.iterdir()) < 1_000_000


@pytest.mark.parametrize(("ear", "channels"), [("both", [1]), ("left", [1, 0]), ("right", [0, 1])])
def test_a_digit_is_heard_in_the_ear_it_is_for(ear, channels):
    with wave.open(io.BytesIO(spoken_digits([4], "en", ear))) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, len(channels))
    assert (np.abs(samples.astype(int)).max(0) > 5000).tolist() == [bool(one) for one in channels]
    assert [not one.any() for one in samples.T] == [not one for one in channels]


def test_speech_of_a_language_that_there_is_not_is_an_error():
    with pytest.raises(OSError, match="xx"):
        spoken_digits([1], "xx")


@pytest.mark.parametrize(
    ("typed", "digits"),
    [("3 1-4", [3, 1, 4]), ("٣١٤", [3, 1, 4]), ("３１４", [3, 1, 4]), ("", []), ("four²½", [])],
)
def test_digits_are_read_as_they_are_typed(typed, digits):
    assert typed_digits(typed) == digits


def test_the_short_clip_ends_with_the_colours_that_are_looked_for():
    assert (STATIC / "probe.mp4").stat().st_size < 30_000
    with av.open(str(STATIC / "probe.mp4")) as clip:
        kinds = {stream.type: stream.codec_context.name for stream in clip.streams}
        pictures = [frame.to_ndarray(format="rgb24") for frame in clip.decode(video=0)]
    assert kinds == {"video": "h264", "audio": "aac"}

    def quarters(picture) -> np.ndarray:
        return np.array([picture[y, x] for y in (60, 180) for x in (80, 240)], dtype=int)

    wanted = np.array(PROBE_COLOURS)
    assert np.abs(quarters(pictures[-1]) - wanted).max() < COLOUR_TOLERANCE / 3
    assert np.abs(quarters(pictures[0]) - wanted).max() > 2 * COLOUR_TOLERANCE


def dots(plate, digit: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """(n, 3), (n, 3): the linear colours well inside the dots of figure and ground."""
    picture = np.asarray(Image.open(io.BytesIO(plate_png(plate, digit, seed=1))).convert("RGB"))
    assert picture.shape == (SIDE, SIDE, 3)
    flat = np.ones((SIDE, SIDE), dtype=bool)
    for step in ((0, 2), (0, -2), (2, 0), (-2, 0)):
        flat &= np.all(picture == np.roll(picture, step, (0, 1)), axis=2)
    grey = np.all(np.abs(picture.astype(int) - picture[0, 0]) < 3, axis=2)
    linear = srgb_to_linear(picture / 255)
    inside = digit_mask(digit)
    return linear[flat & ~grey & inside], linear[flat & ~grey & ~inside]


def chromaticity(linear: np.ndarray, without: int) -> np.ndarray:
    """What an eye without one kind of cone gets, whatever the light of the dot."""
    left = np.delete(linear @ LMS_OF_RGB.T, without, axis=1)
    return left[:, 0] / left.sum(1)


@pytest.mark.parametrize("plate", ["protan", "deutan", "tritan"])
def test_a_plate_is_seen_with_all_cones_and_hidden_without_one(plate):
    """Edges of the digit cut through dots, whose colour is one side's: medians leave them out."""
    figure, ground = dots(plate)
    assert min(len(figure), len(ground)) > 1000
    for cone in CONES.values():
        apart = np.median(chromaticity(figure, cone)) - np.median(chromaticity(ground, cone))
        if cone == CONES[plate]:
            assert abs(apart) < 0.0005
        else:
            assert abs(apart) > 0.005
    lightness = [(linear @ LMS_OF_RGB.T).sum(1) for linear in (figure, ground)]
    assert max(lightness[0].min(), lightness[1].min()) < min(lightness[0].max(), lightness[1].max())


def test_the_control_plate_is_seen_by_its_light_alone():
    figure, ground = dots("control")
    assert np.ptp(np.median(figure, 0)) < 0.01
    assert np.quantile(figure.mean(1), 0.1) > 1.5 * np.quantile(ground.mean(1), 0.9)


def test_the_same_seed_gives_the_same_plate_and_another_one_another():
    assert plate_png("deutan", 7, 5) == plate_png("deutan", 7, 5) != plate_png("deutan", 7, 6)
    assert len({plate_png(plate, 2, 5) for plate in PLATES}) == len(PLATES)


def lag_ms(clip: bytes, folder: Path) -> int:
    """How late the sound comes after the mouth, as a player shows them."""
    (folder / "clip.mp4").write_bytes(clip)
    with av.open(io.BytesIO(clip)) as container:
        pictures = [
            frame.to_ndarray(format="rgb24")[205:270, 120:200, 0] for frame in container.decode(video=0)
        ]
    opening = np.repeat([(picture < 150).mean() for picture in pictures], 4)
    step = RATE // FPS // 4
    command = ["ffmpeg", "-v", "error", "-i", str(folder / "clip.mp4"), "-ar", str(RATE), "-f", "s16le", "-"]
    sound = np.frombuffer(subprocess.run(command, check=True, capture_output=True).stdout, dtype="<i2")
    loud = [
        np.sqrt(np.mean(sound[i * step : (i + 1) * step].astype(float) ** 2)) for i in range(len(opening))
    ]
    fits = {lag: np.corrcoef(opening, np.roll(loud, -lag))[0, 1] for lag in range(-60, 61)}
    return max(fits, key=lambda lag: fits[lag]) * 10


@pytest.mark.parametrize("shift_ms", SHIFTS_MS)
def test_the_sound_of_a_practice_clip_is_as_late_as_it_says(shift_ms: int, tmp_path: Path):
    clip = sync_clip(shift_ms, "en")
    assert len(clip) < 60_000
    assert lag_ms(clip, tmp_path) == pytest.approx(shift_ms, abs=20)
