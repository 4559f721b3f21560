"""Two questions together: known values, what halo is, and intervals that hold."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from analysis.stats.halo import Halo, halo_set

Columns = list[np.ndarray]


def crossed(raters: int, items: int, methods: int) -> Columns:
    """rater, item, method, stimulus of every combination."""
    rater, item, method = (
        axis.ravel() for axis in np.meshgrid(range(raters), range(items), range(methods), indexing="ij")
    )
    return [rater, item, method, item * methods + method]


def by_level(found: list[Halo]) -> dict[tuple[str, str], Halo]:
    return {(one.level, one.coefficient): one for one in found}


def computed(places: Columns, x: np.ndarray, y: np.ndarray, n_boot: int = 200) -> dict[tuple[str, str], Halo]:
    return by_level(halo_set(*places, x, y, n_boot=n_boot, rng=np.random.default_rng(1)))


def effects(rng: np.random.Generator, n: int, sd: float, r: float) -> np.ndarray:
    """n pairs of effects with correlation r."""
    first, own = rng.normal(size=(2, n))
    return sd * np.column_stack([first, r * first + np.sqrt(1 - r * r) * own])


def test_points_are_those_of_scipy() -> None:
    rng = np.random.default_rng(3)
    places = crossed(6, 5, 3)
    x, y = rng.integers(1, 6, (2, 90)).astype(float)
    found = computed(places, x, y)
    stimulus = places[3]
    means = [np.array([v[stimulus == s].mean() for s in range(15)]) for v in (x, y)]
    left = [v - m[stimulus] for v, m in zip((x, y), means, strict=True)]
    for level, (a, b) in {"rating": (x, y), "stimulus": means, "within_stimulus": left}.items():
        assert found[level, "PLCC"].value == pytest.approx(stats.pearsonr(a, b).statistic)
        a, b = np.round(a, 9), np.round(b, 9)
        assert found[level, "SROCC"].value == pytest.approx(stats.spearmanr(a, b).statistic)
    assert [one.n for one in found.values()] == [90, 90, 15, 15, 90, 90]
    assert {(one.n_raters, one.n_stimuli) for one in found.values()} == {(6, 15)}


def test_halo_is_what_raters_add_to_the_stimuli() -> None:
    """Stimuli differ on both questions alike, raters do not: no halo. Then the other way round."""
    rng = np.random.default_rng(5)
    rater, _, _, stimulus = places = crossed(300, 12, 4)
    for of_stimuli, of_raters in ((0.9, 0.0), (0.0, 0.9)):
        clip, habit = effects(rng, 48, 1.0, of_stimuli), effects(rng, 300, 0.6, of_raters)
        noise = rng.normal(0, 0.4, (len(rater), 2))
        scores = 3 + clip[stimulus] + habit[rater] + noise
        found = computed(places, scores[:, 0], scores[:, 1])
        expected = of_raters * 0.36 / (0.36 + 0.16)
        within = found["within_stimulus", "PLCC"]
        assert within.value == pytest.approx(expected, abs=0.1)
        assert within.ci_low < expected < within.ci_high
        assert found["stimulus", "PLCC"].value == pytest.approx(of_stimuli, abs=0.3)


def test_intervals_cover_in_a_study_of_usual_size() -> None:
    """Nominal 95 %; 60 studies of 20 raters × 10 items × 4 fixed methods, half of the cells rated."""
    rng = np.random.default_rng(8)
    methods = effects(rng, 4, 0.6, 0.5)

    def study(raters: int, items: int, share: float) -> tuple[Columns, np.ndarray]:
        places = crossed(raters, items, 4)
        rater, item, method, stimulus = places
        parts = [methods[method], effects(rng, items, 0.4, 0.5)[item], effects(rng, raters, 0.4, 0.6)[rater]]
        parts += [effects(rng, items * 4, 0.4, 0.5)[stimulus], effects(rng, len(rater), 0.6, 0.6)]
        kept = rng.random(len(rater)) < share
        return [codes[kept] for codes in places], sum(parts)[kept]

    places, scores = study(300, 300, 1.0)
    truth = {key: one.value for key, one in computed(places, *scores.T, n_boot=1).items()}
    hits: dict[str, list[bool]] = {"rating": [], "within_stimulus": []}
    for _ in range(60):
        places, scores = study(20, 10, 0.5)
        found = computed(places, *scores.T, n_boot=100)
        for level, hit in hits.items():
            one = found[level, "PLCC"]
            hit.append(one.ci_low <= truth[level, "PLCC"] <= one.ci_high)
    assert all(np.mean(hit) >= 0.9 for hit in hits.values())


def test_what_cannot_be_told_is_none() -> None:
    places = crossed(5, 4, 1)
    x = np.arange(20.0)
    constant = computed(places, x, np.full(20, 4.1))
    assert {one.value for one in constant.values()} == {None}
    lone = [codes[:4] for codes in crossed(1, 4, 1)]
    single = computed(lone, np.array([1.0, 2, 4, 3]), np.array([2.0, 1, 4, 3]))
    assert single["within_stimulus", "PLCC"].value is None
    assert single["rating", "PLCC"].value is not None
    assert "rater" not in single["rating", "PLCC"].procedure
    few = computed([codes[:3] for codes in lone], np.array([1.0, 2, 4]), np.array([2.0, 1, 4]))
    assert {one.value for one in few.values()} == {None}


def test_perfect_agreement_of_questions_has_no_interval() -> None:
    x = np.random.default_rng(2).integers(1, 6, 60).astype(float)
    found = computed(crossed(5, 4, 3), x, x)
    assert all(one.value == pytest.approx(1.0) and one.ci_low is None for one in found.values())


@pytest.mark.parametrize("spoil", ["missing", "lengths"])
def test_bad_arrays_are_refused(spoil: str) -> None:
    places, x = crossed(3, 2, 2), np.arange(12.0)
    y = np.where(x == 3, np.nan, x) if spoil == "missing" else x[:-1]
    with pytest.raises(ValueError, match=r"missing|length"):
        computed(places, x, y)


def test_the_order_of_rows_changes_nothing() -> None:
    rng = np.random.default_rng(4)
    places, (x, y) = crossed(6, 5, 3), rng.integers(1, 6, (2, 90)).astype(float)
    mixed = rng.permutation(90)
    again = computed([codes[mixed] for codes in places], x[mixed], y[mixed])
    for key, one in computed(places, x, y).items():
        told, other = ((h.value, h.ci_low, h.ci_high) for h in (one, again[key]))
        assert [v or 0.0 for v in told] == pytest.approx([v or 0.0 for v in other])
