"""Tracks of faces at other times."""

from __future__ import annotations

import numpy as np
import pytest
from facetracks import still, track
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from mos_platform.metrics.measures.reading.facetrack import nearest_times


def test_nearest_times_take_the_nearer_neighbour_and_the_earlier_of_two() -> None:
    own = np.array([0.0, 0.04, 0.08])
    assert_array_equal(nearest_times(own, np.array([0.0, 0.019, 0.02, 0.021, 0.08])), [0, 0, 0, 1, 2])


def test_nothing_is_nearest_beyond_three_quarters_of_a_period() -> None:
    own = np.array([1.0, 1.04, 1.08])
    assert_array_equal(nearest_times(own, np.array([0.9, 0.971, 1.109, 1.2])), [-1, 0, 2, -1])


def test_an_empty_or_a_single_picture_track() -> None:
    assert_array_equal(nearest_times(np.array([]), np.array([0.0, 1.0])), [-1, -1])
    assert_array_equal(nearest_times(np.array([0.5]), np.array([0.5, 0.6])), [0, -1])


ascending = st.lists(st.integers(0, 2000), min_size=2, max_size=30, unique=True).map(
    lambda ticks: np.array(sorted(ticks)) / 100
)


@given(own=ascending, wanted=ascending)
def test_no_other_picture_is_nearer(own: np.ndarray, wanted: np.ndarray) -> None:
    for time, index in zip(wanted, nearest_times(own, wanted), strict=True):
        if index >= 0:
            assert abs(own[index] - time) == pytest.approx(np.abs(own - time).min(), abs=1e-9)
        else:
            assert time < own[0] or time > own[-1]


def test_a_track_at_other_times() -> None:
    points = still(4) + np.arange(4)[:, None, None]
    moved = track(points, fps=10).at(np.array([0.09, 0.2, 5.0]))
    assert_array_equal(moved.points[0], points[1])
    assert_array_equal(moved.points[1], points[2])
    assert np.isnan(moved.points[2]).all()
    assert np.isnan(moved.pose[2]).all()
    assert_array_equal(moved.faces, [1, 1, 0])


def test_the_note_counts_pictures_without_a_face_and_with_several() -> None:
    assert track(still(4)).note == ""
    crowded = track(still(4), faces=np.array([1, 0, 2, 2]))
    assert (
        crowded.note == "no face in 1 of 4 pictures; several faces in 2 of 4 pictures, one of them followed"
    )
