"""How precise a study will be: intervals and detectable differences from variance components, beforehand.

A score is the method's mean plus random effects of rater, item, rater:item, rater:method, item:method and a
residual. The expected variances are those of the estimators in twoway.py and differences.py, so that a plan
and the report of the study that follows it speak of the same interval. Variance of a mean over random facets:
Brennan (2001), Generalizability Theory, section 4.1; weights of incomplete designs: Gao and Owen (2017).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from analysis.stats.arrays import BoolArray, FloatArray, Target
from analysis.stats.mos import check_target
from analysis.stats.result import check_confidence
from analysis.stats.twoway import FEW

HALVINGS = 60  # of the bracket around a noncentrality: its width falls below 1e-14


@dataclass(frozen=True)
class ScoreVariance:
    """Variance components of single ratings, in squared scale units; method means are fixed.

    `rater_item` may be 0 with its variation in `residual` where one method only was rated, and so on: what
    cannot be told apart counts where `variance_components` puts it. ValueError unless finite and ≥ 0.
    """

    rater: float
    item: float
    rater_item: float
    rater_method: float
    item_method: float
    residual: float

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not (np.isfinite(value) and value >= 0):
                raise ValueError(
                    f"the {field.name} component must be a finite number, 0 or more, not {value}"
                )


@dataclass(frozen=True)
class Designs:
    """Numbers of raters and items, arrays of one shape (…), for `methods` methods that all rate alike.

    per_rater: ratings per rater, shape (…). A rater who does not rate all stimuli (items × methods) gets a
    random part of them, every stimulus equally often.
    """

    raters: FloatArray
    items: FloatArray
    methods: int
    per_rater: FloatArray

    @classmethod
    def of(
        cls, raters: ArrayLike, items: ArrayLike, methods: int, ratings_per_rater: int | None = None
    ) -> Designs:
        """Designs of broadcast `raters` and `items`, each ≥ 2; ratings_per_rater None or too many: complete.

        Raises ValueError for fewer than two raters or items, and for less than one method or rating.
        """
        R, J = np.broadcast_arrays(np.asarray(raters, dtype=np.float64), np.asarray(items, dtype=np.float64))
        if R.size and min(R.min(), J.min()) < 2:
            raise ValueError("a plan needs at least two raters and two items")
        if methods < 1 or (ratings_per_rater is not None and ratings_per_rater < 1):
            raise ValueError("a plan needs at least one method and one rating per rater")
        stimuli = J * methods
        part = stimuli if ratings_per_rater is None else np.minimum(stimuli, ratings_per_rater)
        return cls(R, J, methods, np.asarray(part, dtype=np.float64))

    @property
    def ratings(self) -> FloatArray:
        """Ratings of all raters together, shape (…)."""
        return self.raters * self.per_rater

    @property
    def complete(self) -> BoolArray:
        """Where every rater rates every stimulus, shape (…)."""
        whole: BoolArray = self.per_rater == self.items * self.methods
        return whole

    @property
    def ratings_per_stimulus(self) -> FloatArray:
        return self.ratings / (self.items * self.methods)


@dataclass(frozen=True)
class Precision:
    """Standard error (scale units) and degrees of freedom that a study may expect, shape (…).

    Both NaN where fewer than two raters or items would be left for one method, so that there is no interval.
    """

    se: FloatArray
    df: FloatArray

    def half_width(self, confidence: float) -> FloatArray:
        """Half-width of the interval, in scale units, from the expected variance (root mean square)."""
        check_confidence(confidence)
        return np.asarray(stats.t.ppf((1 + confidence) / 2, self.df) * self.se, dtype=np.float64)

    def power(self, difference: float, alpha: float) -> FloatArray:
        """Probability that a two-sided t test at level `alpha` finds a true `difference` (scale units)."""
        check_confidence(1 - alpha)
        exact = np.full(self.se.shape, np.inf)
        distance = np.divide(abs(difference), self.se, out=exact, where=self.se != 0)
        return _power(distance, self.df, alpha)

    def detectable(self, power: float, alpha: float) -> FloatArray:
        """Smallest true difference found with probability `power` by a two-sided t test at level `alpha`.

        In scale units; exact, by the noncentral t distribution. Raises ValueError unless alpha < power < 1.
        """
        check_confidence(1 - alpha)
        if not alpha < power < 1:
            raise ValueError(f"power must lie between alpha ({alpha}) and 1, not {power}")
        return self.se * _noncentrality(self.df, power, alpha)


def _power(distance: FloatArray, df: FloatArray, alpha: float) -> FloatArray:
    """Both tails of the noncentral t beyond the critical values; 1 where there is no error at all."""
    critical = stats.t.ppf(1 - alpha / 2, df)
    finite = np.where(np.isfinite(distance), distance, 0.0)
    upper = stats.nct.sf(critical, df, finite)
    lower = np.nan_to_num(stats.nct.cdf(-critical, df, finite))  # scipy's NaN stand where it is below 1e-15
    found: FloatArray = np.where(np.isinf(distance), 1.0, np.minimum(upper + lower, 1.0))
    return found


def _noncentrality(df: FloatArray, power: float, alpha: float) -> FloatArray:
    """Bisection for the noncentrality with the wanted power.

    At the upper end of the bracket the normal numerator is too small, or the chi denominator too large, with
    probability (1 − power) / 2 each, so that the power is at least the wanted one.
    """
    low, either = np.zeros(df.shape), (1 - power) / 2
    spread = np.sqrt(stats.chi2.isf(either, df) / df)
    high = stats.t.ppf(1 - alpha / 2, df) * spread + stats.norm.isf(either)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        enough = _power(middle, df, alpha) >= power
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return np.asarray((low + high) / 2, dtype=np.float64)


def mean_precision(variance: ScoreVariance, designs: Designs, target: Target = "raters+items") -> Precision:
    """What the interval of one method's MOS (`mean_estimate`) will rest on, for each design, shape (…).

    Complete designs: the analysis of variance's expected mean squares; incomplete ones: the moments' parts;
    Satterthwaite's (1946) degrees of freedom, min(R, I) − 1 where either is ≤ 5, as twoway.py has them. For
    target `raters` items are fixed: clustered by rater, R − 1. Raises ValueError for another target.
    """
    check_target(target)
    w = _weights(designs)
    A = w.rater * (variance.rater + variance.rater_method)
    B = w.item * (variance.item + variance.item_method)
    C = w.cell * (variance.rater_item + variance.residual)
    if target == "raters":
        sampled = w.sampled * (variance.item + variance.item_method)
        return _defined(A + C + sampled, w.raters - 1, w)
    df = np.where(designs.complete, _anova_df(A, B, C, w), _moment_df(A, B, C, w))
    return _defined(A + B + C, df, w)


def difference_precision(
    variance: ScoreVariance, designs: Designs, target: Target = "raters+items"
) -> Precision:
    """The same for the difference of two methods' means (`difference_estimate`), shape (…).

    What both methods share (the same raters, items, and rater:item cells) cancels as far as it is shared:
    wholly in complete designs, which are paired; in others df is min(R, I) − 1. ValueError for one method.
    Source: expected mean squares, Searle, Casella and McCulloch (1992); df of Satterthwaite (1946).
    """
    check_target(target)
    if designs.methods < 2:
        raise ValueError("a difference needs at least two methods")
    w = _weights(designs)
    A = 2 * ((w.rater - w.both_rater) * variance.rater + w.rater * variance.rater_method)
    B = 2 * ((w.item - w.both_item) * variance.item + w.item * variance.item_method)
    C = 2 * ((w.cell - w.both_cell) * variance.rater_item + w.cell * variance.residual)
    if target == "raters":
        sampled = 2 * w.sampled * (variance.item + variance.item_method)
        return _defined(A + C + sampled, w.raters - 1, w)
    df = np.where(designs.complete, _anova_df(A, B, C, w), np.minimum(w.raters, w.items) - 1)
    return _defined(A + B + C, df, w)


def limit_of_mean(variance: ScoreVariance, items: ArrayLike) -> Precision:
    """What items alone leave of a MOS's error with ever more raters: (σ²_i + σ²_im) / I, df = I − 1.

    items: counts, any shape, none missing; grades out, of the same shape. Raises ValueError for text.
    Source: expected mean squares, Searle, Casella and McCulloch (1992).
    """
    return _limit(variance.item + variance.item_method, items)


def limit_of_difference(variance: ScoreVariance, items: ArrayLike) -> Precision:
    """What items alone leave of a difference's error with ever more raters: 2 σ²_im / I, df = I − 1.

    items: counts, any shape, none missing; grades out, of the same shape. Raises ValueError for text.
    Source: expected mean squares, Searle, Casella and McCulloch (1992).
    """
    return _limit(2 * variance.item_method, items)


def _limit(variance: float, items: ArrayLike) -> Precision:
    J = np.asarray(items, dtype=np.float64)
    return Precision(np.sqrt(variance / J), J - 1)


def variance_factors(levels: int, confidence: float = 0.95) -> tuple[float, float]:
    """By which factors a variance estimated from `levels` ≥ 2 normal raters (or items) may be off.

    df / χ² at both quantiles, df = levels − 1 (Snedecor and Cochran 1989, section 5.11): the true variance
    lies between these multiples of the estimate. Raises ValueError for fewer levels.
    """
    check_confidence(confidence)
    if levels < 2:
        raise ValueError("a variance needs at least two levels")
    df = levels - 1
    tail = (1 - confidence) / 2
    return float(df / stats.chi2.isf(tail, df)), float(df / stats.chi2.ppf(tail, df))


@dataclass(frozen=True)
class _Weights:
    """Σ w² of one method's mean over its raters, items and cells, and Σ w w' of two methods' means.

    raters, items: how many of them rate, or are rated with, one method; NaN below two. sampled: weight of
    the items' variance in a variance clustered by rater, from the items that a rater happens to get.
    """

    raters: FloatArray
    items: FloatArray
    rater: FloatArray
    item: FloatArray
    cell: FloatArray
    both_rater: FloatArray
    both_item: FloatArray
    both_cell: FloatArray
    sampled: FloatArray


def _weights(designs: Designs) -> _Weights:
    R, J, stimuli = designs.raters, designs.items, designs.items * designs.methods
    one = designs.per_rater / stimuli  # probability that a rater rates a given stimulus
    two = one * (designs.per_rater - 1) / (stimuli - 1)  # … and another one too
    per_stimulus = R * one
    part = per_stimulus % 1
    cell = 1 / (R * J * one)
    return _Weights(
        raters=_two_or_more(R * (1 - _none_of_method(designs))),
        items=_two_or_more(J * np.minimum(per_stimulus, 1.0)),
        rater=(one + (J - 1) * two) / (R * J * one**2),
        item=(per_stimulus**2 + part * (1 - part)) / (J * per_stimulus**2),
        cell=cell,
        both_rater=two / (R * one**2),
        both_item=1 / J,
        both_cell=two / (R * J * one**2),
        sampled=cell * (1 - two / one),
    )


def _two_or_more(number: FloatArray) -> FloatArray:
    found: FloatArray = np.where(np.round(number) >= 2, number, np.nan)
    return found


def _none_of_method(designs: Designs) -> FloatArray:
    """Probability that a rater's random part of the stimuli holds none of a given method."""
    stimuli = designs.items * designs.methods
    missed = stats.hypergeom.pmf(0, stimuli, designs.items, designs.per_rater)
    return np.asarray(missed, dtype=np.float64)


