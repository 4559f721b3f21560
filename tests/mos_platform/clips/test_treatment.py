"""One treatment for all clips of a study: repacked where nothing speaks against it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from mos_platform.clips.facts import AudioFacts, ClipFacts, VideoFacts
from mos_platform.clips.treatment import decide, exact_rate
from studies.config import Clips
from studies.errors import MistakesError

SOUND = AudioFacts("aac", 44100, 2, 0.0, 4.0, -23.0, silent=False, profile="LC")
PICTURE = VideoFacts("h264", "High", "yuv420p", 256, 256, 0, 25.0, False, 100, 0.0, 0.0, 0.0)
CLIP = ClipFacts("mov,mp4,m4a,3gp,3g2,mj2", 100_000, 4.0, PICTURE, SOUND)


def clip(*, sound: AudioFacts | None = SOUND, container: str = CLIP.container, **picture) -> ClipFacts:
    return replace(CLIP, container=container, video=replace(PICTURE, **picture), audio=sound)


def pair(one: ClipFacts, other: ClipFacts = CLIP) -> dict[tuple[str, str], ClipFacts]:
    return {("a", "i"): one, ("b", "i"): other}


def test_clips_that_are_alike_and_play_everywhere_stay_as_they_are():
    treatment = decide(pair(CLIP), Clips())
    assert not treatment.encodes
    assert treatment.encoding("i") is None
    assert treatment.record() == {"treatment": "repack", "reasons": [], "encodings": {}}


def test_items_may_differ_from_each_other():
    small = clip(width=128, height=128, fps=30.0, sound=None)
    facts = {("a", "i"): CLIP, ("b", "i"): CLIP, ("a", "j"): small, ("b", "j"): small}
    assert not decide(facts, Clips()).encodes
    forced = decide(facts, Clips(encode="always"))
    assert (forced.encoding("i").width, forced.encoding("i").fps, forced.encoding("i").sound) == (
        256,
        25,
        True,
    )
    assert (forced.encoding("j").width, forced.encoding("j").fps, forced.encoding("j").sound) == (
        128,
        30,
        False,
    )


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (clip(container="avi"), "is no MP4 (avi)"),
        (clip(container="matroska,webm"), "is no MP4 (matroska)"),
        (clip(codec="hevc", profile="Main"), "is encoded as hevc"),
        (clip(profile="High 4:2:2"), "has the H.264 profile High 4:2:2"),
        (clip(pixel_format="yuv420p10le"), "has the pixel format yuv420p10le"),
        (clip(rotation=90), "is stored turned by 90 degrees"),
        (clip(interlaced=True), "is interlaced"),
        (clip(hidden=True), "holds pictures that its edit list hides"),
        (clip(sound=replace(SOUND, codec="mp3")), "has sound encoded as mp3"),
        (clip(sound=replace(SOUND, profile="xHE-AAC")), "has sound of the kind xHE-AAC"),
        (clip(sound=replace(SOUND, first_s=0.3)), "has sound only after 0.30 s"),
        (clip(first_s=0.3), "has pictures only after 0.30 s"),
    ],
)
def test_one_clip_that_some_browser_does_not_play_has_all_encoded(one, reason):
    facts = {**pair(one, one), ("a", "j"): CLIP}
    treatment = decide(facts, Clips())
    assert treatment.encodes
    assert treatment.encoding("j") is not None
    assert f"the clip a × i {reason}" in treatment.reasons[0]
    with pytest.raises(MistakesError) as refused:
        decide(facts, Clips(encode="never"))
    assert len(refused.value.sentences) == 2
    assert reason in refused.value.sentences[0]
    assert refused.value.sentences[0].endswith("write 'encode: auto', or encode it yourself.")


@pytest.mark.parametrize(
    ("one", "what"),
    [
        (clip(width=512, height=512), "methods differ in their sizes (item i: 256×256, 512×512)"),
        (clip(fps=30.0), "methods differ in their rates (item i: 25 fps, 30 fps)"),
        (clip(variable_rate=True, fps=24.2), "methods differ in their rates (item i: 25 fps, variable)"),
        (clip(profile="Main"), "methods differ in their profiles (item i: h264 High, h264 Main)"),
        (clip(pixel_format="yuvj420p"), "methods differ in their pixel formats (item i: yuv420p, yuvj420p)"),
        (clip(sound=None), "methods differ in their clips with sound (item i: with, without)"),
        (
            clip(sound=replace(SOUND, sample_rate=16000)),
            "methods differ in their sample rates (item i: 16000 Hz, 44100 Hz)",
        ),
        (clip(sound=replace(SOUND, channels=1)), "methods differ in their sound channels (item i: 1, 2)"),
    ],
)
def test_what_would_tell_methods_apart_has_all_encoded(one, what):
    treatment = decide(pair(one), Clips())
    assert treatment.encodes
    assert treatment.reasons[0] == what
    kept = decide(pair(one), Clips(encode="never"))
    assert not kept.encodes
    assert kept.reasons == (f"{what}; left so, as clips.encode is never",)


def test_a_gap_of_less_than_a_picture_is_no_reason():
    assert not decide(pair(clip(first_s=0.033), clip(first_s=0.033)), Clips()).encodes


def test_no_method_loses_size_or_pictures():
    """The item's largest size and highest rate; only the smaller clip is scaled."""
    treatment = decide(pair(clip(width=512, height=512, fps=30000 / 1001)), Clips())
    goal = treatment.encoding("i")
    assert (goal.width, goal.height, goal.fps) == (512, 512, Fraction(30000, 1001))
    assert treatment.reasons[-2] == "1 clip is enlarged"
    assert treatment.reasons[-1].startswith("1 clip is brought to the rate of their item")


