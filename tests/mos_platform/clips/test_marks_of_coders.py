"""Clips of one item that only their coders' settings tell apart, and what is served of them."""

from __future__ import annotations

from pathlib import Path

import filmed
import pytest

from mos_platform.clips.facts import ClipFacts
from mos_platform.clips.preparing import prepare
from mos_platform.clips.probing import probe
from mos_platform.clips.treatment import decide
from studies.config import Clips

PLAIN = ("-preset", "veryfast", "-g", "250")
BOTH = ("-ac", "2", "-ar", "48000")


def facts_of(folder: Path, one: tuple[str, ...], other: tuple[str, ...]) -> dict[tuple[str, str], ClipFacts]:
    return {
        (method, "i"): probe(filmed.bars(folder / f"{method}.mp4", *PLAIN, *BOTH, *options), method)
        for method, options in (("a", one), ("b", other))
    }


def test_the_same_coder_leaves_no_mark(tmp_path):
    treatment = decide(facts_of(tmp_path, (), ("-vf", "boxblur=2")), Clips())
    assert (treatment.encodes, treatment.reasons) == (False, ())


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("-level", "4.2"), "H.264 levels (item i: "),
        (("-x264-params", "nal-hrd=vbr:vbv-maxrate=900:vbv-bufsize=900"), "H.264 parameter sets (item i: "),
        (
            ("-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709"),
            "colour tags (item i: ",
        ),
        (("-g", "5"), "spacing of key pictures (item i: every 5, only the first)"),
    ],
    ids=["level", "HRD", "colours", "keys"],
)
def test_marks_of_another_coder_have_all_encoded_anew(tmp_path, options, told):
    facts = facts_of(tmp_path, (), options)
    treatment = decide(facts, Clips())
    assert any(reason.startswith(f"methods differ in their {told}") for reason in treatment.reasons)
    kept = decide(facts, Clips(encode="never"))
    assert not kept.encodes
    assert any(told in reason and reason.endswith("clips.encode is never") for reason in kept.reasons)
    served = {}
    for method, item in facts:
        target = tmp_path / f"served_{method}.mp4"
        prepare(tmp_path / f"{method}.mp4", target, treatment.encoding(item), method)
        served[method] = probe(target, method).coding
    assert served["a"] == served["b"]
    assert served["a"].sets


def test_aac_of_another_coder(tmp_path):
    facts = facts_of(tmp_path, (), ())
    bare = tmp_path / "b.mp4"
    content = bare.read_bytes()
    # The same sound, but its coder says explicitly that nothing is added above its band.
    assert facts["a", "i"].coding.sound.startswith("1190")
    short = tmp_path / "short.mp4"
    filmed.ffmpeg("-i", bare, "-c", "copy", "-f", "mpegts", tmp_path / "b.ts")
    filmed.ffmpeg("-i", tmp_path / "b.ts", "-c", "copy", "-bsf:a", "aac_adtstoasc", short)
    other = probe(short, "short")
    assert other.coding.sound == "1190"
    assert content != short.read_bytes()
    treatment = decide({("a", "i"): facts["a", "i"], ("b", "i"): other}, Clips())
    assert any("AAC configurations (item i: 1190, 119056e500)" in reason for reason in treatment.reasons)


def test_key_pictures_where_one_clip_changes_tell_nothing(tmp_path):
    """Coders set them at cuts; they are no mark of a method unless most items differ so."""
    plain = facts_of(tmp_path, (), ())
    keyed = facts_of(tmp_path, (), ("-force_key_frames", "0.48"))
    facts = {**plain, ("a", "j"): plain["a", "i"], ("b", "j"): plain["b", "i"], ("b", "i"): keyed["b", "i"]}
    assert keyed["b", "i"].coding.keys == "every 12"
    assert not decide(facts, Clips()).encodes
    assert decide({("a", "i"): plain["a", "i"], ("b", "i"): keyed["b", "i"]}, Clips()).encodes
