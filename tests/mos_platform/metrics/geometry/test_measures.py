"""Measures of geometry on tracks: matched by time, scaled, with reasons and notes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from facetracks import gathered, mesh, still, track

from mos_platform.metrics.measures import geometry, motion
from mos_platform.metrics.measures.implementation import Gathered, TrackMeasure
from mos_platform.metrics.measures.result import Measurement, NoValueError
from studies.metrics import CATALOGUE

FACE = {each.metric: each for each in (*geometry.IMPLEMENTATIONS, *motion.IMPLEMENTATIONS)}
AGAINST_REFERENCE = [name for name in FACE if "reference" in CATALOGUE[name].needs]
ALONE = [name for name in FACE if "reference" not in CATALOGUE[name].needs]


def measured(metric: str, material: Gathered) -> Measurement:
    measure = FACE[metric].measure
    assert isinstance(measure, TrackMeasure)
    assert measure.uses_face
    return measure.of(material)


@pytest.mark.parametrize("metric", AGAINST_REFERENCE)
def test_a_clip_against_itself(metric: str) -> None:
    rng = np.random.default_rng(0)
    moving = track(still(12) + rng.normal(0, 2, (12, 478, 3)))
    assert measured(metric, gathered(moving, moving)) == Measurement(0)


def test_a_shift_is_measured_in_pixels_of_a_256_px_picture() -> None:
    clip, reference = track(still(5) + np.array([3, 4, 0])), track(still(5))
    assert measured("lmd", gathered(clip, reference)).value == pytest.approx(5)
    large = track(2 * (still(5) + np.array([3, 4, 0])), side=512)
    assert measured("lmd", gathered(large, reference)).value == pytest.approx(5)
    assert measured("lve_2d", gathered(large, reference)).value == pytest.approx(5)
    assert measured("akd", gathered(large, reference)).value == pytest.approx(3.5)


def test_pictures_are_matched_by_time() -> None:
    """The reference shows the same motion at half the rate, and both begin when they like.

    Every other picture of the clip meets its twin, the others lie one pixel from the nearest. By index they
    would lie up to 40 pixels apart.
    """
    across = np.arange(40)[:, None, None] * np.array([1.0, 0, 0])
    clip = track(still(40) + across, fps=50)
    reference = track(still(20) + 2 * across[:20], fps=25, start=0.04)
    answer = measured("lmd", gathered(clip, reference))
    assert answer.value == pytest.approx(20 / 40)
    assert answer.note == ""


def test_a_reference_that_covers_less_than_half_is_a_reason() -> None:
    with pytest.raises(NoValueError, match=r"only 4 of 10 pictures have a face and a counterpart"):
        measured("lmd", gathered(track(still(10)), track(still(4))))


@pytest.mark.parametrize("metric", AGAINST_REFERENCE)
def test_another_shape_is_a_reason(metric: str) -> None:
    wide = replace(track(still(10)), width=512)
    with pytest.raises(NoValueError, match="the shapes of clip and reference differ: 256 × 256 pixels"):
        measured(metric, gathered(track(still(10)), wide))


def test_dynamics_of_a_handful_of_pictures_are_no_figure() -> None:
    few = track(still(4))
    with pytest.raises(NoValueError, match="fewer than 5 pictures with a face"):
        measured("fdd_2d", gathered(few, few))


def test_pictures_without_a_face_or_counterpart_are_left_out_and_noted() -> None:
    clip = track(still(10) + np.array([0, 2, 0]), faces=np.array([1, 0, 1, 1, 1, 1, 1, 1, 1, 1]))
    reference = track(still(8))
    answer = measured("lmd", gathered(clip, reference))
    assert answer.value == pytest.approx(2)
    assert answer.note == "3 of 10 pictures without a face or a counterpart"


def test_several_faces_are_noted() -> None:
    crowded = track(still(4), faces=np.array([2, 1, 1, 1]))
    answer = measured("lmd", gathered(track(still(4)), crowded))
    assert answer == Measurement(0, note="reference: several faces in 1 of 4 pictures, one followed")


@pytest.mark.parametrize("metric", AGAINST_REFERENCE)
def test_several_faces_in_both_are_a_reason(metric: str) -> None:
    crowded = track(still(10), faces=np.full(10, 2))
    with pytest.raises(NoValueError, match="several faces in both clip and reference"):
        measured(metric, gathered(crowded, crowded))


@pytest.mark.parametrize("metric", AGAINST_REFERENCE)
def test_reasons_of_a_pair(metric: str) -> None:
    face = track(still(10))
    with pytest.raises(NoValueError, match=r"^no face found in any of 9 pictures$"):
        measured(metric, gathered("no face found in any of 9 pictures", face))
    with pytest.raises(NoValueError, match=r"^reference: no face found in any of 9 pictures$"):
        measured(metric, gathered(face, "no face found in any of 9 pictures"))
    with pytest.raises(NoValueError, match="no reference clip for this item"):
        measured(metric, gathered(face))
    gone = track(still(40), faces=np.repeat([0, 1], [10, 30]))
    with pytest.raises(NoValueError, match=r"in clip and reference at the same time|both clip and reference"):
        measured(metric, gathered(face, gone))


@pytest.mark.parametrize("metric", ALONE)
def test_reasons_of_a_clip_alone(metric: str) -> None:
    with pytest.raises(NoValueError, match="no face found in any of 9 pictures"):
        measured(metric, gathered("no face found in any of 9 pictures"))


@pytest.mark.parametrize(
    "metric", ["fdd_2d", "diversity_head_motion_pose", "landmark_jitter", "velocity_mse"]
)
def test_a_single_picture_has_no_motion(metric: str) -> None:
    one = track(still(1))
    with pytest.raises(NoValueError, match="pictures with a face"):
        measured(metric, gathered(one, one))


def test_a_degenerate_face_is_undefined_in_every_picture() -> None:
    point = track(np.zeros((3, 478, 3)))
    for metric in ("ear", "ear_difference", "lip_opening", "lip_opening_difference"):
        with pytest.raises(NoValueError, match="undefined in every picture"):
            measured(metric, gathered(point, point))


def test_descriptions_need_no_reference_and_note_what_was_left_out() -> None:
    clip = track(still(4), faces=np.array([1, 1, 0, 1]))
    assert measured("ear", gathered(clip)).note == "no face in 1 of 4 pictures"
    whole = measured("ear", gathered(track(mesh()[None])))
    assert measured("ear", gathered(clip)).value == pytest.approx(whole.value)


def test_every_implementation_has_its_row() -> None:
    for name, implementation in FACE.items():
        row = CATALOGUE[name]
        assert row.computed
        assert "face" in row.needs
        assert row.files == implementation.weights
