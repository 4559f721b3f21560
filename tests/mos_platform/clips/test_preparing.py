"""Clips made ready for raters: what is left out, what stays, and that sound and picture stay in step."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
from fractions import Fraction
from pathlib import Path

import av
import filmed
import numpy as np
import pytest

from mos_platform.clips.mp4 import Sample, Track, write_mp4
from mos_platform.clips.preparing import prepare, recipe
from mos_platform.clips.probing import probe
from mos_platform.clips.treatment import Encoding, decide
from studies.config import Clips
from studies.errors import InputError

ENCODED = Encoding(width=128, height=96, fps=Fraction(25), crf=16, sound=True)
TELLING = (b"lavf", b"lavc", b"x264", b"ffmpeg", b"libx26", b"x265", b"libvpx", b"secretmethod", b"sadtalker")


def shown(clip: Path, *entries: str) -> dict:
    command = ["ffprobe", "-v", "error", "-of", "json", "-show_entries", ":".join(entries), str(clip)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def boxes(clip: Path) -> list[str]:
    """The kinds of an MP4's outer boxes."""
    content, at, found = clip.read_bytes(), 0, []
    while at < len(content):
        found.append(content[at + 4 : at + 8].decode())
        at += int.from_bytes(content[at : at + 4])
    assert at == len(content)
    return found


def packets(clip: Path, kind: str) -> list[tuple[float, float, bytes]]:
    with av.open(str(clip)) as container:
        stream = container.streams.get(**{kind: 0})[0]
        return [
            (float(one.pts * one.time_base), float(one.dts * one.time_base), bytes(one))
            for one in container.demux(stream)
            if one.dts is not None
        ]


def decoded(clip: Path) -> tuple[list[np.ndarray], np.ndarray]:
    with av.open(str(clip)) as container:
        pictures = [one.to_ndarray() for one in container.decode(video=0)]
    with av.open(str(clip)) as container:
        sound = np.concatenate([one.to_ndarray() for one in container.decode(audio=0)], axis=1)
    return pictures, sound


def first_stamp(clip: Path) -> float:
    """When the first picture or sound of the clip comes, in seconds of its own time."""
    with av.open(str(clip)) as container:
        return float(min(stream.start_time * stream.time_base for stream in container.streams))


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> dict[str, Path]:
    """Clips of several encoders whose files tell who made them in every way that FFmpeg knows."""
    folder = tmp_path_factory.mktemp("secretmethod")
    chapters, cover, words = folder / "chapters.txt", folder / "cover.png", folder / "words.srt"
    chapters.write_text(
        ";FFMETADATA1\ntitle=SecretMethod\n[CHAPTER]\nTIMEBASE=1/10\nSTART=0\nEND=5\ntitle=SecretMethod 1\n"
    )
    words.write_text("1\n00:00:00,000 --> 00:00:01,000\nSecretMethod\n")
    filmed.ffmpeg("-f", "lavfi", "-i", "color=red:s=32x32", "-frames:v", "1", cover)
    told = (
        "-metadata",
        "title=SecretMethod",
        "-metadata",
        "comment=by SadTalker",
        "-metadata:s",
        "handler_name=SecretMethod",
    )
    plain = filmed.bars(folder / "plain.mp4", *told, "-metadata", "creation_time=2024-01-01T00:00:00Z")
    extra = folder / "extra.mp4"
    inputs = ("-i", plain, "-i", chapters, "-i", words, "-i", cover)
    maps = ("-map", "0", "-map", "2", "-map", "3", "-map_metadata", "1", "-c", "copy", "-c:s", "mov_text")
    filmed.ffmpeg(*inputs, *maps, "-disposition:v:1", "attached_pic", *told, extra)
    return {
        "plain": plain,
        "extra": extra,
        "mov": filmed.bars(folder / "clip.mov", *told),
        "fragments": filmed.bars(folder / "fragments.mp4", *told, "-movflags", "frag_keyframe+empty_moov"),
        "avi": filmed.bars(folder / "clip.avi", *told, "-c:v", "mpeg4", "-c:a", "libmp3lame"),
        "webm": filmed.bars(folder / "clip.webm", *told, "-c:v", "libvpx-vp9", "-deadline", "realtime"),
        "hevc": filmed.bars(folder / "hevc.mp4", *told, "-c:v", "libx265", "-x265-params", "log-level=error"),
        "mkv": filmed.bars(folder / "clip.mkv", *told),
    }


REPACKABLE = ("plain", "extra", "mov", "fragments")


