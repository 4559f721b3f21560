"""Raters who follow the mean opinion too little, left out one after another: the rule of ITU-T P.910."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from analysis.stats.arrays import FloatArray, IntArray
from analysis.stats.rater_correlation import FEWEST
from analysis.stats.result import as_codes, as_scores, check_rows

SMALL = 1e-12  # variance relative to the squared range of all scores, below which it is rounding


@dataclass(frozen=True)
class CorrelationScreening:
    """Per rater code, shape (k,); those left out carry the figures of the round in which they were.

    stimulus_r, method_r: Pearson's r with the means of stimuli (r1) and of methods (r2), NaN where undefined.
    place: 1 for the rater who was left out first, 2 for the second …; 0 for those who stay.
    """

    stimulus_r: FloatArray
    method_r: FloatArray
    place: IntArray


def correlation_screening(
    rater: ArrayLike,
    stimulus: ArrayLike,
    method: ArrayLike,
    score: ArrayLike,
    *,
    stimulus_limit: float,
    method_limit: float,
) -> CorrelationScreening:
    """Leave out the worst rater, compute again, until nobody falls below both limits.

    rater, stimulus, method: integer codes, shape (n,); score: shape (n,), any unit, none missing: a
    correlation covers the stimuli that the rater and at least one other remaining rater rated, and a rater's
    mean of a method is set against the mean opinion of the same stimuli. The rater's own score is part of the
    mean opinion, as the recommendation has it. Worst is whose r1 and r2 fall below their limits by most, on
    average. A correlation needs FEWEST stimuli or methods; without r2 (one or two methods), r1 decides alone.
    Raises ValueError for NaN, no score at all, negative codes and unequal lengths.
    Source: ITU-T P.913 (2021), Annex A, screening by stimulus (A.1) and by stimulus and condition (A.2), now
    in ITU-T P.910 (2023); the two correlations after VQEG's multimedia test plan (2008), Annex VI.
    """
    codes = [as_codes(rater, "rater"), as_codes(stimulus, "stimulus"), as_codes(method, "method")]
    y = as_scores(score)
    check_rows(*codes, y)
    panel = _Panel(codes[0], codes[1], codes[2], y - y.mean())
    place = np.zeros(panel.n_raters, dtype=np.int64)
    left_r1, left_r2 = np.full(panel.n_raters, np.nan), np.full(panel.n_raters, np.nan)
    while True:
        r1 = panel.stimulus_r()
        low = np.flatnonzero((r1 < stimulus_limit) & panel.present)
        r2 = panel.method_r(low)
        low, r2 = low[~(r2 >= method_limit)], r2[~(r2 >= method_limit)]
        if not len(low):
            everybody = panel.method_r(np.arange(panel.n_raters))
            return CorrelationScreening(
                np.where(panel.present, r1, left_r1), np.where(panel.present, everybody, left_r2), place
            )
        worst = int(np.argmax(_shortfall(stimulus_limit - r1[low], method_limit - r2)))
        left_r1[low[worst]], left_r2[low[worst]] = r1[low[worst]], r2[worst]
        place[low[worst]] = place.max() + 1
        panel.leave_out(int(low[worst]))


def _shortfall(of_r1: FloatArray, of_r2: FloatArray) -> FloatArray:
    """By how much both fall short, on average; by how much r1 does where there is no r2."""
    shortfall: FloatArray = np.where(np.isnan(of_r2), of_r1, (of_r1 + of_r2) / 2)
    return shortfall


class _Panel:
    """Sums over the raters who are still there; leaving one out touches only the stimuli that they rated."""

    def __init__(self, rater: IntArray, stimulus: IntArray, method: IntArray, score: FloatArray) -> None:
        order = np.argsort(stimulus, kind="stable")
        self.n_raters = int(rater.max()) + 1
        self.rater, self.score = rater[order], score[order]
        self.cell = method[order] * self.n_raters + self.rater
        self.length = np.bincount(stimulus)
        self.first = np.cumsum(self.length) - self.length
        self.rows_of = _rows_of(rater)
        self.own = stimulus, score
        self.present = np.bincount(rater) > 0
        self.nothing = SMALL * np.ptp(score) ** 2
        cells = self.n_raters * (int(method.max()) + 1)
        self.n, self.x, self.y = np.zeros(cells), np.zeros(cells), np.zeros(cells)
        self.xx, self.xy, self.yy = (np.zeros(self.n_raters) for _ in range(3))
        self.count, self.total = np.zeros(len(self.length)), np.zeros(len(self.length))
        total = np.bincount(stimulus, score).astype(np.float64)
        self._change(np.arange(len(self.length)), self.length, total)

    def leave_out(self, rater: int) -> None:
        rows = self.rows_of[rater]
        stimulus, score = self.own
        self._change(stimulus[rows], -1, -score[rows])
        self.present[rater] = False

    def _change(self, stimuli: IntArray, more: IntArray | int, added: FloatArray) -> None:
        """Let `more` scores that sum to `added` join the stimuli, and every rater's sums follow."""
        before = self._opinions(stimuli)
        self.count[stimuli] += more
        self.total[stimuli] += added
        after = self._opinions(stimuli)
        length = self.length[stimuli]
        each = np.repeat(np.arange(len(stimuli)), length)
        rows = np.repeat(self.first[stimuli] - (np.cumsum(length) - length), length) + np.arange(length.sum())
        rater, cell, y = self.rater[rows], self.cell[rows], self.score[rows]
        n, x, xx = ((new - old)[each] for new, old in zip(after, before, strict=True))
        self.x += np.bincount(cell, x, len(self.x))
        self.xx += np.bincount(rater, xx, self.n_raters)
        self.xy += np.bincount(rater, x * y, self.n_raters)
        if n.any():
            self.n += np.bincount(cell, n, len(self.n))
            self.y += np.bincount(cell, n * y, len(self.y))
            self.yy += np.bincount(rater, n * y**2, self.n_raters)

    def _opinions(self, stimuli: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """1, the mean opinion and its square; 0 where fewer than two raters are left."""
        shared = self.count[stimuli] > 1
        mean = np.where(shared, self.total[stimuli] / np.maximum(self.count[stimuli], 1), 0.0)
        return shared.astype(np.float64), mean, mean**2

    def stimulus_r(self) -> FloatArray:
        """r1 of every rater, present or not."""
        n, x, y = (sums.reshape(-1, self.n_raters).sum(axis=0) for sums in (self.n, self.x, self.y))
        return self._correlation(n, x, y, (self.xx, self.xy, self.yy))

    def method_r(self, raters: IntArray) -> FloatArray:
        """r2 of the raters named."""
        n, x, y = (sums.reshape(-1, self.n_raters)[:, raters] for sums in (self.n, self.x, self.y))
        seen = n > 0
        x, y = x / np.where(seen, n, 1), y / np.where(seen, n, 1)
        squares = ((x * x).sum(axis=0), (x * y).sum(axis=0), (y * y).sum(axis=0))
        return self._correlation(seen.sum(axis=0).astype(float), x.sum(axis=0), y.sum(axis=0), squares)

    def _correlation(
        self, n: FloatArray, x: FloatArray, y: FloatArray, squares: tuple[FloatArray, FloatArray, FloatArray]
    ) -> FloatArray:
        size = np.maximum(n, 1)
        (xx, xy, yy), x, y = (square / size for square in squares), x / size, y / size
        of_x, of_y = xx - x**2, yy - y**2
        defined = (n >= FEWEST) & (of_x > self.nothing) & (of_y > self.nothing)
        found = np.full(len(n), np.nan)
        np.divide(xy - x * y, np.sqrt(np.abs(of_x * of_y)), out=found, where=defined)
        limited: FloatArray = np.clip(found, -1, 1)
        return limited


def _rows_of(rater: IntArray) -> list[IntArray]:
    """The rows of each rater code."""
    order = np.argsort(rater, kind="stable")
    return list(np.split(order, np.cumsum(np.bincount(rater))[:-1]))
