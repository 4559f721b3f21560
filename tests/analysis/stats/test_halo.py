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
        for told, other in zip(limits_of(one), limits_of(again[key]), strict=True):
            assert (told is None) == (other is None)
            assert told is None or told == pytest.approx(other)


def limits_of(one: Halo) -> tuple[float | None, float | None, float | None]:
    return one.value, one.ci_low, one.ci_high


def test_equal_means_are_ties_whatever_the_order_of_their_decimals() -> None:
    """1.1, 2.2 and 3.3 have one mean in every order, and thirds of integers do too."""
    orders = [[1.1, 2.2, 3.3], [3.3, 2.2, 1.1], [2.2, 1.1, 3.3], [1.1, 3.3, 2.2]]
    x = np.array([*orders, [4.1, 4.2, 4.3], [4.3, 4.1, 4.2]]).T.ravel()
    y = np.array([1.0, 2, 3, 4, 5, 3, 2, 2, 3, 4, 5, 3, 2, 3, 3, 4, 4, 5])
    found = computed(crossed(3, 6, 1), x, y)
    means = [np.round(v.reshape(3, 6).mean(axis=0), 9) for v in (x, y)]
    assert len(set(means[0])) == 2
    assert found["stimulus", "SROCC"].value == pytest.approx(stats.spearmanr(*means).statistic)


def test_a_constant_of_decimals_with_missing_cells_has_no_correlation() -> None:
    rng = np.random.default_rng(6)
    kept = rng.random(96) < 0.6
    places = [codes[kept] for codes in crossed(8, 4, 3)]
    x = rng.uniform(1, 5, kept.sum()).round(1)
    for one in computed(places, x, np.full(kept.sum(), 3.3)).values():
        assert limits_of(one) == (None, None, None)
        assert one.procedure == "refused"


def test_within_stimuli_only_those_with_several_ratings_count() -> None:
    rng = np.random.default_rng(9)
    places, (x, y) = crossed(6, 4, 2), rng.integers(1, 6, (2, 48)).astype(float)
    whole = computed(places, x, y)
    lone = [
        np.append(codes, more)
        for codes, more in zip(places, ([0, 1, 2], [0, 1, 2], [0, 1, 0], [8, 9, 10]), strict=True)
    ]
    more = computed(lone, np.append(x, [1, 5, 3]), np.append(y, [5, 1, 2]))
    for name in ("PLCC", "SROCC"):
        one = more["within_stimulus", name]
        assert (one.n, one.n_stimuli) == (48, 8)
        assert one.value == pytest.approx(whole["within_stimulus", name].value)
    assert more["rating", "PLCC"].n == 51


def test_two_deviations_are_too_few_for_halo() -> None:
    """Two stimuli with two ratings leave two free deviations, whose correlation says nothing."""
    places = [np.array(codes) for codes in ([0, 1, 0, 1, 0], [0, 0, 1, 1, 2], [0] * 5, [0, 0, 1, 1, 2])]
    found = computed(places, np.array([3.0, 5, 2, 1, 4]), np.array([2.0, 4, 1, 3, 3]))
    assert found["within_stimulus", "PLCC"].value is None
    assert found["within_stimulus", "PLCC"].n == 4
    assert found["rating", "PLCC"].value is not None


def test_no_bootstrap_is_named_where_there_are_no_limits() -> None:
    x = np.random.default_rng(2).integers(1, 6, 60).astype(float)
    for one in computed(crossed(5, 4, 3), x, x).values():
        assert "bootstrap" not in one.procedure
