"""Where faces are looked for, and which is followed."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from mos_platform.metrics.measures.reading.finding import Box, around, chosen, squares, zoom


def test_the_largest_face_is_followed_at_first() -> None:
    assert chosen([Box(0, 0, 10, 10), Box(50, 50, 80, 80)], None) == 1


def test_the_face_that_overlaps_with_the_one_before_is_followed() -> None:
    faces = [Box(1, 0, 11, 10), Box(50, 50, 80, 80)]
    assert chosen(faces, Box(0, 0, 10, 10)) == 0


def test_after_a_cut_the_largest_is_followed_again() -> None:
    faces = [Box(0, 0, 10, 10), Box(50, 50, 80, 80)]
    assert chosen(faces, Box(100, 100, 120, 120)) == 1


def test_overlap_is_intersection_over_union() -> None:
    assert Box(0, 0, 10, 10).overlap(Box(5, 0, 15, 10)) == pytest.approx(1 / 3)
    assert Box(0, 0, 10, 10).overlap(Box(20, 20, 30, 30)) == 0
    assert Box(3, 3, 3, 3).overlap(Box(3, 3, 3, 3)) == 0


def test_the_box_of_landmarks() -> None:
    points = np.array([(3, 8, 0), (1, 9, 5), (2, 4, 1)], dtype=np.float32)
    assert around(points) == Box(1, 4, 3, 9)


def test_a_small_face_is_looked_at_in_a_square_within_the_picture() -> None:
    place = zoom(Box(1000, 10, 1070, 100), 1080, 1920, 2.5)
    assert place == Box(855, 0, 1080, 225)


def test_a_large_face_is_looked_at_in_the_whole_picture() -> None:
    assert zoom(Box(100, 100, 400, 400), 512, 512, 2.5) is None


@pytest.mark.parametrize(
    ("width", "height", "side"), [(1080, 1920, 1080), (640, 480, 240), (5, 3, 1), (9, 9, 9)]
)
def test_squares_cover_the_picture_and_overlap_by_half(width: int, height: int, side: int) -> None:
    covered = np.zeros((height, width), dtype=int)
    for box in squares(width, height, side):
        assert (box.width, box.height) == (min(side, width), min(side, height))
        covered[int(box.top) : int(box.bottom), int(box.left) : int(box.right)] += 1
    assert covered.min() >= 1
    lefts = sorted({box.left for box in squares(width, height, side)})
    assert all(right - left <= side / 2 + 1 for left, right in pairwise(lefts))