def test_what_scaling_does_is_said():
    sizes = {"tall": (256, 512), "wide": (640, 360), "small": (64, 36), "odd": (321, 181)}
    for name, said in (
        ("tall", ["1 clip is made smaller", "1 clip is given black bars, for the shape differs"]),
        ("wide", ["1 clip is made smaller"]),
        ("small", ["1 clip is enlarged"]),
        ("odd", []),
    ):
        one = clip(width=sizes[name][0], height=sizes[name][1])
        assert list(decide({("a", "i"): one}, Clips(width=320, height=180)).reasons[2:]) == said


def test_variable_rates_come_to_a_rate_that_shows_their_pictures():
    uneven = clip(variable_rate=True, fps=22.13)
    assert decide(pair(uneven), Clips()).encoding("i").fps == 25
    assert decide(pair(uneven, uneven), Clips(encode="always")).encoding("i").fps == 30
    fast = clip(variable_rate=True, fps=41.0)
    assert decide(pair(fast), Clips()).encoding("i").fps == 60
    assert not decide(pair(uneven, uneven), Clips()).encodes


def test_what_the_study_asks_for_is_done_and_said():
    asked = Clips(width=320, height=240, fps=29.97, loudness_lufs=-23, seconds=2, crf=20)
    treatment = decide(pair(CLIP), asked)
    goal = treatment.encoding("i")
    assert (goal.width, goal.height, goal.crf, goal.seconds, goal.loudness_lufs) == (320, 240, 20, 2, -23)
    assert goal.fps == Fraction(30000, 1001)
    assert treatment.reasons[:5] == (
        "clips.width asks for 320 px",
        "clips.height asks for 240 px",
        "clips.fps asks for 29.97 fps",
        "clips.loudness_lufs asks for -23 LUFS",
        "clips.seconds asks for 2 s",
    )
    with pytest.raises(MistakesError, match="asks for changes, but"):
        decide(pair(CLIP), asked.model_copy(update={"encode": "never"}))


def test_one_side_alone_keeps_the_shape():
    wide = clip(width=640, height=360)
    assert decide(pair(wide, wide), Clips(width=320)).encoding("i").height == 180
    assert decide(pair(wide, wide), Clips(height=720)).encoding("i").width == 1280


def test_colours_are_turned_for_as_few_clips_as_possible():
    small = clip(matrix="bt601")
    for clips, matrix in ((pair(CLIP), "bt709"), (pair(small, small), "bt601"), (pair(small), "bt601")):
        assert decide(clips, Clips(encode="always")).encoding("i").matrix == matrix


def test_odd_sizes_become_even():
    odd = clip(width=255, height=257)
    goal = decide(pair(odd, odd), Clips(encode="always")).encoding("i")
    assert (goal.width, goal.height) == (254, 256)


def test_high_dynamic_range_is_refused_whatever_the_study_says():
    for encode in ("auto", "always", "never"):
        with pytest.raises(MistakesError, match="a × i has high dynamic range"):
            decide(pair(clip(hdr="HLG")), Clips(encode=encode))


def test_many_reasons_stay_readable():
    facts = {(f"m{n}", "i"): clip(codec="hevc") for n in range(20)}
    reasons = decide(facts, Clips()).reasons
    assert len(reasons) == 4
    assert reasons[-1] == "17 more clips cannot stay as they are"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (29.97, Fraction(30000, 1001)),
        (23.976, Fraction(24000, 1001)),
        (25.0, Fraction(25)),
        (30.0, Fraction(30)),
        (59.94, Fraction(60000, 1001)),
        (22.5, Fraction(45, 2)),
    ],
)
def test_rates_are_taken_for_the_usual_ones(said, meant):
    assert exact_rate(said) == meant
