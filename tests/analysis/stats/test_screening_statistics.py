"""The arithmetic of screening: kurtosis rule, correlations with the others, and leaving out one by one."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.stats.correlation_screening import CorrelationScreening, correlation_screening
from analysis.stats.kurtosis_screening import outlying_votes
from analysis.stats.rater_correlation import grouped_correlation, leave_one_out, means_of_others

LIMITS = {"stimulus_limit": 0.75, "method_limit": 0.8}
Columns = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def ratings(
    seed: int, *, raters: int = 25, methods: int = 5, items: int = 8, density: float = 1.0
) -> Columns:
    """rater, stimulus, method, score."""
    rng = np.random.default_rng(seed)
    rater, stimulus = np.nonzero(rng.random((raters, methods * items)) < density)
    method = stimulus // items
    quality = rng.normal(0, 0.5, methods)[method] + rng.normal(0, 0.3, methods * items)[stimulus]
    score = np.clip(np.round(3 + quality + rng.normal(0, 0.9, len(rater))), 1, 5)
    return rater, stimulus, method, score


def matrix(rows: list[list[float]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """rater, stimulus, score of a table of raters × stimuli; NaN: no vote."""
    table = np.array(rows)
    rater, stimulus = np.nonzero(~np.isnan(table))
    return rater, stimulus, table[rater, stimulus]


def test_the_fifth_vote_is_the_first_that_can_lie_two_deviations_off() -> None:
    four = outlying_votes(*matrix([[1], [1], [1], [5]]))
    assert (four.above + four.below).tolist() == [0, 0, 0, 0]
    assert np.isnan(four.share).all(), "nothing can be told from four votes"
    five = outlying_votes(*matrix([[1], [1], [1], [1], [5]]))
    assert five.above.tolist() == [0, 0, 0, 0, 1]
    assert five.share.tolist() == [0, 0, 0, 0, 1]


def test_heavy_tails_widen_the_limit_to_the_square_root_of_twenty() -> None:
    """Kurtosis of n − 1 equal votes and one other is above 4 from n = 6; √20 SD are reached at n = 21."""
    for n, found in ((5, 1), (6, 0), (20, 0), (21, 1)):
        votes = outlying_votes(*matrix([[3.0]] * (n - 1) + [[4.0]]))
        assert votes.above.tolist() == [0] * (n - 1) + [found], n


def test_equal_votes_are_no_outliers() -> None:
    """Whatever is left of a mean of 0.1 after rounding: nobody lies off."""
    votes = outlying_votes(*matrix([[0.1, 1.0]] * 29 + [[0.1, 5.0]]))
    assert (votes.above + votes.below).tolist() == [0] * 29 + [1]


def test_votes_not_cast_do_not_dilute() -> None:
    """The same 20 votes, one of them far off, are judged alike whether there are 20 clips or 400."""
    rng = np.random.default_rng(3)
    table = np.full((40, 400), np.nan)
    table[1:] = np.clip(np.round(rng.normal(3, 0.6, (39, 400))), 2, 4)
    table[0, :20] = 3.0
    table[0, :2] = (5.0, 1.0)
    few = outlying_votes(*matrix(table[:, :20].tolist()))
    many = outlying_votes(*matrix(table.tolist()))
    assert few.share[0] == many.share[0] == 0.1
    assert (few.imbalance[0], many.imbalance[0]) == (0, 0)
    assert many.rejected(0.05, 0.3)[0]
    assert not many.rejected(0.1, 0.3)[0], "the share has to be above the limit"
    assert not many.rejected(0.05, 0.0)[0], "the imbalance has to be below the limit"


@pytest.mark.parametrize("change", [lambda y: y + 1000, lambda y: y * 7.3, lambda y: -y])
def test_outlying_votes_do_not_depend_on_the_scale(change) -> None:
    rater, stimulus, _, score = ratings(1)
    before, after = (outlying_votes(rater, stimulus, y) for y in (score, change(score)))
    assert np.array_equal(before.above + before.below, after.above + after.below)
    assert np.array_equal(before.imbalance, after.imbalance, equal_nan=True)


def test_each_rater_against_the_mean_of_the_others() -> None:
    rater, stimulus, _, score = ratings(2, density=0.7)
    found = leave_one_out(rater, stimulus, score)
    for code in range(25):
        own = np.flatnonzero(rater == code)
        others = [score[(stimulus == stimulus[row]) & (rater != code)].mean() for row in own]
        assert found.correlation[code] == pytest.approx(np.corrcoef(score[own], others)[0, 1])
        assert found.shared[code] == len(own)


def test_leave_one_out_is_undefined_without_three_shared_clips_or_variance() -> None:
    nan = np.nan
    table = [[1, 2, nan, nan], [1, 2, 5, 4], [3, 3, 3, 3], [2, 1, 4, 4], [2, 4, nan, 1]]
    found = leave_one_out(*matrix(table))
    assert np.isnan(found.correlation).tolist() == [True, False, True, False, False]
    assert found.shared.tolist() == [2, 4, 4, 4, 3]
    alone = leave_one_out(*matrix([[1, 2, 3, 4]]))
    assert (np.isnan(alone.correlation[0]), alone.shared[0]) == (True, 0)


def test_means_of_others_are_missing_where_there_are_none() -> None:
    found = means_of_others(np.array([0, 0, 0, 1]), np.array([1.0, 2.0, 6.0, 5.0]))
    assert found[:3].tolist() == [4.0, 3.5, 1.5]
    assert np.isnan(found[3])


def test_grouped_correlation_equals_numpys() -> None:
    rng = np.random.default_rng(4)
    group, x = rng.integers(0, 6, 200), rng.normal(1e6, 1, 200)
    y = x + rng.normal(0, 1, 200)
    found = grouped_correlation(group, x, y, 7)
    want = [np.corrcoef(x[group == g], y[group == g])[0, 1] for g in range(6)]
    assert found[:6] == pytest.approx(want, abs=1e-9)
    assert np.isnan(found[6])


def one_by_one(columns: Columns) -> tuple[dict[int, tuple[float, float]], list[int]]:
    """The same, round by round from scratch: figures of everybody, and who left in which order."""
    rater, _, _, _ = columns
    present, gone, figures = set(rater.tolist()), list[int](), dict[int, tuple[float, float]]()
    while True:
        rows = np.isin(rater, list(present))
        figures |= {code: _pair(code, *(column[rows] for column in columns)) for code in present}
        short = {
            code: 0.75 - r1 if np.isnan(r2) else (0.75 - r1 + 0.8 - r2) / 2
            for code, (r1, r2) in figures.items()
            if code in present and r1 < 0.75 and not r2 >= 0.8
        }
        if not short:
            return figures, gone
        gone.append(max(short, key=lambda code: (short[code], -code)))
        present -= {gone[-1]}


def _pair(
    code: int, rater: np.ndarray, stimulus: np.ndarray, method: np.ndarray, score: np.ndarray
) -> tuple[float, float]:
    shared = [row for row in np.flatnonzero(rater == code) if (stimulus == stimulus[row]).sum() > 1]
    opinion = np.array([score[stimulus == stimulus[row]].mean() for row in shared])
    own, of = score[shared], method[shared]
    means = [(opinion[of == m].mean(), own[of == m].mean()) for m in np.unique(of)]
    return _r(opinion, own), _r(*np.array(means).T) if means else np.nan


def _r(x: np.ndarray, y: np.ndarray) -> float:
    if len(x) < 3 or np.std(x) < 1e-9 or np.std(y) < 1e-9:
        return np.nan
    return float(np.corrcoef(x, y)[0, 1])


@pytest.mark.parametrize(("methods", "density"), [(5, 1.0), (5, 0.3), (2, 0.6), (1, 1.0), (4, 0.06)])
def test_updating_gives_what_starting_again_after_each_rater_gives(methods: int, density: float) -> None:
    columns = ratings(6, methods=methods, density=density)
    found = correlation_screening(*columns, **LIMITS)
    figures, gone = one_by_one(columns)
    assert [int(np.flatnonzero(found.place == n + 1)[0]) for n in range(int(found.place.max()))] == gone
    assert density < 0.1 or gone, "the case has to leave somebody out"
    for code, (r1, r2) in figures.items():
        assert found.stimulus_r[code] == pytest.approx(r1, abs=1e-9, nan_ok=True)
        assert found.method_r[code] == pytest.approx(r2, abs=1e-9, nan_ok=True)


def test_agreement_on_methods_alone_keeps_a_rater() -> None:
    """Own taste in items lowers r1; that the methods are ranked as by the others keeps the rater."""
    rng = np.random.default_rng(8)
    method, item = (axis.ravel() for axis in np.meshgrid(np.arange(5), np.arange(12), indexing="ij"))
    table = 3 + 0.4 * (method - 2) + rng.normal(0, 0.2, (20, 60))
    table += 0.2 * rng.normal(0, 1, 12)[item]
    table[0] += 2 * rng.normal(0, 1, 12)[item]
    rater, stimulus, score = matrix(table.tolist())
    found = correlation_screening(rater, stimulus, method[stimulus], score, **LIMITS)
    assert found.stimulus_r[0] < 0.75
    assert found.method_r[0] > 0.8
    assert found.place[0] == 0
    alone = correlation_screening(rater, stimulus, np.zeros(len(rater), dtype=int), score, **LIMITS)
    assert np.isnan(alone.method_r).all()
    assert alone.place[0] == 1


def moved(found: CorrelationScreening, to: np.ndarray) -> list[np.ndarray]:
    return [values[to] for values in (found.stimulus_r, found.method_r, found.place)]


def test_names_and_rows_do_not_matter() -> None:
    rater, stimulus, method, score = ratings(9, density=0.6)
    rng = np.random.default_rng(10)
    name, rows = rng.permutation(25), rng.permutation(len(rater))
    before = correlation_screening(rater, stimulus, method, score, **LIMITS)
    again = correlation_screening(
        name[rater][rows], stimulus[rows], method[rows], 3 - 2 * score[rows], **LIMITS
    )
    for want, found in zip(moved(before, np.arange(25)), moved(again, name), strict=True):
        assert found == pytest.approx(want, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize(
    ("codes", "score", "words"),
    [
        ([0, 1], [1.0, np.nan], "missing"),
        ([0, 1], [1.0], "lengths"),
        ([], [], "no score"),
        ([-1], [1.0], "neg"),
    ],
)
def test_broken_columns_are_refused(codes: list[int], score: list[float], words: str) -> None:
    code, y = np.array(codes, dtype=int), np.array(score)
    with pytest.raises(ValueError, match=words):
        outlying_votes(code, code, y)
    with pytest.raises(ValueError, match=words):
        leave_one_out(code, code, y)
    with pytest.raises(ValueError, match=words):
        correlation_screening(code, code, code, y, **LIMITS)
