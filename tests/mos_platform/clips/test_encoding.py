"""Clips encoded anew: what was asked for changes (size, rate, length, loudness), and nothing else."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import filmed
import numpy as np
import pytest

from mos_platform.clips.facts import ClipFacts
from mos_platform.clips.preparing import Prepared, prepare
from mos_platform.clips.probing import probe
from mos_platform.clips.treatment import Encoding
from studies.errors import InputError

PLAIN = Encoding(width=128, height=96, fps=Fraction(25), crf=10, sound=True)

RED = "color=0xC83C5A:s=128x96:d=0.4,format=rgb24"


def made(source: Path, encoding: Encoding) -> tuple[Prepared, ClipFacts, Path]:
    target = source.with_name(f"made_{source.stem}.mp4")
    return prepare(source, target, encoding, "clip"), probe(target, "made"), target


def colours(clip: Path) -> np.ndarray:
    """All pictures as a reader that knows the file's tags sees them, (n, height, width, 3)."""
    with av.open(str(clip)) as container:
        return np.stack([one.to_ndarray(format="rgb24") for one in container.decode(video=0)]).astype(float)


def sound_of(clip: Path) -> np.ndarray:
    with av.open(str(clip)) as container:
        return np.concatenate([one.to_ndarray() for one in container.decode(audio=0)], axis=1)


@pytest.mark.parametrize(("matrix", "named"), [("bt709", "bt709"), ("bt601", "smpte170m")])
def test_pictures_stay_what_they_were(tmp_path, matrix, named):
    source = filmed.bars(tmp_path / "source.mp4", "-colorspace", named, "-color_range", "tv")
    _, facts, target = made(source, replace(PLAIN, matrix=matrix))
    before, after = colours(source), colours(target)
    assert before.shape == after.shape
    assert 10 * np.log10(255**2 / np.mean((before - after) ** 2)) > 40
    assert (facts.video.fps, facts.video.pictures, facts.duration_s) == (25, 25, 1)


def test_the_best_quality_still_plays_everywhere(tmp_path):
    """x264's lossless mode would not."""
    _, facts, _ = made(filmed.bars(tmp_path / "source.mp4"), replace(PLAIN, crf=0))
    assert facts.video.profile == "High"


@pytest.mark.parametrize("matrix", ["bt709", "smpte170m", "bt2020nc"])
@pytest.mark.parametrize("full", ["tv", "pc"])
@pytest.mark.parametrize("goal", ["bt709", "bt601"])
def test_colours_stay_what_they_were(tmp_path, matrix, full, goal):
    """The same light from each matrix and range to each matrix."""
    source, shade = tmp_path / "source.mp4", (200.0, 60.0, 90.0)
    convert = f"scale=out_color_matrix={matrix}:out_range={full},format=yuv420p"
    tags = ("-colorspace", matrix, "-color_range", full)
    filmed.ffmpeg("-f", "lavfi", "-i", RED, "-vf", convert, *filmed.AVC, *tags, source)
    _, _, target = made(source, replace(PLAIN, sound=False, matrix=goal))
    shown = colours(target)[5, 40:60, 40:60].mean(axis=(0, 1))
    assert shown == pytest.approx(shade, abs=4)


@pytest.mark.parametrize(("lines", "matrix"), [(96, "bt601"), (720, "bt709")])
def test_colours_that_are_not_named_are_read_as_browsers_do(tmp_path, lines, matrix):
    """Small pictures by BT.601, which is also how common tools write them; large ones by BT.709."""
    source = tmp_path / "source.mp4"
    convert = f"scale=128:{lines}:out_color_matrix={matrix},setparams=colorspace=unknown,format=yuv420p"
    filmed.ffmpeg("-f", "lavfi", "-i", RED, "-vf", convert, *filmed.AVC, source)
    assert probe(source, "source").video.matrix == matrix
    for goal in ("bt601", "bt709"):
        _, _, target = made(source, replace(PLAIN, sound=False, matrix=goal))
        assert colours(target)[5, 46:50, 60:68].mean(axis=(0, 1)) == pytest.approx((200, 60, 90), abs=4)


