"""Which clips every browser plays, from real files of many encoders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mos_platform.clips.browsers import obstacles
from mos_platform.clips.probing import probe

X265 = ("-c:v", "libx265", "-x265-params", "log-level=none")


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("a.mp4", (), []),
        ("a.mp4", ("-an",), []),
        ("a.mp4", ("-profile:v", "baseline"), []),
        ("a.mp4", ("-profile:v", "main"), []),
        ("a.mp4", ("-pix_fmt", "yuvj420p"), []),
        ("a.mov", (), []),
        ("a.mp4", X265, ["HEVC picture, not H.264"]),
        ("a.mp4", ("-c:a", "ac3"), ["AC-3 sound, not AAC"]),
        ("a.mov", ("-c:a", "pcm_s16le"), ["PCM sound, not AAC"]),
        ("a.mkv", (), ["Matroska file, not MP4"]),
        ("a.ts", (), ["MPEG-TS file, not MP4"]),
        (
            "a.mp4",
            ("-pix_fmt", "yuv420p10le"),
            ["H.264 profile High 10", "pixel format yuv420p10le, not yuv420p"],
        ),
        (
            "a.mp4",
            ("-pix_fmt", "yuv422p"),
            ["H.264 profile High 4:2:2", "pixel format yuv422p, not yuv420p"],
        ),
        (
            "a.mp4",
            ("-pix_fmt", "yuv444p"),
            ["H.264 profile High 4:4:4 Predictive", "pixel format yuv444p, not yuv420p"],
        ),
        (
            "a.mp4",
            ("-pix_fmt", "yuv444p", "-vf", "scale=95:97,setsar=1"),
            [
                "H.264 profile High 4:4:4 Predictive",
                "pixel format yuv444p, not yuv420p",
                "odd size 95×97",
            ],
        ),
        ("a.mp4", ("-vf", "tinterlace=interleave_top", "-flags", "+ilme+ildct"), ["interlaced picture"]),
        (
            "a.webm",
            ("-c:v", "libvpx-vp9", "-c:a", "libopus"),
            [
                "WebM file, which iPhones before iOS 17.4 do not play",
                "VP9 picture, not H.264",
                "Opus sound, not AAC",
            ],
        ),
        (
            "a.avi",
            ("-c:v", "mpeg4", "-c:a", "mp3"),
            ["AVI file, not MP4", "MPEG-4 Part 2 picture, not H.264", "MP3 sound, not AAC"],
        ),
    ],
)
def test_obstacles(
    make_clip: Callable[..., Path], tmp_path: Path, name: str, options: tuple[str, ...], expected: list[str]
) -> None:
    assert obstacles(probe(make_clip(tmp_path / name, *options), name)) == expected


def test_a_picture_larger_than_phones_decode(make_clip: Callable[..., Path], tmp_path: Path) -> None:
    huge = make_clip(
        tmp_path / "a.mp4", "-vf", "scale=4400:2200,setsar=1", "-preset", "ultrafast", seconds=0.1
    )
    assert obstacles(probe(huge, "a.mp4")) == ["size 4400×2200, larger than phones decode"]
