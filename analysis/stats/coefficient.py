"""One agreement coefficient, and the rater x stimulus table that all of them start from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from analysis.stats.arrays import FloatArray, IntArray
from analysis.stats.result import Note, as_codes, as_scores, check_rows, compact


@dataclass(frozen=True)
class Coefficient:
    """An agreement coefficient with its interval; None where undefined. k: raters per stimulus, harmonic."""

    coefficient: str
    value: float | None
    ci_low: float | None
    ci_high: float | None
    procedure: str
    k: float | None
    q: float | None
    n_raters: int
    n_stimuli: int
    density: float
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Table:
    """One score per (rater, stimulus), sorted by stimulus, then rater; codes without gaps."""

    rater: IntArray
    stimulus: IntArray
    score: FloatArray
    n_raters: int
    n_stimuli: int

    @property
    def n(self) -> int:
        return len(self.score)

    @property
    def complete(self) -> bool:
        return self.n == self.n_raters * self.n_stimuli

    @cached_property
    def per_stimulus(self) -> IntArray:
        return np.bincount(self.stimulus)

    @cached_property
    def per_rater(self) -> IntArray:
        return np.bincount(self.rater)

    @property
    def k(self) -> float:
        fewest, most = int(self.per_stimulus.min()), int(self.per_stimulus.max())
        return float(fewest) if fewest == most else float(self.n_stimuli / (1 / self.per_stimulus).sum())

    @property
    def matrix(self) -> FloatArray:
        """Complete table only: shape (n_stimuli, n_raters)."""
        return self.score.reshape(self.n_stimuli, self.n_raters)

    def coefficient(
        self,
        name: str,
        value: float | None,
        limits: tuple[float | None, float | None],
        procedure: str,
        notes: tuple[Note, ...] = (),
        q: float | None = None,
    ) -> Coefficient:
        density = self.n / (self.n_raters * self.n_stimuli)
        low, high = limits
        return Coefficient(
            name, value, low, high, procedure, self.k, q, self.n_raters, self.n_stimuli, density, notes
        )


def table_of(rater: ArrayLike, stimulus: ArrayLike, score: ArrayLike) -> Table:
    """Sort and check ratings; ValueError where one rater scored one stimulus twice: never averaged."""
    r, s, y = as_codes(rater, "rater"), as_codes(stimulus, "stimulus"), as_scores(score)
    check_rows(r, s, y)
    r, n_raters = compact(r)
    s, n_stimuli = compact(s)
    order = np.argsort(s * n_raters + r, kind="stable")
    r, s, y = r[order], s[order], y[order]
    if (np.diff(s * n_raters + r) == 0).any():
        raise ValueError("one rater scored one stimulus more than once; mark one of the two as a repeat")
    return Table(r, s, y, n_raters, n_stimuli)


def why_undefined(table: Table) -> Note | None:
    """The reason why no agreement coefficient exists, or None where one does."""
    if table.n_raters < 2:
        return Note("one_rater", "agreement needs at least two raters.")
    if table.n_stimuli < 2:
        return Note("one_stimulus", "agreement needs at least two stimuli.")
    if np.ptp(table.score) == 0:
        return Note("constant_scores", "all scores are equal, so agreement beyond chance is undefined.")
    if table.per_stimulus.max() < 2:
        return Note("no_overlap", "no stimulus was scored by two raters, so agreement cannot be estimated.")
    return None
