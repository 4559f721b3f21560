"""How far the answers to two questions go together: over ratings, over stimuli, and beyond the stimuli."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from scipy import sparse

from analysis.stats.arrays import BoolArray, FloatArray, IntArray
from analysis.stats.correlation_intervals import NONE, Interval
from analysis.stats.resampling import (
    COEFFICIENTS,
    NO_INTERVAL,
    Draws,
    Layout,
    Name,
    bootstrap_words,
    draw,
    layout_of,
    once,
    over_stimuli,
    spread_interval,
)
from analysis.stats.result import as_codes, as_scores, check_confidence, check_rows, finite
from analysis.stats.rounding import NOISE, noise, settled
from analysis.stats.twoway import REFUSED
from analysis.stats.weighted_correlation import ratio

HaloLevel = Literal["rating", "stimulus", "within_stimulus"]
NAMES: tuple[Name, ...] = ("PLCC", "SROCC")
FEWEST = 4
CELLS_AT_ONCE = 2_000_000
SPREAD = "Fisher z ± t(min − 1)·SD"


@dataclass(frozen=True)
class Halo:
    """One coefficient at one level; n counts ratings, or stimuli at the stimulus level. None: not defined."""

    level: HaloLevel
    coefficient: Name
    value: float | None
    ci_low: float | None
    ci_high: float | None
    procedure: str
    n: int
    n_raters: int
    n_stimuli: int


@dataclass(frozen=True)
class _Answers:
    """Ratings that answer both questions. `people`: the raters and items that replicates are drawn from."""

    rater: IntArray
    item: IntArray
    stimulus: IntArray
    x: FloatArray
    y: FloatArray

    @cached_property
    def people(self) -> Layout:
        # The pigeonhole bootstrap knows two crossed kinds; here they are raters and items.
        return layout_of(self.rater, self.item)

    def of_rows(self, rows: BoolArray) -> _Answers:
        rater, item, stimulus = (codes[rows] for codes in (self.rater, self.item, self.stimulus))
        return _Answers(rater, item, stimulus, self.x[rows], self.y[rows])


def halo_set(
    rater: IntArray,
    item: IntArray,
    method: IntArray,
    stimulus: IntArray,
    first: FloatArray,
    second: FloatArray,
    *,
    confidence: float = 0.95,
    n_boot: int = 2000,
    rng: np.random.Generator,
) -> list[Halo]:
    """Pearson's and Spearman's correlation of two questions' scores, at three levels.

    Arrays over ratings (n,): codes, and both scores of that rater for that stimulus, in grades; ratings that
    lack one of them are left out before. `rating`: over single ratings. `stimulus`: over the stimuli's means.
    `within_stimulus`: over deviations from the stimuli's means, which is the halo: raters who give more on
    one question than others do for the same clip give more on the other; stimuli with one rating are left
    out, and n counts the ratings that are left. Intervals resample raters × items
    (methods held fixed), at the stimulus level items × methods; None for the rank correlation of deviations.
    Values are None for fewer than 4 units (3 ratings beyond the first of their stimuli, within these) and
    without spread. Raises ValueError for missing scores and for arrays of different lengths.
    Source: Thorndike (1920) on the halo; Owen (2007) for the bootstrap.
    """
    check_confidence(confidence)
    codes = [as_codes(values, name) for values, name in ((rater, "rater"), (item, "item"))]
    answers = _Answers(
        codes[0], codes[1], as_codes(stimulus, "stimulus"), as_scores(first), as_scores(second)
    )
    check_rows(*vars(answers).values(), as_codes(method, "method"))
    draws = draw(answers.people, n_boot, rng)
    of_stimuli = _Stimuli(answers, method)
    found = _over_ratings(answers, draws, confidence)
    found += [of_stimuli.estimate(name, n_boot, rng, confidence) for name in NAMES]
    return [*found, *_within(*_repeated(answers, draws), confidence)]


def _over_ratings(answers: _Answers, draws: Draws, confidence: float) -> list[Halo]:
    """Ratings with the same two scores count together, so that a replicate is a small table."""
    pairs, place = np.unique(np.column_stack([answers.x, answers.y]), axis=0, return_inverse=True)
    x, y = pairs.T

    def correlations(draws: Draws) -> FloatArray:
        tables = _tables(answers, place.reshape(-1), len(pairs), draws)
        parts = [[COEFFICIENTS[name](x, y, table) for name in NAMES] for table in tables]
        return np.concatenate(parts, axis=1)

    points, replicates = correlations(once(answers.people)), correlations(draws)
    return [
        _estimate(answers, "rating", name, float(point[0]), of_name, confidence)
        for name, point, of_name in zip(NAMES, points, replicates, strict=True)
    ]


def _tables(answers: _Answers, place: IntArray, n_pairs: int, draws: Draws) -> Iterator[FloatArray]:
    """How often each pair of scores was drawn (replicates, pairs), some replicates at a time."""
    n, people = len(place), answers.people
    # Counts are whole numbers, which float32 holds exactly up to 2^24.
    member = sparse.csr_array((np.ones(n, dtype=np.float32), (place, np.arange(n))), shape=(n_pairs, n))
    raters, items = (drawn.T.astype(np.float32) for drawn in (draws.items, draws.methods))
    step = max(1, CELLS_AT_ONCE // n)
    for start in range(0, len(draws.items), step):
        block = slice(start, start + step)
        weights = raters[:, block][people.item] * items[:, block][people.method]
        yield np.asarray(member @ weights).T.astype(float)


def _within(answers: _Answers, draws: Draws, confidence: float) -> list[Halo]:
    free = len(answers.x) - len(np.unique(answers.stimulus))
    point, replicates = np.nan, np.empty(0)
    if free >= FEWEST - 1:
        point, replicates = float(_pooled(answers, once(answers.people))[0]), _pooled(answers, draws)
    pearson = _estimate(answers, "within_stimulus", "PLCC", point, replicates, confidence)
    x, y = (_deviations(values, answers.stimulus) for values in (answers.x, answers.y))
    ones = np.ones((1, len(x)))
    value = finite(float(COEFFICIENTS["SROCC"](x, y, ones)[0])) if pearson.value is not None else None
    words = REFUSED if value is None else f"ranks of the deviations from stimulus means; {NO_INTERVAL}"
    return [pearson, _halo(answers, "within_stimulus", "SROCC", value, NONE, words)]


def _repeated(answers: _Answers, draws: Draws) -> tuple[_Answers, Draws]:
    """The ratings of stimuli that have several, and how often their raters and items were drawn."""
    rows = np.bincount(answers.stimulus)[answers.stimulus] > 1
    people = answers.people
    raters, items = np.unique(people.item[rows]), np.unique(people.method[rows])
    return answers.of_rows(rows), Draws(draws.items[:, raters], draws.methods[:, items])


def _deviations(values: FloatArray, stimulus: IntArray) -> FloatArray:
    count = np.bincount(stimulus)
    mean = np.bincount(stimulus, weights=values) / np.maximum(count, 1)
    return settled(values - mean[stimulus], noise(values) / NOISE)


def _pooled(answers: _Answers, draws: Draws) -> FloatArray:
    """Pearson's r of deviations from the means that stimuli have in each replicate (replicates,)."""
    people = answers.people
    _, first, stimulus = np.unique(answers.stimulus, return_index=True, return_inverse=True)
    x, y = (values - values.mean() for values in (answers.x, answers.y))
    columns = (np.ones_like(x), x, y, x * y, x * x, y * y)
    shape = (len(first), draws.items.shape[1])
    n, sx, sy, *products = (
        (sparse.csr_array((column, (stimulus, people.item)), shape=shape) @ draws.items.T).T
        for column in columns
    )
    means = [(sx * sy), (sx * sx), (sy * sy)]
    drawn = draws.methods[:, people.method[first]]
    cross, *squares = (
        (drawn * (product - mean / np.maximum(n, 1))).sum(axis=1)
        for product, mean in zip(products, means, strict=True)
    )
    floors = [
        max(NOISE * float((centred**2).sum()), len(centred) * noise(values) ** 2)
        for centred, values in ((x, answers.x), (y, answers.y))
    ]
    return ratio(cross, *(np.where(s > f, s, 0.0) for s, f in zip(squares, floors, strict=True)))