def _defined(variance: FloatArray, df: FloatArray, w: _Weights) -> Precision:
    undefined = np.isnan(w.raters + w.items)
    return Precision(np.where(undefined, np.nan, np.sqrt(variance)), np.where(undefined, np.nan, df))


def _anova_df(A: FloatArray, B: FloatArray, C: FloatArray, w: _Weights) -> FloatArray:
    R, J = w.raters - 1, w.items - 1
    return _satterthwaite(A + B + C, ((A + C) ** 2 / R, (B + C) ** 2 / J, C**2 / (R * J)), w)


def _moment_df(A: FloatArray, B: FloatArray, C: FloatArray, w: _Weights) -> FloatArray:
    free = 1 / w.cell - w.raters - w.items + 1
    # Without residual degrees of freedom the clustered form takes over.
    parts = (
        A**2 / np.maximum(w.raters - 1, 1),
        B**2 / np.maximum(w.items - 1, 1),
        C**2 / np.maximum(free, 1),
    )
    return np.where(free > 0, _satterthwaite(A + B + C, parts, w), np.minimum(w.raters, w.items) - 1)


def _satterthwaite(
    variance: FloatArray, parts: tuple[FloatArray, FloatArray, FloatArray], w: _Weights
) -> FloatArray:
    fewest, bottom = np.minimum(w.raters, w.items), parts[0] + parts[1] + parts[2]
    own = np.divide(variance**2, bottom, out=np.ones_like(bottom), where=bottom > 0)
    found: FloatArray = np.where((fewest <= FEW) | (bottom == 0), fewest - 1, np.maximum(own, 1.0))
    return found
