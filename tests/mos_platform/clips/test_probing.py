"""Clips are decoded to their end: what is a good clip, and which sentence a bad one gets."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mos_platform.clips.probing import probe
from studies.errors import InputError

MakeClip = Callable[..., Path]


def ffmpeg(target: Path, *options: str) -> Path:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *options, str(target)], check=True)
    return target


def test_facts_of_a_clip(make_clip: MakeClip, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mp4", seconds=1.2, size=64)
    facts = probe(clip, "a.mp4")
    video = facts.video
    assert (video.codec, video.profile, video.pixel_format) == ("h264", "High", "yuv420p")
    assert (video.width, video.height, video.rotation) == (64, 64, 0)
    assert (video.fps, video.variable_rate, video.pictures, video.first_s) == (25, False, 30, 0)
    assert (video.black_s, video.frozen_s, video.interlaced) == (0, 0, False)
    assert facts.bytes == clip.stat().st_size
    assert facts.duration_s == pytest.approx(1.2, abs=0.03)
    assert facts.audio is not None
    assert (facts.audio.codec, facts.audio.sample_rate, facts.audio.channels) == ("aac", 44100, 1)
    assert (facts.audio.first_s, facts.audio.duration_s) == (0, pytest.approx(1.2, abs=0.03))
    assert (facts.audio.silent, facts.audio.silence_s) == (False, 0)


@pytest.mark.parametrize(
    ("options", "size", "has_audio"),
    [
        (("-vf", "scale=48:96,setsar=2"), (96, 96), True),
        (("-an",), (96, 96), False),
        (("-r", "29.97", "-output_ts_offset", "0.5"), (96, 96), True),
        (("-movflags", "+frag_keyframe+empty_moov"), (96, 96), True),
    ],
    ids=["long pixels", "silent", "starts late", "fragmented"],
)
def test_clips_as_they_come(
    make_clip: MakeClip, tmp_path: Path, options: tuple[str, ...], size: tuple[int, int], has_audio: bool
) -> None:
    facts = probe(make_clip(tmp_path / "a.mp4", *options), "a.mp4")
    assert (facts.video.width, facts.video.height) == size
    assert (facts.audio is not None) is has_audio
    assert 0.9 < facts.duration_s < 1.6
    assert not facts.video.variable_rate


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_phones_clip_is_measured_upright(make_clip: MakeClip, tmp_path: Path, turn: int) -> None:
    stored = make_clip(tmp_path / "stored.mp4", "-vf", "crop=64:96")
    copied = ("-i", str(stored), "-c", "copy", "-metadata:s:v:0", f"rotate={turn}")
    facts = probe(ffmpeg(tmp_path / "turned.mp4", *copied), "turned.mp4").video
    assert (facts.width, facts.height) == ((64, 96) if turn == 180 else (96, 64))
    assert facts.rotation == 360 - turn, "FFmpeg's tag counts anticlockwise"
    assert probe(stored, "stored.mp4").video.rotation == 0


@pytest.mark.parametrize(
    ("name", "options", "codec", "audio_codec"),
    [
        ("a.webm", ("-c:v", "libvpx-vp9", "-c:a", "libopus"), "vp9", "opus"),
        ("a.mp4", ("-c:v", "mpeg4"), "mpeg4", "aac"),
        ("a.mp4", ("-c:v", "libx265", "-x265-params", "log-level=none", "-c:a", "ac3"), "hevc", "ac3"),
        ("a.avi", ("-c:a", "pcm_s16le"), "h264", "pcm_s16le"),
        ("a.mov", ("-c:v", "mjpeg", "-pix_fmt", "yuvj422p", "-c:a", "pcm_u8"), "mjpeg", "pcm_u8"),
        ("a.mkv", ("-c:v", "ffv1", "-pix_fmt", "yuv420p10le", "-c:a", "flac"), "ffv1", "flac"),
        ("a.ts", (), "h264", "aac"),
    ],
)
def test_what_some_browser_cannot_play_is_still_a_clip(
    make_clip: MakeClip, tmp_path: Path, name: str, options: tuple[str, ...], codec: str, audio_codec: str
) -> None:
    facts = probe(make_clip(tmp_path / name, *options), name)
    assert facts.audio is not None
    assert (facts.video.codec, facts.audio.codec) == (codec, audio_codec)
    assert (facts.video.pictures, facts.video.fps) == (25, 25)
    assert facts.duration_s == pytest.approx(1, abs=0.06)
    assert not facts.video.variable_rate
    assert not facts.audio.silent


def test_a_rate_that_varies_is_measured(make_clip: MakeClip, tmp_path: Path) -> None:
    dropped = (
        "-vf",
        "select='not(mod(n,3)*not(mod(n,5)))'",
        "-vsync",
        "vfr",
        "-video_track_timescale",
        "90000",
    )
    kept = sum(1 for n in range(50) if not (n % 3 and n % 5 == 0))
    facts = probe(make_clip(tmp_path / "a.mp4", *dropped, seconds=2), "a.mp4").video
    assert facts.variable_rate
    assert facts.pictures == kept
    assert facts.fps == pytest.approx(kept / 2, rel=0.04)
    assert facts.frozen_s == 0, "dropped pictures are no standstill"


@pytest.mark.parametrize("rate", ["24000/1001", "30000/1001", "50", "60000/1001"])
@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.avi"])
def test_stated_rates_are_kept_exactly(make_clip: MakeClip, tmp_path: Path, rate: str, name: str) -> None:
    codecs = ("-c:v", "libvpx", "-c:a", "libvorbis") if name == "a.webm" else ()
    facts = probe(make_clip(tmp_path / name, "-vf", f"fps={rate}", *codecs, size=64), name).video
    top, _, bottom = rate.partition("/")
    assert facts.fps == pytest.approx(float(top) / float(bottom or 1), rel=1e-9 if name != "a.webm" else 1e-3)
    assert not facts.variable_rate


def test_picture_and_sound_have_their_own_first_moment(make_clip: MakeClip, tmp_path: Path) -> None:
    whole = str(make_clip(tmp_path / "whole.mp4", seconds=2))
    inputs = ("-i", whole, "-itsoffset", "0.3", "-i", whole)
    late = ffmpeg(tmp_path / "late.mp4", *inputs, "-map", "0:v", "-map", "1:a", "-c", "copy")
    facts = probe(late, "late.mp4")
    assert facts.audio is not None
    assert facts.audio.first_s - facts.video.first_s == pytest.approx(0.3, abs=0.03)


def test_interlaced_pictures_are_seen(make_clip: MakeClip, tmp_path: Path) -> None:
    woven = ("-vf", "tinterlace=interleave_top,fieldorder=tff", "-flags", "+ilme+ildct")
    assert probe(make_clip(tmp_path / "a.mp4", *woven), "a.mp4").video.interlaced


@pytest.mark.parametrize("flags", ["+faststart", "0"], ids=["header first", "header last"])
@pytest.mark.parametrize("kept", [0.02, 0.4, 0.9, 0.999])
def test_a_clip_that_is_cut_off_is_refused(
    make_clip: MakeClip, tmp_path: Path, flags: str, kept: float
) -> None:
    whole = make_clip(tmp_path / "whole.mp4", "-movflags", flags).read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(InputError, match=r"^cut\.mp4 .*(cut off|cannot be|can be read).*; .*\.$"):
        probe(cut, "cut.mp4")


@pytest.mark.parametrize("name", ["a.webm", "a.avi"])
def test_other_files_that_are_cut_off_are_refused(make_clip: MakeClip, tmp_path: Path, name: str) -> None:
    codecs = ("-c:v", "libvpx-vp9", "-c:a", "libopus") if name == "a.webm" else ()
    clip = make_clip(tmp_path / name, *codecs, seconds=2)
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    with pytest.raises(InputError, match=f"^{name} is (damaged|cut off)"):
        probe(clip, name)


def test_damaged_pictures_are_refused(make_clip: MakeClip, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mp4", "-movflags", "+faststart", "-bf", "0")
    content = bytearray(clip.read_bytes())
    middle = content.index(b"mdat") + (len(content) - content.index(b"mdat")) // 3
    content[middle : middle + 600] = bytes(range(1, 201)) * 3
    clip.write_bytes(content)
    with pytest.raises(InputError, match=r"^a\.mp4 is damaged .*; copy it again"):
        probe(clip, "a.mp4")


def test_a_picture_that_changes_its_size_midway_is_refused(make_clip: MakeClip, tmp_path: Path) -> None:
    parts = [make_clip(tmp_path / f"{size}.ts", "-an", size=size).read_bytes() for size in (64, 96)]
    joined = tmp_path / "joined.ts"
    joined.write_bytes(b"".join(parts))
    with pytest.raises(InputError, match="changes the size of its picture midway"):
        probe(joined, "joined.ts")


def test_an_empty_file_is_called_so(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    with pytest.raises(InputError, match=r"^a\.mp4 is empty; put the clip itself there\.$"):
        probe(tmp_path / "a.mp4", "a.mp4")


@pytest.mark.parametrize("content", [b"not a video", b"RIFF", b"\0" * 4096])
def test_what_is_no_video_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.mp4"
    file.write_bytes(content)
    with pytest.raises(InputError, match=r"^a\.mp4 is not a video"):
        probe(file, "a.mp4")


def test_sound_alone_is_refused(make_clip: MakeClip, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^a\.m4a has no video stream; .*ffmpeg"):
        probe(make_clip(tmp_path / "a.m4a", "-vn"), "a.m4a")
    song = ffmpeg(tmp_path / "song.mp3", "-f", "lavfi", "-i", "sine=d=1")
    with pytest.raises(InputError, match=r"^song\.mp3 is not a video in any known format"):
        probe(song, "song.mp3")


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not a file"):
        probe(tmp_path, "clips/a")
    with pytest.raises(InputError, match="is not a file"):
        probe(Path("/dev/zero"), "clips/b.mp4")
