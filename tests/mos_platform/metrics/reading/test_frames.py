"""Decoding: pictures on the viewer's time line, matched by time."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from brightening import brightening
from filmed import ffmpeg

from mos_platform.metrics.measures.reading.frames import Frame, luma, match_by_time, read_frames
from studies.errors import InputError


def level(frame: Frame) -> int:
    return round(float(frame.rgb.mean()))


def test_frames_come_in_order_with_their_times(tmp_path: Path) -> None:
    frames = list(read_frames(brightening(tmp_path / "clip.mp4")))
    assert [frame.time for frame in frames] == pytest.approx([index / 25 for index in range(25)])
    levels = [level(frame) for frame in frames]
    assert levels == sorted(levels)
    assert frames[0].rgb.shape == (48, 64, 3)
    assert frames[0].rgb.dtype == np.uint8


def test_a_containers_own_offset_vanishes(tmp_path: Path) -> None:
    film = brightening(tmp_path / "clip.mp4")
    shifted = tmp_path / "shifted.ts"
    ffmpeg("-i", str(film), "-c", "copy", "-output_ts_offset", "5", str(shifted))
    times = [frame.time for frame in read_frames(shifted)]
    assert times == pytest.approx([index / 25 for index in range(25)], abs=1e-3)


def test_a_video_stream_later_than_its_sound_keeps_the_delay(tmp_path: Path) -> None:
    film = brightening(tmp_path / "clip.mp4")
    late = tmp_path / "late.mkv"
    sound = ["-f", "lavfi", "-i", "sine=d=1.5"]
    ffmpeg("-itsoffset", "0.2", "-i", str(film), *sound, "-c:v", "copy", "-c:a", "aac", str(late))
    first = next(read_frames(late))
    assert first.time == pytest.approx(0.2, abs=0.03)
    assert level(first) == pytest.approx(level(next(read_frames(film))), abs=1)


def test_matching_goes_by_time_where_frame_rates_differ(tmp_path: Path) -> None:
    slow = brightening(tmp_path / "slow.mp4", rate=25)
    fast = brightening(tmp_path / "fast.mp4", rate=50)
    for clip, reference, count in ((slow, fast, 25), (fast, slow, 50)):
        pairs = list(match_by_time(read_frames(clip), read_frames(reference)))
        assert len(pairs) == count
        differences = [abs(level(pair.clip) - level(pair.reference)) for pair in pairs if pair.reference]
        assert len(differences) == count
        assert max(differences) <= 5
        assert np.median(differences) <= 1


def test_pictures_beyond_the_reference_have_no_partner(tmp_path: Path) -> None:
    long = brightening(tmp_path / "long.mp4", seconds=1.0)
    short = brightening(tmp_path / "short.mp4", seconds=0.6)
    pairs = list(match_by_time(read_frames(long), read_frames(short)))
    assert [pair.reference is None for pair in pairs] == [False] * 15 + [True] * 10


def test_matching_picks_the_nearest_of_irregular_times() -> None:
    picture = np.zeros((2, 2, 3), np.uint8)
    clip = [Frame(time, picture) for time in (0.0, 0.11, 0.29, 0.5)]
    reference = [Frame(time, picture) for time in (0.02, 0.1, 0.2, 0.3, 0.45)]
    pairs = match_by_time(iter(clip), iter(reference))
    assert [pair.reference.time for pair in pairs if pair.reference] == [0.02, 0.1, 0.3, 0.45]


def test_a_phone_films_rotation_is_undone(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    size = "testsrc=size=96x64:rate=25:duration=0.2"
    ffmpeg("-f", "lavfi", "-i", size, "-c:v", "libx264", "-pix_fmt", "yuv420p", str(film))
    turned = tmp_path / "turned.mp4"
    ffmpeg("-i", str(film), "-c", "copy", "-metadata:s:v", "rotate=90", str(turned))
    raw = tmp_path / "first.rgb"
    ffmpeg("-i", str(turned), "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", str(raw))
    expected = np.fromfile(raw, np.uint8).reshape(96, 64, 3)
    assert np.array_equal(next(read_frames(turned)).rgb, expected)


@pytest.mark.parametrize("content", [b"", b"no video at all", b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 64])
def test_a_file_that_is_no_video_gives_one_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "clip.mp4"
    file.write_bytes(content)
    with pytest.raises(InputError, match=r"clip\.mp4 .*give a video file such as H\.264 in MP4\.$"):
        next(read_frames(file))


def test_sound_alone_and_absent_files_give_one_sentence(tmp_path: Path) -> None:
    sound = tmp_path / "sound.m4a"
    ffmpeg("-f", "lavfi", "-i", "sine=d=0.3", "-c:a", "aac", str(sound))
    with pytest.raises(InputError, match="has no video stream"):
        next(read_frames(sound))
    with pytest.raises(InputError, match=r"absent\.mp4 cannot be decoded"):
        next(read_frames(tmp_path / "absent.mp4"))


def test_luma_is_bt601_rounded() -> None:
    colours = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [12, 200, 99]]], np.uint8)
    assert luma(colours).tolist() == [[76, 150, 29, 255, 132]]


def test_real_clips_start_late_and_run_at_their_own_rate(shared: Path) -> None:
    real = shared / "clips" / "real"
    late = [frame.time for frame in itertools.islice(read_frames(real / "retalking_face1.mp4"), 3)]
    assert late[0] == pytest.approx(0.033, abs=1e-3)
    ntsc = [frame.time for frame in read_frames(real / "vexpress_AOC_2997fps.mp4")]
    assert len(ntsc) == 137
    assert np.diff(ntsc) == pytest.approx(1001 / 30000, abs=1e-3)
