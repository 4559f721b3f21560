"""Fréchet distance and inception score: definitions, known answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import sqrtm

from mos_platform.metrics.measures.distribution.frechet import distance, gaussian
from mos_platform.metrics.measures.distribution.inception_score import score

Array = np.ndarray


def by_matrix_root(one: Array, other: Array) -> float:
    """As papers write it, and pytorch-fid computes it."""
    apart = one.mean(axis=0) - other.mean(axis=0)
    first, second = np.cov(one, rowvar=False), np.cov(other, rowvar=False)
    return float(apart @ apart + np.trace(first + second - 2 * sqrtm(first @ second).real))


@pytest.mark.parametrize(("n", "m"), [(40, 50), (9, 200), (200, 7), (6, 6)])
def test_the_same_as_by_a_matrix_root(n: int, m: int) -> None:
    rng = np.random.default_rng(n)
    one, other = rng.normal(0, 1, (n, 8)), rng.normal(0.5, 2, (m, 8)) @ rng.normal(0, 1, (8, 8))
    # With fewer samples than features covariances are singular, and the root loses half of its digits.
    close = 1e-9 if min(n, m) > 8 else 1e-5
    assert distance(gaussian(one), gaussian(other)) == pytest.approx(by_matrix_root(one, other), rel=close)


def test_one_dimension_has_a_closed_form() -> None:
    one, other = np.array([[1.0], [3.0]]), np.array([[2.0], [10.0]])
    assert distance(gaussian(one), gaussian(other)) == pytest.approx((6 - 2) ** 2 + (4 - 1) ** 2 * 2)


@settings(max_examples=25, deadline=None)
@given(n=st.integers(2, 30), shift=st.floats(-100, 100), seed=st.integers(0, 9))
def test_a_set_against_itself_and_against_itself_moved(n: int, shift: float, seed: int) -> None:
    features = np.random.default_rng(seed).normal(0, 1, (n, 12)).astype(np.float32)
    moved = features.astype(np.float64) + shift
    assert distance(gaussian(features), gaussian(features)) == pytest.approx(0, abs=1e-9)
    assert distance(gaussian(features), gaussian(moved)) == pytest.approx(12 * shift**2, rel=1e-9, abs=1e-9)


def test_it_is_symmetric_and_blind_to_order() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.normal(0, 1, (15, 20)), rng.normal(1, 3, (40, 20))
    there, back = distance(gaussian(one), gaussian(other)), distance(gaussian(other), gaussian(one[::-1]))
    assert there == pytest.approx(back)


def test_inception_score_of_certain_and_uncertain_pictures() -> None:
    certain = np.tile(1000 * np.eye(4), (5, 1))
    assert score(certain, splits=1) == pytest.approx((4, 0))
    assert score(np.zeros((20, 4)), splits=2) == pytest.approx((1, 0))
    assert score(np.tile([1000.0, 0, 0, 0], (20, 1)), splits=2) == pytest.approx((1, 0))


def test_inception_score_by_hand() -> None:
    """Two pictures of two classes, three to one and one to three: ln(3/4 / ½)·¾ + ln(1/4 / ½)·¼ each."""
    logits = np.log([[0.75, 0.25], [0.25, 0.75]])
    expected = np.exp(0.75 * np.log(1.5) + 0.25 * np.log(0.5))
    assert score(logits, splits=1)[0] == pytest.approx(expected)


def test_splits_are_dealt_in_turn() -> None:
    """Two classes in turn: each of two splits sees one class only, one split sees both."""
    logits = np.tile(1000 * np.eye(2), (4, 1))
    assert score(logits, splits=2) == pytest.approx((1, 0))
    assert score(logits, splits=1)[0] == pytest.approx(2)
