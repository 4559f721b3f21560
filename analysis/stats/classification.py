"""Does a metric tell apart what raters tell apart, and pick the better one: of stimuli, and of methods?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse, special

from analysis.stats.arrays import BoolArray, FloatArray, IntArray
from analysis.stats.coefficient import table_of
from analysis.stats.result import check_confidence

Direction = Literal["higher", "lower"]
BLOCK_CELLS = 4_000_000  # pairs that are tested at once
CHUNK = 1_000_000  # pairs that are ranked at once
NO_VARIANCE = 1e-12  # relative to what the two stimuli vary with; less is rounding


@dataclass(frozen=True)
class PairTests:
    """Which pairs of stimuli raters tell apart. mean: (n_stimuli,); apart: of each against all later ones."""

    mean: FloatArray
    apart: list[BoolArray]


@dataclass(frozen=True)
class Areas:
    """Areas under two ROC curves; None where one of the two classes is empty."""

    different: float | None
    better: float | None


def pair_tests(
    rater: ArrayLike, stimulus: ArrayLike, score: ArrayLike, *, confidence: float = 0.95
) -> PairTests:
    """Test each pair of stimuli, by raters who differ; pairs are tested one by one, without correction.

    rater, stimulus: integer codes, shape (n,); score: shape (n,), in any unit, none missing; stimuli are
    numbered by code. The variance of a difference of two means is clustered by rater, which for the same
    raters is that of the paired t test; df is one less than the raters of the stimulus that has fewer. A
    stimulus with one rating differs from none. Raises ValueError for NaN and where a rater scored a stimulus
    twice. Source: Cameron, Gelbach and Miller (2011), section 2.1.
    """
    check_confidence(confidence)
    table = table_of(rater, stimulus, score)
    sizes = table.per_stimulus
    mean = np.bincount(table.stimulus, table.score) / sizes
    influence = (table.score - mean[table.stimulus]) / sizes[table.stimulus]
    shape = (table.n_stimuli, table.n_raters)
    weights = sparse.csr_array((influence, (table.stimulus, table.rater)), shape=shape)
    return PairTests(mean, list(_tested(mean, sizes, weights, (1 + confidence) / 2)))


def _tested(
    mean: FloatArray, sizes: IntArray, weights: sparse.csr_array, level: float
) -> Iterator[BoolArray]:
    own = np.asarray((weights * weights).sum(axis=1)).ravel()
    factor = np.full(int(sizes.max()) + 1, np.inf)  # squared quantile × G / (G - 1), by the fewer raters G
    raters = np.arange(2, len(factor))
    factor[2:] = special.stdtrit(raters - 1, level) ** 2 * raters / (raters - 1)
    rows = max(1, BLOCK_CELLS // len(mean))
    for start in range(0, len(mean), rows):
        here = slice(start, start + rows)
        scale = own[here, None] + own[None, start:]
        variance = scale - 2 * (weights[here] @ weights[start:].T).toarray()
        variance[variance <= NO_VARIANCE * scale] = np.inf
        fewer = np.minimum(sizes[here, None], sizes[None, start:])
        apart = (mean[here, None] - mean[None, start:]) ** 2 > factor[fewer] * variance
        yield from (row[place + 1 :].copy() for place, row in enumerate(apart))


def stimulus_areas(tests: PairTests, value: ArrayLike, *, direction: Direction) -> Areas:
    """How well differences of a metric find the pairs that raters tell apart, and which one is better.

    value: shape (n_stimuli,), in any unit, NaN for stimuli that have none, whose pairs are left out;
    direction: whether higher or lower values are better. Raises ValueError where the lengths differ. Source:
    Krasula, Fliegel, Le Callet and Klíma (2016).
    """
    metric = np.asarray(value, dtype=np.float64)
    if metric.shape != tests.mean.shape:
        raise ValueError("value must hold one number per stimulus")
    known = ~np.isnan(metric)
    n = int(known.sum())
    pairs, ends = np.empty(n * (n - 1) // 2), [0, n * (n - 1) // 2]
    for first in np.flatnonzero(known):
        later = known[first + 1 :]
        change = (metric[first] - metric[first + 1 :][later]) * (1 if direction == "higher" else -1)
        change *= np.where(tests.mean[first] < tests.mean[first + 1 :][later], -1, 1)
        apart = tests.apart[first][later]
        count = int(apart.sum())
        pairs[ends[0] : ends[0] + count] = change[apart]
        pairs[ends[1] - (len(change) - count) : ends[1]] = change[~apart]
        ends = [ends[0] + count, ends[1] - (len(change) - count)]
    return pair_areas(pairs[: ends[0]], pairs[ends[0] :])


def pair_areas(apart: FloatArray, similar: FloatArray) -> Areas:
    """Both areas from a metric's differences within pairs, in its direction.

    apart: of pairs told apart, the better one first; similar: of the others; shape (·,), in any unit, none
    missing (ValueError for NaN), both overwritten. A tie counts one half. Source: Krasula, Fliegel, Le
    Callet and Klíma (2016).
    """
    for differences in (apart, similar):
        differences.sort()
        if len(differences) and np.isnan(differences[-1]):
            raise ValueError("differences must be numbers; leave out pairs without a value first")
    better = None if not len(apart) else 1 - _wins(-apart, apart) / len(apart) ** 2
    for differences in (apart, similar):
        np.abs(differences, out=differences)
        differences.sort()
    pairs = len(apart) * len(similar)
    return Areas(_wins(apart, similar) / pairs if pairs else None, better)


def _wins(values: FloatArray, others: FloatArray) -> float:
    """How often a value exceeds one of the others, which are sorted; ties count one half."""
    wins = 0
    for start in range(0, len(values), CHUNK):
        chunk = values[start : start + CHUNK]
        wins += sum(int(np.searchsorted(others, chunk, side).sum()) for side in ("left", "right"))
    return wins / 2


def ordered_rightly(
    pairs: Sequence[tuple[int, int]], value: ArrayLike, *, direction: Direction
) -> tuple[int, int]:
    """Of pairs (better method, worse method): how many have values, and how many of these are in order.

    value: shape (n_methods,), in any unit, NaN where a method has none; a tie is not ordered rightly. Raises
    ValueError for a pair with a method beyond the values. Source: Krasula, Fliegel, Le Callet and Klíma
    (2016).
    """
    metric = np.asarray(value, dtype=np.float64) * (1 if direction == "higher" else -1)
    places = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    if places.size and not (places.min() >= 0 and places.max() < len(metric)):
        raise ValueError("pairs name a method that has no place among the values")
    change = metric[places[:, 0]] - metric[places[:, 1]]
    return int((~np.isnan(change)).sum()), int((change > 0).sum())
