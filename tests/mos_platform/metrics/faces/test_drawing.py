"""Landmarks drawn on a picture."""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_array_equal

from mos_platform.metrics.measures.reading.drawing import MARKED_COLOUR, MESH_COLOUR, with_landmarks


def test_dots_lie_where_the_landmarks_do() -> None:
    rgb = np.zeros((400, 400, 3), dtype=np.uint8)
    points = np.array([(10.4, 20.9), (100, 50), (-30, -30), (199.9, 199.9), (3, 402), (np.nan, 4)])
    drawn = with_landmarks(rgb, points, np.array([1]))
    assert_array_equal(drawn[19:21, 9:11], np.tile(MESH_COLOUR, (2, 2, 1)))
    assert_array_equal(drawn[48:52, 98:102], np.tile(MARKED_COLOUR, (4, 4, 1)))
    assert_array_equal(drawn[199, 199], MESH_COLOUR)
    assert int(drawn.any(axis=2).sum()) == 4 + 16 + 4
    assert not rgb.any()


def test_dots_are_seen_in_small_and_in_large_pictures() -> None:
    face = np.array([(50, 50), (90, 90)])
    none_marked = np.array([], dtype=np.int64)
    for side, dot in ((200, 2), (2000, 5)):
        drawn = with_landmarks(np.zeros((side, side, 3), dtype=np.uint8), face, none_marked)
        assert int(drawn.any(axis=2).sum()) == 2 * dot**2


def test_a_picture_without_a_face_stays_as_it_is() -> None:
    rgb = np.full((4, 4, 3), 7, dtype=np.uint8)
    assert_array_equal(with_landmarks(rgb, np.full((3, 3), np.nan), np.array([0])), rgb)
