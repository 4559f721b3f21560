"""Stretches that are black, frozen or silent, and loudness: measured on clips where they are known."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from math import log10
from pathlib import Path

import pytest

from mos_platform.clips.facts import AudioFacts
from mos_platform.clips.probing import probe

MakeClip = Callable[..., Path]
ONE_PICTURE_S = 0.04
STEREO_TONE = "aevalsrc='{0}*sin(2*PI*1000*t)|{0}*sin(2*PI*1000*t)':s=48000:d={1}"
MONO_TONE = "aevalsrc='{0}*sin(2*PI*1000*t)':s=48000:d={1}"


@pytest.fixture
def make_sound(tmp_path: Path) -> Callable[..., AudioFacts]:
    def make(source: str, *options: str, name: str = "a.mov") -> AudioFacts:
        inputs = ("-f", "lavfi", "-i", "testsrc2=s=64x64:r=25:d=0.2", "-f", "lavfi", "-i", source)
        command = ["ffmpeg", "-v", "error", "-y", *inputs, *options, str(tmp_path / name)]
        subprocess.run(command, check=True)
        facts = probe(tmp_path / name, name).audio
        assert facts is not None
        return facts

    return make


@pytest.mark.parametrize("crf", ["16", "35"])
def test_black_stretches(make_clip: MakeClip, tmp_path: Path, crf: str) -> None:
    black = "drawbox=c=black:t=fill:enable='between(t,0.5,1.699)+between(t,2.2,2.4)'"
    facts = probe(make_clip(tmp_path / "a.mp4", "-vf", black, "-crf", crf, seconds=3), "a.mp4").video
    assert facts.black_s == pytest.approx(1.2, abs=ONE_PICTURE_S)
    assert facts.frozen_s == pytest.approx(1.2, abs=ONE_PICTURE_S)


def test_a_dark_picture_is_not_black(make_clip: MakeClip, tmp_path: Path) -> None:
    dim = ("-vf", "colorlevels=romax=0.4:gomax=0.4:bomax=0.4")
    assert probe(make_clip(tmp_path / "a.mp4", *dim), "a.mp4").video.black_s == 0


def test_a_whole_black_clip(make_clip: MakeClip, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mp4", "-vf", "drawbox=c=black:t=fill")
    facts = probe(clip, "a.mp4").video
    assert facts.black_s == pytest.approx(1, abs=ONE_PICTURE_S)


@pytest.mark.parametrize("crf", ["16", "23"])
@pytest.mark.parametrize("name", ["a.mp4", "a.avi"])
def test_frozen_stretches(make_clip: MakeClip, tmp_path: Path, crf: str, name: str) -> None:
    still = ("-vf", "tpad=stop_mode=clone:stop_duration=1.2", "-g", "10", "-crf", crf)
    codec = ("-c:v", "mpeg4", "-q:v", "8") if name == "a.avi" else ()
    facts = probe(make_clip(tmp_path / name, *still, *codec, seconds=1.5, size=128), name).video
    settling_s = 3 * ONE_PICTURE_S  # the encoder takes as long to bring out a still picture
    assert 1.2 - settling_s < facts.frozen_s <= 1.2 + ONE_PICTURE_S
    assert facts.black_s == 0


def talking_until(picture: int) -> tuple[str, str]:
    """A still picture with a mouth, a tenth as wide as it, that opens and shuts until that picture."""
    still = "select=eq(n\\,0),loop=49:1:0,setpts=N/25/TB"
    opened = f"drawbox=c=brown:x=115:y=170:w=26:h=12:t=fill:enable='mod(min(n,{picture}),2)'"
    return "-vf", f"{still},{opened}"


def test_lips_alone_are_movement(make_clip: MakeClip, tmp_path: Path) -> None:
    facts = probe(make_clip(tmp_path / "a.mp4", *talking_until(50), seconds=2, size=256), "a.mp4").video
    assert facts.pictures == 50
    assert facts.frozen_s == 0


def test_a_mouth_that_stops_is_a_standstill(make_clip: MakeClip, tmp_path: Path) -> None:
    facts = probe(make_clip(tmp_path / "a.mp4", *talking_until(25), seconds=2, size=256), "a.mp4").video
    assert facts.frozen_s == pytest.approx(1, abs=ONE_PICTURE_S)


@pytest.mark.parametrize(
    ("source", "lufs"),
    [
        (STEREO_TONE.format(10 ** (-23 / 20), 3), -23),
        (STEREO_TONE.format(10 ** (-33 / 20), 3), -33),
        # One channel comes from both loudspeakers.
        (MONO_TONE.format(10 ** (-23 / 20), 3), -23),
        # A second of tone, then silence: seven full blocks, three of 3/4, 1/2 and 1/4; the rest is gated.
        (f"{STEREO_TONE.format(0.1, 1)},apad=pad_dur=4", -20 + 10 * log10(8.5 / 10)),
    ],
    ids=["EBU Tech 3341 case 1", "case 2", "one channel", "gated"],
)
@pytest.mark.parametrize("codec", ["pcm_s16le", "pcm_f32le", "aac"])
def test_loudness_of_a_tone_is_known(
    make_sound: Callable[..., AudioFacts], source: str, lufs: float, codec: str
) -> None:
    bits = ("-b:a", "192k") if codec == "aac" else ()
    assert make_sound(source, "-c:a", codec, *bits).loudness_lufs == pytest.approx(lufs, abs=0.25)


@pytest.mark.parametrize(
    "codec", ["pcm_u8", "pcm_s16le", "pcm_s32le", "pcm_f32le", "pcm_f64le", "flac", "aac"]
)
def test_silence_is_told_from_quiet(make_sound: Callable[..., AudioFacts], codec: str) -> None:
    name = "a.mkv"
    silent = make_sound(STEREO_TONE.format(0, 1), "-c:a", codec, "-strict", "-2", name=name)
    quiet = make_sound(STEREO_TONE.format(0.02, 1), "-c:a", codec, "-strict", "-2", name=name)
    assert (silent.silent, silent.loudness_lufs) == (True, None)
    assert silent.silence_s == pytest.approx(1, abs=0.03)
    assert quiet.silent is False
    assert quiet.loudness_lufs == pytest.approx(-34, abs=1)


@pytest.mark.parametrize("codec", ["pcm_u8", "pcm_s16le", "pcm_f32le"])
@pytest.mark.parametrize("level", [0.02, -0.02])
@pytest.mark.parametrize("channels", ["{0}|0", "0|{0}"], ids=["left", "right"])
def test_sound_on_one_side_in_one_channel_is_no_silence(
    make_sound: Callable[..., AudioFacts], codec: str, level: float, channels: str
) -> None:
    facts = make_sound(f"aevalsrc='{channels.format(level)}':s=48000:d=0.5", "-c:a", codec)
    assert (facts.silent, facts.silence_s) == (False, 0)


@pytest.mark.parametrize("codec", ["pcm_s16le", "aac"])
def test_silent_stretches(make_sound: Callable[..., AudioFacts], codec: str) -> None:
    hushed = f"{STEREO_TONE.format(0.1, 4)},volume=0:enable='between(t,1,2.5)+between(t,3,3.3)'"
    facts = make_sound(hushed, "-c:a", codec)
    assert facts.silence_s == pytest.approx(1.5, abs=0.1)
    assert not facts.silent


def test_sound_too_short_to_be_measured(make_sound: Callable[..., AudioFacts]) -> None:
    facts = make_sound(STEREO_TONE.format(0.1, 0.2), "-c:a", "pcm_s16le")
    assert (facts.silent, facts.loudness_lufs) == (False, None)


@pytest.mark.parametrize("channels", [3, 16, 64])
def test_any_number_of_channels(make_sound: Callable[..., AudioFacts], channels: int) -> None:
    tones = "|".join(["0.1*sin(2*PI*1000*t)"] * channels)
    facts = make_sound(f"aevalsrc='{tones}':d=0.6", "-c:a", "pcm_s16le")
    assert facts.channels == channels
    assert facts.loudness_lufs is not None


@pytest.mark.parametrize("codec", ["ac3", "aac", "libopus", "libvorbis"])
def test_a_last_piece_that_is_cut_short_is_no_matter(
    make_sound: Callable[..., AudioFacts], codec: str
) -> None:
    facts = make_sound(STEREO_TONE.format(0.1, 1.03), "-c:a", codec, name="a.mkv")
    assert facts.loudness_lufs == pytest.approx(-20, abs=0.3)


@pytest.mark.parametrize("layout", ["5.1", "7.1"])
def test_surround_sound(make_sound: Callable[..., AudioFacts], layout: str) -> None:
    tone = f"{MONO_TONE.format(0.1, 1)},aformat=channel_layouts=mono,pan={layout}|FL=c0|FR=c0"
    facts = make_sound(tone, "-c:a", "pcm_s16le", name="a.mkv")
    assert facts.channels == (6 if layout == "5.1" else 8)
    assert facts.loudness_lufs == pytest.approx(-20, abs=0.3)
