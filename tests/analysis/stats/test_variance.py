"""Variance components on made data: found again, shares, and what a design does not identify."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.stats.variance import unidentified, variance_components


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def components(rows: tuple[np.ndarray, ...]) -> dict[str, float]:
    return {share.component: share.variance for share in variance_components(*rows)}


def effect(random: np.random.Generator, variance: float, n: int) -> np.ndarray:
    """Normal effects whose mean is 0 and whose variance is exactly the one asked for."""
    drawn = random.normal(size=n)
    return np.sqrt(variance) * (drawn - drawn.mean()) / drawn.std(ddof=1)


def designed(n: tuple[int, int, int], random: np.random.Generator) -> tuple[np.ndarray, ...]:
    rater, item, method = (a.ravel() for a in np.indices(n))
    score = (
        effect(random, 1, n[0])[rater] + effect(random, 0.49, n[1])[item] + effect(random, 1, n[2])[method]
    )
    score = score + effect(random, 0.36, n[0] * n[2])[rater * n[2] + method]
    score = score + effect(random, 0.25, n[1] * n[2])[item * n[2] + method]
    return rater, item, method, score + effect(random, 0.16, len(score))


def test_variance_components_are_found_again_complete_and_incomplete() -> None:
    true = {
        "rater": 1,
        "item": 0.49,
        "rater:item": 0,
        "rater:method": 0.36,
        "item:method": 0.25,
        "residual": 0.16,
    }
    rows = designed((60, 50, 25), rng(16))
    kept = rng(17).random(len(rows[0])) < 0.3
    for found in (components(rows), components(tuple(column[kept] for column in rows))):
        assert list(found) == ["rater", "item", "method", *list(true)[2:]]
        for name, value in true.items():
            assert found[name] == pytest.approx(value, rel=0.1, abs=0.02)


def test_variance_shares_sum_to_one_and_ignore_shift() -> None:
    rater, item, method, score = designed((8, 7, 4), rng(18))
    found = variance_components(rater, item, method, score)
    assert sum(one.share for one in found) == pytest.approx(1)
    assert all(one.variance >= 0 for one in found)
    moved = variance_components(rater, item, method, 1e4 + score)
    assert [one.variance for one in moved] == pytest.approx([one.variance for one in found], rel=1e-6)


def test_components_that_the_design_cannot_tell_apart_are_left_out() -> None:
    rater, item, method, score = designed((6, 5, 3), rng(19))
    assert list(components((rater, item, method * 0, score))) == ["rater", "item", "rater:item", "residual"]
    assert list(components((rater, item * 3 + method, method, score))) == [
        "rater",
        "item",
        "method",
        "rater:method",
        "residual",
    ]
    assert list(components((rater[:1], item[:1], method[:1], score[:1]))) == ["residual"]
    assert [one.share for one in variance_components(rater, item, method, score * 0)] == [None] * 7


def test_what_a_design_does_not_identify_is_named() -> None:
    rater, item, method, score = designed((6, 5, 3), rng(19))
    assert unidentified(variance_components(rater, item, method, score)) is None
    note = unidentified(variance_components(rater, item, method * 0, score))
    assert note.code == "components_not_identified"
    assert "method, rater × method and item × method" in note.message
    note = unidentified(variance_components(rater[:3], item[:3], method[:3] * 0, score[:3]))
    assert "method" in note.message


def test_one_clip_per_rater_and_method_identifies_no_interaction_of_raters_with_methods() -> None:
    """Each rater sees each method once, on another item: a Latin square, whose residual holds the rest."""
    random = rng(23)
    rater, method = (axis.ravel() for axis in np.indices((40, 5)))
    item = (rater + method) % 5
    score = random.normal(size=40)[rater] + random.normal(size=5)[item] + random.normal(size=200)
    found = components((rater, item, method, score))
    assert list(found) == ["rater", "item", "method", "item:method", "residual"]
    assert found["residual"] == pytest.approx(1, abs=0.35)
