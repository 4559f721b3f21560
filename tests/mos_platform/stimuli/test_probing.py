"""Clips are decoded to their end: what is a good clip, and which sentence a bad one gets."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mos_platform.stimuli.probing import probe
from studies.errors import InputError


def test_facts_of_a_clip(make_clip: Callable[..., Path], tmp_path: Path) -> None:
    facts = probe(make_clip(tmp_path / "a.mp4", seconds=1.2, size=64), "a.mp4")
    assert facts.duration_s == pytest.approx(1.2, abs=0.03)
    assert (facts.fps, facts.width, facts.height, facts.has_audio) == (25, 64, 64, True)


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
    make_clip: Callable[..., Path],
    tmp_path: Path,
    options: tuple[str, ...],
    size: tuple[int, int],
    has_audio: bool,
) -> None:
    facts = probe(make_clip(tmp_path / "a.mp4", *options), "a.mp4")
    assert (facts.width, facts.height) == size
    assert facts.has_audio is has_audio
    assert 0.9 < facts.duration_s < 1.6


def test_a_phones_clip_is_measured_upright(make_clip: Callable[..., Path], tmp_path: Path) -> None:
    stored = make_clip(tmp_path / "stored.mp4", "-vf", "crop=64:96")
    turned = tmp_path / "turned.mp4"
    tag = ["-c", "copy", "-metadata:s:v:0", "rotate=90"]
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(stored), *tag, str(turned)], check=True)
    assert (probe(stored, "a").width, probe(stored, "a").height) == (64, 96)
    assert (probe(turned, "a").width, probe(turned, "a").height) == (96, 64)


def test_webm(make_clip: Callable[..., Path], tmp_path: Path) -> None:
    webm = make_clip(tmp_path / "a.webm", "-c:v", "libvpx-vp9", "-c:a", "libopus")
    assert probe(webm, "a.webm").duration_s == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("flags", ["+faststart", "0"], ids=["header first", "header last"])
@pytest.mark.parametrize("kept", [0.02, 0.4, 0.9, 0.999])
def test_a_clip_that_is_cut_off_is_refused(
    make_clip: Callable[..., Path], tmp_path: Path, flags: str, kept: float
) -> None:
    whole = make_clip(tmp_path / "whole.mp4", "-movflags", flags).read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(InputError, match=r"^cut\.mp4 .*(cut off|cannot be|can be read).*; .*\.$"):
        probe(cut, "cut.mp4")


def test_a_webm_that_is_cut_off_is_refused(make_clip: Callable[..., Path], tmp_path: Path) -> None:
    webm = make_clip(tmp_path / "a.webm", "-c:v", "libvpx-vp9", "-c:a", "libopus", seconds=2)
    webm.write_bytes(webm.read_bytes()[: webm.stat().st_size // 2])
    with pytest.raises(InputError, match="damaged or cut off"):
        probe(webm, "a.webm")


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("a.mp4", ("-c:v", "mpeg4"), "encoded as mpeg4"),
        ("a.avi", (), "browsers do not play"),
        ("a.m4a", ("-vn",), "no video stream"),
        ("a.mp4", ("-c:a", "ac3"), "encoded as ac3"),
    ],
)
def test_what_browsers_cannot_play_is_refused_with_the_mend(
    make_clip: Callable[..., Path], tmp_path: Path, name: str, options: tuple[str, ...], says: str
) -> None:
    clip = make_clip(tmp_path / name, *options)
    with pytest.raises(InputError, match=rf"^{name} .*{says}.*ffmpeg"):
        probe(clip, name)


@pytest.mark.parametrize("content", [b"", b"not a video", b"RIFF", b"\0" * 4096])
def test_what_is_no_video_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.mp4"
    file.write_bytes(content)
    with pytest.raises(InputError, match=r"^a\.mp4 is not a video"):
        probe(file, "a.mp4")


def test_published_clips_are_accepted(shared: Path) -> None:
    clips = sorted((shared / "clips" / "float").glob("*/*.mp4"))
    assert len(clips) == 18
    for clip in clips[:6]:
        facts = probe(clip, clip.name)
        assert (facts.fps, facts.width, facts.height, facts.duration_s) == (25, 512, 512, 4.16)
