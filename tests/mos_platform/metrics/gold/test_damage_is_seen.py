"""Gold made from published clips: each damage shows in the measures that should see it, and is gross."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from golden_float import Kitchen, cook, write_study

from mos_platform.clips.damaging.voice import alikeness
from mos_platform.metrics.measures.fidelity.differences import psnr
from mos_platform.metrics.measures.noreference.brisque import MODEL, brisque
from mos_platform.metrics.measures.noreference.svr import read_regression
from mos_platform.metrics.measures.reading.facetrack import FaceTrack
from mos_platform.metrics.measures.reading.frames import read_frames
from mos_platform.metrics.measures.reading.landmarker import Landmarker
from mos_platform.metrics.measures.reading.mouths import marks_of
from mos_platform.metrics.measures.reading.sound import read_sound
from mos_platform.metrics.measures.synchronisation import jaw
from mos_platform.metrics.measures.weights import Weights

ITEM = "id03"
SHIFT = 12
MADE = {
    "late": {"of": "FLOAT", "sound_late_frames": SHIFT},
    "early": {"of": "FLOAT", "sound_early_frames": SHIFT},
    "swapped": {"of": "FLOAT", "swapped_sound": "id02"},
    "frozen": {"of": "FLOAT", "frozen_mouth": True},
    "coarse": {"of": "FLOAT", "compressed": True},
}


@pytest.fixture(scope="module")
def kitchen(shared: Path, weights: Weights, tmp_path_factory: pytest.TempPathFactory) -> Kitchen:
    folder, work = tmp_path_factory.mktemp("study"), tmp_path_factory.mktemp("work")
    gold = [(name, ITEM) for name in MADE]
    small = {"width": 256, "seconds": 5}
    study = write_study(folder, shared, ["FLOAT"], [ITEM, "id02"], MADE, gold, small)
    return cook(study, work, weights.folder)


@pytest.fixture(scope="module")
def faces(kitchen: Kitchen, weights: Weights) -> dict[str, FaceTrack]:
    return {name: watched(kitchen.served[name, ITEM], weights) for name in ("FLOAT", "frozen")}


def watched(clip: Path, weights: Weights) -> FaceTrack:
    with Landmarker(weights) as finder:
        for frame in read_frames(clip):
            finder.see(frame)
        return finder.track()


def lag(face: FaceTrack, clip: Path) -> jaw.Lag:
    sound = read_sound(clip)
    times = np.arange(face.times[0], min(face.times[-1], sound.duration), 1 / jaw.RATE)
    opening = np.interp(times, face.times, jaw.jaw_opening(face.points))
    return jaw.lag(opening, jaw.envelope(sound, times), reach=SHIFT + 4)


@pytest.mark.parametrize(("name", "shift"), [("late", -SHIFT), ("early", SHIFT)])
def test_moved_sound_is_seen_by_jaw_against_envelope(
    kitchen: Kitchen, faces: dict[str, FaceTrack], name: str, shift: int
) -> None:
    """Pictures are those of the plain clip, so its face serves for all."""
    plain, moved = (lag(faces["FLOAT"], kitchen.served[one, ITEM]) for one in ("FLOAT", name))
    assert plain.correlation > 0.3
    assert abs(plain.frames) <= 2
    assert moved.frames - plain.frames == pytest.approx(shift, abs=1)
    assert moved.correlation > 0.3


def test_swapped_sound_is_another_one_of_the_same_length(kitchen: Kitchen) -> None:
    plain, swapped, lent = (
        read_sound(kitchen.served[cell]).samples.astype(np.float32)
        for cell in (("FLOAT", ITEM), ("swapped", ITEM), ("FLOAT", "id02"))
    )
    assert len(swapped) == len(plain)
    assert alikeness(np.stack([swapped] * 2), np.stack([plain] * 2)) < 0.4
    both = min(len(lent), len(swapped))
    assert alikeness(np.stack([swapped[:both]] * 2), np.stack([lent[:both]] * 2)) > 0.9


def test_a_frozen_mouth_does_not_move_and_the_head_does(
    kitchen: Kitchen, faces: dict[str, FaceTrack]
) -> None:
    plain, frozen = (marks_of(faces[name]) for name in ("FLOAT", "frozen"))
    assert np.nanstd(frozen.opening) < 0.2 * np.nanstd(plain.opening)
    assert np.nanmedian(frozen.opening) < np.nanmedian(plain.opening)
    follows = [lag(faces[name], kitchen.served[name, ITEM]).correlation for name in ("FLOAT", "frozen")]
    assert follows[1] < 0.75 * follows[0]
    eyes = [faces[name].points[:, [33, 263], :2] for name in ("FLOAT", "frozen")]
    assert np.nanmean(np.linalg.norm(eyes[0] - eyes[1], axis=2)) < 2
    assert np.nanstd(eyes[1], axis=0).max() > 3


def test_heavy_compression_is_seen_with_and_without_a_reference(kitchen: Kitchen, weights: Weights) -> None:
    regression = read_regression(weights.file(MODEL), 36)
    plain, coarse = (
        [frame.rgb for frame in read_frames(kitchen.served[name, ITEM])][::25] for name in ("FLOAT", "coarse")
    )
    assert max(psnr(one, other) for one, other in zip(coarse, plain, strict=True)) < 32
    scores = [np.median([brisque(picture, regression) for picture in clip]) for clip in (plain, coarse)]
    assert scores[1] > scores[0] + 15


def test_what_a_damage_does_not_touch_stays(kitchen: Kitchen) -> None:
    """Sound of damaged pictures is the plain clip's bit for bit, and pictures of damaged sound are."""
    plain = kitchen.served["FLOAT", ITEM]
    for name in ("frozen", "coarse"):
        assert np.array_equal(read_sound(kitchen.served[name, ITEM]).samples, read_sound(plain).samples)
    for name in ("late", "early", "swapped"):
        pairs = zip(read_frames(kitchen.served[name, ITEM]), read_frames(plain), strict=True)
        assert all(np.array_equal(one.rgb, other.rgb) for one, other in pairs)
