"""What a clip is said to lack for browsers, and why it is encoded anew, are one verdict."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from mos_platform.clips.browsers import LARGEST, MP4, WEBM, obstacles
from mos_platform.clips.facts import AudioFacts, ClipFacts, VideoFacts
from mos_platform.clips.treatment import reasons_to_encode

SOUND = AudioFacts("aac", 44100, 2, 0.0, 4.0, -23.0, silent=False, profile="LC")
PICTURE = VideoFacts("h264", "High", "yuv420p", 256, 256, 0, 25.0, False, 100, 0.0, 0.0, 0.0)
CLIP = ClipFacts(MP4, 100_000, 4.0, PICTURE, SOUND)

CONTAINERS = (MP4, WEBM, "avi", "mpegts", "asf", "flv")
# As FFmpeg names them.
PICTURES = (
    *(
        ("h264", profile)
        for profile in (
            "Constrained Baseline",
            "Baseline",
            "Main",
            "High",
            "Extended",
            "High 10",
            "High 10 Intra",
            "High 4:2:2",
            "High 4:4:4 Predictive",
            "CAVLC 4:4:4",
            "Stereo High",
            "Multiview High",
            "",
        )
    ),
    ("hevc", "Main"),
    ("hevc", "Main 10"),
    ("av1", "Main"),
    ("vp8", ""),
    ("vp9", "Profile 0"),
    ("mpeg4", "Simple Profile"),
    ("mjpeg", "Baseline"),
    ("prores", "Standard"),
    ("ffv1", ""),
)
FORMATS = (
    "yuv420p",
    "yuvj420p",
    "yuv420p10le",
    "yuv422p",
    "yuvj422p",
    "yuv444p",
    "gbrp",
    "gray",
    "rgb24",
    "yuva420p",
    "nv12",
)
SOUNDS = (
    None,
    *(("aac", profile) for profile in ("", "LC", "HE-AAC", "HE-AACv2", "Main", "LTP", "ELD", "xHE-AAC")),
    *((codec, "") for codec in ("mp3", "opus", "vorbis", "ac3", "eac3", "flac", "alac", "pcm_s16le")),
)


def a_clip(
    container: str, picture: tuple[str, str], pixel_format: str, sound: tuple[str, str] | None
) -> ClipFacts:
    video = replace(PICTURE, codec=picture[0], profile=picture[1], pixel_format=pixel_format)
    audio = sound and replace(SOUND, codec=sound[0], profile=sound[1])
    return replace(CLIP, container=container, video=video, audio=audio)


def test_what_browsers_do_not_play_is_encoded_and_nothing_else() -> None:
    clips = [a_clip(*what) for what in product(CONTAINERS, PICTURES, FORMATS, SOUNDS)]
    differ = [one for one in clips if bool(obstacles(one)) != bool(list(reasons_to_encode(one)))]
    assert differ == []
    plays = {(one.video.profile, one.video.pixel_format) for one in clips if not obstacles(one)}
    assert plays == set(product(("Constrained Baseline", "Baseline", "Main", "High"), FORMATS[:2]))


def test_interlaced_pictures_are_told_by_both() -> None:
    interlaced = replace(CLIP, video=replace(PICTURE, interlaced=True))
    assert obstacles(interlaced) == ["interlaced picture"]
    assert list(reasons_to_encode(interlaced)) == ["is interlaced"]


@pytest.mark.parametrize(
    "clip",
    [
        replace(CLIP, video=replace(PICTURE, rotation=90)),
        replace(CLIP, video=replace(PICTURE, hidden=True)),
        replace(CLIP, audio=replace(SOUND, first_s=0.3)),
    ],
    ids=["turned", "hidden pictures", "late sound"],
)
def test_what_plays_but_not_as_it_is_stored_is_encoded(clip: ClipFacts) -> None:
    assert obstacles(clip) == []
    assert len(list(reasons_to_encode(clip))) == 1


def test_a_size_is_an_obstacle_that_encoding_does_not_mend() -> None:
    """The largest size of an item stays, so that no method loses detail."""
    huge = replace(CLIP, video=replace(PICTURE, width=LARGEST // 2048 + 2, height=2048))
    assert obstacles(huge) == [f"size {LARGEST // 2048 + 2}×2048, larger than phones decode"]
    assert list(reasons_to_encode(huge)) == []