def test_another_shape_gets_bars_and_keeps_its_proportions(tmp_path):
    source = filmed.ffmpeg(
        "-f", "lavfi", "-i", "color=white:s=64x64:d=0.4", *filmed.AVC, tmp_path / "source.mp4"
    )
    source = tmp_path / "source.mp4"
    _, facts, target = made(source, replace(PLAIN, width=256, height=128, sound=False))
    assert (facts.video.width, facts.video.height) == (256, 128)
    light = colours(target)[3].mean(axis=2)
    assert light[:, :60].max() < 30
    assert light[:, 70:186].min() > 225
    assert light[:, 196:].max() < 30


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_clips_stored_on_their_side_stand_upright(tmp_path, degrees):
    """A white upper half, stored turned: players that obey the mark show it where it was."""
    plain, source = tmp_path / "plain.mp4", tmp_path / "source.mp4"
    half = "color=black:s=64x48:d=0.4,drawbox=0:0:64:24:white:fill"
    filmed.ffmpeg("-f", "lavfi", "-i", half, *filmed.AVC, plain)
    filmed.ffmpeg("-i", plain, "-c", "copy", "-metadata:s:v", f"rotate={degrees}", source)
    upright = tmp_path / "upright.png"
    filmed.ffmpeg("-i", source, "-frames:v", "1", upright)
    facts = probe(source, "source").video
    _, after, target = made(source, replace(PLAIN, width=facts.width, height=facts.height, sound=False))
    assert (after.video.width, after.video.height, after.video.rotation) == (facts.width, facts.height, 0)
    with av.open(str(upright)) as still:
        expected = next(still.decode(video=0)).to_ndarray(format="rgb24").astype(float)
    assert np.abs(colours(target)[0] - expected).mean() < 6


def test_an_odd_line_is_left_out_and_nothing_scaled(tmp_path):
    source = tmp_path / "source.webm"
    lossless = ("-c:v", "libvpx-vp9", "-lossless", "1", "-pix_fmt", "yuv420p")
    filmed.ffmpeg("-f", "lavfi", "-i", "testsrc2=s=65x49:d=0.4", *lossless, source)
    _, facts, target = made(source, replace(PLAIN, width=64, height=48, sound=False, crf=1, matrix="bt601"))
    assert (facts.video.width, facts.video.height) == (64, 48)
    assert np.abs(colours(target) - colours(source)[:, :48, :64]).mean() < 4


def test_pixels_that_are_not_square_become_square(tmp_path):
    source = tmp_path / "source.mp4"
    filmed.ffmpeg("-f", "lavfi", "-i", "testsrc=s=64x96:d=0.4,setsar=2", *filmed.AVC, source)
    assert probe(source, "source").video.width == 128
    _, facts, target = made(source, replace(PLAIN, sound=False))
    assert (facts.video.width, facts.video.height) == (128, 96)
    with av.open(str(target)) as container:
        assert container.streams.video[0].sample_aspect_ratio in (None, 1)


def test_interlaced_pictures_become_whole(tmp_path):
    source = tmp_path / "source.mp4"
    filmed.ffmpeg(
        "-f",
        "lavfi",
        "-i",
        "testsrc2=s=128x96:r=50:d=1,interlace",
        *filmed.AVC,
        "-flags",
        "+ilme+ildct",
        source,
    )
    assert probe(source, "source").video.interlaced
    _, facts, _ = made(source, replace(PLAIN, sound=False))
    assert not facts.video.interlaced
    assert facts.video.pictures == 25


