"""Files of one item made equally long."""

from __future__ import annotations

import filmed
import pytest

from mos_platform.clips.filler import equal_size, equalise, lengthen
from mos_platform.clips.preparing import prepare
from mos_platform.clips.probing import probe


@pytest.mark.parametrize(
    ("sizes", "common"),
    [
        ([100], 100),
        ([100, 100], 100),
        ([92, 100], 100),
        ([93, 100], 108),
        ([93, 99, 100], 108),
        ([80, 90, 100], 100),
        ([1, 100], 100),
    ],
)
def test_the_least_size_at_which_all_can_meet(sizes, common):
    assert equal_size(sizes) == common
    assert all(common == size or common - size >= 8 for size in sizes)


def test_equalised_clips_are_the_same_clips(tmp_path):
    short = filmed.bars(tmp_path / "short.mp4", "-movflags", "faststart", seconds=0.4)
    long = filmed.bars(tmp_path / "long.mp4", "-movflags", "faststart")
    facts = probe(short, "short"), probe(long, "long")
    size = equalise([short, long])
    assert short.stat().st_size == long.stat().st_size == size
    assert size - facts[1].bytes < 16
    after = probe(short, "short"), probe(long, "long")
    assert [one.video for one in after] == [one.video for one in facts]
    assert [one.audio for one in after] == [one.audio for one in facts]


def test_equal_files_stay_untouched(tmp_path):
    clips = [filmed.bars(tmp_path / f"{name}.mp4", seconds=0.4 if name == "a" else 1) for name in "ab"]
    equalise(clips)
    before = [clip.read_bytes() for clip in clips]
    assert equalise(clips) == len(before[0])
    assert [clip.read_bytes() for clip in clips] == before


def test_a_box_needs_eight_bytes(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"12345678")
    with pytest.raises(ValueError, match="7 bytes"):
        lengthen(file, 7)
    lengthen(file, 0)
    assert file.read_bytes() == b"12345678"
    lengthen(file, 10)
    assert file.read_bytes() == b"12345678\0\0\0\x0afree\0\0"


def test_no_box_tells_how_much_was_added(tmp_path):
    """Where samples come last, the box that holds them grows."""
    clips = [tmp_path / f"{name}.mp4" for name in "ab"]
    for clip, seconds in zip(clips, (0.4, 1), strict=True):
        source = filmed.bars(tmp_path / f"source_{clip.name}", seconds=seconds)
        prepare(source, clip, None, clip.name)
    bare = clips[0].read_bytes()
    equalise(clips)
    grown = clips[0].read_bytes()
    assert len(grown) == clips[1].stat().st_size > len(bare)
    assert b"free" not in grown
    at = bare.index(b"mdat") + 4
    assert (grown[: at - 8], grown[at : len(bare)]) == (bare[: at - 8], bare[at:])
    assert int.from_bytes(grown[at - 8 : at - 4]) == len(grown) - at + 8
    assert probe(clips[0], "a").video.pictures == 10