@pytest.mark.parametrize("name", REPACKABLE)
def test_repacking_leaves_every_picture_and_sample_as_it_was(made, tmp_path, name):
    prepared = prepare(made[name], tmp_path / "a.mp4", None, "clip")
    before, after = decoded(made[name]), decoded(tmp_path / "a.mp4")
    assert len(before[0]) == len(after[0]) == 25
    assert all(np.array_equal(one, other) for one, other in zip(before[0], after[0], strict=True))
    assert np.array_equal(before[1], after[1])
    assert prepared.bytes == (tmp_path / "a.mp4").stat().st_size
    assert prepared.has_audio


@pytest.mark.parametrize("name", ["plain", "extra", "mov", "fragments", "avi", "webm", "hevc", "mkv"])
@pytest.mark.parametrize("encoding", [None, ENCODED], ids=["repacked", "encoded"])
def test_nothing_tells_who_made_a_clip(made, tmp_path, name, encoding):
    if encoding is None and name not in REPACKABLE:
        with pytest.raises(InputError, match="encode: always"):
            prepare(made[name], tmp_path / "a.mp4", encoding, "clip")
        assert not list(tmp_path.iterdir())
        return
    source = made[name].read_bytes().lower()
    assert any(word in source for word in TELLING)
    prepare(made[name], tmp_path / "a.mp4", encoding, "clip")
    content = (tmp_path / "a.mp4").read_bytes().lower()
    assert [word for word in TELLING if word in content] == []
    assert boxes(tmp_path / "a.mp4") == ["ftyp", "moov", "mdat"]
    tags = shown(tmp_path / "a.mp4", "format_tags", "stream_tags", "chapter_tags")
    assert tags["format"]["tags"] == {
        "major_brand": "isom",
        "minor_version": "512",
        "compatible_brands": "isomiso2avc1mp41",
    }
    assert [stream["tags"] for stream in tags["streams"]] == [
        {"language": "und", "vendor_id": "[0][0][0][0]"}
    ] * 2


def test_encoded_clips_share_all_facts_of_their_container(made, tmp_path):
    facts = (
        "stream=codec_name,codec_tag_string,profile,level,width,height,pix_fmt,color_range,color_space,"
        "color_transfer,color_primaries,time_base,avg_frame_rate,r_frame_rate,start_time,sample_rate,channels,"
        "channel_layout,has_b_frames,sample_aspect_ratio,extradata_size",
        "format=format_name,nb_streams,start_time",
    )
    found = []
    for name, source in made.items():
        prepare(source, tmp_path / f"{name}.mp4", ENCODED, "clip")
        found.append(shown(tmp_path / f"{name}.mp4", *facts))
    assert all(one == found[0] for one in found)
    picture, sound = found[0]["streams"]
    assert (picture["codec_name"], picture["profile"], picture["pix_fmt"]) == ("h264", "High", "yuv420p")
    assert (picture["start_time"], picture["r_frame_rate"]) == ("0.000000", "25/1")
    assert (sound["codec_name"], sound["profile"], sound["sample_rate"]) == ("aac", "LC", "48000")
    assert (sound["channels"], sound["start_time"]) == (2, "0.000000")


@pytest.mark.parametrize("encoding", [None, ENCODED], ids=["repacked", "encoded"])
def test_the_same_clip_gives_the_same_bytes(made, tmp_path, encoding):
    one = prepare(made["plain"], tmp_path / "one.mp4", encoding, "one")
    other = prepare(made["plain"], tmp_path / "other.mp4", encoding, "other")
    assert one == other
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "other.mp4").read_bytes()
    assert recipe(encoding) == recipe(encoding) != recipe(Encoding(64, 64, Fraction(25), 16, sound=True))


def test_clips_that_differ_only_in_their_words_become_one(made, tmp_path):
    filmed.ffmpeg("-i", made["plain"], "-map_metadata", "-1", "-c", "copy", tmp_path / "bare.mp4")
    one = prepare(made["plain"], tmp_path / "one.mp4", None, "one")
    assert prepare(tmp_path / "bare.mp4", tmp_path / "other.mp4", None, "other").sha256 == one.sha256