def test_high_dynamic_range_is_refused(tmp_path):
    source = tmp_path / "source.mp4"
    tags = ("-colorspace", "bt2020nc", "-color_trc", "arib-std-b67", "-color_primaries", "bt2020")
    filmed.ffmpeg("-f", "lavfi", "-i", "testsrc=s=64x48:d=0.2", *filmed.AVC, *tags, source)
    assert probe(source, "source").video.hdr == "HLG"
    with pytest.raises(InputError, match="high dynamic range"):
        made(source, replace(PLAIN, sound=False))


@pytest.mark.parametrize(
    ("rate", "goal", "repeated", "dropped"),
    [("25", 50, 25, 0), ("50", 25, 0, 25), ("25", 30, 5, 0), ("24", 24, 0, 0), ("15", 25, 10, 0)],
)
def test_rates_change_by_showing_pictures_longer_or_not_at_all(tmp_path, rate, goal, repeated, dropped):
    source = filmed.bars(tmp_path / "source.mp4", rate=rate)
    done, facts, _ = made(source, replace(PLAIN, fps=Fraction(goal)))
    assert (facts.video.fps, facts.video.pictures, facts.video.variable_rate) == (goal, goal, False)
    assert (done.done["repeated"], done.done["dropped"]) == (repeated, dropped)


def test_clips_are_cut_to_their_first_seconds(tmp_path):
    source = filmed.bars(tmp_path / "source.mp4")
    done, facts, target = made(source, replace(PLAIN, seconds=0.4))
    assert facts.video.pictures == 10
    assert done.duration_s == pytest.approx(0.4)
    assert sound_of(target).shape[1] == pytest.approx(0.4 * 48000, abs=1024)
    longer, _, _ = made(source, replace(PLAIN, seconds=30))
    assert longer.duration_s == pytest.approx(1, abs=0.03)


def test_a_clip_without_sound_gets_silence_where_others_of_its_item_sound(tmp_path):
    source = filmed.bars(tmp_path / "source.mp4", "-an")
    done, facts, target = made(source, PLAIN)
    assert done.has_audio
    assert facts.audio.silent
    assert facts.audio.duration_s == pytest.approx(1, abs=0.03)
    assert np.abs(sound_of(target)).max() == 0
    mute, facts, _ = made(source, replace(PLAIN, sound=False))
    assert (mute.has_audio, facts.audio) == (False, None)


def test_sound_is_left_out_where_no_clip_of_the_item_has_any(tmp_path):
    _, facts, _ = made(filmed.bars(tmp_path / "source.mp4"), replace(PLAIN, sound=False))
    assert facts.audio is None


@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("rate", [16000, 44100, 48000])
def test_sound_keeps_its_level(tmp_path, channels, rate):
    """Mono sounds as loud from both sides as a browser plays it; stereo stays as it is."""
    source = tmp_path / "source.mkv"
    tone = "|".join(["0.25*sin(2*PI*440*t)" if one < 2 else "0" for one in range(channels)])
    both = (
        "-f",
        "lavfi",
        "-i",
        "testsrc=s=64x48:d=1",
        "-f",
        "lavfi",
        "-i",
        f"aevalsrc='{tone}':s={rate}:d=1",
    )
    filmed.ffmpeg(*both, *filmed.AVC, "-c:a", "flac", source)
    _, facts, target = made(source, PLAIN)
    heard = sound_of(target)[:, 4800:-4800]
    assert np.sqrt(2 * np.mean(heard**2, axis=1)) == pytest.approx([0.25, 0.25], rel=0.02)
    assert (facts.audio.channels, facts.audio.sample_rate) == (2, 48000)


