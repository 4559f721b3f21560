"""All measures of faces in one pass over real clips: a value or a stated reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from filmed import bars, ffmpeg

from mos_platform.metrics.measures import geometry, motion
from mos_platform.metrics.measures.onepass import Order, one_pass
from mos_platform.metrics.measures.result import Measurement
from mos_platform.metrics.measures.weights import Weights
from studies.metrics import CATALOGUE

pytest.importorskip("mediapipe", reason="the extra `metrics` is not installed")

FACES = (*geometry.IMPLEMENTATIONS, *motion.IMPLEMENTATIONS)
AGAINST = [each.metric for each in FACES if "reference" in CATALOGUE[each.metric].needs]
ALONE = [each.metric for each in FACES if "reference" not in CATALOGUE[each.metric].needs]


def measured(clip: Path, reference: Path | None, weights: Weights) -> dict[str, Measurement]:
    return one_pass(Order(clip, reference, FACES, weights))


def cut(source: Path, target: Path, seconds: float = 0.4) -> Path:
    ffmpeg("-i", source, "-t", str(seconds), "-c:v", "copy", "-an", target)
    return target


@pytest.fixture(scope="module")
def hallo(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cut(shared / "clips/float/id02/Hallo.mp4", tmp_path_factory.mktemp("cut") / "hallo.mp4")


@pytest.fixture(scope="module")
def edtalk(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cut(shared / "clips/float/id02/EDTalk.mp4", tmp_path_factory.mktemp("cut") / "edtalk.mp4")


def test_a_clip_against_itself(hallo: Path, weights: Weights) -> None:
    answers = measured(hallo, hallo, weights)
    assert {metric: answers[metric] for metric in AGAINST} == dict.fromkeys(AGAINST, Measurement(0))
    for metric in ALONE:
        value = answers[metric].value
        assert value is not None
        assert value > 0


def test_another_method_differs(hallo: Path, edtalk: Path, weights: Weights) -> None:
    answers = measured(edtalk, hallo, weights)
    for metric in AGAINST:
        value = answers[metric].value
        assert value is not None
        assert value > 0
    assert answers["lve_2d"].value > answers["m_lmd"].value > answers["lmd_lips"].value


def test_without_a_reference(hallo: Path, weights: Weights) -> None:
    answers = measured(hallo, None, weights)
    assert {answers[metric].reason for metric in AGAINST} == {"no reference clip for this item"}
    assert all(answers[metric].value is not None for metric in ALONE)


def test_the_same_footage_at_another_rate_and_size(shared: Path, tmp_path: Path, weights: Weights) -> None:
    """One recording, cropped and coded twice: 29.97 frames a second at 512², 25 at 590²."""
    clip = cut(shared / "clips/real/vexpress_AOC_2997fps.mp4", tmp_path / "a.mp4")
    reference = cut(shared / "clips/real/retalking_face3.mp4", tmp_path / "b.mp4")
    answers = measured(clip, reference, weights)
    assert 0 < answers["lmd"].value < 5
    assert 0 < answers["prmse"].value < 3


def test_no_face(hallo: Path, tmp_path: Path, weights: Weights) -> None:
    blank = bars(tmp_path / "bars.mp4", seconds=0.2)
    answers = measured(blank, hallo, weights)
    assert {answer.reason for answer in answers.values()} == {"no face found in any of 5 pictures"}
    against = measured(hallo, blank, weights)
    assert {against[metric].reason for metric in AGAINST} == {"reference: no face found in any of 5 pictures"}
    assert all(against[metric].value is not None for metric in ALONE)


def test_two_faces(hallo: Path, edtalk: Path, tmp_path: Path, weights: Weights) -> None:
    both = tmp_path / "both.mp4"
    ffmpeg("-i", hallo, "-i", edtalk, "-filter_complex", "hstack", "-c:v", "libx264", "-an", both)
    answers = measured(both, None, weights)
    assert all("several faces in" in answers[metric].note for metric in ALONE)
    assert all(answers[metric].value is not None for metric in ALONE)
    against = measured(both, both, weights)
    assert {against[metric].reason for metric in AGAINST} == {
        "several faces in both clip and reference: which belong together is not known"
    }


def test_a_portrait_in_hevc_that_starts_late(shared: Path, tmp_path: Path, weights: Weights) -> None:
    source = cut(shared / "clips/real/latentsync_demo1.mp4", tmp_path / "portrait.mp4", 0.2)
    late = tmp_path / "late.mkv"
    ffmpeg("-i", source, "-c", "copy", "-output_ts_offset", "7", late)
    answers = measured(late, source, weights)
    assert all(answers[metric].value is not None for metric in ALONE)
    assert answers["lmd"].value == pytest.approx(0, abs=1e-6)


def test_without_the_model(hallo: Path, tmp_path: Path) -> None:
    reasons = {answer.reason for answer in measured(hallo, hallo, Weights(tmp_path)).values()}
    assert len(reasons) == 1
    assert "weights missing (face_landmarker_v2_with_blendshapes.task" in reasons.pop()


@pytest.mark.all
def test_every_clip_has_values(shared: Path, weights: Weights) -> None:
    clips = sorted(path for path in (shared / "clips").rglob("*") if path.suffix in (".mp4", ".avi"))
    assert len(clips) >= 37
    for clip in clips:
        answers = measured(clip, clip, weights)
        # Landmarks are interpolated at even steps, which rounds: 1e-30 was seen.
        assert [answers[metric].value for metric in AGAINST] == pytest.approx([0] * len(AGAINST), abs=1e-20)
        assert all(answers[metric].value is not None for metric in ALONE), clip
        assert {answer.note for answer in answers.values()} <= {""}, (clip, answers)
