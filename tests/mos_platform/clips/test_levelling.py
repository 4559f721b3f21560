"""Clips made equal sample by sample: the index tells nothing any more, and what is decoded stays."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path

import av
import filmed
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mos_platform.clips.levelling import LEAST_UNIT, fill_picture, fill_sound, level, read_clip
from mos_platform.clips.preparing import prepare
from mos_platform.clips.stripping import strip_h264
from mos_platform.clips.treatment import Encoding

SPEC = Encoding(width=128, height=96, fps=Fraction(25), crf=16, sound=True, regular=True)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Bars that move under a tone, and their blurred still under noise: very different in bytes."""
    folder = tmp_path_factory.mktemp("pair")
    busy = filmed.bars(folder / "busy.mp4")
    still = folder / "still.mp4"
    inputs = ("-i", busy, "-f", "lavfi", "-i", "anoisesrc=d=1:a=0.3:seed=1", "-map", "0:v", "-map", "1:a")
    freeze = "select='eq(n,0)',loop=-1:1,setpts=N/25/TB,boxblur=8,trim=duration=1"
    filmed.ffmpeg(*inputs, "-vf", freeze, *filmed.AVC, *filmed.AAC, still)
    return [_prepared(clip, folder) for clip in (busy, still)]


def _prepared(clip: Path, folder: Path) -> Path:
    target = folder / f"prepared_{clip.name}"
    prepare(clip, target, SPEC, clip.name)
    return target


def copies(clips: list[Path], folder: Path) -> list[Path]:
    made = [folder / clip.name for clip in clips]
    for clip, copy in zip(clips, made, strict=True):
        copy.write_bytes(clip.read_bytes())
    return made


def decoded(clip: Path) -> list[str]:
    """A hash of every picture and block of sound, in order, with its times."""
    command = ["ffmpeg", "-v", "error", "-xerror", "-i", str(clip), "-f", "framemd5", "-"]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [line for line in out.splitlines() if not line.startswith("#")]


def test_the_index_of_a_still_picture_is_that_of_a_moving_one(pair: list[Path], tmp_path: Path) -> None:
    before = [read_clip(clip.read_bytes()) for clip in pair]
    assert before[0].content[: before[0].data] != before[1].content[: before[1].data]
    made = copies(pair, tmp_path)
    level(made)
    one, other = (read_clip(clip.read_bytes()) for clip in made)
    assert one.content[: one.data + 8] == other.content[: other.data + 8]
    assert len(one.content) == len(other.content)


def test_pictures_and_sound_stay_bit_for_bit(pair: list[Path], tmp_path: Path) -> None:
    made = copies(pair, tmp_path)
    level(made)
    for clip, levelled in zip(pair, made, strict=True):
        assert decoded(levelled) == decoded(clip)


def test_filler_costs_little_more_than_the_largest_of_each_place(pair: list[Path], tmp_path: Path) -> None:
    made = copies(pair, tmp_path)
    level(made)
    kinds = zip(*(read_clip(clip.read_bytes()).tracks for clip in pair), strict=True)
    needed = sum(
        max(one.size, other.size) + LEAST_UNIT
        for tracks in kinds
        for one, other in zip(*(track.samples for track in tracks), strict=True)
    )
    head = read_clip(pair[0].read_bytes()).data + 8
    assert made[0].stat().st_size <= head + needed


def test_clips_of_different_length_are_alike_as_far_as_they_go(pair: list[Path], tmp_path: Path) -> None:
    short = tmp_path / "short.mp4"
    prepare(filmed.bars(tmp_path / "source.mp4", seconds=0.4), short, SPEC, "short")
    (tmp_path / "copies").mkdir()
    made = copies([pair[0], short], tmp_path / "copies")
    level(made)
    long_one, short_one = (read_clip(clip.read_bytes()) for clip in made)
    for longer, shorter in zip(long_one.tracks, short_one.tracks, strict=True):
        sizes = [sample.size for sample in shorter.samples]
        assert sizes == [sample.size for sample in longer.samples][: len(sizes)]
    assert decoded(made[1]) == decoded(short)


@given(by=st.integers(LEAST_UNIT, 70_000))
@settings(max_examples=200, deadline=None)
def test_a_picture_grows_by_exactly_so_many_bytes_that_say_nothing(by: int) -> None:
    slice_ = b"\0\0\0\5\x65\x88\x84\0\x10"
    filled = fill_picture(slice_, by)
    assert len(filled) == len(slice_) + by
    assert strip_h264(filled, 4) == slice_
    assert b"\0\0\1" not in filled[4:by]


def test_less_than_a_unit_of_filler_is_refused() -> None:
    with pytest.raises(ValueError, match="41 bytes"):
        fill_picture(b"", LEAST_UNIT - 1)


def test_a_block_of_sound_grows_by_any_number_of_bytes(pair: list[Path]) -> None:
    clip = read_clip(pair[1].read_bytes())
    samples = next(track for track in clip.tracks if track.kind == b"soun").samples[4:12]
    blocks = [clip.content[sample.at : sample.at + sample.size] for sample in samples]
    expected = heard(blocks)
    for by in (1, 2, 14, 15, 16, 17, 18, 199, 200, 201, 215, 216, 217, 400, 1000):
        filled = [fill_sound(block, by) for block in blocks]
        assert {len(new) - len(old) for new, old in zip(filled, blocks, strict=True)} == {by}
        assert np.array_equal(heard(filled), expected), by


def heard(blocks: list[bytes]) -> np.ndarray:
    decoder = av.CodecContext.create("aac", "r")
    decoder.extradata = b"\x11\x90"
    frames = [frame for block in blocks for frame in decoder.decode(av.Packet(block))]
    return np.concatenate([frame.to_ndarray() for frame in frames], axis=1)


@pytest.mark.parametrize("content", [b"", b"\0\0\0\x08ftyp", b"\0\0\0\0moov", b"not an MP4 at all"])
def test_another_file_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="no MP4"):
        read_clip(content)


def test_a_block_without_an_end_is_refused() -> None:
    for block in (b"\0\0", b"\xf0\0\0", b"\x01"):
        with pytest.raises(ValueError, match="without an end"):
            fill_sound(block, 3)
