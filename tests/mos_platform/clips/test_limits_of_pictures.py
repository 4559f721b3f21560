"""Pictures larger or faster than raters' devices decode, and rates of files that keep no times."""

from __future__ import annotations

from dataclasses import replace

import filmed
import pytest

from mos_platform.clips.facts import AudioFacts, ClipFacts, VideoFacts
from mos_platform.clips.preparing import prepare
from mos_platform.clips.probing import probe
from mos_platform.clips.treatment import decide
from studies.config import Clips
from studies.errors import InputError, MistakesError

SOUND = AudioFacts("aac", 44100, 2, 0.0, 4.0, -23.0, silent=False, profile="LC")
PICTURE = VideoFacts("h264", "High", "yuv420p", 8000, 4000, 0, 25.0, False, 100, 0.0, 0.0, 0.0)
LARGE = ClipFacts("mov,mp4,m4a,3gp,3g2,mj2", 100_000, 4.0, PICTURE, SOUND)
SMALL = replace(LARGE, video=replace(PICTURE, width=640, height=480))


def refusals(facts: ClipFacts, clips: Clips) -> tuple[str, ...]:
    with pytest.raises(MistakesError) as refused:
        decide({("a", "i"): facts, ("b", "i"): SMALL}, clips)
    return refused.value.sentences


def test_sizes_beyond_the_limit_are_refused_before_anything_is_decoded(tmp_path):
    clip = tmp_path / "huge.avi"
    picture = "color=s=16000x16000:r=1:d=1"
    filmed.ffmpeg("-f", "lavfi", "-i", picture, "-c:v", "mjpeg", "-q:v", "31", "-pix_fmt", "yuvj420p", clip)
    with pytest.raises(InputError) as refused:
        probe(clip, "huge.avi")
    assert str(refused.value) == "huge.avi has 16000×16000 pixels, larger than 7680×4320; make it smaller."


@pytest.mark.parametrize(
    ("facts", "clips"),
    [
        (LARGE, Clips()),
        (LARGE, Clips(encode="always")),
        (LARGE, Clips(encode="never")),
        (SMALL, Clips(width=7680, height=7680, fps=240)),
        (SMALL, Clips(width=3840, height=2160, fps=120)),
        (replace(SMALL, video=replace(PICTURE, width=3840, height=2160, fps=100.0)), Clips(encode="never")),
    ],
)
def test_what_phones_cannot_decode_is_refused_whoever_encodes_it(facts, clips):
    sentences = refusals(facts, clips)
    assert any("the clip a × i would have" in sentence for sentence in sentences)
    assert all(("phones decode" in sentence and "; " in sentence) for sentence in sentences)


def test_large_clips_are_taken_where_they_are_made_smaller():
    treatment = decide({("a", "i"): LARGE}, Clips(width=1920))
    assert (treatment.encoding("i").width, treatment.encoding("i").height) == (1920, 960)
    assert decide({("a", "i"): SMALL}, Clips(width=3840, height=2160, fps=60)).encodes


def test_an_empty_place_in_an_avi_changes_no_rate(tmp_path):
    """MPEG-4's first picture is followed by an empty place where there is sound."""
    clip = filmed.bars(tmp_path / "a.avi", "-c:v", "mpeg4", "-c:a", "mp3", seconds=2)
    video = probe(clip, "a.avi").video
    assert (video.fps, video.variable_rate) == (25.0, False)


def test_an_avi_of_half_the_pictures_has_half_the_rate(tmp_path):
    clip = tmp_path / "half.avi"
    picture = "testsrc2=size=128x96:rate=25:duration=2,select='not(mod(n,2))'"
    filmed.ffmpeg("-f", "lavfi", "-i", picture, "-vsync", "vfr", "-r", "25", "-c:v", "mjpeg", clip)
    assert probe(clip, "half.avi").video.fps in (12.5, 25.0)


@pytest.mark.parametrize("channels", ["1", "2"])
@pytest.mark.parametrize("sound", ["anoisesrc=a=0.2:d=2:r=44100", "sine=f=440:d=2"])
def test_the_loudness_asked_for_is_that_of_what_is_served(tmp_path, channels, sound):
    """White noise loses most in AAC; that is made up for."""
    clip, served = tmp_path / "clip.mp4", tmp_path / "served.mp4"
    picture = "testsrc2=size=128x96:rate=25:duration=2"
    inputs = ("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound)
    filmed.ffmpeg(*inputs, *filmed.AVC, *filmed.AAC, "-ac", channels, clip)
    facts = probe(clip, "clip")
    encoding = decide({("a", "i"): facts}, Clips(loudness_lufs=-30)).encoding("i")
    prepare(clip, served, encoding, "clip")
    assert probe(served, "served").audio.loudness_lufs == pytest.approx(-30, abs=0.1)


def test_one_channel_is_as_loud_as_the_stereo_it_becomes(tmp_path):
    clip, served = tmp_path / "clip.mp4", tmp_path / "served.mp4"
    filmed.bars(clip, "-ac", "1", seconds=2)
    facts = probe(clip, "clip")
    prepare(clip, served, decide({("a", "i"): facts}, Clips(encode="always")).encoding("i"), "clip")
    heard = probe(served, "served").audio
    assert (facts.audio.channels, heard.channels) == (1, 2)
    assert heard.loudness_lufs == pytest.approx(facts.audio.loudness_lufs, abs=0.1)
