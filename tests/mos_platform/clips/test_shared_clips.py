"""Published clips as they come, against what other programs say of them.

golden/shared_clips.csv: ffprobe and `ffmpeg -af ebur128`, version 5.1.9 (Debian 12).
"""

from __future__ import annotations

import csv
from fractions import Fraction
from math import log10
from pathlib import Path

import pytest

from mos_platform.clips.browsers import obstacles
from mos_platform.clips.probing import probe

GOLDEN = Path(__file__).parent / "golden" / "shared_clips.csv"
ROWS = {row["clip"]: row for row in csv.DictReader(GOLDEN.read_text().splitlines())}
# One of each kind; the others are encoded as these are.
KINDS = (
    "anitalker/Einstein_hubert__Einstein-english_male.mp4",
    "edtalk/demo_EDTalk_lip_pose_V_512.mp4",
    "float/id02/Hallo.mp4",
    "real/latentsync_demo1.mp4",
    "real/retalking_face1.mp4",
    "real/syncnet_example.avi",
    "real/vexpress_AOC_2997fps.mp4",
)
OBSTACLES = {
    "real/latentsync_demo1.mp4": ["HEVC picture, not H.264"],
    "real/syncnet_example.avi": [
        "AVI file, not MP4",
        "MPEG-4 Part 2 picture, not H.264",
        "PCM sound, not AAC",
    ],
}


@pytest.mark.parametrize(
    "clip", [clip if clip in KINDS else pytest.param(clip, marks=pytest.mark.all) for clip in ROWS]
)
def test_facts_as_other_programs_state_them(shared: Path, clip: str) -> None:
    facts, golden = probe(shared / "clips" / clip, clip), ROWS[clip]
    video, audio = facts.video, facts.audio
    assert audio is not None
    assert facts.container == golden["container"]
    assert (video.codec, video.profile, video.pixel_format) == (
        golden["codec"],
        golden["profile"],
        golden["pixel_format"],
    )
    assert [video.width, video.height, video.pictures] == [
        int(golden[key]) for key in ("width", "height", "pictures")
    ]
    assert video.fps == pytest.approx(float(Fraction(golden["fps"])), rel=1e-9)
    assert video.first_s == pytest.approx(float(golden["first_s"]), abs=1e-5)
    assert audio.codec == golden["audio_codec"]
    assert [audio.sample_rate, audio.channels] == [int(golden[key]) for key in ("sample_rate", "channels")]
    assert audio.first_s == pytest.approx(float(golden["audio_first_s"]), abs=1e-5)
    # The other program counts one channel as one loudspeaker; raters hear it from two.
    both = 10 * log10(2) if audio.channels == 1 else 0
    assert audio.loudness_lufs == pytest.approx(float(golden["loudness_lufs"]) + both, abs=0.051)
    # The older program counts the encoder's run-in before the first sound, up to 64 ms, as playing time.
    assert float(golden["duration_s"]) - 0.065 < facts.duration_s < float(golden["duration_s"]) + 0.005


@pytest.mark.parametrize("clip", KINDS)
def test_what_keeps_browsers_from_playing_them(shared: Path, clip: str) -> None:
    facts = probe(shared / "clips" / clip, clip)
    assert obstacles(facts) == OBSTACLES.get(clip, [])
    assert facts.video.black_s == 0
    assert facts.video.frozen_s < 0.2
    assert facts.video.variable_rate is (clip == "real/retalking_face1.mp4")


def test_the_silence_before_a_speaker_begins(shared: Path) -> None:
    audio = probe(shared / "clips" / "float" / "id02" / "FLOAT.mp4", "FLOAT.mp4").audio
    assert audio is not None
    assert audio.silence_s == pytest.approx(1.039, abs=0.07)  # silencedetect


def test_every_published_clip_is_in_the_table(shared: Path) -> None:
    there = {
        path.relative_to(shared / "clips").as_posix() for path in (shared / "clips").rglob("*.[am][vp][4i]")
    }
    assert there == set(ROWS)
