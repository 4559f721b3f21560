"""Clips damaged on purpose: what is changed, by how much, and that nothing else is."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import filmed
import numpy as np
import pytest

from mos_platform.clips.damaging.damage import Damage
from mos_platform.clips.damaging.marks import FaceMarks
from mos_platform.clips.damaging.mouth import held_picture
from mos_platform.clips.damaging.voice import alikeness, moved, replaced
from mos_platform.clips.preparing import prepare, recipe
from mos_platform.clips.probing import probe
from mos_platform.clips.soundtrack import RATE
from mos_platform.clips.stripping import UnfitError
from mos_platform.clips.treatment import Encoding
from studies.errors import InputError

SPEC = Encoding(width=128, height=96, fps=Fraction(25), crf=16, sound=True, regular=True)
LATE = Fraction(12, 25)


def noise(seconds: float, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, (2, round(seconds * RATE))).astype(np.float32)


def made(source: Path, damage: Damage | None, name: str, spec: Encoding = SPEC) -> Path:
    target = source.parent / f"{name}.mp4"
    prepare(source, target, spec, "clip", damage)
    return target


def pictures(clip: Path) -> np.ndarray:
    """(T, h, w, 3)."""
    with av.open(str(clip)) as container:
        return np.stack([one.to_ndarray(format="rgb24") for one in container.decode(video=0)])


def sound(clip: Path) -> np.ndarray:
    """(n,), mono."""
    with av.open(str(clip)) as container:
        return np.concatenate([one.to_ndarray() for one in container.decode(audio=0)], axis=1).mean(axis=0)


@pytest.fixture(scope="module")
def beep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One second: a white picture and a beep at 0.4 s."""
    return filmed.flash(tmp_path_factory.mktemp("beep") / "beep.mp4")


def begins(clip: Path) -> float:
    """When the beep begins, in seconds."""
    loud = np.abs(sound(clip)) > 0.2
    return float(np.flatnonzero(loud)[0]) / RATE


@pytest.mark.parametrize(("shift_s", "at"), [(LATE, 0.88), (Fraction(-10, 25), 0.0), (Fraction(10, 25), 0.8)])
def test_sound_comes_later_or_earlier_and_pictures_stay(beep: Path, shift_s: Fraction, at: float) -> None:
    plain = made(beep, None, "plain")
    shifted = made(beep, Damage("moved", shift_s=shift_s), f"moved{float(shift_s)}")
    assert begins(plain) == pytest.approx(0.4, abs=0.01)
    assert begins(shifted) == pytest.approx(at, abs=0.01)
    assert np.array_equal(pictures(shifted), pictures(plain))
    facts, before = probe(shifted, "shifted"), probe(plain, "plain")
    assert facts.duration_s == before.duration_s
    assert facts.audio is not None
    assert before.audio is not None
    assert facts.audio.duration_s == before.audio.duration_s


def test_what_falls_off_one_end_comes_in_at_the_other() -> None:
    own = noise(2)
    late = moved(own, Fraction(1, 2))
    assert late.shape == own.shape
    assert np.array_equal(late[:, 30_000:], own[:, 6_000:-24_000])
    assert np.array_equal(late[:, 1_000:20_000], own[:, 73_000:92_000])
    seam = np.abs(late[:, 23_999:24_001]).max()
    assert seam < 0.01


def test_sound_that_is_too_short_to_be_moved_is_refused(beep: Path) -> None:
    with pytest.raises(InputError, match=r"clip has 1\.00 s of sound, too little to be moved by 0\.52 s"):
        made(beep, Damage("moved", shift_s=Fraction(13, 25)), "short")


def test_another_sound_is_cut_or_looped_to_the_length_of_the_own() -> None:
    own = noise(1)
    assert np.array_equal(replaced(own, noise(2, seed=2)), noise(2, seed=2)[:, :RATE])
    looped = replaced(own, noise(0.4, seed=2))
    assert looped.shape == own.shape
    assert np.array_equal(looped[:, 1000:18_000], looped[:, 20_200:37_200])


