"""A clip beside its reference: other rates, sizes, lengths, codings and clocks give a value or a reason."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from brightening import brightening
from filmed import ffmpeg
from passing import measured, reason, value
from PIL import Image

from mos_platform.metrics.measures.fidelity import l1
from mos_platform.metrics.measures.reading.alignment import pairs, same_shape
from mos_platform.metrics.measures.reading.frames import read_frames

# What is out of step by one picture differs by as many levels.
STEP = 4


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return brightening(tmp_path_factory.mktemp("film") / "film.mp4")


@pytest.mark.parametrize("rate", [24, 30, 50, 60])
def test_other_frame_rates(film: Path, tmp_path: Path, rate: int) -> None:
    """The nearest picture in time is off by less than a step on average; by index it would be 2 and more."""
    other = brightening(tmp_path / "other.mp4", rate=rate)
    assert value(other, film, "l1") < 0.6 * STEP
    assert value(film, other, "l1") < 0.6 * STEP


def test_a_reference_of_another_size_is_resized_and_noted(film: Path, tmp_path: Path) -> None:
    large = brightening(tmp_path / "large.mp4", size="128x96")
    answers = measured(film, large, "l1", "cpbd", "ssim")
    assert answers["l1"].value == pytest.approx(0, abs=1.5)
    assert answers["l1"].note == "reference resized from 128 × 96 to 64 × 48"
    assert (answers["ssim"].value or 0) > 0.95
    assert "resized" not in answers["cpbd"].note
    clip, reference = next(read_frames(film)), next(read_frames(large))
    resized = np.asarray(Image.fromarray(reference.rgb).resize((64, 48), Image.Resampling.BICUBIC))
    pair = next(pairs([clip], [reference]))
    assert pair.reference is not None
    assert np.array_equal(pair.reference.rgb, resized)
    assert l1(pair.clip.rgb, pair.reference.rgb) < 1.5


def test_a_reference_of_another_shape_is_refused(film: Path, tmp_path: Path) -> None:
    wide = brightening(tmp_path / "wide.mp4", size="96x48")
    answers = measured(film, wide, "l1", "ssim", "psnr")
    assert {answer.reason for answer in answers.values()} == {
        "the shapes of clip and reference differ: 64 × 48 pixels against 96 × 48"
    }


@pytest.mark.parametrize(
    ("other", "same"), [((512, 512), True), ((508, 512), True), ((500, 512), False), ((1024, 1020), True)]
)
def test_shapes_agree_within_one_percent(other: tuple[int, int], same: bool) -> None:
    assert same_shape((256, 256), other) is same
    assert same_shape(other, (256, 256)) is same


@pytest.mark.parametrize(("seconds", "count"), [(0.52, 13), (0.8, 20)])
def test_a_shorter_reference_counts_what_overlaps(
    film: Path, tmp_path: Path, seconds: float, count: int
) -> None:
    short = brightening(tmp_path / "short.mp4", seconds=seconds)
    answer = measured(film, short, "l1")["l1"]
    assert answer.value == pytest.approx(0, abs=0.5)
    assert answer.note == f"{count} of 25 frames have a counterpart in time"
    assert measured(short, film, "l1")["l1"].note == ""


def test_less_than_half_an_overlap_is_a_reason(film: Path, tmp_path: Path) -> None:
    short = brightening(tmp_path / "short.mp4", seconds=0.44)
    for metric in ("mse", "l1", "psnr", "ssim"):
        assert reason(film, short, metric) == "only 11 of 25 frames have a counterpart in time"


def test_a_phones_portrait_film_in_hevc(film: Path, tmp_path: Path) -> None:
    lying = tmp_path / "lying.mp4"
    hevc = ("-c:v", "libx265", "-x265-params", "qp=4:log-level=none", "-pix_fmt", "yuv420p")
    ffmpeg("-i", film, "-vf", "transpose=1", *hevc, lying)
    portrait = tmp_path / "portrait.mp4"
    ffmpeg("-i", lying, "-c", "copy", "-metadata:s:v", "rotate=90", portrait)
    assert next(read_frames(portrait)).rgb.shape == next(read_frames(film)).rgb.shape
    assert value(portrait, film, "l1") < 1
    assert "shapes of clip and reference differ" in reason(lying, film, "l1")


def test_a_film_with_dropped_pictures_stays_in_step(film: Path, tmp_path: Path) -> None:
    """Variable frame rate: by index it would be off by ten steps at the end."""
    holes = tmp_path / "holes.mkv"
    drop = "select='not(between(n,5,9)+between(n,14,18))'"
    lossless = ("-c:v", "libx264", "-qp", "4", "-pix_fmt", "yuv420p")
    ffmpeg("-i", film, "-vf", drop, "-fps_mode", "vfr", *lossless, holes)
    assert len(list(read_frames(holes))) == 15
    assert value(holes, film, "l1") < 0.5
    held = measured(film, holes, "l1")["l1"]
    assert held.value is not None
    # Pictures in a gap of five are compared with its nearer end: 1, 2, 3, 2 and 1 steps away.
    assert held.value == pytest.approx(2 * 9 * STEP / 25, rel=0.1)


def test_a_containers_late_start_does_not_count(film: Path, tmp_path: Path) -> None:
    late = tmp_path / "late.ts"
    ffmpeg("-i", film, "-c", "copy", "-output_ts_offset", "7", late)
    assert value(late, film, "l1") < 0.5


@pytest.mark.parametrize(("container", "offset"), [("mkv", "0.2"), ("ts", "0.2"), ("mkv", "0"), ("mp4", "0")])
def test_how_late_pictures_begin_against_the_sound_does_not_count(
    film: Path, tmp_path: Path, container: str, offset: str
) -> None:
    """The same pictures lie at other times in other containers: what AAC begins with is shown or is not."""
    late = tmp_path / f"late.{container}"
    sound = ("-f", "lavfi", "-i", "sine=d=1.5:r=16000")
    fragments = ("-movflags", "frag_keyframe+empty_moov") if container == "mp4" else ()
    ffmpeg("-itsoffset", offset, "-i", film, *sound, "-c:v", "copy", "-c:a", "aac", *fragments, late)
    assert value(late, film, "l1") < 0.5


def test_time_stamps_that_leap_or_go_back_are_a_reason(film: Path, tmp_path: Path) -> None:
    leap = tmp_path / "leap.mkv"
    late = ("-vf", "setpts='PTS+gt(N,12)*36000/TB'", "-fps_mode", "passthrough", "-enc_time_base", "1/1000")
    ffmpeg("-i", film, *late, "-an", leap)
    assert "has a time stamp that jumps from" in reason(leap, film, "l1")
    twice = tmp_path / "twice.ts"
    once = tmp_path / "once.ts"
    ffmpeg("-i", film, "-c", "copy", "-an", once)
    twice.write_bytes(once.read_bytes() * 2)
    assert "has a time stamp that goes back from" in reason(twice, film, "l1")


def test_one_still_picture(film: Path, tmp_path: Path) -> None:
    still = tmp_path / "still.mp4"
    ffmpeg("-i", film, "-frames:v", "1", "-c:v", "libx264", "-qp", "4", "-pix_fmt", "yuv420p", still)
    assert value(still, film, "l1") < 0.5
    assert reason(film, still, "l1") == "only 1 of 25 frames have a counterpart in time"


def test_without_a_reference_only_what_needs_one_has_no_value(film: Path) -> None:
    answers = measured(film, None, "l1", "ssim", "psnr", "mse", "ms_ssim")
    assert {answer.reason for answer in answers.values()} == {"no reference clip for this item"}


def test_clips_filmed_at_other_rates(shared: Path) -> None:
    real = shared / "clips" / "real"
    answer = measured(real / "vexpress_AOC_2997fps.mp4", real / "vexpress_AOC_2997fps.mp4", "ssim", every=40)
    assert answer["ssim"].value == pytest.approx(1)