def _estimate(
    answers: _Answers,
    level: HaloLevel,
    name: Name,
    point: float,
    replicates: FloatArray,
    confidence: float,
) -> Halo:
    people = answers.people
    value = finite(point) if len(answers.x) >= FEWEST else None
    limits = NONE if value is None else spread_interval(value, replicates, people, confidence)
    kinds = [word for word, n in (("rater", people.n_items), ("item", people.n_methods)) if n > 1]
    before = "centred on stimuli; " if level == "within_stimulus" else ""
    words = NO_INTERVAL
    if limits[0] is not None:
        words = f"{' × '.join(kinds)} bootstrap, methods held fixed, {SPREAD}"
    return _halo(answers, level, name, value, limits, REFUSED if value is None else before + words)


def _halo(
    answers: _Answers, level: HaloLevel, name: Name, value: float | None, limits: Interval, words: str
) -> Halo:
    n_raters, n_stimuli = len(np.unique(answers.rater)), len(np.unique(answers.stimulus))
    n = n_stimuli if level == "stimulus" else len(answers.x)
    return Halo(level, name, value, *limits, words, n, n_raters, n_stimuli)


class _Stimuli:
    """Both means of each stimulus, and the items and methods that they come from."""

    def __init__(self, answers: _Answers, method: IntArray) -> None:
        _, first, stimulus = np.unique(answers.stimulus, return_index=True, return_inverse=True)
        count = np.bincount(stimulus)
        self.answers = answers
        self.x, self.y = (np.bincount(stimulus, weights=v) / count for v in (answers.x, answers.y))
        self.layout = layout_of(answers.item[first], method[first])

    def estimate(self, name: Name, n_boot: int, rng: np.random.Generator, confidence: float) -> Halo:
        def correlations(draws: Draws) -> FloatArray:
            return over_stimuli(name, self.x, self.y, self.layout, draws)

        enough = len(self.x) >= FEWEST
        value = finite(float(correlations(once(self.layout))[0])) if enough else None
        limits = NONE
        if value is not None:
            replicates = correlations(draw(self.layout, n_boot, rng))
            limits = spread_interval(value, replicates, self.layout, confidence)
        words = REFUSED if value is None else NO_INTERVAL
        if limits[0] is not None:
            words = f"{bootstrap_words(self.layout)}, {SPREAD}"
        return _halo(self.answers, "stimulus", name, value, limits, words)