def test_the_same_words_are_no_swap() -> None:
    own = noise(1) * np.repeat(np.random.default_rng(3).uniform(0, 1, 25), RATE // 25).astype(np.float32)
    again = noise(1, seed=2) * (np.abs(own).mean(axis=0) * 10 + 1e-4).astype(np.float32)
    assert alikeness(own, again) > 0.8
    for same in (own, 0.3 * own, again):
        with pytest.raises(UnfitError, match="the same sound"):
            replaced(own, same)


def test_swapped_sound_is_as_loud_as_the_own(beep: Path, tmp_path: Path) -> None:
    tone = "sine=f=440:d=2,volume=0.02"
    quiet = tmp_path / "quiet.mp4"
    filmed.ffmpeg("-f", "lavfi", "-i", "testsrc2=s=128x96:r=25:d=2", "-f", "lavfi", "-i", tone, quiet)
    loud = tmp_path / "loud.mp4"
    filmed.ffmpeg("-i", quiet, "-f", "lavfi", "-i", "anoisesrc=d=2:a=0.5", "-map", "0:v", "-map", "1:a", loud)
    swapped = made(quiet, Damage("swapped", swapped=loud), "swapped")
    facts, before = probe(swapped, "swapped"), probe(quiet, "quiet")
    assert facts.audio is not None
    assert before.audio is not None
    assert facts.audio.loudness_lufs == pytest.approx(before.audio.loudness_lufs, abs=0.3)
    plain = made(quiet, None, "plain")
    assert len(sound(swapped)) == len(sound(plain))
    assert alikeness(*(np.stack([sound(clip)] * 2) for clip in (swapped, plain))) < 0.3


def test_a_clip_without_sound_has_none_to_damage(tmp_path: Path) -> None:
    mute = filmed.bars(tmp_path / "mute.mp4", "-an")
    for spec in (SPEC, replace(SPEC, sound=False)):
        with pytest.raises(InputError, match="clip has no sound that could be damaged; take a clip with"):
            made(mute, Damage("moved", shift_s=LATE), "moved", spec)


def test_compression_keeps_every_picture_and_little_of_it(tmp_path: Path) -> None:
    source = filmed.bars(tmp_path / "bars.mp4", seconds=0.6)
    plain = pictures(made(source, None, "plain"))
    coarse = pictures(made(source, Damage("heavy compression", compressed=True), "coarse"))
    assert plain.shape == coarse.shape
    errors = [((plain[k].astype(float) - coarse[k]) ** 2).mean() for k in range(len(plain))]
    psnr = [10 * np.log10(255**2 / error) for error in errors]
    assert max(psnr) < 30
    # Each is the picture of its own place: no other one is nearer.
    for k in (0, 7, len(plain) - 1):
        apart = ((plain.astype(float) - coarse[k]) ** 2).mean(axis=(1, 2, 3))
        assert abs(int(apart.argmin()) - k) <= 1
    assert np.array_equal(sound(tmp_path / "plain.mp4"), sound(tmp_path / "coarse.mp4"))


def marks(length: int, moving: float = 0.0) -> FaceMarks:
    """A face in the middle, going right by so many pixels a picture; lips shut in pictures 3, 9 and 15."""
    step = moving * np.arange(length)[:, None, None] * np.array([1.0, 0.0])
    still = np.array([[50, 30], [78, 30], [64, 40], [64, 50]], float) + step
    region = np.array([[50, 52], [78, 52], [78, 80], [50, 80]], float) + step
    opening = np.linspace(0.5, 0.6, length)
    opening[3:16:6] = 0.1
    return FaceMarks(still, region, opening, "drawn")


def test_the_held_picture_has_closed_lips_and_the_usual_place() -> None:
    assert held_picture(marks(20, moving=1)) == 9
    found = marks(20, moving=1)
    found.opening[9] = np.nan
    assert held_picture(found) in (3, 15)
    found.opening[5:] = np.nan
    with pytest.raises(UnfitError, match="shows a face in only 5 of 20 pictures"):
        held_picture(found)


def test_the_lower_face_stands_still_and_the_rest_goes_on(tmp_path: Path) -> None:
    source = filmed.bars(tmp_path / "bars.mp4")
    plain = pictures(made(source, None, "plain")).astype(float)
    still = pictures(made(source, Damage("frozen", frozen=marks(25)), "frozen")).astype(float)
    held = plain[held_picture(marks(25))]
    inside, outside = (slice(58, 74), slice(56, 72)), (slice(0, 40), slice(0, 128))
    assert np.abs(still[:, *inside] - held[inside]).mean() < 4
    assert np.abs(plain[:, *inside] - held[inside]).mean() > 20
    assert np.abs(still[:, *outside] - plain[:, *outside]).mean() < 2


def test_what_is_held_moves_with_the_head(tmp_path: Path) -> None:
    source = filmed.bars(tmp_path / "bars.mp4")
    plain = pictures(made(source, None, "plain")).astype(float)
    still = pictures(made(source, Damage("frozen", frozen=marks(25, moving=1)), "frozen")).astype(float)
    place = held_picture(marks(25, moving=1))
    held = plain[place, 60:72, 62 + place : 72 + place]
    for k in (1, 15, 20):
        moved_along = (k, slice(60, 72), slice(62 + k, 72 + k))
        assert np.abs(still[moved_along] - held).mean() < 8
        assert np.abs(plain[moved_along] - held).mean() > 30


def test_a_damage_makes_another_recipe_and_none_leaves_it() -> None:
    plain = recipe(SPEC)
    assert recipe(SPEC, "") == plain
    assert len({plain, recipe(SPEC, "late 12"), recipe(SPEC, "late 13"), recipe(None)}) == 4
