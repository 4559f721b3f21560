"""Files made to hurt: each costs bounded time and memory, and gets one sentence."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hostile import FTYP, NAL, box, claiming, flipped, h264, looping, nested, sparse, y4m

from mos_platform.clips.facts import ClipFacts
from mos_platform.clips.isolation import Limits, Task, run_each
from mos_platform.clips.probing import probe
from studies.errors import InputError

MakeClip = Callable[..., Path]
MIB = 1 << 20
GIB = 1 << 30
SENTENCE = re.compile(r"^\S+ [^\n]+; [^\n]+\.$")


def look(*clips: Path, limits: Limits | None = None) -> list[ClipFacts | InputError]:
    tasks = [Task(clip.name, (clip, clip.name)) for clip in clips]
    return run_each(probe, tasks, limits=limits or Limits(memory_bytes=GIB, cpu_s=20, wall_s=60))


def refused(clip: Path, says: str) -> None:
    start = time.monotonic()
    (outcome,) = look(clip)
    assert isinstance(outcome, InputError)
    assert SENTENCE.match(str(outcome)), outcome
    assert re.search(says, str(outcome)), outcome
    assert time.monotonic() - start < 30


@pytest.fixture(scope="module")
def whole(make_clip: MakeClip, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    slow = ("-vf", "fps=5", "-g", "5", "-bf", "0")
    return make_clip(tmp_path_factory.mktemp("whole") / "whole.mp4", *slow, size=64).read_bytes()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (y4m(12000, 12000), "has 12000×12000 pixels, larger than 7680×4320"),
        (y4m(30000, 30000), "is not a video"),
        (y4m(7680, 4320), "holds no picture"),
        (h264(30000, 30000), "is damaged"),
        (h264(7680, 4320), "is damaged"),
        (nested(50_000), "is not a video"),
        (FTYP + box(b"free", b"") * 300_000, "is not a video"),
        (b"\x47\x1f\xff\x10" + b"\xff" * 200_000, "is not a video"),
        (b"\x1aE\xdf\xa3" + b"\xff" * 200_000, "is not a video"),
        (b"RIFF\xff\xff\xff\xffAVI LIST\xff\xff\xff\xffhdrl" * 1000, "is not a video|no video stream"),
    ],
    ids=[
        "12000²",
        "30000²",
        "8K, cut",
        "H.264 30000²",
        "H.264 8K noise",
        "nested",
        "boxes",
        "MPEG-TS",
        "Matroska",
        "AVI",
    ],
)
def test_claims_of_small_files(tmp_path: Path, content: bytes, says: str) -> None:
    clip = tmp_path / "a.mp4"
    clip.write_bytes(content)
    refused(clip, says)


def test_a_stream_that_grows_midway(make_clip: MakeClip, tmp_path: Path) -> None:
    small = make_clip(tmp_path / "a.h264", "-an", size=64)
    small.write_bytes(small.read_bytes() + NAL.join([b"", h264(30000, 30000)]))
    refused(small, "is damaged|changes the size")


@pytest.mark.parametrize(
    "content",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{other}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile {other}\n",
        "[playlist]\nFile1={other}\nNumberOfEntries=1\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 32\n",
    ],
    ids=["HLS", "concat", "PLS", "SDP"],
)
def test_playlists_cannot_make_us_read_other_files(make_clip: MakeClip, tmp_path: Path, content: str) -> None:
    other = make_clip(tmp_path / "other.ts")
    clip = tmp_path / "a.mp4"
    clip.write_text(content.format(other=other))
    refused(clip, "is not a video")


@pytest.mark.parametrize(
    "name", ["a,b:c.mp4", "file:x.mp4", "a%03d.mp4", "concat:a|b.mp4", "-i.mp4", "ü 文.mp4"]
)
def test_names_are_only_names(make_clip: MakeClip, tmp_path: Path, name: str) -> None:
    clip = make_clip(tmp_path / "plain.mp4").rename(tmp_path / name)
    assert isinstance(look(clip)[0], ClipFacts)


@pytest.mark.parametrize(
    "head",
    [b"", FTYP, FTYP + b"\0\0\0\0mdat", b"\0\0\1\xba" + b"\x44" * 10],
    ids=["zeros", "header", "media to the end", "MPEG"],
)
def test_fifty_gigabytes_of_nothing(tmp_path: Path, head: bytes) -> None:
    refused(sparse(tmp_path / "a.mp4", head, 50 * GIB), "is not a video")


def test_a_pipe_that_never_gives_anything(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.mp4")
    refused(tmp_path / "a.mp4", "is not a file")


def test_an_edit_list_that_plays_for_hours(whole: bytes, tmp_path: Path) -> None:
    clip = tmp_path / "a.mp4"
    clip.write_bytes(looping(whole, 3))
    (thrice,) = look(clip)
    assert isinstance(thrice, ClipFacts)
    assert thrice.video.pictures == 15, "the edit list is obeyed"
    clip.write_bytes(looping(whole, 100_000))
    refused(clip, "lasts longer than 30 minutes")


def test_four_thousand_million_samples(whole: bytes, tmp_path: Path) -> None:
    clip = tmp_path / "a.mp4"
    clip.write_bytes(claiming(whole, b"stsz", 8, 1, 0xFFFFFFFF))
    refused(clip, "holds no picture|is damaged|is not a video|memory")


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_hundreds_of_streams(make_clip: MakeClip, tmp_path: Path, name: str) -> None:
    one, clip = make_clip(tmp_path / "one.mp4", size=64, seconds=0.2), tmp_path / name
    maps = ["-map", "0:v", *["-map", "0:a"] * 900]
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-i", str(one), *maps, "-c", "copy", str(clip)], check=True
    )
    refused(clip, "has 901 streams; keep one of picture, one of sound")


def test_pictures_that_need_more_memory_than_there_is(make_clip: MakeClip, tmp_path: Path) -> None:
    big = ("-vf", "scale=7680:4320,setsar=1", "-preset", "ultrafast", "-frames:v", "3", "-an")
    clip = make_clip(tmp_path / "a.mp4", *big)
    (outcome,) = look(clip, limits=Limits(memory_bytes=400 * MIB))
    assert isinstance(outcome, InputError)
    assert SENTENCE.match(str(outcome))
    (outcome,) = look(clip)
    assert isinstance(outcome, ClipFacts), "a gigabyte is enough for 8K"


@pytest.mark.parametrize(
    ("name", "codecs"),
    [
        ("a.mp4", ()),
        ("a.webm", ("-c:v", "libvpx-vp9", "-c:a", "libopus")),
        ("a.avi", ("-c:v", "mpeg4", "-c:a", "mp3")),
        ("a.ts", ("-c:v", "mpeg2video", "-c:a", "ac3")),
    ],
)
def test_bits_turned_over_anywhere(
    make_clip: MakeClip, tmp_path: Path, name: str, codecs: tuple[str, ...]
) -> None:
    """No mistake of ours comes to light, whatever stands in the file: facts, or one sentence."""
    clip = make_clip(tmp_path / name, *codecs, size=64, seconds=0.4).read_bytes()
    made = []
    for seed in range(40):
        made.append(tmp_path / f"{seed}-{name}")
        made[-1].write_bytes(flipped(clip, 1 + 3 * (seed % 10), seed))
    outcomes = look(*made)
    assert len(outcomes) == 40
    refusals = [str(one) for one in outcomes if isinstance(one, InputError)]
    assert refusals
    assert all(SENTENCE.match(one) for one in refusals), refusals
    assert not any("crash" in one or "not looked at" in one for one in refusals), refusals
