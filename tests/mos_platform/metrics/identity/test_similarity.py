"""Cosine similarity and the pictures that are compared."""

from __future__ import annotations

from itertools import count, takewhile

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from mos_platform.metrics.measures.identity.csim import Embedded, sampled, similarity
from mos_platform.metrics.measures.identity.embedding import ARCFACE_PLACES, onto
from mos_platform.metrics.measures.identity.similarity import cosine
from mos_platform.metrics.measures.reading.frames import Frame
from mos_platform.metrics.measures.result import NoValueError

NO_PICTURE = np.zeros((1, 1, 3), dtype=np.uint8)


def test_known_angles() -> None:
    one = np.array([(1.0, 0), (1, 0), (1, 0), (2, 0), (0, 0), (np.nan, 0)])
    other = np.array([(1.0, 0), (0, 3), (-2, 0), (1, 3**0.5), (1, 0), (1, 0)])
    assert_allclose(cosine(one, other), [1, 0, -1, 0.5, np.nan, np.nan], atol=1e-15)
    assert_allclose(cosine(one[:3], np.array([(0.0, 1)])), [0, 0, 0])


@pytest.mark.parametrize("fps", [25, 30000 / 1001, 1350 / 61, 5])
def test_five_pictures_a_second_are_taken(fps: float) -> None:
    times = list(takewhile(lambda time: time < 3.99, (index / fps for index in count())))
    taken = [frame.time for frame in sampled(Frame(time, NO_PICTURE) for time in times)]
    assert len(taken) == 20
    assert np.diff(taken) == pytest.approx(0.2, abs=1 / fps)
    assert taken[0] == 0


def test_a_slow_clip_gives_all_it_has() -> None:
    assert len(list(sampled(Frame(index / 2, NO_PICTURE) for index in range(4)))) == 4


def test_each_picture_is_compared_with_the_references_nearest_in_time() -> None:
    own = Embedded(np.array([0, 0.2, 0.4]), np.array([(1.0, 0), (0, 1), (1, 0)]))
    other = Embedded(np.array([0.01, 0.21, 0.41]), np.array([(1.0, 0), (0, 1), (0, 1)]))
    answer = similarity(own, other)
    assert answer.value == pytest.approx(2 / 3)
    assert answer.note == ""


def test_a_still_is_compared_with_every_picture() -> None:
    own = Embedded(np.array([0, 0.2]), np.array([(1.0, 0), (0, 1)]))
    answer = similarity(own, Embedded(np.array([0.0]), np.array([(1.0, 0)])))
    assert answer.value == pytest.approx(0.5)
    assert answer.note == "reference is a single picture"


def test_pictures_without_a_face_are_left_out_and_noted() -> None:
    own = Embedded(np.array([0, 0.2, 0.4, 2.0]), np.array([(1.0, 0), (np.nan, np.nan), (1, 0), (1, 0)]))
    other = Embedded(np.array([0, 0.2, 0.4]), np.array([(1.0, 0), (1, 0), (1, 0)]))
    answer = similarity(own, other)
    assert answer.value == pytest.approx(1)
    assert answer.note == "2 of 4 pictures without a face or a counterpart"
    assert similarity(Embedded(own.times + 60, own.vectors), other).value == pytest.approx(1)
    late = Embedded(np.array([0, 60, 60.2]), np.array([(np.nan, np.nan), (1, 0), (1, 0)]))
    with pytest.raises(NoValueError, match="no picture in which both clip and reference show a face"):
        similarity(own, late)


def test_the_similarity_that_brings_points_onto_places() -> None:
    angle = np.radians(30)
    turn = 2.5 * np.array([(np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))])
    points = (ARCFACE_PLACES - np.array((7, -3))) @ np.linalg.inv(turn).T
    matrix = onto(points, ARCFACE_PLACES)
    assert_allclose(matrix, np.column_stack([turn, (7, -3)]), atol=1e-9)
    assert_array_equal(np.round(points @ matrix[:, :2].T + matrix[:, 2], 6), np.round(ARCFACE_PLACES, 6))