# Late and early sound, B-frames, late first time stamps, variable rates, containers without time stamps.
FLASHES = {
    "b_frames": ("flash.mp4", ("-bf", "3")),
    "plain": ("flash.mp4", ("-bf", "0")),
    "late_stamps": ("flash.mp4", ("-output_ts_offset", "3")),
    "no_edit_list": ("flash.mp4", ("-use_editlist", "0")),
    "uneven": ("flash.mp4", ("-vf", "select='not(eq(n,3)+eq(n,4)+eq(n,15))'", "-fps_mode", "vfr")),
    "coarse_times": ("flash.mp4", ("-video_track_timescale", "1000")),
    "ntsc": ("flash.mp4", ("-r", "30000/1001")),
    "low_rate": ("flash.mp4", ("-ar", "16000")),
    "stereo": ("flash.mp4", ("-ac", "2")),
    "fragments": ("flash.mp4", ("-movflags", "frag_keyframe+empty_moov")),
}
FOREIGN = {
    "avi": ("flash.avi", ("-c:v", "mpeg4", "-c:a", "pcm_s16le")),
    "avi_b_frames": (
        "flash.avi",
        ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-bf", "3", "-c:a", "pcm_s16le"),
    ),
    "flv": ("flash.flv", ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac")),
    "prores": ("flash.mov", ("-c:v", "prores_ks", "-c:a", "pcm_s16le")),
    "webm": ("flash.webm", ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-c:a", "libopus")),
    "mkv": ("flash.mkv", ("-c:a", "flac", "-strict", "-2")),
    "ts": ("flash.ts", ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac")),
}


@pytest.mark.parametrize("name", FLASHES)
def test_repacking_keeps_sound_and_picture_in_step(tmp_path, name):
    file, options = FLASHES[name]
    source = filmed.flash(tmp_path / file, *options)
    prepare(source, tmp_path / "made.mp4", None, "clip")
    before, after = filmed.moments(source), filmed.moments(tmp_path / "made.mp4")
    assert first_stamp(tmp_path / "made.mp4") == 0
    assert after.apart_s == pytest.approx(before.apart_s, abs=0.0005)
    assert after.flash_s - after.begins_s == pytest.approx(before.flash_s - before.begins_s, abs=0.0005)


@pytest.mark.parametrize("name", [*FLASHES, *FOREIGN])
def test_encoding_keeps_sound_and_picture_in_step(tmp_path, name):
    file, options = {**FLASHES, **FOREIGN}[name]
    source = filmed.flash(tmp_path / file, *options)
    prepare(source, tmp_path / "made.mp4", ENCODED, "clip")
    before, after = filmed.moments(source), filmed.moments(tmp_path / "made.mp4")
    moved = 0.5 / 25 if name in ("uneven", "ntsc") else 0.0
    assert after.begins_s == 0
    assert after.apart_s == pytest.approx(before.apart_s, abs=moved + 0.0015)


@pytest.mark.parametrize("file", ["a.h264", "a.gif", "a.y4m"])
def test_files_without_times_of_display_keep_their_pictures(tmp_path, file):
    codec = {"a.h264": filmed.AVC, "a.gif": (), "a.y4m": ("-pix_fmt", "yuv420p")}[file]
    source = filmed.bars(tmp_path / file, *codec)
    done = prepare(source, tmp_path / "made.mp4", ENCODED, "clip")
    facts = probe(tmp_path / "made.mp4", "made")
    assert (facts.video.pictures, facts.video.fps, facts.video.variable_rate) == (25, 25, False)
    assert (done.done["repeated"], done.done["dropped"]) == (0, 0)


@pytest.mark.parametrize("offset_s", [-0.3, -0.02, 0.02, 0.3])
@pytest.mark.parametrize("encoding", [None, ENCODED], ids=["repacked", "encoded"])
def test_sound_that_begins_later_or_earlier_stays_where_it_was(tmp_path, offset_s, encoding):
    plain = filmed.flash(tmp_path / "flash.mp4")
    source = tmp_path / "source.mp4"
    shift = ("-itsoffset", str(offset_s))
    filmed.ffmpeg("-i", plain, *shift, "-i", plain, "-map", "0:v", "-map", "1:a", "-c", "copy", source)
    before = filmed.moments(source)
    assert before.apart_s == pytest.approx(offset_s, abs=0.003)
    prepare(source, tmp_path / "made.mp4", encoding, "clip")
    after = filmed.moments(tmp_path / "made.mp4")
    assert after.apart_s == pytest.approx(before.apart_s, abs=0.0015)
    assert first_stamp(tmp_path / "made.mp4") == 0


def test_a_cut_by_edit_list_is_encoded_and_loses_what_it_hides(tmp_path):
    """ffmpeg -ss with -c copy keeps pictures from the last key picture on, and has players skip them."""
    long = filmed.flash(tmp_path / "long.mp4", "-g", "100")
    source = tmp_path / "cut.mp4"
    filmed.ffmpeg("-ss", "0.3", "-i", long, "-c", "copy", source)
    facts = probe(source, "cut")
    assert facts.video.hidden
    treatment = decide({("m", "i"): facts}, Clips())
    assert "holds pictures that its edit list hides" in treatment.reasons[0]
    with pytest.raises(InputError, match="its edit list hides"):
        prepare(source, tmp_path / "made.mp4", None, "clip")
    prepare(source, tmp_path / "made.mp4", treatment.encoding("i"), "clip")
    before, after = filmed.moments(source), filmed.moments(tmp_path / "made.mp4")
    assert after.begins_s == 0
    assert after.flash_s == pytest.approx(before.flash_s - before.begins_s, abs=0.001)
    assert after.apart_s == pytest.approx(before.apart_s, abs=0.0015)
    assert len(packets(tmp_path / "made.mp4", "video")) == facts.video.pictures


def test_what_cannot_be_read_is_refused_and_leaves_nothing(tmp_path):
    (tmp_path / "words.mp4").write_text("this is no clip")
    (tmp_path / "out").mkdir()
    for encoding in (None, ENCODED):
        with pytest.raises(InputError, match=r"^clips/a\.mp4 is not a video that can be read"):
            prepare(tmp_path / "words.mp4", tmp_path / "out" / "a.mp4", encoding, "clips/a.mp4")
    assert not list((tmp_path / "out").iterdir())


def test_a_folder_that_cannot_be_written_to_is_said(made, tmp_path):
    with pytest.raises(InputError, match=r"^clips/a\.mp4 cannot be stored"):
        prepare(made["plain"], tmp_path / "absent" / "a.mp4", None, "clips/a.mp4")


def test_all_packets_of_real_clips_move_by_one_and_the_same_time(shared, tmp_path):
    """B-frames, edit lists, uneven rates with a late first time stamp, 29.97, sound at 16 kHz."""
    target, seen = tmp_path / "made.mp4", 0
    for clip in sorted((shared / "clips").glob("**/*.mp4")):
        if clip.stem == "latentsync_demo1":  # HEVC
            continue
        prepare(clip, target, None, clip.name)
        moved = []
        for kind in ("video", "audio"):
            before, after = packets(clip, kind), packets(target, kind)
            assert 0 <= len(before) - len(after) <= 2
            assert [len(one[2]) for one in after[1:]] == [len(one[2]) for one in before[-len(after) :][1:]]
            moved += [one[0] - other[0] for one, other in zip(after, before[-len(after) :], strict=True)]
        assert max(moved) - min(moved) < 0.0001
        assert first_stamp(target) == pytest.approx(0, abs=0.03)
        seen += 1
    assert seen > 20


def test_sound_and_pictures_lie_side_by_side(made, tmp_path):
    """So that a slow connection plays from the first bytes on: never half a second apart."""
    prepare(made["plain"], tmp_path / "made.mp4", None, "clip")
    with av.open(str(tmp_path / "made.mp4")) as container:
        stored = sorted(
            (one.pos, one.dts * one.time_base) for one in container.demux() if one.dts is not None
        )
    times = [float(time) for _, time in stored]
    assert len(times) > 60
    assert max(latest - time for latest, time in zip(np.maximum.accumulate(times), times, strict=True)) < 0.6


@pytest.mark.parametrize(
    "late", [Sample(2**32, 2**32, 1, 0, 4, key=True), Sample(1, 1, 1, 0, 2**32, key=True)]
)
def test_what_no_mp4_of_this_kind_holds_is_refused(late):
    """More than nine hours, or four gigabytes."""
    track = Track("video", 120_000, b"entry", [Sample(0, 0, 1, 0, 4, key=True), late])
    with pytest.raises(OverflowError):
        write_mp4(io.BytesIO(), [track], io.BytesIO(b"1234"))


@pytest.mark.parametrize("size", [5, 400_000], ids=["short", "longer than one reading"])
def test_samples_come_out_in_their_order_wherever_they_lay(size):
    order = np.random.default_rng(1).permutation(8)
    stored = [bytes([number + 1]) * size for number in range(8)]
    payload = b"".join(stored[number] for number in order)
    places = {number: at * size for at, number in enumerate(order)}
    samples = [Sample(100 * n, 100 * n, 100, places[n], size, key=True) for n in range(8)]
    made = io.BytesIO()
    write_mp4(made, [Track("video", 120_000, b"entry", samples)], io.BytesIO(payload))
    assert made.getvalue().endswith(b"mdat" + b"".join(stored))


def test_what_is_said_of_the_file_is_true_of_it(made, tmp_path):
    told = prepare(made["plain"], tmp_path / "made.mp4", None, "clip")
    content = (tmp_path / "made.mp4").read_bytes()
    assert (told.bytes, told.sha256) == (len(content), hashlib.sha256(content).hexdigest())