@pytest.mark.parametrize("target_lufs", [-30.0, -20.0])
def test_loudness_comes_to_the_target_by_one_gain(tmp_path, target_lufs):
    source = filmed.bars(tmp_path / "source.mp4", seconds=2)
    done, facts, target = made(source, replace(PLAIN, loudness_lufs=target_lufs))
    assert facts.audio.loudness_lufs == pytest.approx(target_lufs, abs=0.2)
    assert not done.done["limited"]
    _, _, plain = made(source, PLAIN)
    unchanged = sound_of(plain)
    done, _, target = made(source, replace(PLAIN, loudness_lufs=target_lufs))
    gained = unchanged * 10 ** (done.done["gain_db"] / 20)
    assert np.abs(sound_of(target) - gained)[:, 2048:-2048].max() < 0.01


def test_a_limiter_only_where_it_would_clip_and_said(tmp_path):
    """A quiet clip with loud clicks cannot come to -14 LUFS by a gain alone."""
    source = tmp_path / "source.mkv"
    clicks = "aevalsrc='if(lt(mod(t,0.5),0.002),0.9,0.02*sin(2*PI*440*t))':s=48000:d=2"
    filmed.ffmpeg(
        "-f",
        "lavfi",
        "-i",
        "testsrc=s=64x48:d=2",
        "-f",
        "lavfi",
        "-i",
        clicks,
        *filmed.AVC,
        "-c:a",
        "flac",
        source,
    )
    done, _, target = made(source, replace(PLAIN, loudness_lufs=-14.0))
    assert done.done["limited"]
    assert np.abs(sound_of(target)).max() < 1
    before, after = _clicks(sound_of(source)), _clicks(sound_of(target))
    assert len(before) == len(after)
    assert np.abs(before - after).max() < 0.002


def _clicks(sound: np.ndarray) -> np.ndarray:
    """When the clicks begin, in seconds."""
    at = np.flatnonzero(np.abs(sound[0]) > 0.75 * np.abs(sound[0]).max()) / 48000
    return at[np.diff(at, prepend=-1) > 0.1]


def test_silence_is_not_made_louder(tmp_path):
    source = tmp_path / "source.mp4"
    both = ("-f", "lavfi", "-i", "testsrc=s=64x48:d=1", "-f", "lavfi", "-i", "anullsrc=d=1")
    filmed.ffmpeg(*both, *filmed.AVC, *filmed.AAC, "-t", "1", source)
    done, facts, _ = made(source, replace(PLAIN, loudness_lufs=-23.0))
    assert (done.done["loudness_lufs"], done.done["gain_db"]) == (None, 0)
    assert facts.audio.silent


def without_sound_between(source: Path, begin_s: float, end_s: float) -> Path:
    target = source.with_name(f"gap_{source.name}")
    with av.open(str(source)) as given, av.open(str(target), "w") as taken:
        streams = {one.index: taken.add_stream_from_template(one) for one in given.streams}
        for packet in given.demux():
            if packet.dts is None:
                continue
            time, is_sound = packet.pts * packet.time_base, packet.stream.type == "audio"
            if not (is_sound and begin_s < time < end_s):
                packet.stream = streams[packet.stream_index]
                taken.mux(packet)
    return target


def test_a_gap_in_the_sound_stays_a_gap(tmp_path):
    """Two beeps, the packets between them gone: the second stays at its time."""
    plain = tmp_path / "plain.mkv"
    beeps = "aevalsrc='if(between(mod(t,1),0.4,0.5),0.5*sin(2*PI*1000*t),0)':s=48000:d=2"
    both = ("-f", "lavfi", "-i", "testsrc=s=64x48:d=2", "-f", "lavfi", "-i", beeps)
    filmed.ffmpeg(*both, *filmed.AVC, "-bf", "0", "-c:a", "pcm_s16le", plain)
    source = without_sound_between(plain, 0.7, 1.2)
    assert sound_of(source).shape[1] < 1.6 * 48000
    _, _, target = made(source, PLAIN)
    heard = np.flatnonzero(np.abs(sound_of(target)[0]) > 0.2) / 48000
    assert heard[0] == pytest.approx(0.4, abs=0.002)
    assert heard[heard > 1][0] == pytest.approx(1.4, abs=0.002)
